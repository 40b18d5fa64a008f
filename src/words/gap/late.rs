//! Words for what has not answered in time.

use crate::domain::base::Language;
use crate::domain::facts::Late;
use crate::words::gap::Way;
use crate::words::{Phrase, pick};

/// What has not answered.
pub(super) fn not_yet(language: Language, what: &Late) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match what {
        Late::Graphics(device) => {
            say("a GPU driver does not answer: ", "ไดรเวอร์ GPU ไม่ตอบ: ").theirs(device)
        }
        Late::Processes(count) => processes(language, *count),
        Late::Standing => {
            say("files that tell how it stands do not answer", "ไฟล์ที่บอกสิทธิ์ของโปรแกรมไม่ตอบ")
        }
        Late::Modules => {
            say("which modules the kernel has is not known yet", "ยังไม่รู้ว่า kernel มีโมดูลใด")
        }
        Late::Namespaces => say(
            "the search for empty network namespaces has no answer",
            "การค้นหา network namespace ที่ว่างไม่ตอบ",
        ),
        Late::Tools => say("the files of packages do not answer", "ไฟล์ของแพ็กเกจไม่ตอบ"),
        Late::Hunt => {
            say("the hunt for what starts by itself has not ended", "การค้นหาสิ่งที่เริ่มทำงานเองยังไม่จบ")
        }
        Late::Tables => say("the tables in /proc/net do not answer", "ตารางใน /proc/net ไม่ตอบ"),
        Late::Threads(count) => Phrase::of(match (language, count) {
            (Language::En, 1) => String::from("1 thread of this program hangs in the kernel"),
            (Language::En, _) => format!("{count} threads of this program hang in the kernel"),
            (Language::Th, _) => format!("{count} เธรดของโปรแกรมนี้ค้างอยู่ใน kernel"),
        }),
    }
}

/// One that lets a look wait takes the time of others, so that nobody is blamed for it here.
fn processes(language: Language, count: u32) -> Phrase {
    Phrase::of(match (language, count) {
        (Language::En, 1) => String::from("the look had no time for 1 process"),
        (Language::En, _) => format!("the look had no time for {count} processes"),
        (Language::Th, _) => format!("ไม่มีเวลาดู {count} โปรเซส"),
    })
}

/// What is not seen because of it.
pub(super) const fn missing(language: Language, what: &Late) -> &'static str {
    let (en, th) = match what {
        Late::Graphics(_) => {
            ("its load, its memory and who uses it", "โหลด หน่วยความจำ และผู้ใช้ของอุปกรณ์นี้")
        }
        Late::Processes(_) => ("their command lines and disk use", "คำสั่งและการใช้ดิสก์ของโปรเซสเหล่านี้"),
        Late::Standing => ("what else the program cannot see", "สิ่งอื่นที่โปรแกรมมองไม่เห็น"),
        Late::Modules => {
            ("sockets by netlink; the tables are read", "socket จาก netlink; อ่านจากตารางแทน")
        }
        Late::Namespaces => {
            ("sockets in namespaces without a process", "socket ใน namespace ที่ไม่มีโปรเซส")
        }
        Late::Tables => ("sockets that one of two views hides", "socket ที่ถูกซ่อนจากมุมมองหนึ่ง"),
        Late::Tools => ("tools that were changed or replaced", "เครื่องมือที่ถูกแก้หรือถูกแทน"),
        Late::Hunt => ("what starts by itself", "สิ่งที่เริ่มทำงานเอง"),
        Late::Threads(_) => ("what they were sent to read", "สิ่งที่เธรดเหล่านี้ถูกส่งไปอ่าน"),
    };
    pick(language, en, th)
}

/// How to see it.
pub(super) fn into(language: Language, what: &Late) -> Vec<Way> {
    let say = |en, th| Way::Words(Phrase::of(pick(language, en, th)));
    match what {
        Late::Graphics(_) => vec![
            say(
                "it comes back when the driver answers; ask the kernel:",
                "กลับมาเมื่อไดรเวอร์ตอบ; ดู kernel:",
            ),
            Way::Command("sudo dmesg"),
        ],
        Late::Threads(_) => vec![
            say(
                "eight are replaced at most; what they wait for:",
                "แทนที่ได้ไม่เกินแปดเธรด; ดูว่ารออะไร:",
            ),
            Way::Command("sudo dmesg"),
        ],
        Late::Processes(_)
        | Late::Standing
        | Late::Modules
        | Late::Namespaces
        | Late::Tables
        | Late::Tools
        | Late::Hunt => vec![say("it is asked again by itself", "จะถามใหม่เอง")],
    }
}
