//! Names that a disguise borrows: those of the kernel's threads and of daemons.

use Day::{Quiet, Works};

/// Beginnings of names that only the kernel gives its threads.
const KERNEL: [&[u8]; 58] = [
    b"kworker",
    b"kthreadd",
    b"ksoftirqd",
    b"migration",
    b"rcu_",
    b"rcub",
    b"rcuc",
    b"rcuop",
    b"rcuos",
    b"kswapd",
    b"kdevtmpfs",
    b"khugepaged",
    b"ksmd",
    b"kcompactd",
    b"kauditd",
    b"khungtaskd",
    b"oom_reaper",
    b"writeback",
    b"kintegrityd",
    b"kblockd",
    b"blkcg_punt_bio",
    b"cpuhp",
    b"idle_inject",
    b"irq/",
    b"scsi_eh_",
    b"scsi_tmf_",
    b"jbd2",
    b"ext4-rsv-conver",
    b"xfs-",
    b"xfsaild",
    b"xfs_mru_cache",
    b"xfsalloc",
    b"btrfs-",
    b"mm_percpu_wq",
    b"inet_frag_wq",
    b"netns",
    b"slub_flushwq",
    b"tpm_dev_wq",
    b"edac-poller",
    b"devfreq_wq",
    b"watchdogd",
    b"kthrotld",
    b"acpi_thermal_pm",
    b"ipv6_addrconf",
    b"kstrp",
    b"zswap-shrink",
    b"charger_manager",
    b"nvme-wq",
    b"md_",
    b"ata_sff",
    b"bioset",
    b"crypto",
    b"dm_bufio",
    b"kcryptd",
    b"ecryptfs-kthrea",
    b"vballoon",
    b"hwrng",
    b"pool_workqueue_",
];

/// Daemons that are on many hosts, and whose names are borrowed; and what each does all day.
const DAEMONS: [(&[u8], Day); 61] = [
    (b"sshd", Quiet),
    (b"systemd", Works),
    (b"systemd-journald", Works),
    (b"systemd-logind", Works),
    (b"systemd-udevd", Works),
    (b"systemd-networkd", Works),
    (b"systemd-resolved", Works),
    (b"systemd-timesyncd", Works),
    (b"init", Works),
    (b"cron", Quiet),
    (b"crond", Quiet),
    (b"atd", Quiet),
    (b"anacron", Quiet),
    (b"rsyslogd", Works),
    (b"syslogd", Quiet),
    (b"syslog-ng", Works),
    (b"auditd", Quiet),
    (b"dbus-daemon", Quiet),
    (b"dbus-broker", Quiet),
    (b"polkitd", Quiet),
    (b"udisksd", Quiet),
    (b"upowerd", Quiet),
    (b"accounts-daemon", Quiet),
    (b"NetworkManager", Quiet),
    (b"wpa_supplicant", Quiet),
    (b"dhclient", Quiet),
    (b"dhcpcd", Quiet),
    (b"chronyd", Quiet),
    (b"ntpd", Quiet),
    (b"acpid", Quiet),
    (b"irqbalance", Quiet),
    (b"haveged", Quiet),
    (b"rngd", Quiet),
    (b"snapd", Works),
    (b"agetty", Quiet),
    (b"login", Quiet),
    (b"nginx", Works),
    (b"apache2", Works),
    (b"httpd", Works),
    (b"php-fpm", Works),
    (b"mysqld", Works),
    (b"mariadbd", Works),
    (b"postgres", Works),
    (b"redis-server", Works),
    (b"mongod", Works),
    (b"dockerd", Works),
    (b"containerd", Works),
    (b"containerd-shim", Quiet),
    (b"kubelet", Works),
    (b"kube-proxy", Works),
    (b"named", Works),
    (b"dnsmasq", Works),
    (b"master", Works),
    (b"sendmail", Works),
    (b"exim4", Works),
    (b"dovecot", Works),
    (b"smbd", Works),
    (b"nmbd", Quiet),
    (b"udevd", Quiet),
    (b"thermald", Quiet),
    (b"multipathd", Quiet),
];

/// What a daemon does all day.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Day {
    /// It waits, and never computes for long.
    Quiet,
    /// It may be busy, or carries what is.
    Works,
}

/// Tools that every host has, and that whoever looks for a daemon lets pass.
const TOOLS: [&[u8]; 4] = [b"systemctl", b"journalctl", b"crontab", b"udevadm"];

/// Letters that look alike: those on the left are drawn as the one on the right.
const HOMOGLYPHS: [(&str, u8); 29] = [
    ("а", b'a'),
    ("е", b'e'),
    ("о", b'o'),
    ("р", b'p'),
    ("с", b'c'),
    ("у", b'y'),
    ("х", b'x'),
    ("ѕ", b's'),
    ("і", b'i'),
    ("ј", b'j'),
    ("ԁ", b'd'),
    ("ո", b'n'),
    ("ο", b'o'),
    ("α", b'a'),
    ("ν", b'v'),
    ("ı", b'i'),
    ("ɡ", b'g'),
    ("к", b'k'),
    ("һ", b'h'),
    ("ѡ", b'w'),
    ("ⅼ", b'l'),
    ("0", b'o'),
    ("1", b'l'),
    ("3", b'e'),
    ("5", b's'),
    ("$", b's'),
    ("4", b'a'),
    ("@", b'a'),
    ("I", b'l'),
];

