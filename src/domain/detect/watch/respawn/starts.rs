//! Entries of what starts by itself, joined to the accused that they start.

use std::collections::HashMap;
use std::sync::Arc;

use super::names::Names;
use super::parents::WRAPPERS;
use super::shells::SHELLS;
use super::{MOST, SHORTEST, called, comes_back, said};
use crate::domain::base::{Pid, ProcessId};
use crate::domain::detect::rules::Told;
use crate::domain::detect::{Grade, Rule, Subject};
use crate::domain::facts::{
    Autostart, AutostartKind, Packaged, Persistence, Process, Remark, Running, running,
};
use crate::domain::untrusted::Untrusted;

/// Those of the accused that one word leads to: a program, a unit or a container.
#[derive(Debug, Default)]
struct Group {
    /// By their places among the accused.
    who: Vec<usize>,
    /// How many entries were said to start them.
    said: usize,
}

impl Group {
    /// Whom the next entry starts. Where [`MOST`] were named for each of them, the entry still names the first ones.
    fn next(&mut self) -> &[usize] {
        self.said += 1;
        let most = if self.said > MOST { MOST } else { self.who.len() };
        self.who.get(..most).unwrap_or(&self.who)
    }
}

/// All accused by the words that lead to them.
#[derive(Debug, Default)]
struct Groups<'a> {
    runs: Running,
    places: HashMap<ProcessId, usize>,
    programs: HashMap<&'a [u8], Group>,
    units: HashMap<&'a [u8], Group>,
    containers: Vec<Group>,
    ids: Names,
}

/// What is said of entries and of the accused that they start.
pub(super) fn starts(persistence: &Persistence, accused: &[Arc<Process>]) -> Vec<(Subject, Told)> {
    let mut groups = Groups::of(persistence, accused);
    let mut named = vec![0_usize; accused.len()];
    let mut all = Vec::new();
    let own = |it: &&Arc<Autostart>| !matches!(it.packaged, Packaged::Unchanged(_));
    for entry in persistence.entries.iter().filter(own) {
        for (nth, at) in groups.started(entry).into_iter().enumerate() {
            let (Some(process), Some(named)) = (accused.get(at), named.get_mut(at)) else {
                continue;
            };
            if nth < MOST {
                let value = Untrusted::new(called(process.id.pid, &process.comm));
                let told = said(Grade::Suspect, Rule::RunsFinding, value);
                all.push((Subject::of_autostart(entry), told));
            }
            if *named < MOST {
                *named += 1;
                all.push((Subject::Process(process.id), comes_back(place(entry))));
            }
        }
    }
    all
}

impl<'a> Groups<'a> {
    fn of(persistence: &Persistence, accused: &'a [Arc<Process>]) -> Self {
        let mut groups = Self { runs: running(persistence, accused), ..Self::default() };
        let mut containers: HashMap<&[u8], Vec<usize>> = HashMap::new();
        for (at, process) in accused.iter().enumerate() {
            groups.places.insert(process.id, at);
            if is_begun_by_unit(process) {
                let parts = process.around.cgroup.bytes().split(|byte| *byte == b'/');
                for part in parts.filter(|part| !part.is_empty()) {
                    let unit = groups.units.entry(part).or_default();
                    if unit.who.last() != Some(&at) {
                        unit.who.push(at);
                    }
                }
            }
            if let Some(it) = &process.around.container
                && it.id.bytes().len() >= SHORTEST
            {
                containers.entry(it.id.bytes()).or_default().push(at);
            }
        }
        groups.ids = Names::of(containers.keys().copied());
        groups.containers.resize_with(containers.len(), Group::default);
        for (id, who) in containers {
            if let Some(group) = groups.ids.place(id).and_then(|at| groups.containers.get_mut(at)) {
                group.who = who;
            }
        }
        groups
    }

    /// Whom this entry starts, each once and in order: its program is what runs, or it is the unit or the container that
    /// the process is in.
    fn started(&mut self, entry: &'a Autostart) -> Vec<usize> {
        let mut who = Vec::new();
        let packaged =
            |it: &Packaged| matches!(it, Packaged::Unchanged(_) | Packaged::Undigested(_));
        if let Some(target) = entry.runs.as_ref().filter(|it| !packaged(&it.packaged)) {
            let ids = self.runs.of(entry);
            if !ids.is_empty() {
                let places = &self.places;
                let group = self.programs.entry(target.program.bytes()).or_insert_with(|| {
                    let who = ids.iter().filter_map(|id| places.get(id).copied()).collect();
                    Group { who, said: 0 }
                });
                who.extend_from_slice(group.next());
            }
        }
        who.extend(self.within(entry));
        who.sort_unstable();
        who.dedup();
        who
    }

    /// Who is in the unit or the container that the entry is.
    fn within(&mut self, entry: &'a Autostart) -> Vec<usize> {
        let path = entry.path.bytes();
        match entry.kind {
            AutostartKind::SystemdUnit | AutostartKind::SystemdTimer => {
                let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
                self.units.get_mut(name).map(|group| group.next().to_vec()).unwrap_or_default()
            }
            AutostartKind::Container => {
                let mut who = Vec::new();
                for id in self.ids.within(path) {
                    if let Some(group) = self.containers.get_mut(id) {
                        who.extend_from_slice(group.next());
                    }
                }
                who
            }
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
            | AutostartKind::User
            | AutostartKind::SshClient
            | AutostartKind::Logrotate
            | AutostartKind::CloudInit
            | AutostartKind::Tmpfiles
            | AutostartKind::KernelSetting
            | AutostartKind::ServiceStarter => Vec::new(),
        }
    }
}

/// The unit that it is in began it: init did, or scripts and wrappers that init began. Whoever comes in by a service is in its
/// control group too, but below a program that is none of those.
fn is_begun_by_unit(process: &Process) -> bool {
    let above = &process.around.ancestors;
    let between = || above.iter().filter(|it| it.id.pid > Pid(1));
    let wraps = |name: &[u8]| SHELLS.contains(&name) || WRAPPERS.contains(&name);
    process.parent == Pid(1) || !above.is_empty() && between().all(|it| wraps(it.comm.bytes()))
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
