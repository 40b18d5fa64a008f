//! What one look at the host gives to all answers; gathered once a look.
//!
//! Invariant: follows from the look and its findings alone, so that a recording gives the same answers again.

mod came;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::domain::answer::fact::{Fact, Way, What};
use crate::domain::answer::{lateral, provider};
use crate::domain::base::{Digest, ProcessId};
use crate::domain::detect::{FactSource, Finding, Grade, Reason, Rule, Subject, grammar};
use crate::domain::facts::{
    AutostartKind, Packaged, Process, Reading, Runtime, Site, Snapshot, Spoken, WireState,
};
use crate::domain::playbook::Indicators;
use crate::domain::untrusted::Untrusted;

/// Where names are asked for, at the same addresses.
const DNS: u16 = 53;
/// So many of what was found are looked at one by one; all are counted.
const LOOKED_AT: usize = 32;
/// What shows a screen to somebody who sits before it.
const DESKTOPS: [&[u8]; 7] =
    [b"gnome-shell", b"Xorg", b"kwin_wayland", b"kwin_x11", b"sway", b"xfce4-session", b"cinnamon"];

/// What one look at the host gives to all answers.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each was seen or not, by itself")]
pub struct Grounds {
    /// There was a look.
    pub(super) looked: bool,
    pub(super) host: Untrusted,
    pub(super) cpu: f32,
    pub(super) over: Option<(f32, usize)>,
    pub(super) gpu: Option<f32>,
    pub(super) has_gpu: bool,
    /// One of them does not tell how busy it is.
    pub(super) gpu_unread: bool,
    /// Of processors, then of graphics processors: who is above the limit for as long as it says, and who only now.
    pub(super) loaded: ((usize, usize), (usize, usize)),
    /// How many processes are confirmed, and how many suspect.
    pub(super) found: (usize, usize),
    /// The gravest of them.
    pub(super) culprits: Vec<Culprit>,
    /// How many connections match, and where the gravest leads.
    pub(super) pools: (usize, Option<SocketAddr>),
    /// One of them matches by more than its port, which others use too.
    pub(super) pool_by_more: bool,
    /// Messages of mining, names of pools and other names that were heard; `None` where nobody listens.
    pub(super) heard: Option<(usize, usize, usize)>,
    pub(super) hides: usize,
    /// Other views of the host answered, and were compared with what it shows.
    pub(super) compared: bool,
    /// What looks bad of what starts by itself or is marked to look at, the gravest first; `None` until the places were read.
    pub(super) autostarts: Option<Vec<(Grade, AutostartKind, Untrusted)>>,
    /// Whose machine it is.
    pub(super) cloud: Vec<Fact>,
    /// What leads to other hosts.
    pub(super) out: Vec<Fact>,
    pub(super) site: Arc<Site>,
    pub(super) desktop: Option<Untrusted>,
    pub(super) changed_tool: Option<Untrusted>,
}

/// A process that was found, and what bears on the playbook's questions.
#[derive(Clone, Debug)]
pub(super) struct Culprit {
    pub(super) grade: Grade,
    pub(super) name: Untrusted,
    pub(super) weightiest: Reason,
    pub(super) exe: Option<(Untrusted, bool)>,
    pub(super) digest: Option<Digest>,
    pub(super) uid: u32,
    pub(super) user: Option<Untrusted>,
    pub(super) container: Option<Untrusted>,
    /// What it runs, by which `pools` are known.
    command: Reading<Untrusted>,
    pub(super) pools: Vec<Untrusted>,
    pub(super) came: Option<(Way, Untrusted)>,
    /// A person with an account of their own started it by hand.
    pub(super) by_hand: bool,
    /// It lies among what others wrote and a tool installed.
    pub(super) installed: bool,
    pub(super) entered: Vec<Reason>,
    /// What starts it again.
    pub(super) returns: Vec<Reason>,
    pub(super) metadata: Option<Fact>,
}

impl Grounds {
    /// Takes in a look and what was found in it.
    #[must_use]
    pub fn gather(
        snapshot: &Snapshot,
        findings: &BTreeMap<Subject, Finding>,
        look_for: &Indicators,
    ) -> Self {
        Self::default().next(snapshot, findings, look_for)
    }

