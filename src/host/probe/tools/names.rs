//! The names of the tools, and where they are.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Where they are. Where two of them are one folder, a tool is looked at once.
const FOLDERS: [&str; 4] = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"];

/// What shows processes, connections, files, users and times; what stops and removes; what lets people in; what
/// other tools are written with.
const NAMES: [&str; 100] = [
    "ps",
    "top",
    "htop",
    "atop",
    "pidof",
    "pgrep",
    "pkill",
    "kill",
    "killall",
    "pstree",
    "free",
    "uptime",
    "vmstat",
    "w",
    "who",
    "last",
    "lastb",
    "lastlog",
    "id",
    "ss",
    "netstat",
    "lsof",
    "fuser",
    "ip",
    "ifconfig",
    "route",
    "arp",
    "tcpdump",
    "iptables",
    "ip6tables",
    "nft",
    "xtables-nft-multi",
    "ls",
    "find",
    "stat",
    "file",
    "du",
    "df",
    "cat",
    "head",
    "tail",
    "less",
    "more",
    "grep",
    "egrep",
    "awk",
    "gawk",
    "mawk",
    "sed",
    "cut",
    "sort",
    "strings",
    "xxd",
    "od",
    "md5sum",
    "sha1sum",
    "sha256sum",
    "dpkg",
    "dpkg-query",
    "apt",
    "apt-get",
    "rpm",
    "dnf",
    "yum",
    "apk",
    "zypper",
    "systemctl",
    "journalctl",
    "service",
    "crontab",
    "at",
    "cron",
    "crond",
    "chattr",
    "lsattr",
    "rm",
    "mv",
    "cp",
    "mount",
    "umount",
    "curl",
    "wget",
    "bash",
    "sh",
    "dash",
    "busybox",
    "login",
    "sshd",
    "ssh",
    "sudo",
    "su",
    "passwd",
    "ldd",
    "strace",
    "lsmod",
    "modprobe",
    "insmod",
    "rmmod",
    "kmod",
    "env",
];

/// Every place where a tool can be.
pub(super) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    NAMES.iter().flat_map(|name| FOLDERS.iter().map(|folder| (*folder, *name)))
}

/// Every place where the tool of this name can be; none if it is no name of a tool.
pub(super) fn places(name: &OsStr) -> impl Iterator<Item = PathBuf> {
    let tool = NAMES.iter().find(|it| OsStr::new(it) == name);
    tool.into_iter().flat_map(|name| FOLDERS.iter().map(move |it| Path::new(it).join(name)))
}

/// It is one of the folders of the system.
pub(super) fn is_system(folder: &Path) -> bool {
    FOLDERS.iter().any(|it| Path::new(it) == folder)
}
