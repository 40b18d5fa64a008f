//! The rules: each looks at one thing about a process, a connection or what starts by itself, and says what speaks against
//! it.
//!
//! Invariant: a heuristic is never `confirmed`. Public lists name few of the miners that are met, so a name, a port or a
//! place alone is at most `suspect`; only what nothing but a miner says is more.

pub(super) mod command_line;
pub(super) mod config_file;
mod disguise;
pub(super) mod ends;
mod headless;
mod hidden_characters;
pub(super) mod hiding;
mod load;
pub(super) mod miner_name;
pub(super) mod origin;
mod padding;
pub(super) mod persistence;
pub(super) mod pivot;
mod settings;
mod shell_script;
mod strings_in_memory;
mod whereabouts;

use crate::domain::detect::grammar;
use crate::domain::detect::seen::{Seen, last_part};
use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::facts::{Protocol, Proxies, Socket, SocketState};
use crate::domain::playbook::Indicators;
use crate::domain::untrusted::Untrusted;

/// Percent of one CPU from which somebody works hard.
pub(super) const HARD: f32 = 50.0;
/// Minutes of CPU time that are many for a program that only looks something up.
const LONG_MINUTES: f32 = 30.0;

/// What a rule says: how far it carries, and why.
pub type Told = (Grade, Reason);

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
    "logger",
    "mail",
    "mailx",
    "mutt",
    "notify-send",
    "wall",
    "write",
];
/// What speaks against a process by what it is: none of it needs a second look, or another process.
#[must_use]
pub fn standing(seen: &Seen<'_>, look_for: &Indicators) -> Vec<Told> {
    let mut told = Vec::new();
    if seen.is_kernel() {
        return told;
    }
    miner_name::judge(seen, look_for, &mut told);
    let read = grammar::read(command_line::words(seen).into_iter());
    command_line::judge(seen, &read, look_for, &mut told);
    hidden_characters::judge(seen, &mut told);
    padding::judge(seen, &mut told);
    disguise::judge(seen, &mut told);
    whereabouts::judge(seen, &mut told);
    origin::judge(seen, &mut told);
    shell_script::judge(seen, look_for, &mut told);
    settings::judge(seen, &read, &mut told);
    headless::judge(seen, &mut told);
    paid(seen, &mut told);
    measures(seen, &mut told);
    told.extend(registers(seen));
    told.extend(found(seen));
    told.extend(hiding::preloaded(seen));
    told.extend(
        hiding::title(seen).filter(|(_, title)| told.iter().all(|(_, it)| it.rule != title.rule)),
    );
    origin::login(seen, &mut told);
    told
}

/// Registers of the processor are set with which `RandomX` runs faster (`XMRig`, `randomx_boost.sh`). Known false alarm:
/// whoever tunes a machine for something else.
fn registers(seen: &Seen<'_>) -> Option<Told> {
    const TUNED: [&[u8]; 6] =
        [b"0x1a4", b"0xc0011020", b"0xc0011021", b"0xc0011022", b"0xc001102b", b"allow_writes=on"];
    let title = last_part(seen.title());
    if !matches!(title, b"wrmsr" | b"modprobe") {
        return None;
    }
    let mut words = seen.arguments.iter().skip(1);
    let register = words.find(|it| TUNED.iter().any(|tuned| it.eq_ignore_ascii_case(tuned)))?;
    let (rule, value) = (Rule::MinerOptions, Untrusted::new([title, b" ", *register].concat()));
    Some((Grade::Noted, Reason { rule, value, source: FactSource::CommandLine }))
}

/// A miner that measures how fast it is works for nobody, unless a file says for whom.
fn measures(seen: &Seen<'_>, told: &mut [Told]) {
    let is = |words: &[&[u8]]| seen.arguments.iter().any(|it| words.contains(it));
    if is(&[b"--benchmark"])
        && !is(&[b"-c", b"--config"])
        && !told.iter().any(|(_, it)| Rule::OF_POOLS.contains(&it.rule))
    {
        for (grade, reason) in told {
            if matches!(reason.rule, Rule::MinerName | Rule::Algorithm | Rule::MinerOptions) {
                *grade = Grade::Noted;
            }
        }
    }
}

/// What speaks against it by what was read in its files and its memory.
#[must_use]
pub(super) fn found(seen: &Seen<'_>) -> Vec<Told> {
    let mut told = Vec::new();
    config_file::judge(seen, &mut told);
    strings_in_memory::judge(seen, &mut told);
    told
}

/// An address that is paid is more than a word where the program works for long, or lies where no program should be.
fn paid(seen: &Seen<'_>, told: &mut [Told]) {
    let odd =
        [Rule::OddPlace, Rule::DeletedExe, Rule::MemoryExe, Rule::ServiceChild, Rule::PoolName];
    let also = told.iter().any(|(_, it)| odd.contains(&it.rule));
    let long = seen.cpu_minutes.is_some_and(|minutes| minutes >= LONG_MINUTES);
    let text_tool = is_text_tool(command_line::tool(seen)) || command_line::calls(seen);
    for (grade, reason) in told {
        if matches!(reason.rule, Rule::Wallet | Rule::PoolEnd) && (also || long) && !text_tool {
            *grade = Grade::Suspect.max(*grade);
        }
    }
}

/// What speaks against it by what it does: its load, and whom it talks to.
#[must_use]
pub fn doing(seen: &Seen<'_>, look_for: &Indicators) -> Vec<Told> {
    let mut told = Vec::new();
    load::judge(seen, look_for, &mut told);
    ends::judge(seen, look_for, &mut told);
    told.extend(origin::typed_afar(seen));
    told
}

/// Its arguments are text to look for or to show.
fn is_text_tool(name: &[u8]) -> bool {
    std::str::from_utf8(name).is_ok_and(|name| TEXT_TOOLS.contains(&name))
}

/// The connection was opened from here: its other end is somebody else's service.
pub(super) fn is_outgoing(socket: &Socket, proxies: &Proxies) -> bool {
    is_alive(socket) && !proxies.came(socket)
}

/// The connection stands, whoever opened it.
pub(super) const fn is_alive(socket: &Socket) -> bool {
    let alive = matches!(
        socket.state,
        SocketState::Established
            | SocketState::SynSent
            | SocketState::CloseWait
            | SocketState::Open
    );
    alive && matches!(socket.protocol, Protocol::Tcp | Protocol::Udp)
}
