//! Words for findings: grades, rules, reasons, and where a fact was read.

use crate::domain::base::Language;
use crate::domain::detect::{FactSource, Grade, Reason, Rule, Subject};
use crate::words::{Phrase, pick};

/// A grade in a word.
#[must_use]
pub const fn grade(language: Language, grade: Grade) -> &'static str {
    let (en, th) = match grade {
        Grade::Noted => ("noted", "น่าสังเกต"),
        Grade::Suspect => ("suspect", "น่าสงสัย"),
        Grade::Confirmed => ("confirmed", "ยืนยันแล้ว"),
    };
    pick(language, en, th)
}

/// A rule in a word or two, for a column.
#[must_use]
#[expect(clippy::too_many_lines, reason = "a table with a line for each rule")]
pub const fn rule(language: Language, rule: Rule) -> &'static str {
    let (en, th) = match rule {
        Rule::PoolUrl => ("pool URL", "URL ของ pool"),
        Rule::MinerName => ("miner name", "ชื่อ miner"),
        Rule::PoolName => ("pool name", "ชื่อ pool"),
        Rule::PoolPort => ("pool port", "พอร์ตของ pool"),
        Rule::SustainedCpu => ("long high CPU", "CPU สูงต่อเนื่อง"),
        Rule::HighCpu => ("high CPU", "CPU สูง"),
        Rule::SustainedGpu => ("long high GPU", "GPU สูงต่อเนื่อง"),
        Rule::HighGpu => ("high GPU", "GPU สูง"),
        Rule::DeletedExe => ("deleted file", "ไฟล์ถูกลบ"),
        Rule::HiddenCharacters => ("hidden text", "ข้อความซ่อน"),
        Rule::StratumSpoken => ("speaks stratum", "คุยแบบ stratum"),
        Rule::PoolNameAsked => ("pool on the wire", "ชื่อ pool บนสาย"),
        Rule::HiddenProcess => ("hidden process", "โปรเซสซ่อน"),
        Rule::HiddenThread => ("hidden thread", "thread ซ่อน"),
        Rule::MountedOver => ("mounted over", "ถูก mount ทับ"),
        Rule::KernelName => ("kernel name", "ชื่อ kernel"),
        Rule::Preload => ("preload", "ถูก preload"),
        Rule::HiddenLoad => ("hidden load", "โหลดซ่อน"),
        Rule::HiddenSocket => ("hidden socket", "ซ็อกเก็ตซ่อน"),
        Rule::ChangedTool => ("changed tool", "เครื่องมือถูกแก้"),
        Rule::ShadowedTool => ("shadowed tool", "เครื่องมือถูกแทรก"),
        Rule::Unpackaged => ("library of no package", "ไลบรารีนอกแพ็กเกจ"),
        Rule::Padding => ("padded text", "เว้นวรรคบังข้อความ"),
        Rule::LookAlike => ("look-alike name", "ชื่อเลียนแบบ"),
        Rule::BorrowedName => ("borrowed name", "ยืมชื่อ"),
        Rule::PoolAndWallet => ("pool and wallet", "pool กับ wallet"),
        Rule::PoolAndAlgorithm => ("pool and algorithm", "pool กับอัลกอริทึม"),
        Rule::PoolAndOption => ("pool and option", "pool กับตัวเลือก"),
        Rule::PoolAndUser => ("pool and user", "pool กับผู้ใช้"),
        Rule::PoolEnd => ("pool option", "ตัวเลือก pool"),
        Rule::Wallet => ("wallet", "ที่อยู่ wallet"),
        Rule::Algorithm => ("mining algorithm", "อัลกอริทึมขุด"),
        Rule::MinerOptions => ("miner's options", "ตัวเลือกของ miner"),
        Rule::Indicator => ("your indicator", "indicator ของคุณ"),
        Rule::KnownIndicator => ("known indicator", "indicator ที่รู้จัก"),
        Rule::ExpiredIndicator => ("expired indicator", "indicator หมดอายุ"),
        Rule::Sigma => ("Sigma rule", "กฎ Sigma"),
        Rule::PoolMention => ("pool in a text", "pool ในข้อความ"),
        Rule::BusyDaemon => ("busy daemon", "daemon ทำงานหนัก"),
        Rule::RunsScript => ("fetching script", "สคริปต์ดาวน์โหลด"),
        Rule::OddPlace => ("odd place", "ตำแหน่งผิดปกติ"),
        Rule::MemoryExe => ("in memory alone", "อยู่ในหน่วยความจำ"),
        Rule::ServiceChild => ("run by a service", "บริการเป็นผู้รัน"),
        Rule::FromRequest => ("from a request", "มาจาก request"),
        Rule::FromLogin => ("from a login", "มาจากการ login"),
        Rule::ShapedLoad => ("shaped load", "โหลดถูกคุมรูปแบบ"),
        Rule::Headless => ("first thread gone", "thread แรกจบแล้ว"),
        Rule::MinersMemory => ("memory of a miner", "หน่วยความจำแบบ miner"),
        Rule::BegunWith => ("begun with another", "เริ่มพร้อมตัวอื่น"),
        Rule::LonelyLoad => ("load and one peer", "โหลดกับปลายทางเดียว"),
        Rule::DownloadsAndRuns => ("downloads and runs", "ดาวน์โหลดแล้วรัน"),
        Rule::DecodesAndRuns => ("decodes and runs", "ถอดรหัสแล้วรัน"),
        Rule::AddsItselfAgain => ("adds itself again", "เพิ่มตัวเองซ้ำ"),
        Rule::RunsOddPlace => ("runs an odd place", "รันจากที่ผิดปกติ"),
        Rule::HiddenEntry => ("hidden entry", "รายการซ่อน"),
        Rule::SecondRoot => ("second root", "root ตัวที่สอง"),
        Rule::ForcedCommand => ("forced command", "คำสั่งบังคับ"),
        Rule::ServiceKey => ("key of a service", "กุญแจของบริการ"),
        Rule::RunsFinding => ("starts a finding", "เริ่มสิ่งที่พบ"),
        Rule::ComesBack => ("comes back", "จะกลับมาอีก"),
        Rule::CameBack => ("came back", "กลับมาแล้ว"),
        Rule::ConfigFile => ("miner's configuration", "ไฟล์ตั้งค่า miner"),
        Rule::PaidInMemory => ("pool in memory", "pool ในหน่วยความจำ"),
        Rule::MiningWords => ("mining words", "คำของการขุด"),
        Rule::SharesWith => ("shares with another", "ใช้ร่วมกับตัวอื่น"),
    };
    pick(language, en, th)
}

