//! Words for what stands between the program and the host: what it is, what is missing by it, and how to get that.
//!
//! What is to be typed is the same in every language.

mod late;
mod not_read;
mod said;
mod spaces;
mod whole;

use crate::domain::base::Language;
use crate::domain::facts::{
    Capability, Closed, DiagModule, Gap, Late, NotEntered, Runtime, Unread,
};
use crate::domain::untrusted::Untrusted;
use crate::words::{Phrase, pick};

/// What a copy of the program needs to look into what belongs to others.
const TO_LOOK: &str = "sudo setcap cap_sys_ptrace,cap_dac_read_search+ep ./firedamp-copy";

/// Cells for the name of what could not be read.
const WHAT: usize = 36;

pub use said::{source, why};
pub use whole::not_whole;

/// A way to see more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// In words.
    Words(Phrase),
    /// What to type.
    Command(&'static str),
}

/// The gap itself, as a line of its own.
#[must_use]
pub fn gap(language: Language, gap: &Gap) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match gap {
        Gap::PidNamespace(runtime) => {
            let inside = say("it runs in a container", "กำลังรันอยู่ใน container");
            match runtime {
                Some(runtime) => inside.ours(": ").ours(runtime_name(*runtime)),
                None => inside,
            }
        }
        Gap::HidePid { mode, .. } => {
            say("/proc hides processes: hidepid=", "/proc ซ่อนโปรเซส: hidepid=").theirs(mode)
        }
        Gap::NotRoot(user) => {
            say("it does not run as root: user ", "ไม่ได้รันเป็น root: ผู้ใช้ ").ours(user.to_string())
        }
        Gap::UserNamespace => say("its root is not the host's root", "root นี้ไม่ใช่ root ของเครื่อง"),
        Gap::ProcSubset => say("/proc is a part only: subset=pid", "/proc มีแค่บางส่วน: subset=pid"),
        Gap::Capability(one) => say("it lacks ", "ไม่มี ").ours(one.name()),
        Gap::NetNamespace => {
            say("it is in a network namespace of its own", "อยู่ใน network namespace แยก")
        }
        Gap::MountNamespace => {
            say("it is in a mount namespace of its own", "อยู่ใน mount namespace แยก")
        }
        Gap::Closed(what, count) => closed(language, *what, *count),
        Gap::Late(what) => late::not_yet(language, what),
        Gap::NoModule(module) => {
            say("netlink is not asked; not loaded: ", "ไม่ถาม netlink เพราะยังไม่โหลด ")
                .ours(module.name())
        }
        Gap::NotEntered(why, count) => spaces::not_entered(language, *why, *count),
        Gap::NotRead(what, count) => Phrase::of(not_read::gap(language, *what, *count)),
        Gap::NotWhole(why) => Phrase::of(not_whole(language, *why)),
        Gap::Seccomp => {
            say("its system calls are filtered: seccomp", "system call ถูกกรอง: seccomp")
        }
        Gap::Confined(label) => {
            say("a security module confines it: ", "ถูกจำกัดโดย security module: ").theirs(label)
        }
        Gap::Lockdown(level) => {
            say("the kernel is locked down: ", "kernel อยู่ในโหมด lockdown: ").ours(level.name())
        }
        Gap::NoPtrace => {
            say("no process may trace another: ptrace_scope=3", "ห้าม trace: ptrace_scope=3")
        }
        Gap::NoCgroup2 => say("there is no cgroup v2", "ไม่มี cgroup v2"),
    }
}

fn closed(language: Language, what: Closed, count: u32) -> Phrase {
    Phrase::of(match (language, count) {
        (Language::En, 1) => format!("/proc/PID/{} of 1 process is closed", what.name()),
        (Language::En, _) => format!("/proc/PID/{} of {count} processes is closed", what.name()),
        (Language::Th, _) => format!("/proc/PID/{} ของ {count} โปรเซสถูกปิด", what.name()),
    })
}

