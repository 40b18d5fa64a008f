//! Words for what hides: kinds of contradictions, what they mean, and what to do next.

use crate::domain::base::Language;
use crate::domain::detect::Rule;
use crate::domain::facts::{ContradictionKind, HiddenFrom, HostView, NotWhole};
use crate::words::pick;

/// A reason that a contradiction gives, in a sentence that ends with what the rule saw.
#[must_use]
#[expect(clippy::wildcard_enum_match_arm, reason = "whoever asks names each rule")]
pub(super) const fn sentence(language: Language, rule: Rule) -> &'static str {
    let (en, th) = match rule {
        Rule::HiddenProcess => ("the list of /proc lacks this pid: ", "รายการ /proc ไม่มี pid นี้: "),
        Rule::HiddenThread => ("its list of threads lacks some: ", "รายการ thread ขาดไปบางตัว: "),
        Rule::MountedOver => ("something is mounted over it: ", "มีบางอย่าง mount ทับ: "),
        Rule::KernelName => ("wears a kernel thread's name: ", "ใช้ชื่อเหมือน kernel thread: "),
        Rule::Preload => ("the loader is told to put in: ", "loader ถูกสั่งให้ใส่: "),
        Rule::HiddenLoad => ("no visible process uses this CPU: ", "CPU ที่ไม่มีโปรเซสใดใช้: "),
        Rule::HiddenSocket => ("one list of sockets lacks it: ", "รายการ socket หนึ่งไม่มี: "),
        Rule::Unpackaged => {
            ("no package brought what the loader puts in: ", "loader ใส่ไลบรารีที่ไม่มาจากแพ็กเกจ: ")
        }
        Rule::ChangedTool => ("not as its package has it: ", "ไม่ตรงกับแพ็กเกจ: "),
        Rule::ShadowedTool => ("runs before the packaged tool: ", "ถูกเรียกก่อนเครื่องมือของแพ็กเกจ: "),
        _ => ("", ""),
    };
    pick(language, en, th)
}

/// A kind of contradiction, as the heading of its group.
#[must_use]
pub const fn kind(language: Language, kind: ContradictionKind) -> &'static str {
    let (en, th) = match kind {
        ContradictionKind::Process => ("Hidden processes", "โปรเซสที่ซ่อน"),
        ContradictionKind::Thread => ("Hidden threads", "thread ที่ซ่อน"),
        ContradictionKind::Mount => ("Mounts over /proc", "mount ทับ /proc"),
        ContradictionKind::SocketNotInProc => ("Sockets that /proc lacks", "socket ที่ /proc ไม่มี"),
        ContradictionKind::SocketNotInNetlink => {
            ("Sockets that netlink lacks", "socket ที่ netlink ไม่มี")
        }
        ContradictionKind::KernelName => ("Names of kernel threads", "ชื่อปลอมเป็น kernel thread"),
        ContradictionKind::Preload => ("Preloaded into all programs", "preload ใส่ทุกโปรแกรม"),
        ContradictionKind::Preloaded => ("Preloaded into a process", "preload ใส่โปรเซส"),
        ContradictionKind::Tool => ("Changed tools", "เครื่องมือที่ถูกแก้"),
        ContradictionKind::Shadow => ("Programs before tools", "โปรแกรมที่แทรกก่อนเครื่องมือ"),
        ContradictionKind::Cpu => ("Unexplained CPU", "CPU ที่ไม่มีที่มา"),
    };
    pick(language, en, th)
}

/// What a kind of contradiction means.
#[must_use]
pub const fn meaning(language: Language, kind: ContradictionKind) -> &'static str {
    let (en, th) = match kind {
        ContradictionKind::Process => {
            ("They run, but the list of /proc leaves them out.", "รันอยู่ แต่รายการใน /proc ไม่แสดง")
        }
        ContradictionKind::Thread => {
            ("They run, but their process does not list them.", "รันอยู่ แต่รายการของโปรเซสไม่แสดง")
        }
        ContradictionKind::Mount => {
            ("Something covers what /proc would show.", "มีบางอย่างบังสิ่งที่ /proc ควรแสดง")
        }
        ContradictionKind::SocketNotInProc => {
            ("The kernel has them, /proc/net does not show them.", "kernel มี แต่ /proc/net ไม่แสดง")
        }
        ContradictionKind::SocketNotInNetlink => {
            ("/proc/net shows them, sock_diag does not.", "/proc/net แสดง แต่ sock_diag ไม่มี")
        }
        ContradictionKind::KernelName => {
            ("They look like the kernel itself and are programs.", "ดูเหมือน kernel แต่เป็นโปรแกรม")
        }
        ContradictionKind::Preload => (
            "The loader puts these into every program that starts.",
            "loader ใส่ไลบรารีนี้ในทุกโปรแกรมที่เริ่ม",
        ),
        ContradictionKind::Preloaded => {
            ("A library was put into them from outside.", "มีไลบรารีถูกใส่จากภายนอก")
        }
        ContradictionKind::Tool => {
            ("These files are not as their package has them.", "ไฟล์เหล่านี้ไม่ตรงกับแพ็กเกจ")
        }
        ContradictionKind::Shadow => (
            "A shell finds these before the packaged tool of that name.",
            "shell พบไฟล์เหล่านี้ก่อนเครื่องมือของแพ็กเกจ",
        ),
        ContradictionKind::Cpu => {
            ("The machine is busy, and no visible process is.", "เครื่องยุ่ง แต่ไม่มีโปรเซสที่เห็นใช้ CPU")
        }
    };
    pick(language, en, th)
}

