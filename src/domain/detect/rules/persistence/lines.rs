//! One line of what starts by itself, as a shell would take it.

use super::{Entry, FETCHERS, has_word, is_kind};
use super::{comes, ran};
use crate::domain::detect::name::{
    is_daemon, is_kernels, is_only_kernels, is_quiet, unbracketed, without_digits,
};
use crate::domain::detect::rules::{Told, miner_name};
use crate::domain::detect::seen::last_part;
use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::playbook::Indicators;

/// Scripts that tools of administrators keep in a hidden folder, and run from there by themselves.
const KNOWN_HIDDEN: [&str; 6] = ["/.acme.sh", "/.nvm", "/.cargo", "/.local", "/.pyenv", "/.rbenv"];

/// What runs a text that is fetched in the same breath.
const RUNS_WHAT_COMES: [&str; 9] = [
    "sh -c \"$(",
    "bash -c \"$(",
    "<(curl",
    "<(wget",
    "eval \"$(",
    "eval $(",
    "`curl",
    "`wget",
    "exec(",
];
/// What makes a text out of letters and digits again.
const DECODES: [&str; 8] = [
    "base64 -d",
    "base64 --decode",
    "base64 -D",
    "base64 -i",
    "xxd -r",
    "openssl enc",
    "openssl base64",
    "b64decode",
];

/// What stands there is no line of a shell, whatever paths it names.
const NO_SHELL: [&str; 7] = ["passwd", "sudo", "preload", "ssh", "authorized", "pam", "module"];

pub(super) fn of_line(line: &str, entry: &Entry<'_>, look_for: &Indicators, told: &mut Vec<Told>) {
    // `id:levels:action:command`, of the init of old.
    let table = entry.path.ends_with(b"inittab");
    let line = line.splitn(4, ':').nth(3).filter(|_| table).unwrap_or(line);
    // `{base64,-d}` is `base64 -d` to a shell.
    let written = line;
    let unfolded = line.contains('{').then(|| line.replace(['{', '}'], " ").replace(',', " "));
    let line = unfolded.as_deref().unwrap_or(line);
    let has = |words: &[&str]| words.iter().any(|it| line.contains(it));
    let mut add = |grade, rule, value: &str| {
        told.push((grade, Reason { rule, value: value.into(), source: FactSource::Persistence }));
    };
    let fetches = FETCHERS.iter().any(|it| has_word(line, it)) || line.contains("urlopen");
    let piped = comes::is_piped(line);
    let then = || ran::fetched(line).is_some();
    let comes = piped || has(&RUNS_WHAT_COMES) || makes_program(line) || writes_strange(line);
    if fetches && (comes || then()) || comes::from_afar(line, piped) {
        add(comes::weight(line, entry), Rule::DownloadsAndRuns, line);
    }
    if piped && comes::is_made_readable(line)
        || has(&DECODES) && (piped || has(&["eval", "exec(", "-c \"$(", "-c $("]))
    {
        add(Grade::Suspect, Rule::DecodesAndRuns, line);
    }
    let again = sets_crontab(line) && line.contains('|')
        || has(&["kill -0", "pgrep", "pidof", "ps aux", "ps -ef"])
            && (fetches || ran::strange(line, entry).is_some());
    if again {
        add(Grade::Suspect, Rule::AddsItselfAgain, line);
    }
    if line.contains("ld.so.preload") && has_word(line, "chattr") {
        add(Grade::Suspect, Rule::Preload, line);
    }
    if let Some(name) = ran::and_removed(line).or_else(|| comes::spelt_apart(written)) {
        add(Grade::Suspect, Rule::HiddenEntry, name);
    }
    for (rule, grade, path) in by_name(line, look_for) {
        add(grade, rule, path);
    }
    if let Some(name) = called_otherwise(line) {
        add(Grade::Suspect, Rule::KernelName, name);
    }
    if let Some(path) = ran::strange(line, entry) {
        if !is_kind(entry.kind, &["passwd", "sudo"]) {
            let grade = if is_kept_by_a_tool(path) { Grade::Noted } else { Grade::Suspect };
            add(grade, Rule::RunsOddPlace, path);
        }
    } else if let Some(path) = ran::among_settings(line).filter(|_| !is_kind(entry.kind, &NO_SHELL))
    {
        add(Grade::Suspect, Rule::RunsOddPlace, path);
    } else if ran::from_folder(line).is_some() {
        add(Grade::Suspect, Rule::RunsOddPlace, line);
    }
    if let Some(tool) = comes::filtered(line) {
        add(Grade::Suspect, Rule::HiddenEntry, tool);
    }
    let adds_user = ["useradd", "adduser", "usermod"].iter().any(|it| has_word(line, it));
    if adds_user && (line.contains("-u 0") || line.contains("-u0")) {
        add(Grade::Suspect, Rule::SecondRoot, line);
    }
}