/// What is not seen because of it.
#[must_use]
pub fn missing(language: Language, gap: &Gap) -> Phrase {
    let (en, th) = match gap {
        Gap::PidNamespace(_) => {
            ("processes, sockets and files outside of it", "โปรเซส socket และไฟล์นอก container")
        }
        Gap::HidePid { .. } => ("whole processes of other users", "โปรเซสทั้งหมดของผู้ใช้อื่น"),
        Gap::NotRoot(_) => (
            "programs, open files and socket owners of other users",
            "โปรแกรม ไฟล์ที่เปิด และเจ้าของ socket ของผู้ใช้อื่น",
        ),
        Gap::UserNamespace => ("what belongs to users of the host", "สิ่งที่เป็นของผู้ใช้บนเครื่อง"),
        Gap::ProcSubset => {
            ("load, CPUs, mounts and socket tables", "โหลด CPU mount และตาราง socket")
        }
        Gap::Capability(one) => return Phrase::of(by_capability(language, *one)),
        Gap::NetNamespace => (
            "the host's wire; its connections, but those with an @",
            "สายของเครื่อง; การเชื่อมต่อของเครื่องที่ไม่มี @",
        ),
        Gap::MountNamespace => {
            ("the host's own files, such as crontabs", "ไฟล์ของเครื่องเอง เช่น crontab")
        }
        Gap::Closed(Closed::Stat, _) => ("all about these processes", "ทุกอย่างของโปรเซสเหล่านี้"),
        Gap::Closed(Closed::OpenFiles, _) => {
            ("which sockets and GPUs they hold", "socket และ GPU ที่โปรเซสเหล่านี้ถือ")
        }
        Gap::Late(what) => return Phrase::of(late::missing(language, what)),
        Gap::NotEntered(..) => {
            ("sockets in namespaces without a process", "socket ใน namespace ที่ไม่มีโปรเซส")
        }
        Gap::NotRead(what, _) => return Phrase::of(not_read::missing(language, *what)),
        Gap::NotWhole(_) => ("what stands in it", "สิ่งที่อยู่ในนั้น"),
        Gap::NoModule(DiagModule::Tcp) => {
            ("bytes of TCP connections, and a second view", "จำนวน byte ของ TCP และมุมมองที่สอง")
        }
        Gap::NoModule(DiagModule::Udp) => {
            ("a second view of UDP sockets", "มุมมองที่สองของ socket UDP")
        }
        Gap::Seccomp => {
            ("maybe sockets by netlink, other namespaces", "อาจไม่เห็น netlink และ namespace อื่น")
        }
        Gap::Confined(_) => ("whatever that profile forbids", "สิ่งที่ profile นั้นห้าม"),
        Gap::Lockdown(_) => {
            ("debugfs and kernel memory, for root too", "debugfs และหน่วยความจำ kernel แม้เป็น root")
        }
        Gap::NoPtrace => ("memory of processes, as evidence", "หน่วยความจำของโปรเซสเพื่อเป็นหลักฐาน"),
        Gap::NoCgroup2 => ("nothing now: the old groups are read", "ยังไม่ขาด: อ่าน cgroup แบบเก่าแทน"),
    };
    Phrase::of(pick(language, en, th))
}

const fn by_capability(language: Language, one: Capability) -> &'static str {
    let (en, th) = match one {
        Capability::SysPtrace => {
            ("programs, open files and maps of others", "โปรแกรม ไฟล์ที่เปิด และ maps ของคนอื่น")
        }
        Capability::DacReadSearch => {
            ("files that only their owners may read", "ไฟล์ที่เจ้าของเท่านั้นอ่านได้")
        }
        Capability::SysAdmin => {
            ("sockets of other network namespaces", "socket ใน network namespace อื่น")
        }
        Capability::NetRaw => ("names and pools on the wire", "ชื่อและ pool บนสายสัญญาณ"),
        Capability::NetAdmin => ("marks and filters of sockets", "mark และ filter ของ socket"),
        Capability::SysNice => {
            ("nothing; the screen may lag under load", "ไม่ขาด แต่จออาจช้าเมื่อโหลดสูง")
        }
    };
    pick(language, en, th)
}

