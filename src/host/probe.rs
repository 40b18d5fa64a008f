//! Readers of the host: processes, sockets, graphics processors, the machine as a whole.
//!
//! [`Eyes`] is the live source of snapshots. A look costs what changed, not what exists: a process that
//! did not run is not read. Everything here blocks and nothing knows of tokio.
//!
//! Invariant: a look cannot fail and cannot hang. What could not be read is said in the snapshot; what
//! a process of the host can make slow is read in a helper thread with a deadline. Deliberately absent:
//! writing to the host, name look-ups, libraries of the host.

mod apart;
mod clock;
mod commands;
mod costs;
mod door;
mod evidence;
mod file;
mod gpu;
mod hiding;
mod identity;
mod image;
mod limits;
mod machine;
pub mod memory;
mod own;
mod owners;
mod packages;
mod persistence;
mod processes;
pub mod raise;
mod site;
mod sockets;
mod text;
mod tool;
mod tools;
mod tree;
mod users;
mod wire;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::domain::base::{Moment, ProcessId};
use crate::domain::facts::{Contradiction, Examination, Gap, Hiding, Late, Snapshot, Unread};
use crate::domain::wire::Ear;
use apart::Apart;
use commands::Stuck;
use evidence::Seeker;
use gpu::Graphics;
use hiding::{Hider, Seen};
use limits::Limits;
use machine::Machine;
use own::Standing;
use owners::Owners;
use persistence::{Hunter, News};
use processes::{Means, Processes};
use site::Place;
use sockets::Sockets;
use tools::Tools;
use users::Users;
use wire::Listener;

pub use clock::HostClock;
pub use costs::{Costs, Part};
pub use evidence::{Sieve, Worthy};
pub use identity::{Identity, home, whoami};
pub use image::{Lying, lying};
pub use own::{own, prepare};
pub use packages::{Database, Packages, Source};
pub use persistence::{Hunt, Judge};
pub use tools::inspect;

/// Why there is nothing to look at.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// There is no `/proc`, or it is closed to us.
    #[error("cannot open {}", path.display())]
    Open {
        /// Which directory.
        path: PathBuf,
        /// The kernel's answer.
        source: std::io::Error,
    },
}

/// Where the kernel's file systems are: this machine's, or a recorded tree.
#[derive(Clone, Debug)]
pub struct Roots {
    root: PathBuf,
    live: bool,
}

impl Roots {
    /// This machine.
    #[must_use]
    pub fn live() -> Self {
        Self { root: PathBuf::from("/"), live: true }
    }

    /// A directory that holds `proc`, `sys`, `dev` and `etc` as they were on some machine. Clocks and
    /// netlink speak of this machine only, so they are not used.
    #[must_use]
    pub fn recorded(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), live: false }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }
}

/// An errand that is at one piece of work for longer hangs.
const AN_ERRAND: Duration = Duration::from_mins(1);

/// Threads that hang, where for some of them none is started any more.
fn hanging(stuck: &Stuck) -> Option<Unread> {
    let errands = tool::hanging(AN_ERRAND);
    let count = u32::try_from(errands.len() + stuck.count()).unwrap_or(u32::MAX);
    let gap = Gap::Late(Late::Threads(count));
    let lacks = stuck.is_full() || !errands.is_empty();
    lacks.then(|| Unread { what: errands.join(", ").into(), ..Unread::gap(gap) })
}

/// One of these is there where a process can hold a graphics processor.
const GPU_FILES: [&str; 3] = ["dev/nvidiactl", "dev/kfd", "dev/dri"];

/// Looks at a host, again and again.
pub struct Eyes {
    processes: Processes,
    sockets: Sockets,
    owners: Owners,
    apart: Apart,
    machine: Machine,
    graphics: Graphics,
    hider: Hider,
    packages: Packages,
    tools: Tools,
    own: Standing,
    seeker: Seeker,
    site: Place,
    listener: Listener,
    limits: Limits,
    stuck: Stuck,
    roots: Roots,
    hunter: Option<Hunter>,
    news: Option<News>,
    hiding: Arc<Hiding>,
}

