//! Who brings it back: what starts by itself, and loops of shells, joined to the processes that are spoken against. Whoever
//! kills a process should know before what will start it again.
//!
//! Source: jobs of cron, units with `Restart=`, containers with a restart policy and loops of shells are what brings miners
//! back within a minute (ATT&CK T1053.003, T1543.002, T1610). Known false alarms: none of its own; it speaks only of what
//! something else speaks against, and of an entry that a package brought, or that runs a package's program, not at all.

use std::sync::Arc;

use super::Gathered;
use crate::domain::base::Pid;
use crate::domain::detect::rules::Told;
use crate::domain::detect::{FactSource, Grade, Reason, Rule, Subject};
use crate::domain::facts::{
    Autostart, AutostartKind, Packaged, Process, Remark, Running, Snapshot, running,
};
use crate::domain::untrusted::Untrusted;

/// What runs a script, or a loop.
const SHELLS: [&str; 8] = ["sh", "bash", "dash", "ash", "zsh", "ksh", "watch", "busybox"];
/// A path shorter than this stands in too many texts.
const SHORTEST: usize = 6;
/// More of those that bring one process back are not named.
const MOST: usize = 8;

/// Something speaks against it that is worth an alert.
pub(super) fn is_accused(told: &[Told]) -> bool {
    told.iter().any(|(grade, _)| *grade >= Grade::Suspect)
}

/// Says of each process that is spoken against what starts it again, and of what starts it that it does.
pub(super) fn join(snapshot: &Snapshot, gathered: &mut Gathered) {
    let accused = gathered.iter().filter(|(_, told)| is_accused(told));
    let accused: Vec<Arc<Process>> = accused
        .filter_map(|(subject, _)| match subject {
            Subject::Process(id) => snapshot.process(*id).cloned(),
            Subject::Connection { .. } | Subject::Hiding { .. } | Subject::Autostart { .. } => None,
        })
        .collect();
    if accused.is_empty() {
        return;
    }
    let runs = running(&snapshot.persistence, &accused);
    let own = |it: &&Arc<Autostart>| !matches!(it.packaged, Packaged::Unchanged(_));
    for entry in snapshot.persistence.entries.iter().filter(own) {
        for process in accused.iter().filter(|it| starts(entry, it, &runs)) {
            let value = Untrusted::new(called(process.id.pid, &process.comm));
            add(gathered, Subject::of_autostart(entry), (Grade::Suspect, Rule::RunsFinding, value));
            comes_back(gathered, process, place(entry));
        }
    }
    let loops = snapshot.processes.iter().filter(|it| is_shell(it));
    for it in loops.filter(|it| !accused.iter().any(|accused| accused.id == it.id)) {
        let Some(command) = it.command.known() else { continue };
        for process in accused.iter().filter(|accused| names(command.bytes(), accused)) {
            comes_back(gathered, process, Untrusted::new(called(it.id.pid, &it.comm)));
        }
    }
}

/// `4242 kworker`
pub(super) fn called(pid: Pid, comm: &Untrusted) -> Vec<u8> {
    let mut called = format!("{pid} ").into_bytes();
    called.extend_from_slice(comm.bytes());
    called
}

/// It starts this process: its program is what runs, or it is the unit or the container that the process is in.
fn starts(entry: &Autostart, process: &Process, runs: &Running) -> bool {
    let packaged = entry
        .runs
        .as_ref()
        .is_some_and(|it| matches!(it.packaged, Packaged::Unchanged(_) | Packaged::Undigested(_)));
    if runs.of(entry).contains(&process.id) && !packaged {
        return true;
    }
    let path = entry.path.bytes();
    match entry.kind {
        AutostartKind::SystemdUnit | AutostartKind::SystemdTimer => {
            let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
            let mut parts = process.around.cgroup.bytes().split(|byte| *byte == b'/');
            process.parent == Pid(1) && !name.is_empty() && parts.any(|part| part == name)
        }
        AutostartKind::Container => process.around.container.as_ref().is_some_and(|it| {
            let id = it.id.bytes();
            id.len() >= SHORTEST && path.windows(id.len()).any(|part| part == id)
        }),
        AutostartKind::Cron
        | AutostartKind::Anacron
        | AutostartKind::At
        | AutostartKind::Incron
        | AutostartKind::SystemdDropIn
        | AutostartKind::SystemdGenerator
        | AutostartKind::RcLocal
        | AutostartKind::InitScript
        | AutostartKind::UdevRule
        | AutostartKind::ShellStart
        | AutostartKind::AuthorizedKey
        | AutostartKind::SshdConfig
        | AutostartKind::Preload
        | AutostartKind::LoaderConfig
        | AutostartKind::Pam
        | AutostartKind::KernelModule
        | AutostartKind::Initramfs
        | AutostartKind::PackageHook
        | AutostartKind::NetworkDispatcher
        | AutostartKind::Motd
        | AutostartKind::DesktopAutostart
        | AutostartKind::GitHook
        | AutostartKind::PythonPath
        | AutostartKind::Kubernetes
        | AutostartKind::Sudoers
        | AutostartKind::User => false,
    }
}

/// `cron /etc/cron.d/x:3`, and whether it is started again whenever it ends.
fn place(entry: &Autostart) -> Untrusted {
    let mut place = format!("{} ", entry.kind.name()).into_bytes();
    place.extend_from_slice(entry.path.bytes());
    if entry.line > 0 {
        place.extend_from_slice(format!(":{}", entry.line).as_bytes());
    }
    if entry.remarks.contains(&Remark::RestartsAlways) {
        place.extend_from_slice(b" (Restart)");
    }
    Untrusted::new(place)
}

fn is_shell(process: &Process) -> bool {
    let comm = std::str::from_utf8(process.comm.bytes());
    !process.kernel && comm.is_ok_and(|comm| SHELLS.contains(&comm))
}

/// This command line names the executable of that process.
fn names(command: &[u8], process: &Process) -> bool {
    let Some(exe) = process.exe.known().map(Untrusted::bytes) else { return false };
    let exe = exe.strip_suffix(b" (deleted)").unwrap_or(exe);
    exe.len() >= SHORTEST && command.windows(exe.len()).any(|part| part == exe)
}

fn comes_back(gathered: &mut Gathered, process: &Process, by: Untrusted) {
    let subject = Subject::Process(process.id);
    let told = gathered.entry(subject.clone()).or_default();
    if told.iter().filter(|(_, it)| it.rule == Rule::ComesBack).count() < MOST {
        add(gathered, subject, (Grade::Noted, Rule::ComesBack, by));
    }
}

fn add(gathered: &mut Gathered, subject: Subject, (grade, rule, value): (Grade, Rule, Untrusted)) {
    let reason = Reason { rule, value, source: FactSource::Persistence };
    gathered.entry(subject).or_default().push((grade, reason));
}
