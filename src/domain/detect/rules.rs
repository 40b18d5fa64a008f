//! The rules that read words: names, arguments, executables.
//!
//! Public lists name few of the miners that are met; so a name or a port alone is never more than `suspect`.
//! Only a pool's URL as an argument of a program that would use it is `confirmed`.

pub(super) mod hiding;

use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::facts::{Process, Protocol, Socket, SocketState};
use crate::domain::playbook::Indicators;
use crate::domain::untrusted::Untrusted;

/// Programs whose arguments are texts to look for or to show: the responder's own tools.
const TEXT_TOOLS: &[&str] = &[
    "grep",
    "egrep",
    "fgrep",
    "zgrep",
    "rg",
    "ag",
    "ack",
    "sed",
    "awk",
    "gawk",
    "mawk",
    "less",
    "more",
    "cat",
    "zcat",
    "tail",
    "head",
    "vi",
    "vim",
    "nvim",
    "nano",
    "emacs",
    "ps",
    "pgrep",
    "pkill",
    "echo",
    "printf",
    "tcpdump",
    "ngrep",
    "tshark",
    "journalctl",
    "find",
    "xargs",
    "strings",
    "diff",
    "jq",
    "man",
];
/// Programs that run what their arguments say.
const SHELLS: &[&str] =
    &["sh", "bash", "dash", "zsh", "ash", "ksh", "busybox", "sudo", "su", "env"];

/// What the words of `process` say against it.
pub(super) fn words(process: &Process, look_for: &Indicators) -> Vec<(Grade, Reason)> {
    if process.kernel {
        return Vec::new();
    }
    let mut reasons = Vec::new();
    names(process, look_for, &mut reasons);
    if let Some(command) = process.command.known() {
        arguments(command, look_for, &mut reasons);
    }
    if process.exe_deleted {
        let value = process.exe.known().cloned().unwrap_or_default();
        let reason = Reason { rule: Rule::DeletedExe, value, source: FactSource::Exe };
        reasons.push((Grade::Noted, reason));
    }
    hidden_characters(process, &mut reasons);
    reasons.extend(hiding::title(process));
    reasons
}

/// The connection was opened from here: its other end is somebody else's service.
pub(super) const fn is_outgoing(socket: &Socket) -> bool {
    let alive = matches!(
        socket.state,
        SocketState::Established
            | SocketState::SynSent
            | SocketState::CloseWait
            | SocketState::Open
    );
    alive && matches!(socket.protocol, Protocol::Tcp | Protocol::Udp)
}

/// The reason names an endpoint with this port, in the command line of its owner.
pub(super) fn names_port(reason: &Reason, port: u16) -> bool {
    matches!(reason.rule, Rule::PoolUrl | Rule::PoolName)
        && endpoint_port(&String::from_utf8_lossy(reason.value.bytes())) == Some(port)
}

fn names(process: &Process, look_for: &Indicators, reasons: &mut Vec<(Grade, Reason)>) {
    let first = process.command.known().and_then(|command| command.arguments().next());
    let exe = process.exe.known().map(Untrusted::bytes);
    let said = [
        (Some(process.comm.bytes()), FactSource::Comm),
        (exe, FactSource::Exe),
        (first, FactSource::CommandLine),
    ];
    for (name, source) in said {
        let Some(name) = name else { continue };
        if is_miner(name, look_for) {
            let value = Untrusted::new(program(name));
            reasons.push((Grade::Suspect, Reason { rule: Rule::MinerName, value, source }));
            return;
        }
    }
    let Some(command) = process.command.known() else { return };
    if let Some(name) = command.arguments().skip(1).find(|it| is_miner(it, look_for)) {
        let value = Untrusted::new(name);
        let source = FactSource::CommandLine;
        reasons.push((Grade::Noted, Reason { rule: Rule::MinerName, value, source }));
    }
}

