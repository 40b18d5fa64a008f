//! The hunt for what starts by itself: each family of places in a file of its own.
//!
//! Invariant: everything here may take long, so it runs in a thread of its own ([`Hunter`]) and never in a look; what is
//! read is bounded in each file, each directory and each family. Nothing of the host is run, and nothing is written.

mod accounts;
mod bolt;
mod boot;
mod client;
mod cloud;
mod containers;
mod cron;
mod daemons;
mod dig;
mod git;
mod ground;
mod hooks;
mod hunter;
mod include;
mod keys;
mod loader;
mod login;
mod manifest;
mod overlay;
mod patience;
mod podman;
mod program;
mod python;
mod reach;
mod services;
mod sudoers;
mod systemd;
mod unit;
mod upkeep;
mod walk;
mod watch;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::domain::facts::{Autostart, Packaged, Persistence, Unread};
use crate::host::probe::Roots;
use accounts::Homes;
use dig::{Dig, Interest, Known};
use ground::Ground;

pub(in crate::host::probe) use hunter::{Hunter, News};
pub(in crate::host::probe) use reach::ssh_homes;

/// What the package database says about a file, by its path from the root.
pub type Judge = Box<dyn Fn(&Path) -> Packaged + Send>;

/// A family of places that are read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Cron,
    Systemd,
    Boot,
    Udev,
    Modules,
    Initramfs,
    Shells,
    Motd,
    Desktops,
    Keys,
    Loader,
    Pam,
    Packages,
    Network,
    Git,
    Python,
    Containers,
    Kubernetes,
    Sudoers,
    Users,
    SshClient,
    Services,
    Upkeep,
}

impl Family {
    const ALL: [Self; 23] = [
        Self::Cron,
        Self::Systemd,
        Self::Boot,
        Self::Loader,
        Self::Keys,
        Self::Shells,
        Self::Users,
        Self::Sudoers,
        Self::Pam,
        Self::Udev,
        Self::Modules,
        Self::Initramfs,
        Self::Motd,
        Self::Desktops,
        Self::Packages,
        Self::Network,
        Self::Containers,
        Self::Kubernetes,
        Self::SshClient,
        Self::Services,
        Self::Upkeep,
        Self::Python,
        Self::Git,
    ];

    /// It looks into homes.
    const fn is_at_home(self) -> bool {
        matches!(
            self,
            Self::Systemd
                | Self::Shells
                | Self::Desktops
                | Self::Keys
                | Self::Git
                | Self::Python
                | Self::Containers
                | Self::SshClient
                | Self::Services
        )
    }

    fn hunt(self, dig: &mut Dig<'_>) {
        match self {
            Self::Cron => cron::hunt(dig),
            Self::Systemd => systemd::hunt(dig),
            Self::Boot => boot::hunt(dig),
            Self::Udev => boot::udev(dig),
            Self::Modules => boot::modules(dig),
            Self::Initramfs => boot::initramfs(dig),
            Self::Shells => login::shells(dig),
            Self::Motd => login::motd(dig),
            Self::Desktops => login::desktops(dig),
            Self::Keys => keys::hunt(dig),
            Self::Loader => loader::hunt(dig),
            Self::Pam => loader::pam(dig),
            Self::Packages => hooks::packages(dig),
            Self::Network => hooks::network(dig),
            Self::Git => git::hunt(dig),
            Self::Python => python::hunt(dig),
            Self::Containers => containers::hunt(dig),
            Self::Kubernetes => containers::kubernetes(dig),
            Self::Sudoers => sudoers::hunt(dig),
            Self::Users => accounts::users(dig),
            Self::SshClient => client::hunt(dig),
            Self::Services => services::hunt(dig),
            Self::Upkeep => upkeep::hunt(dig),
        }
    }
}

/// What one family had when it was last read.
#[derive(Default)]
struct Harvest {
    entries: Vec<Arc<Autostart>>,
    unread: Vec<Unread>,
    interests: BTreeSet<Interest>,
}

/// Hunts over one root, again and again, a family at a time.
pub struct Hunt {
    roots: Roots,
    judge: Judge,
    harvests: BTreeMap<Family, Harvest>,
    left_out: Vec<Unread>,
    /// Everybody's home, there or not.
    homes: BTreeSet<Vec<u8>>,
}

