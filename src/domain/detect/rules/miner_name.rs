//! The name of a mining program.
//!
//! Source: the playbook's table of binaries, and names of public releases: Falco's list of miner binaries
//! (falcosecurity/rules, Apache-2.0), `SigmaHQ`'s Linux rules (DRL 1.1), and what the projects call themselves. A name proves little: most miners that are met bear another one, and
//! whoever looks for a miner says its name. Known false alarms: none of a program's own name that is known.

use crate::domain::detect::rules::{Told, is_text_tool};
use crate::domain::detect::seen::{Seen, last_part};
use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::playbook::Indicators;
use crate::domain::untrusted::Untrusted;

/// What public releases are called, in lower case. Words that others use too are not among them.
const KNOWN: [&str; 66] = [
    "bladebit",
    "chia_plot",
    "minotari_merge",
    "minotari_miner",
    "xmrig",
    "xmr-stak",
    "xmrig-proxy",
    "xmrigdaemon",
    "xmrigminer",
    "xlarig",
    "minerd",
    "minergate",
    "minergate-cli",
    "cpuminer",
    "cpuminer-opt",
    "cpuminer-multi",
    "ccminer",
    "ethminer",
    "cgminer",
    "bfgminer",
    "sgminer",
    "nbminer",
    "t-rex",
    "gminer",
    "lolminer",
    "phoenixminer",
    "teamredminer",
    "nanominer",
    "bminer",
    "wildrig",
    "wildrig-multi",
    "srbminer",
    "srbminer-multi",
    "hellminer",
    "bzminer",
    "miniz",
    "onezerominer",
    "rqiner",
    "qpro-miner",
    "qli-client",
    "qubicminer",
    "astrominer",
    "tnn-miner",
    "xelis_miner",
    "xdag-miner",
    "alephium-miner",
    "nheqminer",
    "optiminer",
    "ewbf",
    "zecminer",
    "claymore",
    "ethdcrminer64",
    "kawpowminer",
    "progpowminer",
    "excavator",
    "p2pool",
    "spectre-miner",
    "kaspa-miner",
    "ironfish-miner",
    "rigel",
    "veruscoin-miner",
    "yescryptminer",
    "randomx-miner",
    "deroluna-miner",
    "moneroocean-miner",
    "c3pool_miner",
];

/// What is mined where knowledge is looked for.
const OF_KNOWLEDGE: [&str; 19] = [
    "bug", "code", "corpus", "data", "fact", "git", "graph", "idea", "log", "opinion", "pattern",
    "process", "rapid", "repo", "review", "rule", "sequence", "text", "web",
];
/// Words that only end so.
const OF_WORDS: [&str; 6] = ["coal", "content", "deter", "exa", "gold", "under"];
/// Who watches miners, or looks for them, says so behind their names.
const WATCHERS: [&str; 17] = [
    "alert", "api", "check", "clean", "dash", "detect", "exporter", "find", "hunt", "kill",
    "metric", "monitor", "remov", "report", "scan", "stat", "watch",
];

/// What the names say.
pub(super) fn judge(seen: &Seen<'_>, look_for: &Indicators, told: &mut Vec<Told>) {
    let title = seen.arguments.first().copied().unwrap_or_default();
    let said = [
        (seen.name, FactSource::Comm),
        (seen.exe, FactSource::Exe),
        (title, FactSource::CommandLine),
    ];
    let is_one = |name: &[u8]| {
        is_miner(name, look_for) && !(last_part(name) == b"miner" && is_of_knowledge(seen.exe))
    };
    if let Some((name, source)) = said.into_iter().find(|(name, _)| is_one(name)) {
        let value = Untrusted::new(last_part(name));
        // What a package brought may be called as its makers like.
        let brought = seen.packaged == Some(true) && is_called_miner(last_part(name));
        let noted = brought || watches(last_part(name));
        let grade = if noted { Grade::Noted } else { Grade::Suspect };
        return told.push((grade, Reason { rule: Rule::MinerName, value, source }));
    }
    if let Some(script) = script(seen).filter(|it| is_miner(without_end(it), look_for)) {
        let (value, source) = (Untrusted::new(script), FactSource::CommandLine);
        let grade = if watches(script) { Grade::Noted } else { Grade::Suspect };
        return told.push((grade, Reason { rule: Rule::MinerName, value, source }));
    }
    if let Some(name) = seen.arguments.iter().skip(1).find(|it| is_miner(it, look_for)) {
        let (value, source) = (Untrusted::new(*name), FactSource::CommandLine);
        told.push((Grade::Noted, Reason { rule: Rule::MinerName, value, source }));
    }
}

