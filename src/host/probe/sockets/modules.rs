//! Which modules of the kernel tell of sockets by netlink, and are there already.
//!
//! Whoever asks `sock_diag` for what no module tells yet makes the kernel start `modprobe` and load one
//! (`sock_load_diag_module`: `inet_diag`, and then `tcp_diag` or `udp_diag`). This program changes nothing on the host, so
//! it does not ask for what is not there: the tables of `/proc/net` tell of it, and how to get more is said.
//!
//! What cannot be told is taken for not being there: a setting that nobody may read loads, a search that lets us wait knows
//! nothing any more. Invariant: nobody waits for the disk on which the list of what is built in lies, but a moment at the
//! beginning.
//!
//! A race is left: a module that is unloaded is found missing [`TURNS`] looks later at most, and who asks meanwhile has it
//! loaded again. Nothing tells of it at once, and an open netlink socket holds no module.

use std::path::Path;
use std::time::Duration;

use rustix::io::Errno;

use crate::domain::facts::{DiagModule, Gap, Late, Protocol, Unread};
use crate::host::probe::text::words;
use crate::host::probe::tool::Errand;
use crate::host::probe::tree;

/// When the eyes are opened, for so long.
const AT_FIRST: Duration = Duration::from_millis(200);
/// Looks until it is read again: somebody may load one, or unload it.
const TURNS: u32 = 15;
/// A search that takes longer knows nothing any more.
const PATIENCE: Duration = Duration::from_secs(5);
/// More of one file is not read.
const MOST: usize = 1 << 20;
/// What both protocols need.
const BOTH: &str = "inet_diag";

/// What netlink may be asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Asks {
    pub(super) tcp: bool,
    pub(super) udp: bool,
}

impl Asks {
    /// Both.
    pub(super) const ALL: Self = Self { tcp: true, udp: true };

    /// Nothing is loaded if it is asked for these.
    pub(super) const fn may(self, protocol: Protocol) -> bool {
        match protocol {
            Protocol::Tcp => self.tcp,
            Protocol::Udp => self.udp,
            Protocol::Raw => false,
        }
    }
}

/// The search for the modules, from look to look.
pub(super) struct Modules {
    /// This machine is looked at; of another's tree nothing is asked by netlink.
    live: bool,
    errand: Option<Errand<Asks>>,
    /// Absent as long as nobody knows.
    asks: Option<Asks>,
    looks: u32,
}

impl Modules {
    /// Of this machine, if `live`.
    pub(super) fn new(live: bool) -> Self {
        let mut errand = live.then(search).flatten();
        let asks = errand.as_mut().and_then(|errand| {
            errand.ask();
            errand.take(AT_FIRST)
        });
        Self { live, errand, asks, looks: 0 }
    }

    /// What netlink may be asked for; nothing as long as nobody knows.
    pub(super) fn asks(&self) -> Asks {
        self.asks.unwrap_or_default()
    }

    /// The same as it is now; says what is not there. Somebody may load it, or unload it.
    pub(super) fn look(&mut self, unread: &mut Vec<Unread>) -> Asks {
        if !self.live {
            return Asks::default();
        }
        self.looks = self.looks.wrapping_add(1);
        let due = self.looks.is_multiple_of(TURNS);
        if due && self.errand.is_none() {
            self.errand = search();
        }
        if let Some(errand) = &mut self.errand {
            if let Some(asks) = errand.take(Duration::ZERO) {
                self.asks = Some(asks);
            } else if errand.is_late(PATIENCE) {
                self.asks = None;
            }
            if due {
                errand.ask();
            }
        }
        unread.extend(self.missing().into_iter().flatten().map(Unread::gap));
        self.asks()
    }

    fn missing(&self) -> [Option<Gap>; 2] {
        let Some(Asks { tcp, udp }) = self.asks else {
            return [Some(Gap::Late(Late::Modules)), None];
        };
        let lacks = |there: bool, module| (!there).then_some(Gap::NoModule(module));
        [lacks(tcp, DiagModule::Tcp), lacks(udp, DiagModule::Udp)]
    }
}

