//! What starts by itself, as the pane shows it: groups, what is folded away, what is new, and what is filtered.
//!
//! Invariant: a row is an identity: the cursor stays on its entry when others come and go. What changes is written to
//! the journal by whoever has the pen, and no faster than a journal can take.

mod filter;
mod report;
mod unwatched;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::cockpit::Model;
use crate::cockpit::dialog::Dialog;
use crate::cockpit::model::{Pane, View};
use crate::domain::base::Timestamp;
use crate::domain::detect::{Finding, Grade, Subject};
use crate::domain::facts::{
    Autostart, AutostartChange, AutostartKind, Packaged, Persistence, Reading, Running, changes,
    running,
};
use crate::domain::untrusted::Untrusted;

pub use filter::Filter;
pub(super) use report::report;
pub(super) use unwatched::recalled;

/// Entries that are kept of those that came and went again.
const PASSED: usize = 64;

/// The pane's own state.
#[derive(Debug, Default)]
pub struct PersistencePane {
    /// What is shown, in its order.
    pub rows: Vec<AutostartRow>,
    /// Row of the cursor.
    pub line: usize,
    /// What is shown of all.
    pub filter: Filter,
    /// How many entries there are, shown or not.
    pub all: usize,
    /// How many of them changed since the first hunt that this screen saw.
    pub news: usize,
    /// Who runs what.
    running: Running,
    unfolded: BTreeSet<AutostartKind>,
    selected: Option<Spot>,
    /// The session that all this is about.
    session: Option<String>,
    /// The first hunt that this screen saw.
    first: Option<Arc<Persistence>>,
    /// The newest, and what changed from the first to it.
    last: Option<Arc<Persistence>>,
    changed: Changed,
    /// What came and went again since then.
    passed: Changed,
    /// What changed before anybody looked, and between when and when.
    unwatched: Option<(Timestamp, Timestamp, Changed)>,
    pub(super) reported: report::Reported,
}

/// What changed, by its entry.
type Changed = Vec<(AutostartChange, Arc<Autostart>)>;

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub enum AutostartRow {
    /// A group, how many entries it has, and how many of them are news.
    Head(AutostartKind, usize, usize),
    /// An entry.
    Entry {
        /// What.
        entry: Arc<Autostart>,
        /// What became of it since the first hunt.
        change: Option<AutostartChange>,
        /// How many processes run what it starts.
        running: usize,
        /// How far what speaks against it carries.
        grade: Option<Grade>,
    },
    /// So many entries of a group are as their packages have them.
    Folded(AutostartKind, usize),
}

/// What tells a row from every other one.
#[derive(Clone, Debug, PartialEq)]
enum Spot {
    Head(AutostartKind),
    Entry(Arc<Autostart>),
    Folded(AutostartKind),
}

/// How much an entry is worth to be looked at; the first is the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Worth {
    /// A finding speaks against it.
    Accused,
    /// It hides what it does.
    Tricky,
    /// It changed while somebody looked.
    News,
    /// A package brought it, and it is not as the package has it.
    Altered,
    /// No package brought it, and its file cannot be changed.
    Immutable,
    /// No package brought it, and what it starts runs now.
    Runs,
    /// No package brought it.
    Own,
    /// Nobody could tell.
    Unknown,
    /// As its package has it.
    Usual,
}

impl PersistencePane {
    /// Moves the cursor by `by` lines.
    pub(super) fn step(&mut self, by: isize) {
        let last = self.rows.len().saturating_sub(1);
        self.line = self.line.saturating_add_signed(by).min(last);
        self.selected = self.rows.get(self.line).map(spot);
    }

    /// The entry under the cursor.
    #[must_use]
    pub fn entry(&self) -> Option<&Arc<Autostart>> {
        match self.rows.get(self.line)? {
            AutostartRow::Entry { entry, .. } => Some(entry),
            AutostartRow::Head(..) | AutostartRow::Folded(..) => None,
        }
    }

    /// The processes that run what an entry starts.
    #[must_use]
    pub fn running(&self) -> &Running {
        &self.running
    }

    /// What became of an entry since the first hunt.
    #[must_use]
    pub fn change(&self, entry: &Autostart) -> Option<AutostartChange> {
        self.changed.iter().find(|(_, it)| it.key() == entry.key()).map(|(change, _)| *change)
    }

    /// Between when and when an entry changed, if nobody watched.
    #[must_use]
    pub fn unwatched(&self, entry: &Autostart) -> Option<(Timestamp, Timestamp)> {
        let (since, until, changed) = self.unwatched.as_ref()?;
        let is_in = changed.iter().any(|(_, it)| it.key() == entry.key());
        is_in.then_some((*since, *until))
    }