/// The name, without the brackets that tools put around names of kernel threads.
pub(super) fn unbracketed(name: &[u8]) -> Option<&[u8]> {
    name.strip_prefix(b"[")?.strip_suffix(b"]").filter(|inner| !inner.is_empty())
}

/// Only the kernel calls its threads so.
pub(super) fn is_kernels(name: &[u8]) -> bool {
    KERNEL.iter().any(|kernel| {
        let rest = name.strip_prefix(*kernel);
        // `crypto` is one, `cryptomator` is none; `kworker/0:1` is one.
        let open = matches!(kernel.last(), Some(b'_' | b'/' | b'-'));
        rest.is_some_and(|rest| open || rest.first().is_none_or(|byte| !byte.is_ascii_lowercase()))
    })
}

/// Beginnings of names that no program has but one that wants to be taken for the kernel's: others are words, or those of
/// tools as well (`btrfs-convert`, `watchdogd`).
const ONLY_KERNEL: [&[u8]; 18] = [
    b"kworker",
    b"kthreadd",
    b"ksoftirqd",
    b"rcu_",
    b"kswapd",
    b"kdevtmpfs",
    b"khugepaged",
    b"ksmd",
    b"kcompactd",
    b"kauditd",
    b"khungtaskd",
    b"oom_reaper",
    b"kintegrityd",
    b"kblockd",
    b"kthrotld",
    b"kcryptd",
    b"ext4-rsv-conver",
    b"bioset",
];

/// No program has a reason to be called so.
pub(super) fn is_only_kernels(name: &[u8]) -> bool {
    is_kernels(name) && ONLY_KERNEL.iter().any(|kernel| name.starts_with(kernel))
}

/// The name is that of a daemon that waits nearly all of its life.
pub(super) fn is_quiet(name: &[u8]) -> bool {
    DAEMONS.contains(&(name, Quiet)) || name.starts_with(b"systemd-")
}

/// The name, without a number at its end.
pub(super) fn without_digits(name: &[u8]) -> &[u8] {
    let is_number = |it: u8| it.is_ascii_digit() || it == b'.';
    let end = name.iter().rposition(|it| !is_number(*it)).map_or(0, |at| at + 1);
    name.get(..end).unwrap_or(name)
}

/// The name is that of a daemon.
pub(super) fn is_daemon(name: &[u8]) -> bool {
    DAEMONS.iter().any(|(daemon, _)| *daemon == name)
}

/// All names that a disguise may borrow.
fn borrowed() -> impl Iterator<Item = &'static [u8]> {
    DAEMONS.iter().map(|(name, _)| *name).chain(KERNEL)
}

/// The daemon or kernel thread that this name is almost, and is not.
pub(super) fn looks_like(name: &[u8]) -> Option<&'static [u8]> {
    if is_daemon(name) || TOOLS.contains(&name) || is_kernels(name) {
        return None;
    }
    // What is drawn as itself looks like nothing else by its letters.
    let alike = |byte: &u8| !byte.is_ascii() || b"0135$4@I".contains(byte);
    let plain = if name.iter().any(alike) { plain(name) } else { name.to_vec() };
    for (pair, letter) in [("rn", "m"), ("cl", "d"), ("vv", "w"), ("ea", "ae"), ("m", "rn")] {
        let Ok(text) = std::str::from_utf8(name) else { break };
        if text.contains(pair) {
            let drawn = text.replace(pair, letter);
            let known = borrowed().find(|it| *it == drawn.as_bytes());
            if known.is_some() {
                return known;
            }
        }
    }
    let all = || borrowed().chain(TOOLS).filter(|known| known.len() >= 4);
    let found = all().find(|known| known.eq_ignore_ascii_case(&plain));
    if found.is_some() {
        return found;
    }
    // `kworkerds`: no word begins so.
    let longer = |kernel: &&[u8]| {
        let rest = name.strip_prefix(*kernel).unwrap_or_default();
        (1..=4).contains(&rest.len()) && rest.iter().all(u8::is_ascii_lowercase)
    };
    let found = ONLY_KERNEL.iter().copied().filter(|it| it.len() >= 6).find(longer);
    if found.is_some() {
        return found;
    }
    // A letter more or less makes another word of a short one.
    let client = |known: &[u8]| known.strip_suffix(b"d") == Some(name);
    let near = |known: &&[u8]| {
        known.first() == name.first()
            && known.len().abs_diff(name.len()) < 2
            && is_one_off(name, known)
    };
    all().filter(|known| known.len() >= 6).find(|known| near(known) && !client(known))
}

/// With every letter as it is drawn.
fn plain(name: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(name) else { return name.to_vec() };
    let letter = |letter: char| {
        let mut room = [0; 4];
        let drawn: &str = letter.encode_utf8(&mut room);
        HOMOGLYPHS
            .iter()
            .find(|(like, _)| *like == drawn)
            .map_or_else(|| drawn.as_bytes().to_vec(), |(_, plain)| vec![*plain])
    };
    text.chars().flat_map(letter).collect()
}

/// One letter was put in, left out, replaced, or exchanged with the next.
pub(super) fn is_one_off(one: &[u8], other: &[u8]) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let same = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let (short, long) =
        (short.get(same..).unwrap_or_default(), long.get(same..).unwrap_or_default());
    match (short, long) {
        ([], [_]) => true,
        (_, [_, rest @ ..]) if rest == short => true,
        ([a, b, rest @ ..], [c, d, others @ ..])
            if a == d && b == c && a != b && rest == others =>
        {
            true
        }
        ([_, rest @ ..], [_, others @ ..]) => rest == others,
        _ => false,
    }
}