    /// The same after these, whose work on what did not change is not done again.
    #[must_use]
    pub fn next(
        &self,
        snapshot: &Snapshot,
        findings: &BTreeMap<Subject, Finding>,
        look_for: &Indicators,
    ) -> Self {
        let mut grounds = Self {
            looked: true,
            host: snapshot.host.name.clone(),
            cpu: snapshot.host.cpu,
            over: look_for.cpu.map(|(limit, _)| {
                (limit, snapshot.processes.iter().filter(|it| it.cpu > limit).count())
            }),
            cloud: provider::of_look(snapshot),
            out: lateral::of_look(snapshot),
            site: Arc::clone(&snapshot.site),
            compared: !snapshot.hiding.views.is_empty(),
            ..Self::default()
        };
        grounds.gpu(snapshot);
        grounds.wire(snapshot, look_for);
        if snapshot.persistence.hunted_ms.is_some() {
            grounds.autostarts = Some(Vec::new());
        }
        grounds.findings(snapshot, findings, &self.culprits);
        let mut processes = snapshot.processes.iter();
        // Whatever was found may be called as it likes.
        let found = |id: ProcessId| {
            findings.get(&Subject::Process(id)).is_some_and(|it| it.grade > Grade::Noted)
        };
        let desktop = processes.find(|it| DESKTOPS.contains(&it.comm.bytes()) && !found(it.id));
        grounds.desktop = desktop.map(|it| it.comm.clone());
        grounds
    }

    /// Processes that are confirmed, of those that are looked at one by one.
    pub(super) fn confirmed(&self) -> impl Iterator<Item = &Culprit> {
        self.culprits.iter().filter(|it| it.grade == Grade::Confirmed)
    }

    /// Somebody talks to what tells a cloud's machine about itself.
    pub(super) fn metadata(&self) -> Option<&Fact> {
        self.cloud.iter().find(|it| matches!(it.what, What::Metadata(..)))
    }

    /// What the firmware says of whose machine it is.
    pub(super) fn firmware(&self) -> Fact {
        provider::of_firmware(&self.site.firmware)
    }

    fn gpu(&mut self, snapshot: &Snapshot) {
        let of_devices = snapshot.gpu.devices.iter().filter_map(|it| it.busy.known());
        let of_holders = snapshot.gpu.holders.iter().filter_map(|it| it.busy.known());
        self.gpu = of_devices.chain(of_holders).copied().max_by(f32::total_cmp);
        self.has_gpu = !snapshot.gpu.devices.is_empty();
        self.gpu_unread = snapshot.gpu.devices.iter().any(|it| it.busy.known().is_none());
    }

    fn wire(&mut self, snapshot: &Snapshot, look_for: &Indicators) {
        if snapshot.wire.state == WireState::Listening {
            let sightings = &snapshot.wire.sightings;
            let is_stratum = |it: &Spoken| matches!(it, Spoken::Stratum { .. });
            let stratum = sightings.iter().filter(|it| is_stratum(&it.spoken)).count();
            let is_pool = |name: &Untrusted| {
                std::str::from_utf8(name.bytes()).is_ok_and(|name| look_for.is_pool_name(name))
            };
            let allowed = snapshot.wire.names.iter().filter(|(_, name)| !is_pool(name)).count();
            self.heard = Some((stratum, sightings.len() - stratum, allowed));
        }
    }

    fn findings(
        &mut self,
        snapshot: &Snapshot,
        findings: &BTreeMap<Subject, Finding>,
        before: &[Culprit],
    ) {
        let mut found: Vec<(ProcessId, &Finding)> = Vec::new();
        let mut gravest = Grade::Noted;
        for finding in findings.values() {
            match &finding.subject {
                Subject::Process(id) => match finding.grade {
                    Grade::Noted => {}
                    Grade::Suspect | Grade::Confirmed => found.push((*id, finding)),
                },
                Subject::Connection { remote, .. } if finding.grade > Grade::Noted => {
                    self.pools.0 += 1;
                    self.pool_by_more |= finding.grade == Grade::Confirmed
                        || finding.reasons.iter().any(|it| it.rule != Rule::PoolPort);
                    if finding.grade > gravest {
                        (gravest, self.pools.1) = (finding.grade, Some(*remote));
                    }
                }
                Subject::Hiding { .. } => self.hides += 1,
                Subject::Autostart { place, path, .. } => {
                    let bad = (finding.grade, *place, path.clone());
                    self.autostarts.get_or_insert_default().push(bad);
                }
                Subject::Connection { .. } => {}
            }
            self.load(finding);
            let tool = |it: &&Reason| matches!(it.rule, Rule::ChangedTool | Rule::ShadowedTool);
            if let Some(reason) = finding.reasons.iter().find(tool) {
                self.changed_tool.get_or_insert_with(|| reason.value.clone());
            }
        }
        self.marked(snapshot, findings);
        self.hides += found.iter().filter(|(_, it)| it.reasons.iter().any(is_hidden)).count();
        // Of the same grade, whom more speaks against.
        found.sort_by_key(|(id, it)| (Reverse(it.grade), Reverse(it.reasons.len()), id.pid));
        self.found.0 = found.iter().filter(|(_, it)| it.grade == Grade::Confirmed).count();
        self.found.1 = found.len() - self.found.0;
        let culprits = found.into_iter().take(LOOKED_AT);
        self.culprits = culprits
            .filter_map(|(id, it)| Culprit::of(snapshot, snapshot.process(id)?, it, before))
            .collect();
    }

