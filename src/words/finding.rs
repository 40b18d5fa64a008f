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
    };
    pick(language, en, th)
}

/// A reason in a sentence that ends with the value that the rule saw.
#[must_use]
pub fn reason(language: Language, reason: &Reason) -> Phrase {
    let (en, th) = match reason.rule {
        Rule::PoolUrl => ("an argument is a pool's address: ", "argument เป็นที่อยู่ของ mining pool: "),
        Rule::MinerName => ("has the name of a mining program: ", "ชื่อตรงกับโปรแกรมขุดเหรียญ: "),
        Rule::PoolName => ("an argument names a mining pool: ", "argument มีชื่อ mining pool: "),
        Rule::PoolPort => {
            ("connects to a port of mining pools: ", "เชื่อมต่อไปพอร์ตที่ mining pool ใช้: ")
        }
        Rule::SustainedCpu => {
            ("CPU high for as long as the playbook says: ", "CPU สูงครบเวลาที่ playbook กำหนด: ")
        }
        Rule::HighCpu => ("CPU high, but not for long yet: ", "CPU สูง แต่ยังไม่นานพอ: "),
        Rule::SustainedGpu => {
            ("GPU above the playbook's threshold for long: ", "GPU สูงเกินเกณฑ์ใน playbook มานาน: ")
        }
        Rule::HighGpu => ("GPU high, but not for long yet: ", "GPU สูง แต่ยังไม่นานพอ: "),
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
        | Rule::Unpackaged => return super::hiding::reason(language, reason),
    };
    Phrase::of(pick(language, en, th)).theirs(&reason.value)
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
    }
}
