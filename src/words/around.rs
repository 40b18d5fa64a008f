//! Words for where a process belongs, what it may do, and what an examination of it found.

use crate::domain::base::Language;
use crate::domain::facts::{MappingKind, Runtime};
use crate::words::pick;

fixed! {
    /// A heading, a name before a value, or a word in one.
    pub enum Label;

    /// Heading: where it belongs.
    Where => "Where it belongs", "อยู่ที่ไหน";
    /// Heading: what it may do.
    May => "What it may do", "ทำอะไรได้";
    /// Heading: what it uses.
    Uses => "What it uses", "ใช้อะไร";
    /// Heading: where it came from.
    From => "Where it came from", "มาจากไหน";
    /// Heading: executable mappings that are not of a usual file.
    Mappings => "Unusual code in memory", "โค้ดผิดปกติในหน่วยความจำ";
    /// Heading: the environment.
    Environment => "Environment", "ตัวแปรสภาพแวดล้อม";
    /// Who logged in.
    Login => "login", "ผู้ล็อกอิน";
    /// Nobody logged in: a service.
    NoLogin => "nobody logged in", "ไม่มีใครล็อกอิน";
    /// Session of process groups.
    Session => "session", "session";
    /// Controlling terminal.
    Terminal => "terminal", "เทอร์มินัล";
    /// There is none.
    NoTerminal => "no terminal", "ไม่มีเทอร์มินัล";
    /// The container or the unit.
    RunsIn => "runs in", "รันใน";
    /// Control group.
    Cgroup => "cgroup", "cgroup";
    /// Namespaces.
    Namespaces => "namespaces", "namespace";
    /// The same namespaces as the first process, or as threads of the kernel.
    OfHost => "those of the host", "เดียวกับเครื่อง";
    /// The same namespaces as the first process, which is that of a container.
    OfFirst => "those of process 1", "เดียวกับโปรเซส 1";
    /// Namespaces of its own: which ones follows.
    Own => "its own:", "ของตัวเอง:";
    /// Effective capabilities.
    Capabilities => "capabilities", "สิทธิ์ย่อย";
    /// It has all of them.
    All => "all", "ทั้งหมด";
    /// It has all of them but those that follow.
    AllBut => "all but", "ทั้งหมดยกเว้น";
    /// It has none.
    None => "none", "ไม่มี";
    /// Filter for system calls.
    Seccomp => "seccomp", "seccomp";
    /// CPUs that it may run on.
    Cpus => "CPUs", "CPU ที่ใช้ได้";
    /// Bytes read from storage and written to it.
    Storage => "storage", "ดิสก์";
    /// How many bytes were read follows.
    Read => "read", "อ่าน";
    /// How many bytes were written follows.
    Written => "written", "เขียน";
    /// Huge pages.
    Huge => "huge pages", "huge page";
    /// Of those that were set aside.
    SetAside => "set aside", "จองไว้";
    /// Those that the kernel makes by itself.
    Transparent => "transparent", "transparent";
    /// Neither environment nor mappings are in a recording.
    NotRecorded => "not recorded", "ไม่ได้อัดไว้";
    /// Nobody could examine the process.
    NotExamined => "could not be read", "อ่านไม่ได้";
    /// Threads.
    Threads => "threads", "เธรด";
    /// Ancestors.
    Ancestors => "ancestors", "บรรพบุรุษ";
    /// An ancestor that has ended.
    Gone => "gone", "จบแล้ว";
    /// Variables that tell how it came to be started.
    Entry => "entry", "ทางเข้า";
    /// How many mappings; the number is before it.
    Mapped => "mappings", "mapping";
    /// None of them is unusual.
    NothingOdd => "nothing unusual", "ไม่มีสิ่งผิดปกติ";
    /// More was there than is read.
    Cut => "more was not read", "ส่วนที่เหลือไม่ได้อ่าน";
    /// Column: the container or unit.
    Column => "RUNS IN", "รันใน";
    /// It belongs to the responder's own login.
    OwnLogin => "It runs in your own login.", "รันอยู่ใน login ของคุณเอง";
    /// The executable is a file in memory alone.
    InMemory => "in memory alone, never on disk", "อยู่ในหน่วยความจำเท่านั้น ไม่เคยอยู่บนดิสก์";
}