    /// What no rule speaks against, and what is marked all the same wherever it is listed: it hides what it does, or is not
    /// as its package has it.
    fn marked(&mut self, snapshot: &Snapshot, findings: &BTreeMap<Subject, Finding>) {
        let Some(all) = &mut self.autostarts else { return };
        let altered = |it: &Packaged| matches!(it, Packaged::Changed(_));
        let entries = snapshot.persistence.entries.iter().filter(|it| {
            let program = it.runs.as_ref().is_some_and(|runs| altered(&runs.packaged));
            !it.tricks.is_empty() || altered(&it.packaged) || program
        });
        let unnamed = entries.filter(|it| !findings.contains_key(&Subject::of_autostart(it)));
        all.extend(unnamed.map(|it| (Grade::Noted, it.kind, it.path.clone())));
        all.sort_by_key(|(grade, ..)| Reverse(*grade));
    }

    /// Whom the rules for load speak against.
    fn load(&mut self, finding: &Finding) {
        let says = |rule: Rule| usize::from(finding.reasons.iter().any(|it| it.rule == rule));
        let ((cpu_long, cpu_now), (gpu_long, gpu_now)) = &mut self.loaded;
        *cpu_long += says(Rule::SustainedCpu);
        *cpu_now += says(Rule::HighCpu);
        *gpu_long += says(Rule::SustainedGpu);
        *gpu_now += says(Rule::HighGpu);
    }
}

fn is_hidden(reason: &Reason) -> bool {
    matches!(reason.rule, Rule::HiddenProcess | Rule::HiddenThread | Rule::MountedOver)
}

impl Culprit {
    fn of(
        snapshot: &Snapshot,
        process: &Process,
        finding: &Finding,
        before: &[Self],
    ) -> Option<Self> {
        let weightiest = finding.reasons.first()?.clone();
        let mut name = process.id.pid.to_string().into_bytes();
        name.push(b' ');
        name.extend_from_slice(process.comm.bytes());
        let exe = process.exe.known().filter(|it| !it.is_empty());
        let same = before.iter().find(|it| it.command == process.command);
        let pools = same.map_or_else(|| pools(&process.command), |same| same.pools.clone());
        let entered = |it: &&Reason| matches!(it.rule, Rule::ServiceChild | Rule::FromRequest);
        let entered: Vec<Reason> = finding.reasons.iter().filter(entered).cloned().collect();
        let returns = |it: &&Reason| matches!(it.rule, Rule::ComesBack | Rule::CameBack);
        let returns = finding.reasons.iter().filter(returns).cloned().collect();
        // What only has something in common with a miner says nothing of how the miner came in.
        let only_shares = finding.reasons.iter().all(|it| it.rule == Rule::SharesWith);
        let container = process.around.container.as_ref();
        let container = container.filter(|it| it.runtime != Runtime::Systemd);
        Some(Self {
            grade: finding.grade,
            name: Untrusted::new(name),
            weightiest,
            exe: exe.map(|it| (without_mark(it, process.exe_deleted), process.exe_deleted)),
            digest: snapshot.evidence.of(process.id).and_then(|it| it.digest),
            uid: process.uid,
            user: process.user.as_deref().map(Untrusted::from),
            container: container.map(|it| it.id.clone()),
            command: process.command.clone(),
            pools,
            by_hand: came::is_by_hand(process),
            installed: came::is_of_others(process, snapshot),
            came: came::came(process, &entered).filter(|_| !only_shares),
            entered,
            returns,
            metadata: metadata(snapshot, process.id),
        })
    }
}

/// Pools that a command line names, each once.
fn pools(command: &Reading<Untrusted>) -> Vec<Untrusted> {
    let arguments = match command {
        Reading::Known(command) => grammar::read(command.arguments()),
        Reading::Denied | Reading::Blocked | Reading::Unknown => return Vec::new(),
    };
    let mut pools: Vec<Untrusted> = Vec::new();
    for pool in arguments.pools() {
        if !pools.contains(&pool.text) {
            pools.push(pool.text.clone());
        }
    }
    pools
}

/// The kernel puts a mark behind the path of a file that was deleted.
fn without_mark(path: &Untrusted, deleted: bool) -> Untrusted {
    let bare = path.bytes().strip_suffix(b" (deleted)").filter(|_| deleted);
    bare.map_or_else(|| path.clone(), Untrusted::new)
}

/// It talks to what tells a cloud's machine about itself, and hands out its credentials.
fn metadata(snapshot: &Snapshot, id: ProcessId) -> Option<Fact> {
    let own = snapshot.sockets.iter().filter(|it| it.owners.contains(&id) && provider::answers(it));
    let mut ends = own.filter_map(|it| it.remote).filter(|it| it.port() != DNS).map(|it| it.ip());
    let end = ends.find(|it| provider::hands_out_credentials(*it))?;
    let name = snapshot.process(id)?.comm.clone();
    Some(Fact::look(What::Metadata(end, name), FactSource::Sockets))
}