impl Hunt {
    /// A hunt that has found nothing yet. `judge` is asked about every file that is found.
    #[must_use]
    pub fn new(roots: &Roots, judge: Judge) -> Self {
        let (roots, harvests, homes) = (roots.clone(), BTreeMap::new(), BTreeSet::new());
        Self { roots, judge, harvests, left_out: Vec::new(), homes }
    }

    /// Reads every place.
    pub fn everywhere(&mut self) {
        self.again(&Family::ALL, &BTreeSet::new());
    }

    /// Reads these families again, each opened anew: a home may have come or gone; but of these files what was known of
    /// them stays where that can be, as they are read another time. `false` if nothing could be read.
    fn again(&mut self, families: &[Family], later: &BTreeSet<Vec<u8>>) -> bool {
        self.left_out.clear();
        let ground = match Ground::open(&self.roots) {
            Ok(ground) => ground,
            Err(why) => {
                self.left_out.push(Unread::source("/", why.to_string()));
                return false;
            }
        };
        let homes = accounts::homes(&ground);
        self.left_out.extend(homes.left_out.iter().cloned());
        let found = homes.found.iter().map(|home| &home.path);
        self.homes = found.chain(&homes.absent).cloned().collect();
        for family in families {
            let harvest = self.harvest(*family, &ground, &homes, later);
            self.harvests.insert(*family, harvest);
        }
        true
    }

    /// Entries that are what they were are the same ones, so that they cost nobody anything again.
    fn harvest(
        &self,
        family: Family,
        ground: &Ground,
        homes: &Homes,
        later: &BTreeSet<Vec<u8>>,
    ) -> Harvest {
        let before = self.harvests.get(&family);
        let (entries, unread) = before.map_or((&[][..], &[][..]), |it| (&it.entries, &it.unread));
        let known = Known { later, entries, unread };
        let mut dig = Dig::new(ground, homes, &*self.judge, known);
        family.hunt(&mut dig);
        // A home that comes is looked into by whoever looks into homes.
        homes.absent.iter().filter(|_| family.is_at_home()).for_each(|home| dig.watch_file(home));
        let Dig { mut entries, unread, mut interests, .. } = dig;
        entries.sort_by(|one, other| one.key().cmp(&other.key()));
        for entry in &mut entries {
            let at = known.entries.binary_search_by(|it| it.key().cmp(&entry.key())).ok();
            if let Some(same) = at.and_then(|at| known.entries.get(at)).filter(|it| *it == entry) {
                *entry = Arc::clone(same);
            }
        }
        // Whoever has a home is written there.
        interests.insert((b"/etc".to_vec(), Some(b"passwd".to_vec())));
        Harvest { entries, unread, interests }
    }

    /// Everything that was found, by kind and path.
    #[must_use]
    pub fn found(&self) -> Persistence {
        let all = self.harvests.values().flat_map(|harvest| harvest.entries.iter().cloned());
        let mut entries: Vec<Arc<Autostart>> = all.collect();
        entries.sort_by(|one, other| one.key().cmp(&other.key()));
        Persistence { entries, hunted_ms: None, watched: false }
    }

    /// What could not be read, and why.
    pub fn unread(&self) -> impl Iterator<Item = &Unread> {
        self.left_out.iter().chain(self.harvests.values().flat_map(|harvest| &harvest.unread))
    }

    /// It looked for this file, or for whatever lies in its folder.
    #[must_use]
    pub fn looks_at(&self, path: &[u8]) -> bool {
        let cut = path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        let (dir, name) = path.split_at(cut.min(path.len()));
        let (whole, one) =
            ((dir.to_vec(), None), (dir.to_vec(), name.get(1..).map(<[u8]>::to_vec)));
        let looks = |it: &Harvest| it.interests.contains(&whole) || it.interests.contains(&one);
        self.harvests.values().any(looks)
    }

    /// The directories that each family is about.
    fn interests(&self) -> impl Iterator<Item = (Family, &Interest)> {
        let each = |(family, harvest): (&Family, _)| (*family, harvest);
        self.harvests.iter().map(each).flat_map(|(family, harvest): (Family, &Harvest)| {
            harvest.interests.iter().map(move |interest| (family, interest))
        })
    }
}