/// What runs a container, as its makers write it.
#[must_use]
pub const fn runtime(language: Language, runtime: Runtime) -> &'static str {
    match runtime {
        Runtime::Docker => "docker",
        Runtime::Containerd => "containerd",
        Runtime::Podman => "podman",
        Runtime::CriO => "cri-o",
        Runtime::Lxc => "lxc",
        Runtime::Nspawn => "nspawn",
        Runtime::Kubernetes => "kubernetes",
        Runtime::Systemd => pick(language, "unit", "ยูนิต"),
    }
}

/// What is unusual about an executable mapping.
#[must_use]
pub const fn mapping(language: Language, kind: MappingKind) -> &'static str {
    let (en, th) = match kind {
        MappingKind::Anonymous => ("no file", "ไม่มีไฟล์"),
        MappingKind::Memory => ("file in memory", "ไฟล์ในหน่วยความจำ"),
        MappingKind::Deleted => ("deleted file", "ไฟล์ที่ถูกลบ"),
        MappingKind::Volatile => ("volatile folder", "โฟลเดอร์ชั่วคราว"),
    };
    pick(language, en, th)
}

/// `Seccomp` of its `status`.
#[must_use]
pub const fn seccomp(language: Language, mode: u8) -> &'static str {
    let (en, th) = match mode {
        0 => ("none", "ไม่มี"),
        1 => ("strict", "เข้มงวด"),
        2 => ("filtered", "มีตัวกรอง"),
        _ => ("unknown mode", "โหมดที่ไม่รู้จัก"),
    };
    pick(language, en, th)
}

/// Names of capabilities by their bits, as the kernel's own headers have them without `CAP_`.
const CAPABILITIES: [&str; 41] = [
    "chown",
    "dac_override",
    "dac_read_search",
    "fowner",
    "fsetid",
    "kill",
    "setgid",
    "setuid",
    "setpcap",
    "linux_immutable",
    "net_bind_service",
    "net_broadcast",
    "net_admin",
    "net_raw",
    "ipc_lock",
    "ipc_owner",
    "sys_module",
    "sys_rawio",
    "sys_chroot",
    "sys_ptrace",
    "sys_pacct",
    "sys_admin",
    "sys_boot",
    "sys_nice",
    "sys_resource",
    "sys_time",
    "sys_tty_config",
    "mknod",
    "lease",
    "audit_write",
    "audit_control",
    "setfcap",
    "mac_override",
    "mac_admin",
    "syslog",
    "wake_alarm",
    "block_suspend",
    "audit_read",
    "perfmon",
    "bpf",
    "checkpoint_restore",
];

/// All that this version has a name for.
pub const ALL_CAPABILITIES: u64 = (1 << CAPABILITIES.len()) - 1;

/// The capabilities in a set of bits, by name, or by number where a newer kernel has more.
pub fn capabilities(set: u64) -> impl Iterator<Item = String> {
    (0..64_usize).filter(move |bit| set & (1 << bit) != 0).map(|bit| {
        let name = CAPABILITIES.get(bit).copied();
        name.map_or_else(|| format!("bit {bit}"), str::to_owned)
    })
}

/// So many threads are less busy than those that are listed.
#[must_use]
pub fn less_busy(language: Language, count: usize) -> String {
    match language {
        Language::En => format!("less busy: {count}"),
        Language::Th => format!("ทำงานน้อยกว่า: {count}"),
    }
}

/// So many threads were not read.
#[must_use]
pub fn unread_threads(language: Language, count: usize) -> String {
    match language {
        Language::En => format!("not read: {count}"),
        Language::Th => format!("ไม่ได้อ่าน: {count}"),
    }
}