/// What to do next about a kind of contradiction; whether one of them names a process that could be opened.
#[must_use]
pub const fn next(language: Language, kind: ContradictionKind, opens: bool) -> &'static str {
    let (en, th) = match kind {
        ContradictionKind::Thread if !opens => (
            "No process shows them; suspect the kernel, image memory.",
            "ไม่เห็นโปรเซสของ thread สงสัย kernel เก็บหน่วยความจำ",
        ),
        ContradictionKind::Process if !opens => (
            "No row shows them; suspect the kernel, image memory.",
            "ไม่มีแถวแสดงโปรเซส สงสัย kernel เก็บหน่วยความจำ",
        ),
        ContradictionKind::Mount if !opens => {
            ("Copy what is mounted there before umount.", "คัดลอกสิ่งที่ mount ไว้ก่อน umount")
        }
        ContradictionKind::Process => {
            ("Enter opens it. Capture it before you kill it.", "Enter เพื่อเปิดดู เก็บหลักฐานก่อน kill")
        }
        ContradictionKind::Thread => {
            ("Enter opens its process; more may run there.", "Enter เปิดโปรเซส อาจมีมากกว่าที่เห็น")
        }
        ContradictionKind::Mount => (
            "Enter opens what is under it. Capture before umount.",
            "Enter ดูสิ่งที่อยู่ใต้ เก็บหลักฐานก่อน umount",
        ),
        ContradictionKind::SocketNotInProc | ContradictionKind::SocketNotInNetlink => (
            "Note both ends; suspect the kernel, capture from outside.",
            "จดปลายทั้งสอง สงสัย kernel แล้วดักจากภายนอก",
        ),
        ContradictionKind::KernelName => {
            ("Enter opens it. Copy its exe before you kill it.", "Enter เพื่อเปิดดู คัดลอก exe ก่อน kill")
        }
        ContradictionKind::Preload => (
            "Copy the library and the file; trust static tools only.",
            "คัดลอกไลบรารีและไฟล์ ใช้เครื่องมือ static เท่านั้น",
        ),
        ContradictionKind::Preloaded => {
            ("Enter opens it. Copy the library before it goes.", "Enter เพื่อเปิดดู คัดลอกไลบรารีก่อนหาย")
        }
        ContradictionKind::Tool => {
            ("Do not trust its output; copy it, then reinstall.", "อย่าเชื่อผลลัพธ์ คัดลอกแล้วติดตั้งใหม่")
        }
        ContradictionKind::Shadow => (
            "Call tools by their full path; read and copy this.",
            "เรียกด้วย path เต็ม อ่านและคัดลอกไฟล์นี้",
        ),
        ContradictionKind::Cpu => (
            "Suspect a kernel rootkit: image memory, then isolate.",
            "สงสัย rootkit ใน kernel: เก็บหน่วยความจำแล้วแยกเครื่อง",
        ),
    };
    pick(language, en, th)
}

/// A view that is compared with the list of `/proc`.
#[must_use]
pub const fn view(language: Language, view: HostView) -> &'static str {
    let (en, th) = match view {
        HostView::Clocks => ("CPU clock of every pid", "นาฬิกา CPU ของทุก pid"),
        HostView::Threads => ("threads of every process", "thread ของทุกโปรเซส"),
        HostView::Cgroups => ("members of control groups", "สมาชิกของ cgroup"),
        HostView::Mounts => ("mounts over /proc", "mount ทับ /proc"),
        HostView::OwnProc => ("a /proc of firedamp's own", "/proc ของ firedamp เอง"),
        HostView::Preload => ("what the loader preloads", "สิ่งที่ loader preload"),
        HostView::BusyTime => ("the machine's busy time", "เวลาที่เครื่องยุ่ง"),
    };
    pick(language, en, th)
}