/// `processmining/bin/miner` looks for knowledge.
fn is_of_knowledge(exe: &[u8]) -> bool {
    let exe = String::from_utf8_lossy(exe).to_ascii_lowercase();
    let mines = |rest: &str| ["mining", "-miner", "_miner"].iter().any(|it| rest.starts_with(it));
    OF_KNOWLEDGE.iter().any(|word| exe.split(word).skip(1).any(mines))
}

/// What an interpreter was told to run.
fn script<'a>(seen: &Seen<'a>) -> Option<&'a [u8]> {
    const RUN: [&[u8]; 10] =
        [b"bash", b"dash", b"java", b"node", b"perl", b"php", b"python", b"pypy", b"ruby", b"sh"];
    let runs = RUN.iter().any(|it| last_part(seen.title()).starts_with(it));
    let mut words = seen.arguments.iter().skip(1).copied();
    let first = words.find(|word| !word.starts_with(b"-"))?;
    let ends: [&[u8]; 6] = [b".jar", b".js", b".py", b".php", b".pl", b".sh"];
    let is_file = ends.iter().any(|it| first.ends_with(it));
    (runs && is_file).then(|| last_part(first))
}

/// A name without the end that says in which language it is written.
pub(super) fn without_script(name: &[u8]) -> &[u8] {
    const ENDS: [&[u8]; 6] = [b".sh", b".py", b".pl", b".js", b".php", b".rb"];
    ENDS.iter().find_map(|end| name.strip_suffix(*end)).unwrap_or(name)
}

/// A name of a file without its end.
fn without_end(name: &[u8]) -> &[u8] {
    name.iter().rposition(|it| *it == b'.').and_then(|at| name.get(..at)).unwrap_or(name)
}

/// The program's name is a miner's, or begins with one and goes on as another word (`xmrig-6.21`).
pub(super) fn is_miner(path: &[u8], look_for: &Indicators) -> bool {
    let name = last_part(path);
    let letter = name.first().map(u8::to_ascii_lowercase);
    let known = KNOWN.iter().copied().chain(look_for.binaries.iter().map(String::as_str));
    // Every argument of every process is asked; most begin with another letter.
    let mut known = known.map(str::as_bytes).filter(|it| it.first().copied() == letter);
    let is_known = known.any(|miner| {
        let split = name.split_at_checked(miner.len());
        split.is_some_and(|(begin, rest)| {
            begin.eq_ignore_ascii_case(miner)
                && rest.first().is_none_or(|byte| !byte.is_ascii_alphanumeric())
        })
    });
    (is_known || is_called_miner(name)) && !is_text_tool(&name.to_ascii_lowercase())
}

/// A word of the name is of somebody who watches.
pub(super) fn watches(name: &[u8]) -> bool {
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    let mut words = name.split(['-', '_', '.']);
    // The kernel cuts names: `cgminer-exporte`.
    let is_one =
        |word: &str, it: &str| word.starts_with(it) || word.len() > 4 && it.starts_with(word);
    words.any(|word| WATCHERS.iter().any(|it| is_one(word, it)))
}

/// It says itself that it is a miner, of what is not knowledge.
fn is_called_miner(name: &[u8]) -> bool {
    let name = name.strip_suffix(b"64").unwrap_or(name);
    let Some((of, end)) = name.split_last_chunk::<5>() else { return false };
    if !end.eq_ignore_ascii_case(b"miner") {
        return false;
    }
    let Ok(of) = std::str::from_utf8(of) else { return false };
    let of = of.trim_end_matches(['-', '_', '.']).to_ascii_lowercase();
    !OF_KNOWLEDGE.iter().chain(&OF_WORDS).any(|it| of.ends_with(it))
}
