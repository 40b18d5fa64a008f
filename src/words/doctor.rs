//! Words for `firedamp doctor`: what a look costs, what can be seen here, and how to see more.

use crate::domain::base::Language;
use crate::words::pick;

/// A heading, or the head of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading {
    /// The program itself.
    Itself,
    /// What a look costs.
    Costs,
    /// What is done in threads.
    Threads,
    /// What can be seen.
    Sights,
    /// What the kernel offers.
    Kernel,
    /// Where things are.
    Places,
    /// The terminal.
    Terminal,
    /// The middle of all looks.
    Median,
    /// All looks but one in a hundred are quicker.
    P99,
    /// The slowest.
    Max,
    /// How many rows came of it.
    Rows,
    /// The first look, which reads everything.
    First,
    /// All parts of a look together.
    All,
}

/// A part of a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the parts")]
pub enum Cost {
    Sockets,
    Processes,
    Connections,
    Machine,
    Gpu,
    Hiding,
    Persistence,
    Wire,
    Evidence,
    Own,
}

/// Something that can be seen, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Processes of every user.
    Processes,
    /// The host's own processes, and not a container's alone.
    WholeHost,
    /// Who owns which socket.
    SocketOwners,
    /// Files of every user that start something.
    Persistence,
    /// Names and miners' talk on the wire.
    Wire,
    /// Whether files are as their packages have them.
    Packages,
    /// Graphics processors.
    Gpu,
    /// A priority before miners.
    Priority,
}

/// How it could be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// As root, or with this capability.
    Capability(&'static str),
    /// Outside of the container.
    OutOfContainer,
    /// There is none on this host.
    NotHere,
    /// There is one that is not read.
    NotRead,
}

/// Something that not every kernel has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// A handle that means one process for ever.
    Pidfd,
    /// A number of a process that nobody can make again.
    PidfdInode,
    /// Sockets asked of the kernel instead of read from a text.
    SockDiag,
    /// One tree of control groups.
    CgroupV2,
    /// How long work waited for a processor.
    Pressure,
    /// Whether root is kept out of the kernel.
    Lockdown,
}

/// What a heading says.
#[must_use]
pub const fn heading(language: Language, heading: Heading) -> &'static str {
    let (en, th) = match heading {
        Heading::Itself => ("The program itself", "ตัวโปรแกรมเอง"),
        Heading::Costs => ("What a look costs, in ms", "การดูหนึ่งครั้งใช้เวลา (ms)"),
        Heading::Threads => ("What is done beside the looks", "งานที่ทำนอกการดู"),
        Heading::Sights => ("What it sees here", "เห็นอะไรได้บ้าง"),
        Heading::Kernel => ("What this kernel has", "kernel นี้มีอะไร"),
        Heading::Places => ("Places", "ที่เก็บ"),
        Heading::Terminal => ("Terminal", "เทอร์มินัล"),
        Heading::Median => ("p50", "p50"),
        Heading::P99 => ("p99", "p99"),
        Heading::Max => ("max", "max"),
        Heading::Rows => ("rows", "แถว"),
        Heading::First => ("the first look", "การดูครั้งแรก"),
        Heading::All => ("a whole look", "การดูทั้งหมด"),
    };
    pick(language, en, th)
}

/// What a part of a look is called.
#[must_use]
pub const fn cost(language: Language, cost: Cost) -> &'static str {
    let (en, th) = match cost {
        Cost::Sockets => ("sockets, asked of the kernel", "ถาม socket จาก kernel"),
        Cost::Processes => ("processes and who owns sockets", "โปรเซสและเจ้าของ socket"),
        Cost::Connections => ("connections", "การเชื่อมต่อ"),
        Cost::Machine => ("machine", "เครื่อง"),
        Cost::Gpu => ("GPU", "GPU"),
        Cost::Hiding => ("what hides", "สิ่งที่ซ่อน"),
        Cost::Persistence => ("what starts by itself", "สิ่งที่เริ่มทำงานเอง"),
        Cost::Wire => ("the wire", "สายสัญญาณ"),
        Cost::Evidence => ("what was read of files and memory", "สิ่งที่อ่านจากไฟล์และหน่วยความจำ"),
        Cost::Own => ("the program itself", "ตัวโปรแกรมเอง"),
    };
    pick(language, en, th)
}