/// How to see it, the best way first.
#[must_use]
pub fn ways(language: Language, gap: &Gap) -> Vec<Way> {
    let say = |en, th| Way::Words(Phrase::of(pick(language, en, th)));
    let or = || say("or give a copy of it what it needs:", "หรือให้สิทธิ์กับสำเนาของโปรแกรม:");
    let as_root = || say("run it as root:", "รันเป็น root:");
    match gap {
        Gap::PidNamespace(runtime) => {
            let mut ways = vec![say("run it on the host itself", "รันบนเครื่อง host โดยตรง")];
            ways.extend(from_inside(language, *runtime));
            ways
        }
        Gap::HidePid { group, .. } => {
            let mut ways = vec![as_root(), Way::Command("sudo firedamp")];
            ways.extend(group.map(|group| {
                let said = pick(language, "or as a member of group ", "หรือเป็นสมาชิกกลุ่ม ");
                Way::Words(Phrase::of(format!("{said}{group}")))
            }));
            ways
        }
        Gap::NotRoot(_) => {
            vec![as_root(), Way::Command("sudo firedamp"), or(), Way::Command(TO_LOOK)]
        }
        Gap::UserNamespace => {
            vec![say("run it as root outside of this namespace", "รันเป็น root นอก namespace นี้")]
        }
        Gap::ProcSubset => vec![
            say("give it a whole /proc of its own:", "ให้มี /proc ที่ครบของตัวเอง:"),
            Way::Command("sudo unshare -m sh -c 'mount -t proc proc /proc && firedamp'"),
        ],
        Gap::Capability(one) => {
            let text = pick(language, "run it with ", "รันโดยมี ");
            let end = pick(language, ", as root on the host has it", " เหมือน root บนเครื่อง");
            vec![Way::Words(Phrase::of(text).ours(one.name()).ours(end))]
        }
        Gap::NetNamespace => vec![Way::Command("sudo nsenter -t 1 -n firedamp")],
        Gap::MountNamespace => vec![Way::Command("sudo nsenter -t 1 -m firedamp")],
        Gap::Closed(..) => vec![as_root(), Way::Command("sudo firedamp")],
        Gap::Late(what) => late::into(language, what),
        Gap::NoModule(module) => vec![
            say("only if the host may be changed:", "เฉพาะเมื่อเปลี่ยนเครื่องนี้ได้:"),
            Way::Command(loads(*module)),
        ],
        Gap::NotEntered(why, _) => spaces::into(language, *why),
        Gap::NotRead(what, _) => not_read::into(language, *what),
        Gap::NotWhole(why) => vec![whole::into(language, *why)],
        Gap::Seccomp => {
            vec![say("start it from a shell that has no filter", "เริ่มจาก shell ที่ไม่มีการกรอง")]
        }
        Gap::Confined(_) => {
            vec![say("start it from a shell without that profile", "เริ่มจาก shell ที่ไม่มี profile นั้น")]
        }
        Gap::Lockdown(_) | Gap::NoPtrace => {
            vec![say("only another boot changes that: leave it", "เปลี่ยนได้ตอนบูตเท่านั้น: ปล่อยไว้")]
        }
        Gap::NoCgroup2 => vec![say("nothing needs to be done", "ไม่ต้องทำอะไร")],
    }
}

/// How to see it for whoever is root already; `None` if being root is not what is missing.
#[must_use]
pub fn ways_of_root(language: Language, gap: &Gap) -> Option<Vec<Way>> {
    let refused = matches!(
        gap,
        Gap::Closed(..) | Gap::NotEntered(NotEntered::Refused | NotEntered::Files, _)
    );
    refused.then(|| {
        vec![Way::Words(Phrase::of(pick(
            language,
            "root may not either: run it on the host itself",
            "แม้เป็น root ก็อ่านไม่ได้: รันบนเครื่อง host โดยตรง",
        )))]
    })
}

/// What loads this module.
const fn loads(module: DiagModule) -> &'static str {
    match module {
        DiagModule::Tcp => "sudo modprobe tcp_diag",
        DiagModule::Udp => "sudo modprobe udp_diag",
    }
}

/// How the container that we are in could be made to see the host.
fn from_inside(language: Language, runtime: Option<Runtime>) -> Vec<Way> {
    let say = |en, th| Way::Words(Phrase::of(pick(language, en, th)));
    let or = say("or in a container that shares with it:", "หรือใน container ที่ใช้ร่วมกับ host:");
    match runtime {
        Some(Runtime::Docker | Runtime::Containerd) => {
            vec![or, Way::Command("docker run --pid=host --net=host --privileged -v /:/host")]
        }
        Some(Runtime::Podman) => {
            vec![or, Way::Command("sudo podman run --pid=host --net=host --privileged -v /:/host")]
        }
        Some(Runtime::Kubernetes | Runtime::CriO) => vec![say(
            "or in a pod with hostPID, hostNetwork and privileged",
            "หรือใน pod ที่มี hostPID, hostNetwork และ privileged",
        )],
        Some(Runtime::Lxc | Runtime::Nspawn | Runtime::Systemd) | None => Vec::new(),
    }
}