/// Why a view has no say, as far as that is always the same.
#[must_use]
pub const fn no_view(language: Language, view: HostView) -> &'static str {
    let (en, th) = match view {
        HostView::Clocks | HostView::Threads => {
            ("needs the host's own /proc, without hidepid", "ต้องใช้ /proc ของเครื่องที่ไม่มี hidepid")
        }
        HostView::Cgroups => ("none found under /sys/fs/cgroup", "ไม่พบใน /sys/fs/cgroup"),
        HostView::Mounts => ("mountinfo was not read", "อ่าน mountinfo ไม่ได้"),
        HostView::OwnProc => ("needs root (CAP_SYS_ADMIN)", "ต้องเป็น root (CAP_SYS_ADMIN)"),
        HostView::Preload => ("not looked at yet", "ยังไม่ได้ดู"),
        HostView::BusyTime => ("needs 5 s, and all processes", "ต้องใช้ 5 วินาที และเห็นทุกโปรเซส"),
    };
    pick(language, en, th)
}

/// Why a view has no say that could have one.
#[must_use]
pub const fn not_yet(language: Language) -> &'static str {
    pick(language, "no answer yet", "ยังไม่มีคำตอบ")
}

/// From where a process is hidden.
#[must_use]
pub const fn hidden_from(language: Language, from: HiddenFrom) -> &'static str {
    let (en, th) = match from {
        HiddenFrom::List => ("hidden from the list of /proc", "ซ่อนจากรายการ /proc"),
        HiddenFrom::Proc => ("hidden from all of /proc", "ซ่อนจาก /proc ทั้งหมด"),
        HiddenFrom::Mount => ("hidden under a mount", "ซ่อนอยู่ใต้ mount"),
    };
    pick(language, en, th)
}

/// Of a process that no file tells of.
#[must_use]
pub const fn by_calls(language: Language) -> &'static str {
    pick(
        language,
        "No file of it opens; this is what system calls tell.",
        "เปิดไฟล์ของมันไม่ได้เลย นี่คือสิ่งที่ system call บอก",
    )
}

/// How many processes are hidden, for a title.
#[must_use]
pub fn hidden(language: Language, count: usize) -> String {
    format!("+{count} {}", pick(language, "hidden", "ซ่อน"))
}

/// How many contradictions there are, for a title.
#[must_use]
pub fn found(language: Language, count: usize) -> String {
    match language {
        Language::En => format!("{count} found"),
        Language::Th => format!("พบ {count}"),
    }
}

/// How much CPU time nobody accounts for.
#[must_use]
pub fn unexplained(language: Language, percent: f32) -> String {
    match language {
        Language::En => format!("{percent:.0}% of one CPU"),
        Language::Th => format!("{percent:.0}% ของหนึ่ง CPU"),
    }
}

/// That it is not known how much CPU time nobody accounts for: not yet, or never here.
#[must_use]
pub fn not_known(language: Language, why: Option<NotWhole>) -> String {
    let Some(why) = why else { return said(language, Said::NotKnown).to_owned() };
    let why = crate::words::gap::not_whole(language, why);
    format!("{}: {why}", pick(language, "cannot be known here", "ที่นี่รู้ไม่ได้"))
}

/// How far the pass over all pids has come.
#[must_use]
pub fn tried(language: Language, (tried, all): (u32, u32)) -> String {
    match language {
        Language::En => format!("{tried} of {all} pids tried"),
        Language::Th => format!("ตรวจแล้ว {tried} จาก {all} pid"),
    }
}

/// A fixed word of the pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// Nothing hides.
    Agree,
    /// What was compared with the list of processes.
    Compared,
    /// The gauge of CPU time that nobody accounts for.
    Unexplained,
    /// It is not known.
    NotKnown,
    /// No view has answered.
    NotCompared,
    /// How the program itself stands here.
    Itself,
}

/// Such a word.
#[must_use]
pub const fn said(language: Language, said: Said) -> &'static str {
    let (en, th) = match said {
        Said::Agree => ("All views of this host agree.", "ทุกมุมมองของเครื่องตรงกัน"),
        Said::Compared => ("Compared with the list of /proc:", "เทียบกับรายการ /proc แล้ว:"),
        Said::Unexplained => ("unexplained CPU", "CPU ที่ไม่มีที่มา"),
        Said::NotKnown => ("not known yet", "ยังไม่ทราบ"),
        Said::Itself => ("firedamp itself", "ตัว firedamp เอง"),
        Said::NotCompared => ("Nothing was compared yet.", "ยังไม่ได้เทียบสิ่งใด"),
    };
    pick(language, en, th)
}
