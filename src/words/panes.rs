//! Words that only the panes need: names of columns, states, and what a pane says when it is empty.

use crate::cockpit::panes::{NetworkPart, ProcessSort};
use crate::domain::base::Language;
use crate::words::{fact, pick};

/// The word in `language`.
#[must_use]
pub const fn word(language: Language, word: Word) -> &'static str {
    word.text(language)
}

fixed! {
    /// A fixed word or phrase of a pane.
    pub enum Word;

    Pid => "PID", "PID";
    User => "USER", "ผู้ใช้";
    Cpu => "CPU%", "CPU%";
    OfAll => "TOT%", "รวม%";
    Memory => "MEM", "MEM";
    MemoryShare => "MEM%", "MEM%";
    Age => "AGE", "อายุ";
    State => "S", "S";
    Threads => "THR", "THR";
    Nice => "NI", "NI";
    History => "CPU HISTORY", "CPU ย้อนหลัง";
    Flags => "FLAGS", "ธง";
    Command => "COMMAND", "คำสั่ง";
    Remote => "REMOTE", "ปลายทาง";
    Local => "LOCAL", "ต้นทาง";
    SocketState => "STATE", "สถานะ";
    Owner => "PID NAME", "PID ชื่อ";
    Why => "WHY", "เหตุผล";
    Held => "held", "หยุดภาพ";
    Tree => "tree", "ต้นไม้";
    Follows => "follows", "ตาม";
    FollowsNewest => "follows newest", "ตามรายการล่าสุด";
    Gone => "gone", "จบแล้ว";
    IsGone => "gone", "หายไปแล้ว";
    Ended => "ended", "จบแล้ว";
    Deleted => "deleted", "ถูกลบ";
    Waiting => "waiting for the first look at the host", "รอดูเครื่องครั้งแรก";
    NoProcess => "no process fits the filter", "ไม่มีโปรเซสตรงตัวกรอง";
    NoSocket => "no connection to show", "ไม่มีการเชื่อมต่อ";
    NoSession => "no session is open", "ยังไม่เปิดsession";
    NoFlow => "this playbook has no decision tree", "playbookนี้ไม่มีผังการตัดสินใจ";
    NoList => "this playbook has no checklist", "playbookนี้ไม่มีเช็กลิสต์";
    NothingStarts => "nothing was found that starts by itself", "ไม่พบสิ่งที่เริ่มทำงานเอง";
    NothingHeard => "nobody listens on the wire", "ยังไม่ได้ฟังสายสัญญาณ";
    NoEntry => "nothing has happened yet", "ยังไม่มีเหตุการณ์";
    Executable => "exe", "ไฟล์";
    Parents => "parents", "โปรเซสแม่";
    Arguments => "command", "คำสั่ง";
    Sockets => "sockets", "ซ็อกเก็ต";
    Because => "why", "เหตุผล";
    NothingAgainst => "nothing speaks against it", "ไม่พบสิ่งผิดปกติ";
    NothingWasAgainst => "nothing spoke against it", "ไม่เคยพบสิ่งผิดปกติ";
    Load => "load", "โหลด";
    Cores => "cores", "คอร์";
    NoDevice => "no GPU found", "ไม่พบ GPU";
    Answered => "answered", "ตอบแล้ว";
    AbsentSources => "not on this host", "ไม่มีบนเครื่องนี้";
    NotAsked => "not asked yet", "ยังไม่ได้ตรวจ";
    Waits => "waits for you: press V", "รออนุญาต: กด V";
    HeldBy => "held by", "ถือโดย";
    NoHolder => "no process holds a GPU", "ไม่มีโปรเซสใช้ GPU";
    SeeAbove => "see above", "ดูด้านบน";
    NotTaken => "not taken", "ไม่ได้เลือก";
    Question => "question", "คำถาม";
    Step => "step", "ขั้นตอน";
    End => "the flow ends here", "จบผังที่นี่";
    Facts => "live", "ข้อมูลสด";
    NoneYet => "none", "ไม่มี";
    Flow => "flow", "ผัง";
    Procedure => "procedure", "ลำดับการทำงาน";
    Note => "note", "หมายเหตุ";
    Unsaved => "not on disk yet", "ยังไม่ลงดิสก์";
    Since => "SINCE", "ตั้งแต่";
    Now => "NOW", "ตอนนี้";
    Risks => "RISKS", "ความเสี่ยง";
    Blocked => "BLOCKED", "ติดขัด";
    StillOpen => "OPEN", "ยังเหลือ";
    Next => "NEXT", "ต่อไป";
    Notes => "NOTES", "โน้ต";
    Worked => "WORKED", "ผู้ทำงาน";
    Escalate => "ESCALATE", "ยกระดับ";
    Guesses => "GUESSES", "สมมติฐาน";
    Anchor => "ANCHOR", "คำยืนยัน";
    Signed => "SIGNED", "ลงชื่อ";
    LastHandoff => "HANDOFF", "เวรก่อน";
    MarkRead => "read", "อ่านแล้ว";
    NotSigned => "not signed", "ยังไม่เซ็น";
    NotAccepted => "signed, not accepted yet", "เซ็นแล้ว รอผู้รับ";
    AcceptedBy => "accepted", "รับเวรแล้ว";
    Temperature => "temp", "อุณหภูมิ";
    Legend => "! confirmed * suspect . noted  Pool Name Del Cpu Gpu Escape Hides Kernel Rule",
        "! ยืนยัน * น่าสงสัย . สังเกต  Pool N ชื่อ D ลบ Cpu Gpu E อักขระ H ซ่อน Kernel R กฎ";
}