    /// What was learnt later must not colour the past, nor one session another.
    pub(crate) fn forget(&mut self) {
        (self.first, self.last) = (None, None);
        self.changed.clear();
        self.passed.clear();
        self.unwatched = None;
    }

    /// Takes what the newest hunt found.
    fn take(&mut self, found: &Arc<Persistence>, session: Option<&str>) {
        if self.session.as_deref() != session {
            self.forget();
            self.session = session.map(str::to_owned);
        }
        if found.hunted_ms.is_none() || self.last.as_ref().is_some_and(|it| Arc::ptr_eq(it, found))
        {
            return;
        }
        let first = Arc::clone(self.first.get_or_insert_with(|| Arc::clone(found)));
        let before = self.last.as_ref().map(|it| changes(it, found)).unwrap_or_default();
        self.passed.extend(before.into_iter().filter(|(it, _)| *it == AutostartChange::Vanished));
        self.changed = changes(&first, found);
        let known = |one: &Autostart| {
            let told = self.changed.iter().any(|(_, it)| it.key() == one.key());
            told || found.entries.iter().any(|it| it.key() == one.key())
        };
        self.passed.retain(|(_, it)| !known(it));
        let too_many = self.passed.len().saturating_sub(PASSED);
        self.passed.drain(..too_many);
        self.changed.extend(self.passed.iter().cloned());
        self.last = Some(Arc::clone(found));
    }
}

impl AutostartRow {
    /// How much an entry is worth to be looked at; a group and what is folded are of no worth by themselves.
    #[must_use]
    pub fn worth(&self) -> Worth {
        match self {
            Self::Entry { grade: Some(Grade::Suspect | Grade::Confirmed), .. } => Worth::Accused,
            Self::Entry { entry, change, running, .. } => worth(entry, *change, *running > 0),
            Self::Head(..) | Self::Folded(..) => Worth::Usual,
        }
    }
}

/// How much an entry is worth to be looked at.
#[must_use]
pub fn worth(entry: &Autostart, change: Option<AutostartChange>, runs: bool) -> Worth {
    let program = entry.runs.as_ref().map(|runs| &runs.packaged);
    let altered = |it: &Packaged| matches!(it, Packaged::Changed(_));
    let own = matches!(entry.packaged, Packaged::No | Packaged::Undigested(_));
    let immutable = entry.immutable == Reading::Known(true);
    if !entry.tricks.is_empty() {
        Worth::Tricky
    } else if change.is_some() {
        Worth::News
    } else if altered(&entry.packaged) || program.is_some_and(altered) {
        Worth::Altered
    } else if entry.is_as_packaged() {
        Worth::Usual
    } else if immutable {
        Worth::Immutable
    } else if runs && own {
        Worth::Runs
    } else if own || matches!(entry.packaged, Packaged::Unchanged(_)) {
        Worth::Own
    } else {
        Worth::Unknown
    }
}

/// Whom an entry runs as: as it says, or root where its place means root. Of what only changes another entry, nobody
/// says it here.
#[must_use]
pub fn runs_as(entry: &Autostart) -> Option<Untrusted> {
    use AutostartKind::{
        Anacron, CloudInit, Cron, InitScript, Initramfs, KernelModule, KernelSetting, Logrotate,
        Motd, NetworkDispatcher, PackageHook, RcLocal, SystemdGenerator, SystemdUnit, Tmpfiles,
        UdevRule,
    };
    let of_users = entry.path.bytes().windows(13).any(|it| it == b"/systemd/user");
    let of_host = matches!(
        entry.kind,
        Anacron
            | CloudInit
            | Cron
            | Initramfs
            | InitScript
            | KernelModule
            | KernelSetting
            | Logrotate
            | Motd
            | NetworkDispatcher
            | PackageHook
            | RcLocal
            | Tmpfiles
            | UdevRule
    );
    let of_systemd = matches!(entry.kind, SystemdUnit | SystemdGenerator);
    let means_root = of_host || (of_systemd && !of_users);
    entry.user.clone().or_else(|| means_root.then(|| Untrusted::from("root")))
}