impl Eyes {
    /// Opens the eyes on this machine.
    pub fn open() -> Result<Self, ProbeError> {
        raise_descriptors();
        Self::open_at(&Roots::live())
    }

    /// Opens the eyes on any tree.
    pub fn open_at(roots: &Roots) -> Result<Self, ProbeError> {
        let path = roots.at("proc");
        let proc = tree::open_dir(&path)
            .map_err(|source| ProbeError::Open { path: path.clone(), source: source.into() })?;
        let (live, stuck) = (roots.live, Stuck::default());
        let gpu = GPU_FILES.iter().any(|file| roots.at(file).exists());
        let means = || {
            let users = Users::new(roots.at("etc/passwd"));
            Means { users, live, gpu, stuck: stuck.clone() }
        };
        let packages = Packages::open(roots);
        let limits = Limits::new(roots);
        let again = tree::open_dir(&path)
            .map_err(|source| ProbeError::Open { path: path.clone(), source: source.into() })?;
        Ok(Self {
            hider: Hider::new(again, roots, packages.clone(), limits.hides_processes(), means()),
            processes: Processes::new(proc, means()),
            sockets: Sockets::new(path.clone(), roots.live),
            owners: Owners::default(),
            apart: Apart::new(live),
            machine: Machine::new(tree::open_dir(&path).ok(), live, machine::boot_id(&path)),
            graphics: Graphics::new(roots, &stuck),
            seeker: Seeker::new(
                tree::open_dir(&path).ok().filter(|_| live),
                packages.clone(),
                stuck.clone(),
            ),
            tools: Tools::new(roots, packages.clone()),
            packages,
            own: Standing::new(roots.live),
            site: Place::new(roots),
            listener: Listener::default(),
            limits,
            stuck,
            roots: roots.clone(),
            hunter: None,
            news: None,
            hiding: Arc::default(),
        })
    }

    /// Takes one look. The first one takes 20 ms longer, so that its CPU percentages are real.
    pub fn look(&mut self, moment: Moment) -> Snapshot {
        self.look_timed(moment).0
    }

    /// The same, with what each part of it cost.
    pub fn look_timed(&mut self, moment: Moment) -> (Snapshot, Costs) {
        let mut costs = Costs::default();
        let mut unread = Vec::new();
        self.stuck.begin_look();
        let doubt = self.hider.doubts();
        costs.of(Part::Own, || self.limits.look(doubt.is_some(), moment.boot_ms, &mut unread));
        let known = doubt.is_some_and(|since| self.limits.is_known_since(since));
        costs.of(Part::Gpu, || self.graphics.ask(moment));
        costs.of(Part::Sockets, || self.sockets.list(moment, &mut unread));
        let fresh = self.sockets.has_new();
        self.processes.leave_out(self.hider.left_out());
        let rows = costs.of(Part::Processes, || {
            self.processes.look(moment, fresh, self.hider.found(), &mut self.owners, &mut unread)
        });
        let closed = self.limits.hides_processes();
        let seen = Seen { moment, table: &self.processes, rows, sockets: fresh, closed, known };
        let (processes, hiding) =
            costs.of(Part::Hiding, || self.hider.look(seen, &mut self.owners, &mut unread));
        let (sockets, others) = costs.of(Part::Rows, || {
            let (owners, inodes) = (&mut self.owners, self.sockets.inodes());
            self.apart.look(&processes, inodes, owners, &mut unread);
            let apart = self.apart.namespaces();
            self.sockets.search(self.apart.tables());
            self.sockets.follow(moment, (&processes, apart), &self.owners, &mut unread);
            (self.sockets.rows(moment, &self.owners), self.sockets.others())
        });
        let host =
            costs.of(Part::Machine, || self.machine.look(self.processes.stat(), &mut unread));
        let gpu = costs.of(Part::Gpu, || {
            let tables: Vec<_> = self.hider.table().into_iter().chain([&self.processes]).collect();
            self.graphics.look(moment, &tables, &processes, &mut unread)
        });
        let wire = costs.of(Part::Wire, || self.listener.look(moment, &sockets));
        let hiding = costs.of(Part::Hiding, || {
            let all = self.tools.join(with_sockets(hiding, self.sockets.contradictions()));
            self.tools.tell_late(&mut unread);
            self.in_order(all)
        });
        let own = costs.of(Part::Own, || self.own.look(&processes, host.cpu));
        let site = costs.of(Part::Own, || self.site.look(&mut unread));
        let evidence =
            costs.of(Part::Evidence, || self.seeker.look(moment, &processes, &mut unread));
        let persistence = costs.of(Part::Persistence, || self.hunt().take(&mut unread));
        unread.extend(hanging(&self.stuck));
        let empty = Snapshot::empty(moment);
        let seen = Snapshot { host, processes, sockets, others, gpu, hiding, ..empty };
        (Snapshot { persistence, wire, evidence, site, own, unread, ..seen }, costs)
    }

