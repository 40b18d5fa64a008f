//! Where the host stands: the firmware's words for the machine, and what of SSH lies in homes.
//!
//! Invariant: a look takes what is there and waits for nobody; both are read in threads of their own. No file of a key is
//! opened, and what `known_hosts` says is counted and not kept.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::io::Errno;

use super::Roots;
use super::persistence::ssh_homes;
use super::text::whole_number;
use super::tool::Errand;
use super::tree::small_file;
use crate::domain::facts::{Firmware, NotWhole, Reading, Site, SshHome, Unread};
use crate::domain::untrusted::Untrusted;

/// Where the kernel shows what the firmware says.
const DMI: &str = "sys/class/dmi/id";
/// More of one of its files is not read.
const MOST: usize = 256;
/// From one look into homes to the next.
const PERIOD: Duration = Duration::from_mins(5);
/// An answer that takes longer is missed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the host stands, from look to look.
pub(super) struct Place {
    roots: Roots,
    firmware: Option<Errand<Reading<Firmware>>>,
    homes: Option<Errand<(Reading<Vec<SshHome>>, u32)>>,
    asked: Option<Instant>,
    last: Arc<Site>,
}

impl Place {
    /// Nobody is at work before the first look.
    pub(super) fn new(roots: &Roots) -> Self {
        let roots = roots.clone();
        Self { roots, firmware: None, homes: None, asked: None, last: Arc::default() }
    }

    /// The newest that is known.
    pub(super) fn look(&mut self, unread: &mut Vec<Unread>) -> Arc<Site> {
        if self.asked.is_none_or(|asked| asked.elapsed() >= PERIOD) {
            self.ask();
        }
        let firmware = self.firmware.as_mut().and_then(|it| it.take(Duration::ZERO));
        if let Some(firmware) = firmware {
            // It does not change while the machine runs.
            self.firmware = None;
            Arc::make_mut(&mut self.last).firmware = firmware;
        }
        let homes = self.homes.as_mut().and_then(|it| it.take(Duration::ZERO));
        let known = (&self.last.homes, &self.last.homes_unread);
        if let Some((homes, unread)) = homes.filter(|(homes, unread)| (homes, unread) != known) {
            let last = Arc::make_mut(&mut self.last);
            (last.homes, last.homes_unread) = (homes, unread);
        }
        let late = |what: &str| Unread::part(what, NotWhole::Late);
        if self.firmware.as_ref().is_some_and(|it| it.is_late(PATIENCE)) {
            unread.push(late("/sys/class/dmi/id"));
        }
        if self.homes.as_ref().is_some_and(|it| it.is_late(PATIENCE)) {
            unread.push(late("~/.ssh"));
        }
        Arc::clone(&self.last)
    }

    fn ask(&mut self) {
        if self.asked.replace(Instant::now()).is_none() {
            let folder = self.roots.at(DMI);
            self.firmware = Errand::new("firmware", move || firmware(&folder));
        }
        let roots = self.roots.clone();
        let homes = || Errand::new("homes", move || ssh_homes(&roots));
        self.homes = self.homes.take().or_else(homes);
        if let Some(errand) = &mut self.firmware {
            errand.ask();
        }
        if let Some(errand) = &mut self.homes {
            errand.ask();
        }
    }
}

/// What the firmware says; of a machine without this there is nothing to know.
fn firmware(folder: &Path) -> Reading<Firmware> {
    let read = |name: &str| small_file(&folder.join(name), MOST);
    let text = |name: &str| {
        Untrusted::new(read(name).map(|it| it.trim_ascii().to_vec()).unwrap_or_default())
    };
    match read("sys_vendor") {
        Err(Errno::ACCESS | Errno::PERM) => return Reading::Denied,
        Err(_) if read("product_name").is_err() => return Reading::Unknown,
        Err(_) | Ok(_) => {}
    }
    let chassis = read("chassis_type").ok().and_then(|it| whole_number(it.trim_ascii()));
    Reading::Known(Firmware {
        vendor: text("sys_vendor"),
        product: text("product_name"),
        bios: text("bios_vendor"),
        version: text("bios_version"),
        tag: text("chassis_asset_tag"),
        chassis: chassis.and_then(|it: u32| u8::try_from(it).ok()).unwrap_or_default(),
    })
}