/// Works the rows out again, if anybody sees them.
pub(super) fn refresh(model: &mut Model) {
    let Some(snapshot) = model.live.snapshot.clone() else { return };
    let pane = &mut model.panes.persistence;
    pane.take(&snapshot.persistence, model.session.as_ref().map(|session| session.id.as_str()));
    pane.all = snapshot.persistence.entries.len();
    pane.news = pane.changed.len();
    if model.view != View::Full(Pane::Persistence) {
        return;
    }
    pane.running = running(&snapshot.persistence, &snapshot.processes);
    pane.rows = rows(pane, &snapshot.persistence, &model.live.findings);
    let at = pane.selected.as_ref().and_then(|it| {
        let same = |row: &AutostartRow| is_at(row, it);
        pane.rows.iter().position(same)
    });
    pane.line = at.unwrap_or(pane.line).min(pane.rows.len().saturating_sub(1));
}

/// Another filter is in use.
pub(super) fn filter(model: &mut Model, filter: Filter) {
    model.panes.persistence.filter = filter;
    refresh(model);
}

/// Enter: the page of an entry, or what a group has folded away.
pub(super) fn open(model: &mut Model) {
    if model.view != View::Full(Pane::Persistence) {
        model.view = View::Full(Pane::Persistence);
        return refresh(model);
    }
    let pane = &mut model.panes.persistence;
    match pane.rows.get(pane.line) {
        Some(AutostartRow::Entry { entry, .. }) => {
            model.dialog = Dialog::Autostart(Arc::clone(entry));
        }
        Some(AutostartRow::Head(kind, ..) | AutostartRow::Folded(kind, _)) => {
            let kind = *kind;
            if !pane.unfolded.remove(&kind) {
                pane.unfolded.insert(kind);
            }
            refresh(model);
        }
        None => {}
    }
}

/// Groups in the order of the most that is in them, entries in the order of their worth.
fn rows(
    pane: &PersistencePane,
    found: &Persistence,
    findings: &BTreeMap<Subject, Finding>,
) -> Vec<AutostartRow> {
    let changed: HashMap<_, _> =
        pane.changed.iter().map(|(it, entry)| (entry.key(), *it)).collect();
    let vanished = pane.changed.iter().filter(|(it, _)| *it == AutostartChange::Vanished);
    let mut groups: BTreeMap<AutostartKind, Vec<(Worth, AutostartRow)>> = BTreeMap::new();
    for entry in found.entries.iter().chain(vanished.map(|(_, entry)| entry)) {
        let change = changed.get(&entry.key()).copied();
        let running = pane.running.of(entry).len();
        if pane.filter.shows(entry, change, running > 0) {
            let grade = findings.get(&Subject::of_autostart(entry)).map(|it| it.grade);
            let row = AutostartRow::Entry { entry: Arc::clone(entry), change, running, grade };
            groups.entry(entry.kind).or_default().push((row.worth(), row));
        }
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    for (_, rows) in &mut groups {
        // Stable: within the same worth they stay by path and line.
        rows.sort_by_key(|(worth, _)| *worth);
    }
    groups.sort_by_key(|(kind, rows)| {
        let most = rows.first().map(|(worth, _)| *worth).filter(|it| *it <= Worth::Altered);
        (most.unwrap_or(Worth::Usual), *kind)
    });
    let mut list = Vec::new();
    for (kind, rows) in groups {
        let news = rows.iter().filter(|(worth, _)| *worth <= Worth::Altered).count();
        list.push(AutostartRow::Head(kind, rows.len(), news));
        let open = pane.unfolded.contains(&kind) || pane.filter.is_set();
        let usual = rows.iter().filter(|(worth, _)| *worth == Worth::Usual).count();
        let shown = rows.into_iter().filter(|(worth, _)| open || *worth < Worth::Usual);
        list.extend(shown.map(|(_, row)| row));
        if usual > 0 && !open {
            list.push(AutostartRow::Folded(kind, usual));
        }
    }
    list
}

fn spot(row: &AutostartRow) -> Spot {
    match row {
        AutostartRow::Head(kind, ..) => Spot::Head(*kind),
        AutostartRow::Folded(kind, _) => Spot::Folded(*kind),
        AutostartRow::Entry { entry, .. } => Spot::Entry(Arc::clone(entry)),
    }
}

fn is_at(row: &AutostartRow, spot: &Spot) -> bool {
    match (row, spot) {
        (AutostartRow::Head(kind, ..), Spot::Head(of))
        | (AutostartRow::Folded(kind, _), Spot::Folded(of)) => kind == of,
        (AutostartRow::Entry { entry, .. }, Spot::Entry(of)) => entry.key() == of.key(),
        (
            AutostartRow::Head(..) | AutostartRow::Folded(..) | AutostartRow::Entry { .. },
            Spot::Head(_) | Spot::Folded(_) | Spot::Entry(_),
        ) => false,
    }
}