/// What runs a container, by the name that people know.
#[must_use]
pub const fn runtime_name(runtime: Runtime) -> &'static str {
    match runtime {
        Runtime::Docker => "docker",
        Runtime::Containerd => "containerd",
        Runtime::Podman => "podman",
        Runtime::CriO => "cri-o",
        Runtime::Lxc => "lxc",
        Runtime::Nspawn => "systemd-nspawn",
        Runtime::Kubernetes => "kubernetes",
        Runtime::Systemd => "systemd",
    }
}

/// The mark that says at every moment that the screen is not the whole host.
#[must_use]
pub fn mark(language: Language, gap: &Gap) -> String {
    format!("{}: {}", partial(language), short(language, gap))
}

/// That something is missing, in a word.
#[must_use]
pub const fn partial(language: Language) -> &'static str {
    pick(language, "PARTIAL", "เห็นบางส่วน")
}

/// The only thing that is missing, in a few words.
#[must_use]
pub fn only(language: Language, unread: &Unread) -> String {
    if let Some(gap) = unread.gap.as_ref().filter(|it| !matches!(it, Gap::NotWhole(_))) {
        return format!("{}: gr", short(language, gap));
    }
    let not_read = pick(language, "not read", "อ่านไม่ได้");
    format!("{} {not_read}: gr", unread.what.plain(WHAT))
}

/// How much is missing, where that is more than one thing.
#[must_use]
pub fn several(language: Language, count: usize) -> String {
    match language {
        Language::En => format!("{count} not read: gr"),
        Language::Th => format!("อ่านไม่ได้ {count} อย่าง: gr"),
    }
}

fn short(language: Language, gap: &Gap) -> &'static str {
    match gap {
        Gap::PidNamespace(_) => pick(language, "container", "container"),
        Gap::HidePid { .. } => "hidepid",
        Gap::NotRoot(_) => pick(language, "not root", "ไม่ใช่ root"),
        Gap::UserNamespace => "user namespace",
        Gap::ProcSubset => "subset=pid",
        Gap::Capability(one) => one.name(),
        Gap::NetNamespace => "net namespace",
        Gap::MountNamespace => "mount namespace",
        Gap::Closed(Closed::Stat, _) => pick(language, "some processes", "บางโปรเซส"),
        Gap::Closed(Closed::OpenFiles, _) => pick(language, "open files", "ไฟล์ที่เปิด"),
        Gap::Late(Late::Graphics(_)) => "GPU",
        Gap::Late(_) => pick(language, "slow host", "เครื่องช้า"),
        Gap::NoModule(module) => module.name(),
        Gap::NotEntered(..) => pick(language, "other namespaces", "namespace อื่น"),
        Gap::NotRead(..) => pick(language, "closer looks", "การตรวจละเอียด"),
        Gap::NotWhole(_) => pick(language, "a part", "บางส่วน"),
        Gap::Seccomp => "seccomp",
        Gap::Confined(_) => "LSM",
        Gap::Lockdown(_) => "lockdown",
        Gap::NoPtrace => "ptrace_scope",
        Gap::NoCgroup2 => "cgroup",
    }
}

/// How to read one source that was not read or not wholly, where its answer tells.
#[must_use]
pub fn way(language: Language, unread: &Unread) -> Option<Phrase> {
    match &unread.gap {
        None => answer(language, &unread.why).map(Phrase::of),
        Some(Gap::NotWhole(why)) => match whole::into(language, *why) {
            Way::Words(words) => Some(words),
            Way::Command(_) => None,
        },
        Some(_) => None,
    }
}

/// How to read what one source refused or did not give in time.
fn answer(language: Language, why: &Untrusted) -> Option<&'static str> {
    let why = why.bytes().to_ascii_lowercase();
    let says = |words: &[u8]| why.windows(words.len()).any(|it| it == words);
    if says(b"permission denied") || says(b"not permitted") {
        Some(pick(language, "run it as root, outside of any container", "รันเป็น root นอก container"))
    } else if says(b"in time") {
        Some(pick(language, "it is asked again by itself", "จะถามใหม่เอง"))
    } else {
        None
    }
}

/// Label before the processes that a gap is about.
#[must_use]
pub const fn whom_label(language: Language) -> &'static str {
    pick(language, "of", "ของ")
}

/// Label before what is missing.
#[must_use]
pub const fn missing_label(language: Language) -> &'static str {
    pick(language, "not seen", "ไม่เห็น")
}

/// Label before the ways to see it.
#[must_use]
pub const fn ways_label(language: Language) -> &'static str {
    pick(language, "to see it", "วิธีให้เห็น")
}