/// Nothing speaks against it, or nothing but what was known: so many are still there.
#[must_use]
pub fn nothing(language: Language, known: usize) -> String {
    match (language, known) {
        (Language::En, 0) => "nothing".to_owned(),
        (Language::Th, 0) => "ไม่พบ".to_owned(),
        (Language::En, _) => format!("nothing new; known and still there: {known}"),
        (Language::Th, _) => format!("ไม่พบสิ่งใหม่; ที่รู้แล้วและยังอยู่: {known}"),
    }
}

/// A reason in a sentence that ends with the value that the rule saw.
#[must_use]
pub fn reason(language: Language, reason: &Reason) -> Phrase {
    Phrase::of(sentence(language, reason.rule)).theirs(&reason.value)
}

/// What a rule saw, without the value.
#[must_use]
pub fn fact(language: Language, rule: Rule) -> &'static str {
    sentence(language, rule).trim_end_matches([':', ' '])
}

/// What a rule saw; the value stands behind it.
#[expect(clippy::too_many_lines, reason = "a table with a line for each rule")]
fn sentence(language: Language, rule: Rule) -> &'static str {
    let (en, th) = match rule {
        Rule::PoolUrl => ("an argument is a pool's address: ", "argument เป็นที่อยู่ของ mining pool: "),
        Rule::MinerName => ("has the name of a mining program: ", "ชื่อตรงกับโปรแกรมขุดเหรียญ: "),
        Rule::PoolName => ("an argument names a mining pool: ", "argument มีชื่อ mining pool: "),
        Rule::PoolPort => {
            ("connects to a port of mining pools: ", "เชื่อมต่อไปพอร์ตที่ mining pool ใช้: ")
        }
        Rule::SustainedCpu | Rule::HighCpu | Rule::SustainedGpu | Rule::HighGpu => loaded(rule),
        Rule::DeletedExe => ("runs from a file that was deleted: ", "รันจากไฟล์ที่ถูกลบไปแล้ว: "),
        Rule::HiddenCharacters => {
            ("holds characters that hide or repaint text: ", "มีอักขระที่ซ่อนหรือเขียนทับข้อความ: ")
        }
        Rule::StratumSpoken => {
            ("was heard to speak a mining protocol: ", "ได้ยินว่าคุยด้วยโพรโทคอลขุดเหรียญ: ")
        }
        Rule::PoolNameAsked => {
            ("a mining pool was named on the wire: ", "ได้ยินชื่อ mining pool บนสายสัญญาณ: ")
        }
        Rule::HiddenProcess
        | Rule::HiddenThread
        | Rule::MountedOver
        | Rule::KernelName
        | Rule::Preload
        | Rule::HiddenLoad
        | Rule::HiddenSocket
        | Rule::ChangedTool
        | Rule::ShadowedTool
        | Rule::Unpackaged => return super::hiding::sentence(language, rule),
        Rule::Indicator | Rule::KnownIndicator | Rule::ExpiredIndicator | Rule::Sigma => {
            return super::rules::sentence(language, rule);
        }
        Rule::Padding
        | Rule::LookAlike
        | Rule::BorrowedName
        | Rule::BusyDaemon
        | Rule::RunsScript
        | Rule::PoolAndWallet
        | Rule::PoolAndAlgorithm
        | Rule::PoolAndOption
        | Rule::PoolAndUser
        | Rule::PoolEnd
        | Rule::Wallet
        | Rule::Algorithm
        | Rule::MinerOptions
        | Rule::PoolMention
        | Rule::OddPlace
        | Rule::MemoryExe
        | Rule::ServiceChild
        | Rule::FromRequest
        | Rule::FromLogin
        | Rule::LonelyLoad
        | Rule::ShapedLoad
        | Rule::Headless
        | Rule::MinersMemory
        | Rule::BegunWith
        | Rule::DownloadsAndRuns
        | Rule::DecodesAndRuns
        | Rule::AddsItselfAgain
        | Rule::RunsOddPlace
        | Rule::HiddenEntry
        | Rule::SecondRoot
        | Rule::ForcedCommand
        | Rule::ServiceKey => judged(rule),
        Rule::RunsFinding => ("starts a process that is spoken against: ", "เริ่มโปรเซสที่มีข้อสงสัย: "),
        Rule::ComesBack => ("will be started again by: ", "จะถูกเริ่มใหม่โดย: "),
        Rule::CameBack => ("the same ended and was started again: ", "ตัวเดิมจบแล้วถูกเริ่มใหม่: "),
        Rule::ConfigFile | Rule::PaidInMemory | Rule::MiningWords | Rule::SharesWith => {
            return super::evidence::sentence(language, rule);
        }
    };
    pick(language, en, th)
}