fn search() -> Option<Errand<Asks>> {
    Errand::new("modules", || found(Path::new("/")))
}

/// What may be asked for on the machine below `root`.
fn found(root: &Path) -> Asks {
    let file = |path: &str| tree::small_file(&root.join(path), MOST);
    let loaded = match file("proc/modules") {
        Ok(loaded) => loaded,
        // A kernel without modules: whatever it has is in it, and it loads nothing. A `/proc` of processes alone lacks the
        // list too, and with it all that is of the machine.
        Err(Errno::NOENT) if tree::exists(&root.join("proc/stat")) => return Asks::ALL,
        Err(_) => return Asks::default(),
    };
    // The kernel looks at nothing else before it starts this, not even at `modules_disabled`.
    if file("proc/sys/kernel/modprobe").is_ok_and(|it| it.trim_ascii().is_empty()) {
        return Asks::ALL;
    }
    let release = rustix::system::uname().release().to_string_lossy().into_owned();
    let built_in = file(&format!("lib/modules/{release}/modules.builtin"))
        .or_else(|_| file(&format!("usr/lib/modules/{release}/modules.builtin")))
        .unwrap_or_default();
    let there = |name: &str| {
        // Its folder has no state if it was never loaded.
        let state = || file(&format!("sys/module/{name}/initstate"));
        state_of(&loaded, name).map_or_else(
            || {
                is_built_in(&built_in, name)
                    || tree::exists(&root.join("sys/module").join(name))
                        && state() == Err(Errno::NOENT)
            },
            |state| state == b"Live",
        )
    };
    let both = there(BOTH);
    Asks { tcp: both && there(DiagModule::Tcp.name()), udp: both && there(DiagModule::Udp.name()) }
}

/// The state of a module that can be loaded, as long as the kernel lists it: one on its way in or out is not there.
fn state_of<'l>(loaded: &'l [u8], name: &str) -> Option<&'l [u8]> {
    loaded.split(|byte| *byte == b'\n').find_map(|line| {
        // Name, size, users, by whom, state.
        let mut fields = words(line);
        fields.next().filter(|it| *it == name.as_bytes())?;
        Some(fields.nth(3).unwrap_or_default())
    })
}

