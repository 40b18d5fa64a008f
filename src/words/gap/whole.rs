//! Words for why one source was not read, or not wholly.

use crate::domain::base::Language;
use crate::domain::facts::NotWhole;
use crate::words::gap::Way;
use crate::words::{Phrase, pick};

/// Why.
#[must_use]
pub fn not_whole(language: Language, why: NotWhole) -> &'static str {
    let (en, th) = match why {
        NotWhole::Late => ("no answer in time", "ไม่ตอบในเวลา"),
        NotWhole::Unreadable => ("it cannot be read", "อ่านไม่ได้"),
        NotWhole::Long => {
            ("longer than 1 MiB, the rest is not read", "ยาวกว่า 1 MiB ไม่ได้อ่านส่วนที่เหลือ")
        }
        NotWhole::Names => {
            ("more than 10,000 names, the rest is not read", "มีชื่อเกิน 10,000 ไม่ได้อ่านส่วนที่เหลือ")
        }
        NotWhole::Entries => {
            ("too many entries, the rest is left out", "รายการมากเกินไป ไม่ได้เก็บส่วนที่เหลือ")
        }
        NotWhole::Homes => ("too many homes, the rest is left out", "home มากเกินไป ไม่ได้ดูส่วนที่เหลือ"),
        NotWhole::Directories => {
            ("too many directories, the rest is left out", "ไดเรกทอรีมากเกินไป ไม่ได้ดูส่วนที่เหลือ")
        }
        NotWhole::InParts => ("too many open files, read in parts", "ไฟล์ที่เปิดมีมาก จึงอ่านทีละส่วน"),
        NotWhole::Remote => {
            ("on a network or FUSE mount, not touched", "อยู่บน mount แบบเครือข่ายหรือ FUSE จึงไม่แตะ")
        }
        NotWhole::Covered => ("something is mounted over it", "มีบางอย่าง mount ทับ"),
        NotWhole::CoveredBy => {
            ("something is mounted over it, and tells this", "มีบางอย่าง mount ทับ และบอกค่านี้แทน")
        }
        NotWhole::CoveredLate => {
            ("something is mounted over it that does not answer", "มีบางอย่าง mount ทับ และไม่ตอบ")
        }
        NotWhole::NoProcessors => ("there are no processors in it", "ไม่มี CPU ในไฟล์นี้"),
        NotWhole::CountsOthers => {
            ("it counts more than the processes that are shown", "นับรวมโปรเซสที่ไม่ได้แสดง")
        }
        NotWhole::HidePid => ("not all processes are shown: hidepid", "แสดงโปรเซสไม่ครบ: hidepid"),
        NotWhole::Etcd => {
            ("schedules stand in etcd, which is not read here", "ตารางงานอยู่ใน etcd ซึ่งไม่ได้อ่าน")
        }
        NotWhole::Database => ("its tables cannot be read to their end", "อ่านตารางได้ไม่จบ"),
    };
    pick(language, en, th)
}

/// What helps.
pub(super) fn into(language: Language, why: NotWhole) -> Way {
    let (en, th) = match why {
        NotWhole::Late | NotWhole::CoveredLate => ("it is asked again by itself", "จะถามใหม่เอง"),
        NotWhole::InParts => ("the rest comes with the next looks", "ส่วนที่เหลือตามมาในรอบถัดไป"),
        NotWhole::CountsOthers => ("run it on the host itself", "รันบนเครื่อง host โดยตรง"),
        NotWhole::HidePid => ("run it as root", "รันเป็น root"),
        NotWhole::Covered | NotWhole::CoveredBy => {
            ("mounts stand in /proc/self/mountinfo", "ดูรายการ mount ใน /proc/self/mountinfo")
        }
        NotWhole::Unreadable
        | NotWhole::Long
        | NotWhole::Names
        | NotWhole::Entries
        | NotWhole::Homes
        | NotWhole::Directories
        | NotWhole::Remote
        | NotWhole::NoProcessors
        | NotWhole::Etcd
        | NotWhole::Database => ("look at the rest by hand", "ตรวจส่วนที่เหลือด้วยมือ"),
    };
    Way::Words(Phrase::of(pick(language, en, th)))
}