/// What the rules for load say.
#[expect(clippy::wildcard_enum_match_arm, reason = "whoever asks names each rule")]
const fn loaded(rule: Rule) -> (&'static str, &'static str) {
    match rule {
        Rule::SustainedCpu => {
            ("CPU high for as long as the playbook says: ", "CPU สูงครบเวลาที่ playbook กำหนด: ")
        }
        Rule::HighCpu => ("CPU high, but not for long yet: ", "CPU สูง แต่ยังไม่นานพอ: "),
        Rule::SustainedGpu => {
            ("GPU above the playbook's threshold for long: ", "GPU สูงเกินเกณฑ์ใน playbook มานาน: ")
        }
        _ => ("GPU high, but not for long yet: ", "GPU สูง แต่ยังไม่นานพอ: "),
    }
}

/// What the rules for disguise, places, origin and what starts by itself say.
#[expect(clippy::wildcard_enum_match_arm, reason = "whoever asks names each rule")]
#[expect(clippy::too_many_lines, reason = "a table with a line for each rule")]
const fn judged(rule: Rule) -> (&'static str, &'static str) {
    match rule {
        Rule::Padding => {
            ("its arguments are padded out of sight: ", "argument ถูกเว้นวรรคจนมองไม่เห็น: ")
        }
        Rule::LookAlike => ("its name is almost another's: ", "ชื่อคล้ายของผู้อื่นเกือบทุกตัว: "),
        Rule::BorrowedName => {
            ("bears a name of the system, and lies elsewhere: ", "ใช้ชื่อของระบบ แต่ไฟล์อยู่ที่อื่น: ")
        }
        Rule::PoolAndWallet => {
            ("is told a pool and who is paid: ", "argument บอก pool และ wallet ที่รับเงิน: ")
        }
        Rule::PoolAndAlgorithm => {
            ("is told a pool and a mining algorithm: ", "argument บอก pool และอัลกอริทึมขุด: ")
        }
        Rule::PoolAndOption => (
            "is told a pool, and more that only miners are: ",
            "argument บอก pool และสิ่งที่มีแต่ miner ใช้: ",
        ),
        Rule::PoolAndUser => {
            ("is told a place and a user, as miners are: ", "argument บอกปลายทางและผู้ใช้แบบ miner: ")
        }
        Rule::PoolEnd => ("is told a place as miners are: ", "argument บอกปลายทางแบบ miner: "),
        Rule::Wallet => ("an argument is a wallet's address: ", "argument เป็นที่อยู่ของ wallet: "),
        Rule::Algorithm => ("an argument is a mining algorithm: ", "argument เป็นอัลกอริทึมขุด: "),
        Rule::MinerOptions => ("has options of a miner: ", "มีตัวเลือกของ miner: "),
        Rule::PoolMention => ("a text names a pool's address: ", "ข้อความมีที่อยู่ของ pool: "),
        Rule::BusyDaemon => {
            ("computes for long under a name that does not: ", "คำนวณนานในชื่อที่ไม่ควรคำนวณ: ")
        }
        Rule::RunsScript => ("a shell is told to do this: ", "shell ถูกสั่งให้ทำ: "),
        Rule::OddPlace => ("runs from where no program should be: ", "รันจากที่ที่ไม่ควรมีโปรแกรม: "),
        Rule::MemoryExe => ("runs from a file in memory alone: ", "รันจากไฟล์ที่อยู่ในหน่วยความจำเท่านั้น: "),
        Rule::ServiceChild => {
            ("a service runs it, and nobody installed it: ", "บริการเป็นผู้รัน และไม่มีใครติดตั้งไว้: ")
        }
        Rule::FromRequest => {
            ("its environment holds a web request: ", "environment มีข้อมูลของ web request: ")
        }
        Rule::FromLogin => {
            ("its environment names the login it came by: ", "environment บอกการ login ที่มา: ")
        }
        Rule::ShapedLoad => (
            "its load is held at a level, or comes in regular turns: ",
            "โหลดถูกคุมไว้ที่ระดับหนึ่ง หรือมาเป็นรอบสม่ำเสมอ: ",
        ),
        Rule::Headless => {
            ("its first thread has ended while others run: ", "thread แรกจบไปแล้ว แต่ตัวอื่นยังรันอยู่: ")
        }
        Rule::BegunWith => {
            ("was begun in the same minute and session as: ", "เริ่มในนาทีและ session เดียวกับ: ")
        }
        Rule::MinersMemory => (
            "long high load, and memory as mining wants it: ",
            "โหลดสูงต่อเนื่อง และใช้หน่วยความจำแบบที่การขุดต้องการ: ",
        ),
        Rule::LonelyLoad => (
            "long high load, and hardly anybody to talk to: ",
            "โหลดสูงต่อเนื่อง และคุยกับปลายทางแทบแห่งเดียว: ",
        ),
        Rule::DownloadsAndRuns => ("fetches something and runs it: ", "ดาวน์โหลดแล้วรันทันที: "),
        Rule::DecodesAndRuns => ("decodes something and runs it: ", "ถอดรหัสแล้วรันทันที: "),
        Rule::AddsItselfAgain => ("brings itself back: ", "พาตัวเองกลับมา: "),
        Rule::RunsOddPlace => {
            ("runs something from where no program should be: ", "รันสิ่งที่อยู่ในที่ที่ไม่ควรมีโปรแกรม: ")
        }
        Rule::HiddenEntry => ("is written so that nobody sees it: ", "เขียนไว้ให้มองไม่เห็น: "),
        Rule::SecondRoot => ("another user has the rights of root: ", "ผู้ใช้อื่นมีสิทธิ์ root: "),
        Rule::ServiceKey => ("a key opens the account of a service: ", "มีกุญแจเปิดบัญชีของบริการ: "),
        _ => ("runs a command, or asks for no password: ", "รันคำสั่งเอง หรือไม่ต้องใช้รหัสผ่าน: "),
    }
}