/// What a part of the network pane holds.
#[must_use]
pub const fn part(language: Language, part: NetworkPart) -> &'static str {
    match part {
        NetworkPart::Matches => pick(language, "Matches the indicators", "ตรงตัวบ่งชี้"),
        NetworkPart::Open => pick(language, "Open", "เชื่อมต่ออยู่"),
        NetworkPart::Listening => pick(language, "Listening", "รอรับ"),
    }
}

/// What the process table is ordered by.
#[must_use]
pub fn sorted_by(language: Language, sort: ProcessSort) -> String {
    format!("{} {}", pick(language, "by", "เรียงตาม"), fact::sort(language, sort))
}

/// How many entries somebody wrote.
#[must_use]
pub fn entries(language: Language, count: u64) -> String {
    match (language, count) {
        (Language::En, 1) => String::from("1 entry"),
        (Language::En, _) => format!("{count} entries"),
        (Language::Th, _) => format!("{count} รายการ"),
    }
}

/// How many rows a range holds.
#[must_use]
pub fn marked(language: Language, count: usize) -> String {
    match language {
        Language::En => format!("{count} marked"),
        Language::Th => format!("เลือก {count}"),
    }
}

/// How many entries came after the one under the cursor.
#[must_use]
pub fn newer(language: Language, count: usize) -> String {
    match language {
        Language::En => format!("{count} newer"),
        Language::Th => format!("ใหม่กว่า {count}"),
    }
}

/// How many entries on one line of the timeline tell of what was found and is gone, and how many that something has ended.
#[must_use]
pub fn over(language: Language, found: usize, ended: usize) -> String {
    match (language, found, ended) {
        (Language::En, 0, _) => format!("{ended} gone"),
        (Language::Th, 0, _) => format!("หายไปแล้ว {ended}"),
        (Language::En, _, 0) => format!("{found} found, gone again"),
        (Language::Th, _, 0) => format!("พบ {found} รายการ หายไปแล้ว"),
        (Language::En, _, _) => format!("{found} found, {ended} gone"),
        (Language::Th, _, _) => format!("พบ {found} หายไป {ended}"),
    }
}

