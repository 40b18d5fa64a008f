//! What a shell or an interpreter is told to do: fetch something and run it, decode something and run it, run what lies
//! hidden, or mount something over a process.
//!
//! Source: what droppers and watchdogs are written in; the same as what starts by itself. Known false alarms, which are
//! let pass: installers from a named host that an administrator runs, and scripts of builds.

use crate::domain::detect::config;
use crate::domain::detect::grammar;
use crate::domain::detect::name::{is_only_kernels, looks_like};
use crate::domain::detect::place::{OPEN, Place, place};
use crate::domain::detect::rules::origin::{is_service, serves};
use crate::domain::detect::rules::persistence::{Entry, judge as judge_entry};
use crate::domain::detect::rules::{Told, miner_name};
use crate::domain::detect::seen::{Seen, last_part};
use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::facts::decoded;
use crate::domain::playbook::Indicators;
use crate::domain::untrusted::Untrusted;

/// Programs that run a text or a file.
const RUNNERS: [&[u8]; 11] = [
    b"sh", b"bash", b"dash", b"ash", b"zsh", b"ksh", b"busybox", b"node", b"perl", b"python",
    b"php",
];
/// Where YARN keeps what strangers handed in.
const STRANGERS: &[u8] = b"/usercache/dr.who/";
/// Programs that have a shell run what they are told.
const WRAPPERS: [&[u8]; 16] = [
    b"chroot",
    b"nsenter",
    b"setsid",
    b"nohup",
    b"timeout",
    b"nice",
    b"ionice",
    b"env",
    b"sudo",
    b"su",
    b"runuser",
    b"unshare",
    b"flock",
    b"docker",
    b"kubectl",
    b"systemd-run",
];

/// What it was told.
pub(super) fn judge(seen: &Seen<'_>, look_for: &Indicators, told: &mut Vec<Told>) {
    if seen.own {
        return;
    }
    let name = last_part(seen.title());
    // `chroot /mnt sh -c …` is a shell by its file, or will be one.
    let handed = is_runner(seen.file()) || WRAPPERS.contains(&name);
    // What is told a container's runtime stands before what it runs.
    let far = if handed { 40 } else { 1 };
    let at = seen.arguments.iter().take(far).position(|it| is_runner(last_part(it)));
    if let Some(at) = at.filter(|at| *at == 0 || handed) {
        text(seen, at, look_for, told);
        file(seen, told);
    }
    handed_on(seen, name, look_for, told);
    fetches(seen, name, told);
    over_a_process(seen, name, told);
}

