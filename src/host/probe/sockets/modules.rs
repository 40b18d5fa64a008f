//! Which modules of the kernel tell of sockets by netlink, and are there already.
//!
//! Whoever asks `sock_diag` for what no module tells yet makes the kernel start `modprobe` and load one
//! (`sock_load_diag_module`: `inet_diag`, and then `tcp_diag` or `udp_diag`). This program changes nothing on the host, so
//! it does not ask for what is not there: the tables of `/proc/net` tell of it, and how to get more is said.
//!
//! Invariant: nobody waits for the disk on which the list of what is built in lies, but a moment at the beginning.

use std::path::Path;
use std::time::Duration;

use crate::domain::facts::{Protocol, Unread};
use crate::host::probe::processes::note;
use crate::host::probe::text::words;
use crate::host::probe::tool::Errand;
use crate::host::probe::tree;

/// When the eyes are opened, for so long.
const AT_FIRST: Duration = Duration::from_millis(200);
/// Looks until it is read again, as long as something is not there.
const TURNS: u32 = 15;
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
    errand: Option<Errand<Asks>>,
    asks: Asks,
    looks: u32,
}

impl Modules {
    /// Of this machine; of another's tree nothing is asked by netlink.
    pub(super) fn new(live: bool) -> Self {
        let mut errand = live.then(|| Errand::new("modules", || found(Path::new("/")))).flatten();
        let asks = errand.as_mut().and_then(|errand| {
            errand.ask();
            errand.take(AT_FIRST)
        });
        Self { errand, asks: asks.unwrap_or_default(), looks: 0 }
    }

    /// What netlink may be asked for.
    pub(super) const fn asks(&self) -> Asks {
        self.asks
    }

    /// The same as it is now; says what is not there. Somebody may load it.
    pub(super) fn look(&mut self, unread: &mut Vec<Unread>) -> Asks {
        let Some(errand) = &mut self.errand else { return self.asks };
        if let Some(asks) = errand.take(Duration::ZERO) {
            self.asks = asks;
        }
        let Asks { tcp, udp } = self.asks;
        if tcp && udp {
            return self.asks;
        }
        self.looks = self.looks.wrapping_add(1);
        if self.looks.is_multiple_of(TURNS) {
            errand.ask();
        }
        for (name, module, there) in [("TCP", "tcp_diag", tcp), ("UDP", "udp_diag", udp)] {
            if !there {
                let what = format!("{name} sockets by netlink; /proc/net is used");
                unread.push(note(&what, format!("{module} is not loaded: modprobe {module}")));
            }
        }
        self.asks
    }
}

/// What may be asked for on the machine below `root`.
fn found(root: &Path) -> Asks {
    let file = |path: &str| tree::small_file(&root.join(path), MOST);
    let Ok(loaded) = file("proc/modules") else {
        // A kernel without modules: whatever it has is in it, and it loads nothing.
        return Asks { tcp: true, udp: true };
    };
    let release = rustix::system::uname().release().to_string_lossy().into_owned();
    let built_in = file(&format!("lib/modules/{release}/modules.builtin"))
        .or_else(|_| file(&format!("usr/lib/modules/{release}/modules.builtin")));
    let setting = |path: &str| file(path).unwrap_or_default().trim_ascii().to_vec();
    let loads = !setting("proc/sys/kernel/modprobe").is_empty()
        && setting("proc/sys/kernel/modules_disabled") != b"1";
    let built_in = built_in.unwrap_or_default();
    let there = |name: &str| {
        !loads || has(&loaded, &built_in, name) || tree::exists(&root.join("sys/module").join(name))
    };
    let both = there(BOTH);
    Asks { tcp: both && there("tcp_diag"), udp: both && there("udp_diag") }
}

/// It is loaded, or built into the kernel.
fn has(loaded: &[u8], built_in: &[u8], name: &str) -> bool {
    let mut named = loaded.split(|byte| *byte == b'\n').filter_map(|line| {
        let mut fields = words(line);
        // Name, size, users, by whom, state: one that is on its way in or out is not there.
        let name = fields.next()?;
        fields.nth(3).filter(|state| *state == b"Live").map(|_| name)
    });
    let mut files = built_in
        .split(|byte| *byte == b'\n')
        .filter_map(|path| path.rsplit(|byte| *byte == b'/').next()?.strip_suffix(b".ko"));
    // A file may be written with a hyphen where the kernel's name has an underscore.
    let same = |file: &[u8]| {
        let letters = file.iter().map(|byte| if *byte == b'-' { b'_' } else { *byte });
        letters.eq(name.bytes())
    };
    named.any(|it| it == name.as_bytes()) || files.any(same)
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
        let sys = ("sys/module/tcp_diag/refcnt", "0\n");
        assert_eq!(asked(&[MODPROBE, ("proc/modules", ""), (&list, text), sys]), (true, true));
    }

    #[test]
    fn where_nothing_can_be_loaded_anything_may_be_asked_for() {
        assert_eq!(asked(&[]), (true, true), "no modules at all");
        assert_eq!(
            asked(&[("proc/modules", ""), ("proc/sys/kernel/modprobe", "\n")]),
            (true, true)
        );
        let closed = ("proc/sys/kernel/modules_disabled", "1\n");
        assert_eq!(asked(&[("proc/modules", ""), MODPROBE, closed]), (true, true));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_fall(loaded in prop::collection::vec(any::<u8>(), 0..99), built_in in prop::collection::vec(any::<u8>(), 0..99)) {
            has(&loaded, &built_in, "tcp_diag");
        }
    }
}