/// What can be seen.
#[must_use]
pub const fn sight(language: Language, sight: Sight) -> &'static str {
    let (en, th) = match sight {
        Sight::Processes => ("processes of every user", "โปรเซสของผู้ใช้ทุกคน"),
        Sight::WholeHost => ("the whole host", "ทั้งเครื่อง"),
        Sight::SocketOwners => ("who owns which connection", "เจ้าของการเชื่อมต่อ"),
        Sight::Persistence => ("what starts by itself, of every user", "สิ่งที่เริ่มทำงานเองของทุกคน"),
        Sight::Wire => ("names and miners' talk on the wire", "ชื่อและบทสนทนาของ miner บนสาย"),
        Sight::Packages => ("files against their packages", "ไฟล์เทียบกับแพ็กเกจ"),
        Sight::Gpu => ("GPU", "GPU"),
        Sight::Priority => ("a priority before miners", "ลำดับก่อน miner"),
    };
    pick(language, en, th)
}

/// How it could be seen.
#[must_use]
pub fn need(language: Language, need: Need) -> String {
    let say = |en, th| pick(language, en, th);
    match need {
        Need::Capability(name) => {
            format!("{} {name}", say("needs root or", "ต้องเป็น root หรือมี"))
        }
        Need::OutOfContainer => {
            say("a container: run it on the host", "อยู่ในคอนเทนเนอร์: รันบนเครื่องจริง").to_owned()
        }
        Need::NotHere => say("none on this host", "ไม่มีบนเครื่องนี้").to_owned(),
        Need::NotRead => say("not read in whole", "อ่านได้ไม่ครบ").to_owned(),
    }
}

/// What a kernel has.
#[must_use]
pub const fn feature(language: Language, feature: Feature) -> &'static str {
    let (en, th) = match feature {
        Feature::Pidfd => ("pidfd: a handle on one process", "pidfd: จับโปรเซสเดียวได้แน่นอน"),
        Feature::PidfdInode => {
            ("pidfd inode: an identity for life (6.9)", "เลข inode ของ pidfd: ตัวตนตลอดอายุ (6.9)")
        }
        Feature::SockDiag => {
            ("sock_diag: connections by netlink", "sock_diag: ดู socket ผ่าน netlink")
        }
        Feature::CgroupV2 => ("cgroup v2: one tree of groups", "cgroup v2: กลุ่มในต้นไม้เดียว"),
        Feature::Pressure => ("pressure: who waits for a CPU", "pressure: รอ CPU นานเท่าใด"),
        Feature::Lockdown => {
            ("lockdown: root kept out of the kernel", "lockdown: กัน root จาก kernel")
        }
    };
    pick(language, en, th)
}

/// BPF would be another way; it is not used.
#[must_use]
pub const fn no_bpf(language: Language) -> &'static str {
    pick(language, "BPF is not used", "ไม่ใช้ BPF")
}

/// The package databases in a line: `dpkg: 722 packages, 121772 files, read in 210 ms`.
#[must_use]
pub fn packages(
    language: Language,
    (packages, files): (usize, usize),
    ms: u128,
    trouble: bool,
) -> String {
    let say = |en, th| pick(language, en, th);
    let (of, in_them) = (say("packages", "แพ็กเกจ"), say("files, read in", "ไฟล์ อ่านใน"));
    let trouble = if trouble {
        say("; not in whole", " อ่านได้ไม่ครบ")
    } else {
        ""
    };
    format!("{packages} {of}, {files} {in_them} {ms} ms{trouble}")
}

/// The tools in a line: `64 tools hashed in 410 ms, 0 in doubt`.
#[must_use]
pub fn tools(language: Language, tools: usize, ms: u128, doubts: usize) -> String {
    match language {
        Language::En => format!("{tools} tools hashed in {ms} ms, in doubt: {doubts}"),
        Language::Th => format!("ตรวจเครื่องมือ {tools} ตัวใน {ms} ms น่าสงสัย: {doubts}"),
    }
}

/// How many looks there were: `50 looks, 40 ms apart`.
#[must_use]
pub fn looks(language: Language, looks: usize, apart_ms: u128) -> String {
    match language {
        Language::En => format!("{looks} looks, {apart_ms} ms apart"),
        Language::Th => format!("ดู {looks} ครั้ง ห่างกัน {apart_ms} ms"),
    }
}