fn arguments(command: &Untrusted, look_for: &Indicators, reasons: &mut Vec<(Grade, Reason)>) {
    let title = command.arguments().next().unwrap_or_default();
    let first = title.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    let user = String::from_utf8_lossy(program(first)).trim_start_matches('-').to_owned();
    let cap = if TEXT_TOOLS.contains(&user.as_str()) {
        Grade::Noted
    } else if SHELLS.contains(&user.as_str()) {
        Grade::Suspect
    } else {
        Grade::Confirmed
    };
    let mut add = |grade: Grade, rule, value: &str| {
        let reason = Reason { rule, value: value.into(), source: FactSource::CommandLine };
        if !reasons.iter().any(|(_, known)| known.rule == rule) {
            reasons.push((grade, reason));
        }
    };
    for (place, argument) in command.arguments().enumerate() {
        let argument = String::from_utf8_lossy(argument).to_ascii_lowercase();
        // A whole command line inside one argument is for another program to run; but a program that wrote its own
        // title over its arguments has all of them in the first.
        let nested = place > 0 && argument.trim().contains(char::is_whitespace);
        let cap = if nested { cap.min(Grade::Suspect) } else { cap };
        for word in argument.split_ascii_whitespace().skip(usize::from(place == 0)) {
            if let Some(url) = look_for.schemes.iter().find_map(|scheme| pool_url(word, scheme)) {
                add(Grade::Confirmed.min(cap), Rule::PoolUrl, url);
            }
            if let Some(end) = endpoint(word).filter(|end| is_pool(end, look_for)) {
                add(Grade::Suspect.min(cap), Rule::PoolName, end);
            }
        }
    }
}

fn hidden_characters(process: &Process, reasons: &mut Vec<(Grade, Reason)>) {
    let mut add = |grade, value: Untrusted, source| {
        reasons.push((grade, Reason { rule: Rule::HiddenCharacters, value, source }));
    };
    if process.comm.has_escapes() {
        return add(Grade::Suspect, process.comm.clone(), FactSource::Comm);
    }
    let Some(command) = process.command.known() else { return };
    for (place, argument) in command.arguments().enumerate() {
        // Scripts and padding in `-c` arguments are everyday; a program's own name is not text.
        let grade = if place == 0 { Grade::Suspect } else { Grade::Noted };
        let everyday = |byte: &u8| place > 0 && matches!(byte, b'\n' | b'\t' | b'\r' | b' ');
        let bare: Vec<u8> = argument.iter().copied().filter(|byte| !everyday(byte)).collect();
        if Untrusted::new(bare).has_escapes() {
            return add(grade, Untrusted::new(argument), FactSource::CommandLine);
        }
    }
}

/// Last part of a path, without the mark of a deleted file.
fn program(path: &[u8]) -> &[u8] {
    let path = path.strip_suffix(b" (deleted)").unwrap_or(path);
    path.rsplit(|byte| *byte == b'/').next().unwrap_or(path)
}

/// The program's name is a miner's, or begins with one and goes on as another word (`xmrig-6.21`).
fn is_miner(path: &[u8], look_for: &Indicators) -> bool {
    let name = program(path).to_ascii_lowercase();
    look_for.binaries.iter().any(|miner| {
        let rest = name.strip_prefix(miner.as_bytes());
        rest.is_some_and(|rest| rest.first().is_none_or(|byte| !byte.is_ascii_alphanumeric()))
    })
}

/// `-ostratum+tcp://pool.example:3333` holds `stratum+tcp://pool.example:3333`.
fn pool_url<'a>(word: &'a str, scheme: &str) -> Option<&'a str> {
    let scheme = scheme.trim_end_matches('*');
    if scheme.is_empty() {
        return None;
    }
    let url = word.get(word.find(scheme)?..)?;
    let url = url.trim_end_matches(['"', '\'', ',', ';', ')']);
    endpoint_port(url).map(|_| url)
}

/// A host with a port, or a URL with a host: what names a place on the net and no file.
fn endpoint(word: &str) -> Option<&str> {
    let word = word.trim_end_matches(['"', '\'', ',', ';', ')']);
    let after_scheme = word.split_once("://").map(|(_, rest)| rest);
    let rest = after_scheme.unwrap_or(word);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let rest = rest.rsplit_once('=').map_or(rest, |(_, host)| host);
    let host_and_port = rest.split('/').next().unwrap_or(rest);
    let has_port = endpoint_port(host_and_port).is_some();
    (after_scheme.is_some() || has_port).then_some(host_and_port)
}

fn endpoint_port(text: &str) -> Option<u16> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let end = rest.split(['/', '#', '?']).next()?;
    let (host, port) = end.rsplit_once(':')?;
    let port = port.parse().ok()?;
    (!host.is_empty()).then_some(port)
}

/// The place on the net that `end` names is one of the playbook's pools.
fn is_pool(end: &str, look_for: &Indicators) -> bool {
    look_for.is_pool_name(end.rsplit_once(':').map_or(end, |(host, _)| host))
}