/// Where a fact was read.
#[must_use]
pub const fn source(language: Language, source: FactSource) -> &'static str {
    let (en, th) = match source {
        FactSource::Comm => ("/proc/PID/comm", "/proc/PID/comm"),
        FactSource::CommandLine => ("/proc/PID/cmdline", "/proc/PID/cmdline"),
        FactSource::Exe => ("/proc/PID/exe", "/proc/PID/exe"),
        FactSource::Stat => ("/proc/PID/stat", "/proc/PID/stat"),
        FactSource::Sockets => ("the kernel's socket list", "รายการ socket ของ kernel"),
        FactSource::Views => ("views of the host that disagree", "มุมมองของเครื่องที่ขัดกัน"),
        FactSource::Gpu => ("the GPU pane's source", "แหล่งข้อมูล GPU"),
        FactSource::Wire => ("packets on the wire", "แพ็กเก็ตบนสายสัญญาณ"),
        FactSource::Environment => ("/proc/PID/environ", "/proc/PID/environ"),
        FactSource::Ancestry => ("those above it", "โปรเซสที่อยู่เหนือขึ้นไป"),
        FactSource::Persistence => ("what starts by itself", "สิ่งที่เริ่มเอง"),
        FactSource::File => ("a file that belongs to it", "ไฟล์ของโปรเซส"),
        FactSource::Program => ("its executable", "ไฟล์โปรแกรม"),
        FactSource::Memory => ("/proc/PID/mem", "/proc/PID/mem"),
    };
    pick(language, en, th)
}

/// What a finding is about, as far as its identity tells.
#[must_use]
pub fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Process(id) => format!("pid {}", id.pid),
        Subject::Connection { remote, .. } => remote.to_string(),
        Subject::Hiding { what, .. } => what.plain(80),
        Subject::Autostart { path, line: 0, .. } => path.plain(80),
        Subject::Autostart { path, line, .. } => format!("{}:{line}", path.plain(80)),
    }
}

/// Before the time at which a reason was first seen.
#[must_use]
pub const fn since(language: Language) -> &'static str {
    match language {
        Language::En => "since",
        Language::Th => "ตั้งแต่",
    }
}

/// A scan takes longer than was asked; what for.
#[must_use]
pub fn still(language: Language, hunts: bool, reads: bool) -> String {
    let mut what = Vec::new();
    if hunts {
        what.push(pick(language, "what starts by itself", "สิ่งที่เริ่มเอง"));
    }
    if reads {
        what.push(pick(language, "files and memory of processes", "ไฟล์และหน่วยความจำของโปรเซส"));
    }
    format!("{}: {}", pick(language, "still reading", "กำลังอ่านต่อ"), what.join(", "))
}