fn is_runner(name: &[u8]) -> bool {
    RUNNERS.iter().any(|it| {
        let rest = name.strip_prefix(b"-").unwrap_or(name).strip_prefix(*it);
        rest.is_some_and(|rest| rest.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.'))
    })
}

/// A service has no reason to fetch a file from a host without a name and to put it where it is not seen.
fn fetches(seen: &Seen<'_>, name: &[u8], told: &mut Vec<Told>) {
    let all = seen.arguments.join(&b' ');
    let all = String::from_utf8_lossy(&all);
    let hidden = seen.arguments.iter().skip(1).any(|it| {
        let volatile = OPEN.iter().any(|folder| it.starts_with(folder));
        let name = last_part(it);
        let kernels = is_only_kernels(name) || looks_like(name).is_some_and(is_only_kernels);
        volatile && (place(it) == Place::Hidden || kernels)
    });
    let machine = is_service(seen) || serves(seen).is_some() || by_machine(seen);
    if matches!(name, b"curl" | b"wget")
        && by_number(&all)
        && (hidden || machine && all.contains("/tmp/"))
    {
        let (value, source) = (Untrusted::from(all.as_ref()), FactSource::CommandLine);
        told.push((Grade::Suspect, Reason { rule: Rule::RunsScript, value, source }));
    }
}

/// The text of `-c`, behind the shell at this place.
fn text(seen: &Seen<'_>, at: usize, look_for: &Indicators, told: &mut Vec<Told>) {
    let mut arguments = seen.arguments.iter().skip(at + 1);
    // `-c` of shells and Python, `-e` of Perl, `-r` of PHP.
    let title = seen.arguments.get(at).map(|it| last_part(it)).unwrap_or_default();
    let letter = match title {
        _ if title.starts_with(b"perl") || title.starts_with(b"node") => b'e',
        _ if title.starts_with(b"php") => b'r',
        _ => b'c',
    };
    let is_text =
        |it: &&&[u8]| it.starts_with(b"-") && !it.starts_with(b"--") && it.contains(&letter);
    let Some(text) = arguments.find(is_text).and_then(|_| arguments.next()) else { return };
    script(seen, text, look_for, told);
}

/// What a tool that shows texts has a shell run.
fn handed_on(seen: &Seen<'_>, name: &[u8], look_for: &Indicators, told: &mut Vec<Told>) {
    let text = |it: &&[u8]| String::from_utf8_lossy(it).into_owned();
    let arguments: Vec<String> = seen.arguments.iter().skip(1).map(text).collect();
    for text in grammar::handed_on(&String::from_utf8_lossy(name), &arguments) {
        script(seen, text.as_bytes(), look_for, told);
    }
}

/// What a shell runs, whoever tells it.
fn script(seen: &Seen<'_>, text: &[u8], look_for: &Indicators, told: &mut Vec<Told>) {
    let entry = Entry { kind: "script", path: b"", content: text, packaged: None };
    let judged = judge_entry(&entry, look_for);
    let all = String::from_utf8_lossy(text);
    let harmless = is_harmless(text);
    let encoded = all.contains("b64decode") && all.contains("exec(") && !harmless;
    // A program that is never in a file.
    let in_memory = all.contains("/proc/self/fd/")
        && (all.contains("memfd_create") || all.contains("syscall(319"));
    let packed = all.contains("eval") && all.contains("unpack");
    let encoded = encoded || packed || speaks_stratum(&all) || is_told_settings(&all);
    let by_itself = [Rule::AddsItselfAgain, Rule::HiddenEntry, Rule::KernelName];
    let fetches_a_miner = || all.split_whitespace().any(|word| is_miners(word, look_for));
    let weighs = |it: &Reason| {
        let fetched = || by_machine(seen) || by_number(&all) || fetches_a_miner();
        by_itself.contains(&it.rule)
            || it.rule == Rule::DecodesAndRuns && !harmless
            || it.rule == Rule::DownloadsAndRuns && fetched()
            || it.rule == Rule::RunsOddPlace && (by_machine(seen) || lies_hidden(it.value.bytes()))
    };
    let odd = judged.iter().any(|(grade, it)| *grade == Grade::Suspect && weighs(it));
    // Whoever takes the processors for himself ends whoever else takes them.
    let alone = all.contains("kill -9") && all.contains("$3>") && all.contains("while");
    if encoded || in_memory || odd || alone {
        let value = Untrusted::new(text);
        told.push((
            Grade::Suspect,
            Reason { rule: Rule::RunsScript, value, source: FactSource::CommandLine },
        ));
    }
}

/// It signs in where work is handed out, and asks for some.
fn speaks_stratum(text: &str) -> bool {
    let asks = ["mining.subscribe", "mining.authorize"].iter().any(|it| text.contains(it));
    asks && text.contains("connect")
}

/// A miner's settings stand in it: another program reads them from there.
fn is_told_settings(text: &str) -> bool {
    let settings = text.find('{').zip(text.rfind('}')).and_then(|(at, end)| text.get(at..=end));
    settings.filter(|it| it.contains("\"pools\"") || it.contains("\"url\"")).is_some_and(|it| {
        let heard = config::read(b"settings.json", it.as_bytes()).heard();
        heard.first().is_some_and(|(grade, _)| *grade > Grade::Noted)
    })
}

/// A miner's address, or a file with a miner's name that is fetched.
fn is_miners(word: &str, look_for: &Indicators) -> bool {
    let word = word.trim_matches(['"', '\'', ';', ')']);
    let named =
        || miner_name::is_miner(miner_name::without_script(last_part(word.as_bytes())), look_for);
    word.contains("://") && named() || grammar::wallet(word).is_some_and(|it| it.is_plain())
}

/// It names what lies hidden where everybody may write.
fn lies_hidden(text: &[u8]) -> bool {
    let mut words =
        text.split(|it| it.is_ascii_whitespace() || matches!(it, b'"' | b'\'' | b';' | b'('));
    words.any(|it| OPEN.iter().any(|folder| it.starts_with(folder)) && place(it) == Place::Hidden)
}

/// What it decodes can be read, and it neither fetches nor runs nor writes anything.
fn is_harmless(text: &[u8]) -> bool {
    const DOES: [&str; 16] = [
        "/",
        "://",
        "base64",
        "chmod",
        "crontab",
        "curl",
        "eval",
        "exec",
        "fork",
        "kill",
        "open(",
        "socket",
        "spawn",
        "subprocess",
        "system(",
        "wget",
    ];
    let inner = decoded(text);
    let does = |text: &str| DOES.iter().any(|it| text.contains(it));
    !inner.is_empty() && !inner.iter().any(|it| does(&String::from_utf8_lossy(it.bytes())))
}

/// Nobody sits there: a service or a timer runs it.
fn by_machine(seen: &Seen<'_>) -> bool {
    let timer = seen
        .ancestors
        .iter()
        .any(|it| matches!(last_part(it), b"cron" | b"crond" | b"atd" | b"anacron"));
    let node = seen.ancestors.first().is_some_and(|it| matches!(last_part(it), b"node" | b"java"));
    timer || node || is_service(seen) || serves(seen).is_some()
}

/// From a host that is named by its number: no installer is.
fn by_number(text: &str) -> bool {
    let bare = || {
        text.split_whitespace().any(|word| {
            let host = word.split_once('/').map(|(host, _)| host);
            let host = host.and_then(|it| it.split(':').next()?.parse::<std::net::Ipv4Addr>().ok());
            host.is_some_and(|at| !at.is_private() && !at.is_loopback())
        })
    };
    text.split("://").skip(1).any(|rest| {
        let host = rest.split(['/', ':', '"', '\'', ' ']).next().unwrap_or_default();
        host.parse::<std::net::Ipv4Addr>().is_ok_and(|at| !at.is_private() && !at.is_loopback())
    }) || text.contains("/dev/tcp/")
        || (text.contains("curl ") || text.contains("wget ")) && bare()
}

/// A script that lies hidden.
fn file(seen: &Seen<'_>, told: &mut Vec<Told>) {
    let script = seen.arguments.iter().skip(1).find(|it| !it.starts_with(b"-"));
    let Some(script) = script else { return };
    // `sh ./run`, where it stands.
    let here = script.strip_prefix(b"./").filter(|_| !seen.folder.is_empty());
    let whole = here.map(|it| [seen.folder, it].join(&b'/'));
    let script = whole.as_deref().unwrap_or(script);
    if !script.starts_with(b"/") {
        return;
    }
    let volatile = OPEN.iter().any(|it| script.starts_with(it));
    // Hidden, and in it hidden again.
    let twice = script.windows(2).filter(|it| *it == b"/.").count() > 1;
    // Hadoop calls whoever did not say who he is so.
    let nobodys = script.windows(STRANGERS.len()).any(|it| it == STRANGERS);
    if nobodys || (volatile || twice) && place(script) == Place::Hidden {
        let value = Untrusted::new(script);
        told.push((
            Grade::Suspect,
            Reason { rule: Rule::OddPlace, value, source: FactSource::CommandLine },
        ));
    }
}

/// `mount --bind X /proc/4411` hides a process.
fn over_a_process(seen: &Seen<'_>, name: &[u8], told: &mut Vec<Told>) {
    let target = seen.arguments.last().copied().unwrap_or_default();
    let pid = target.strip_prefix(b"/proc/").unwrap_or_default();
    if name == b"mount" && !pid.is_empty() && pid.iter().all(u8::is_ascii_digit) {
        let value = Untrusted::new(target);
        told.push((
            Grade::Suspect,
            Reason { rule: Rule::MountedOver, value, source: FactSource::CommandLine },
        ));
    }
}