/// The host says that it has less memory than one process holds.
#[must_use]
pub fn untrue_total(language: Language, total: &str, held: &str) -> String {
    match language {
        Language::En => format!("{total} is not true: one holds {held}"),
        Language::Th => format!("{total} ไม่จริง: โปรเซสเดียวใช้ {held}"),
    }
}

/// How many entries are on disk and not on the screen.
#[must_use]
pub fn earlier(language: Language, count: u64) -> String {
    let count = grouped(count);
    match language {
        Language::En => format!("{count} earlier entries on disk:"),
        Language::Th => format!("ก่อนหน้านี้อีก {count} รายการอยู่บนดิสก์:"),
    }
}

/// `1,234,567`: such a number is read at a glance.
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How old the picture is.
#[must_use]
pub fn old(language: Language, age: &str) -> String {
    match language {
        Language::En => format!("{age} old"),
        Language::Th => format!("เก่า {age}"),
    }
}

/// A process is no longer there: since what time, and how long ago that was.
#[must_use]
pub fn gone_since(language: Language, at: &str, age: &str) -> String {
    let gone = word(language, Word::Gone);
    match language {
        Language::En => format!("{gone} since {at}, {age} ago"),
        Language::Th => format!("{gone}ตั้งแต่ {at} ผ่านมา {age}"),
    }
}

/// How many connections match.
#[must_use]
pub fn matches(language: Language, count: usize) -> String {
    match language {
        Language::En => format!("{count} match"),
        Language::Th => format!("ตรง {count}"),
    }
}

/// Rows that there is no room for.
#[must_use]
pub fn more(language: Language, count: usize) -> String {
    match language {
        Language::En => format!("{count} more"),
        Language::Th => format!("อีก {count}"),
    }
}

/// CPU of the machine, and how many processes are above the playbook's threshold.
#[must_use]
pub fn cpu_now(language: Language, cpu: &str, busy: Option<(f32, usize)>) -> String {
    match (language, busy) {
        (_, None) => format!("CPU {cpu}"),
        (Language::En, Some((limit, count))) => {
            let processes = match count {
                0 => "no process".to_owned(),
                1 => "1 process".to_owned(),
                _ => format!("{count} processes"),
            };
            format!("CPU {cpu}, {processes} above {limit:.0}%")
        }
        (Language::Th, Some((limit, 0))) => format!("CPU {cpu} ไม่มีโปรเซสเกิน {limit:.0}%"),
        (Language::Th, Some((limit, count))) => {
            format!("CPU {cpu} เกิน {limit:.0}% อยู่ {count} โปรเซส")
        }
    }
}

/// No source knows a GPU.
#[must_use]
pub const fn no_gpu(language: Language) -> &'static str {
    pick(language, "no GPU source", "ไม่มีแหล่งข้อมูล GPU")
}

/// Connections that lead to pools.
#[must_use]
pub const fn pool_connections(language: Language) -> &'static str {
    pick(language, "pool connections", "การเชื่อมต่อไป pool")
}

/// How many processes were found.
#[must_use]
pub fn found(language: Language, confirmed: usize, suspect: usize) -> String {
    match language {
        Language::En => format!("{confirmed} confirmed, {suspect} suspect"),
        Language::Th => format!("ยืนยัน {confirmed} น่าสงสัย {suspect}"),
    }
}

/// How much was found, and how much of it is still there.
#[must_use]
pub fn found_live(language: Language, found: usize, live: usize) -> String {
    match language {
        Language::En => format!("{found} ({live} live)"),
        Language::Th => format!("{found} (ยังทำงาน {live})"),
    }
}

/// What only the cloud knows.
#[must_use]
pub const fn ask_cloud(language: Language) -> &'static str {
    pick(
        language,
        "ask the cloud console: this host cannot tell",
        "ถาม cloud console: เครื่องนี้บอกไม่ได้",
    )
}
