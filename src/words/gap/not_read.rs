//! Words for what of a closer look at processes there was no time or no room for.

use crate::domain::base::Language;
use crate::domain::facts::NotRead;
use crate::words::gap::Way;
use crate::words::{Phrase, pick};

/// What was not read.
pub(super) fn gap(language: Language, what: NotRead, count: u32) -> String {
    let whose = match (language, count) {
        (Language::En, 1) => String::from("1 process"),
        (Language::En, _) => format!("{count} processes"),
        (Language::Th, _) => format!("{count} โปรเซส"),
    };
    let (en, th) = match what {
        NotRead::Files => ("files not read yet: of ", "ยังไม่ได้อ่านไฟล์ของ "),
        NotRead::Programs => ("programs not hashed yet: of ", "ยังไม่ได้คำนวณ hash โปรแกรมของ "),
        NotRead::Memory => ("memory not read yet: of ", "ยังไม่ได้อ่านหน่วยความจำของ "),
        NotRead::Room => ("closer look not decided yet: on ", "ยังไม่ได้ตัดสินว่าจะตรวจละเอียด: "),
        NotRead::Large => ("programs too large to be hashed: of ", "โปรแกรมใหญ่เกินคำนวณ hash: ของ "),
        NotRead::LetGo => {
            ("found files let go, for want of room: of ", "ทิ้งไฟล์ที่พบเพราะที่เก็บเต็ม: ของ ")
        }
        NotRead::ManyFiles => {
            ("not all files read, there are so many: of ", "อ่านไฟล์ไม่ครบเพราะมีมาก: ของ ")
        }
        NotRead::LongMemory => {
            ("memory read in part, it is so large: of ", "อ่านหน่วยความจำไม่ครบเพราะใหญ่มาก: ของ ")
        }
    };
    format!("{}{whose}", pick(language, en, th))
}

/// What is not seen because of it.
pub(super) const fn missing(language: Language, what: NotRead) -> &'static str {
    let (en, th) = match what {
        NotRead::Files => {
            ("configurations of miners that they have", "ไฟล์ตั้งค่าของ miner ที่โปรเซสเหล่านี้มี")
        }
        NotRead::Programs | NotRead::Large => {
            ("whether their hashes are known indicators", "hash ตรงกับ indicator ที่รู้จักหรือไม่")
        }
        NotRead::Memory => ("pools and wallets in their memory", "pool และ wallet ในหน่วยความจำ"),
        NotRead::Room => ("their files, hashes and memory", "ไฟล์ hash และหน่วยความจำของโปรเซสเหล่านี้"),
        NotRead::LetGo => ("what stands in these files", "เนื้อหาของไฟล์เหล่านั้น"),
        NotRead::ManyFiles => ("what stands in the others", "เนื้อหาของไฟล์ที่เหลือ"),
        NotRead::LongMemory => {
            ("pools and wallets in the rest of it", "pool และ wallet ในหน่วยความจำส่วนที่เหลือ")
        }
    };
    pick(language, en, th)
}

/// How to see it.
pub(super) fn into(language: Language, what: NotRead) -> Vec<Way> {
    let say = |en, th| Way::Words(Phrase::of(pick(language, en, th)));
    match what {
        NotRead::Files | NotRead::Programs | NotRead::Memory | NotRead::Room => {
            vec![say("the rest comes with the next looks", "ส่วนที่เหลือตามมาในรอบถัดไป")]
        }
        NotRead::Large => vec![
            say("hash them by hand:", "คำนวณ hash เอง:"),
            Way::Command("sudo sha256sum /proc/PID/exe"),
        ],
        NotRead::LetGo => vec![say("look at their files by hand", "ตรวจไฟล์ของโปรเซสเหล่านี้ด้วยมือ")],
        NotRead::ManyFiles => vec![
            say("search them by hand:", "ค้นด้วยมือ:"),
            Way::Command("sudo grep -rIl stratum /proc/PID/cwd/ /proc/PID/fd/"),
        ],
        NotRead::LongMemory => {
            vec![say("keep a copy of it:", "เก็บสำเนาไว้:"), Way::Command("sudo gcore PID")]
        }
    }
}