/// It is in the kernel itself.
fn is_built_in(built_in: &[u8], name: &str) -> bool {
    let mut files = built_in
        .split(|byte| *byte == b'\n')
        .filter_map(|path| path.rsplit(|byte| *byte == b'/').next()?.strip_suffix(b".ko"));
    // A file may be written with a hyphen where the kernel's name has an underscore.
    files.any(|file| {
        let letters = file.iter().map(|byte| if *byte == b'-' { b'_' } else { *byte });
        letters.eq(name.bytes())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tempfile::{TempDir, tempdir};

    use super::*;

    fn machine(files: &[(&str, &str)]) -> TempDir {
        let root = tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        root
    }

    fn asked(files: &[(&str, &str)]) -> (bool, bool) {
        let Asks { tcp, udp } = found(machine(files).path());
        (tcp, udp)
    }

    const MODPROBE: (&str, &str) = ("proc/sys/kernel/modprobe", "/sbin/modprobe\n");
    const LOADED: &str = "tcp_diag 12288 0 - Live 0x0\ninet_diag 24576 1 tcp_diag, Live 0x0\n\
        udp_diag 12288 0 - Unloading 0x0\n";

    #[test]
    fn what_is_not_loaded_is_not_asked_for() {
        assert_eq!(asked(&[MODPROBE, ("proc/modules", "")]), (false, false));
        assert_eq!(asked(&[MODPROBE, ("proc/modules", LOADED)]), (true, false));
        let alone = "udp_diag 12288 0 - Live 0x0\n";
        assert_eq!(asked(&[MODPROBE, ("proc/modules", alone)]), (false, false), "all need one");
    }

    #[test]
    fn what_is_built_in_is_there() {
        let release = rustix::system::uname().release().to_string_lossy().into_owned();
        let list = format!("lib/modules/{release}/modules.builtin");
        let text = "kernel/net/ipv4/inet_diag.ko\nkernel/net/ipv4/udp-diag.ko\n";
        assert_eq!(asked(&[MODPROBE, ("proc/modules", ""), (&list, text)]), (false, true));
        let sys = ("sys/module/tcp_diag/version", "0\n");
        assert_eq!(asked(&[MODPROBE, ("proc/modules", ""), (&list, text), sys]), (true, true));
    }

    #[test]
    fn a_folder_is_a_module_only_where_it_never_was_loaded() {
        let (inet, tcp) = ("sys/module/inet_diag/version", "sys/module/tcp_diag/version");
        let known = [MODPROBE, ("proc/modules", ""), (inet, "1\n"), (tcp, "1\n")];
        assert_eq!(asked(&known), (true, false));
        let going = ("sys/module/tcp_diag/initstate", "going\n");
        assert_eq!(asked(&[&known[..], &[going]].concat()), (false, false));
        let listed = ("proc/modules", "tcp_diag 12288 0 - Unloading 0x0\n");
        assert_eq!(asked(&[MODPROBE, listed, (inet, "1\n"), (tcp, "1\n")]), (false, false));
    }

    #[test]
    fn what_cannot_be_read_loads() {
        assert_eq!(asked(&[("proc/modules", "")]), (false, false), "no word of what loads");
        assert_eq!(asked(&[MODPROBE]), (false, false), "a /proc of processes alone");
        let root = machine(&[("proc/stat", "cpu 1\n"), MODPROBE]);
        std::fs::create_dir(root.path().join("proc/modules")).unwrap();
        assert_eq!(found(root.path()), Asks::default(), "EISDIR is not ENOENT");
    }

    #[test]
    fn until_somebody_knows_nothing_is_asked_and_nothing_is_called_missing() {
        let (open, waits) = std::sync::mpsc::sync_channel::<()>(1);
        let mut errand = Errand::new("modules", move || {
            waits.recv().ok();
            Asks { tcp: true, udp: false }
        });
        errand.as_mut().unwrap().ask();
        let mut modules = Modules { live: true, errand, asks: None, looks: 0 };
        let mut unread = Vec::new();
        assert_eq!(modules.look(&mut unread), Asks::default());
        assert_eq!(unread, [Unread::gap(Gap::Late(Late::Modules))]);
        open.send(()).unwrap();
        let end = std::time::Instant::now() + Duration::from_secs(10);
        while modules.look(&mut Vec::new()) == Asks::default() {
            assert!(std::time::Instant::now() < end, "it answers");
        }
        unread.clear();
        modules.look(&mut unread);
        assert_eq!(unread, [Unread::gap(Gap::NoModule(DiagModule::Udp))]);
    }

    #[test]
    fn a_module_that_was_unloaded_is_not_asked_for_again() {
        let root = machine(&[MODPROBE, ("proc/modules", &LOADED.replace("Unloading", "Live"))]);
        let path = root.path().to_path_buf();
        let errand = Errand::new("modules", move || found(&path));
        let mut modules = Modules { live: true, errand, asks: Some(Asks::ALL), looks: 0 };
        std::fs::write(root.path().join("proc/modules"), "").unwrap();
        let end = std::time::Instant::now() + Duration::from_secs(10);
        while modules.look(&mut Vec::new()) != Asks::default() {
            assert!(std::time::Instant::now() < end, "it is seen");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn where_nothing_can_be_loaded_anything_may_be_asked_for() {
        assert_eq!(asked(&[("proc/stat", "cpu 1\n")]), (true, true), "no modules at all");
        assert_eq!(
            asked(&[("proc/modules", ""), ("proc/sys/kernel/modprobe", "\n")]),
            (true, true)
        );
        // The kernel starts the program all the same, and for nothing.
        let closed = ("proc/sys/kernel/modules_disabled", "1\n");
        assert_eq!(asked(&[("proc/modules", ""), MODPROBE, closed]), (false, false));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_fall(loaded in prop::collection::vec(any::<u8>(), 0..99), built_in in prop::collection::vec(any::<u8>(), 0..99)) {
            state_of(&loaded, "tcp_diag");
            is_built_in(&built_in, "tcp_diag");
        }
    }
}
