//! Words for network namespaces that are not looked into: how many, why, and what helps.

use crate::domain::base::Language;
use crate::domain::facts::NotEntered;
use crate::words::gap::Way;
use crate::words::{Phrase, pick};

/// How many, and why.
pub(super) fn not_entered(language: Language, why: NotEntered, count: u32) -> Phrase {
    let spaces = match (language, count) {
        (Language::En, 1) => String::from("1 network namespace is not looked into: "),
        (Language::En, _) => format!("{count} network namespaces are not looked into: "),
        (Language::Th, _) => format!("ไม่ได้ดู network namespace {count} อัน: "),
    };
    let because = |en, th| Phrase::of(spaces).ours(pick(language, en, th));
    match (why, language) {
        (NotEntered::Refused, _) => because("no entry", "เข้าไม่ได้"),
        (NotEntered::TooMany, _) => because("too many", "มากเกินไป"),
        (NotEntered::NotAsked, _) => because("netlink is not asked", "ไม่ได้ถาม netlink"),
        (NotEntered::Files, Language::En) => {
            Phrase::of(format!("not searched for network namespaces: files of {}", whom(count)))
        }
        (NotEntered::Files, Language::Th) => {
            Phrase::of(format!("ไม่ได้หา network namespace ในไฟล์ของ {count} โปรเซส"))
        }
        (NotEntered::NotYet, Language::En) => {
            Phrase::of(format!("not yet searched for network namespaces: files of {}", whom(count)))
        }
        (NotEntered::NotYet, Language::Th) => {
            Phrase::of(format!("ยังหา network namespace ในไฟล์ของ {count} โปรเซสไม่เสร็จ"))
        }
        (NotEntered::Marked, Language::En) => {
            let sockets =
                if count == 1 { String::from("1 socket") } else { format!("{count} sockets") };
            Phrase::of(format!("not asked for their network namespace: {sockets}"))
        }
        (NotEntered::Marked, Language::Th) => {
            Phrase::of(format!("ไม่ได้ถาม network namespace ของ {count} socket"))
        }
    }
}

fn whom(count: u32) -> String {
    if count == 1 { String::from("1 process") } else { format!("{count} processes") }
}

/// What helps.
pub(super) fn into(language: Language, why: NotEntered) -> Vec<Way> {
    let say = |en, th| Way::Words(Phrase::of(pick(language, en, th)));
    match why {
        NotEntered::NotAsked => vec![say(
            "load tcp_diag and udp_diag, if that is allowed",
            "โหลด tcp_diag และ udp_diag ถ้าทำได้",
        )],
        NotEntered::TooMany => vec![
            say("look from within one of them:", "ดูจากข้างในทีละอัน:"),
            Way::Command("sudo nsenter --net=FILE firedamp"),
        ],
        NotEntered::NotYet => {
            vec![say("wait: each turn reads some thousand more", "รอ: แต่ละรอบอ่านอีกหลายพันไฟล์")]
        }
        NotEntered::Marked => vec![say(
            "leave it: here asking changes what net_cls or net_prio says of them",
            "ปล่อยไว้: บนเครื่องนี้การถามจะเปลี่ยนค่า net_cls หรือ net_prio ของมัน",
        )],
        NotEntered::Refused | NotEntered::Files => {
            vec![say("run it as root:", "รันเป็น root:"), Way::Command("sudo firedamp")]
        }
    }
}