/// Programs that it runs and that are called as a miner, or almost as a daemon or a thread of the kernel.
fn by_name<'a>(
    line: &'a str,
    look_for: &Indicators,
) -> impl Iterator<Item = (Rule, Grade, &'a str)> {
    ran::paths(line).filter_map(|path| {
        let name = last_part(path.as_bytes());
        let plain = !ran::is_data(path);
        if plain && miner_name::is_miner(miner_name::without_script(name), look_for) {
            let watches = miner_name::watches(name);
            return Some((
                Rule::MinerName,
                if watches { Grade::Noted } else { Grade::Suspect },
                path,
            ));
        }
        // `/org/freedesktop/login1` names an object on a bus, and no file.
        if path.starts_with("/org/") || path.starts_with("/com/") {
            return None;
        }
        let bare = without_digits(name);
        let rule = match () {
            () if !is_quiet(name) && is_quiet(bare) => Rule::LookAlike,
            () if plain && is_only_kernels(bare) => Rule::KernelName,
            () => return None,
        };
        Some((rule, Grade::Suspect, path))
    })
}

/// `| crontab -`, and not `crontab -l`.
fn sets_crontab(line: &str) -> bool {
    let behind = |at: usize| line.get(at + "crontab -".len()..).unwrap_or_default();
    let reads =
        |(at, _): (usize, &str)| !behind(at).starts_with(|it: char| it.is_ascii_alphanumeric());
    line.contains("crontab /") || line.match_indices("crontab -").any(reads)
}

/// Only this part of it is hidden, and a tool of administrators is known to keep its scripts there.
fn is_kept_by_a_tool(path: &str) -> bool {
    KNOWN_HIDDEN.iter().any(|known| {
        path.split_once(known).is_some_and(|(before, rest)| {
            !before.contains("/.")
                && !rest.contains("/.")
                && (rest.is_empty() || rest.starts_with(['/', '.', ' ']))
        })
    }) && !path.starts_with("/tmp/")
}

/// It is made a program; whoever fetches a key takes rights away from others.
fn makes_program(line: &str) -> bool {
    line.split_once("chmod").is_some_and(|(_, rest)| {
        let mut words = rest.split_whitespace().filter(|it| !it.starts_with('-'));
        words.next().is_some_and(|mode| {
            // Perl puts the file right behind it.
            let mode = mode.split(',').next().filter(|it| it.starts_with('0')).unwrap_or(mode);
            let digits = mode.bytes().all(|it| it.is_ascii_digit());
            if digits { mode.contains(['1', '5', '7']) } else { mode.contains(['x', 's', 'X']) }
        })
    })
}

/// `exec -a '[kworker/0:1]' FILE`: the name of a thread of the kernel, or of a daemon, for another file.
fn called_otherwise(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("exec -a")?;
    let ends = |it: char| it.is_whitespace() || matches!(it, '"' | '\'');
    let name = rest.split(ends).find(|it| !it.is_empty())?;
    let bare = unbracketed(name.as_bytes());
    let is_borrowed =
        bare.is_some() || is_kernels(name.as_bytes()) || is_daemon(last_part(name.as_bytes()));
    is_borrowed.then_some(name)
}

fn writes_strange(line: &str) -> bool {
    let run = ["sh ", "bash ", "./", "&& /", "; /", "exec "].iter().any(|it| line.contains(it));
    let strange = ["/tmp/", "/var/tmp/", "/dev/shm/", "/."].iter().any(|it| line.contains(it));
    run && strange
}