    /// Contradictions stand in the order first seen, whoever found them; the same as before if nothing changed.
    fn in_order(&mut self, mut hiding: Arc<Hiding>) -> Arc<Hiding> {
        if !hiding.contradictions.is_sorted_by_key(|it| it.first_seen_ms) {
            Arc::make_mut(&mut hiding).contradictions.sort_by_key(|it| it.first_seen_ms);
        }
        if *self.hiding != *hiding {
            self.hiding = hiding;
        }
        Arc::clone(&self.hiding)
    }

    /// Has somebody told when something else starts by itself than the last look saw. To be called before the first look.
    pub fn tell(&mut self, news: impl Fn() + Send + 'static) {
        self.news = Some(Box::new(news));
    }

    /// The first look is not kept waiting; from then on somebody hunts beside it.
    fn hunt(&mut self) -> &mut Hunter {
        self.hunter.get_or_insert_with(|| {
            let packages = self.packages.clone();
            Hunter::start(&self.roots, Box::new(move |path| packages.judge(path)), self.news.take())
        })
    }

    /// From now on files and memory of processes that are worth it are read as well; this says for what, and which.
    pub fn seek(&mut self, sieve: Sieve, worthy: Worthy) {
        self.seeker.seek(sieve, worthy);
    }

    /// Something that is worth it and that may be read now was not read yet.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        self.seeker.is_reading()
    }

    /// What of a closer look at the processes of the last look there was no time or no room for: for whoever takes no other look.
    #[must_use]
    pub fn left_unread(&self, snapshot: &Snapshot) -> Vec<Unread> {
        self.seeker.left(&snapshot.processes)
    }

    /// Listens on the wire from now on with this ear, or not any more. Whether the kernel lets us is in the next look.
    pub fn listen(&mut self, ear: Option<Ear>, now: Moment) {
        self.listener.turn(ear, now);
    }

    /// Reads one process in full, and waits a tenth of a second for it at most: what is slower is blocked, and is there
    /// when the same process is examined again. `None` if it is not there any more.
    pub fn examine(&mut self, id: ProcessId, moment: Moment) -> Option<Examination> {
        if self.hider.has(id) {
            return self.hider.examine(id, moment);
        }
        self.processes.examine(id, moment)
    }

    /// From now on `program` of the host is run to ask about graphics processors. Only the program
    /// that [`nvidia_smi_candidate`] names is; `false` if it is another one.
    pub fn allow(&mut self, program: &Path) -> bool {
        self.graphics.allow(program)
    }
}

/// Many processes and namespaces take many descriptors, and nothing is less for it elsewhere: takes all that we may have.
fn raise_descriptors() {
    let may = getrlimit(Resource::Nofile);
    if may.current != may.maximum {
        // Refused, it is as it was, and what cannot be opened is said.
        setrlimit(Resource::Nofile, Rlimit { current: may.maximum, ..may }).ok();
    }
}

/// Sockets that only one view has are put to what else hides.
fn with_sockets(mut hiding: Arc<Hiding>, found: &[Arc<Contradiction>]) -> Arc<Hiding> {
    if !found.is_empty() {
        Arc::make_mut(&mut hiding).contradictions.extend_from_slice(found);
    }
    hiding
}

/// `nvidia-smi`, if it is in one of its usual places; no search path is asked.
#[must_use]
pub fn nvidia_smi_candidate() -> Option<PathBuf> {
    gpu::candidate(&Roots::live())
}
