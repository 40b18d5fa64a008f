//! Words for how the program itself stands on this host.

use crate::domain::base::Language;
use crate::domain::facts::{Doubt, Own, Raised, Reading};
use crate::domain::untrusted::Untrusted;
use crate::words::{Phrase, pick};

/// What a line means for the responder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// As it should be.
    Good,
    /// Good to know.
    Note,
    /// The program cannot be relied on here.
    Bad,
    /// Nobody could tell.
    Unknown,
}

/// Everything about the program's own standing, a sentence each.
#[must_use]
pub fn lines(language: Language, own: &Own) -> Vec<(Sign, Phrase)> {
    let mut lines = vec![fixed(language, own.fixed)];
    // That it is not static was said.
    let doubts = own.doubts().into_iter().filter(|doubt| *doubt != Doubt::NotFixed);
    lines.extend(doubts.map(|doubt| (Sign::Bad, self::doubt(language, doubt, own))));
    if own.tracer.is_none() && own.loaded.is_empty() {
        let said = pick(language, "not traced, no foreign code in it", "ไม่ถูก trace ไม่มีโค้ดแปลกปลอม");
        lines.push((Sign::Good, Phrase::of(said)));
    }
    if !own.variables.is_empty() {
        let ignored = pick(language, " set; it ignores that", " ถูกตั้งไว้ แต่ไม่มีผลกับโปรแกรมนี้");
        lines.push((Sign::Note, listed(&own.variables).ours(ignored)));
    }
    if own.preload == Reading::Known(true) {
        let said = pick(
            language,
            "/etc/ld.so.preload exists: other programs may lie",
            "มี /etc/ld.so.preload: โปรแกรมอื่นอาจโกหก",
        );
        lines.push((Sign::Note, Phrase::of(said)));
    }
    lines.push(raised(language, own.raised));
    lines.push(looks(language, own.looks));
    if own.carriers > 0 {
        lines.push((Sign::Good, carriers(language, own.carriers)));
    }
    lines.push(locked(language, own.locked));
    lines.extend(spared(language, own.spared));
    lines
}

/// In a journal: whoever carries the terminal runs as before.
#[must_use]
pub fn put_back(language: Language) -> Phrase {
    Phrase::of(pick(
        language,
        "what carries the terminal has its own nice values again",
        "kernel worker และ SSH server กลับไปใช้ค่า nice เดิมแล้ว",
    ))
}

/// Another screen of the session has raised whoever carries its terminal, by the journal.
#[must_use]
pub fn raised_elsewhere(language: Language, count: u32) -> (Sign, Phrase) {
    let said = pick(
        language,
        "another screen set what carries its terminal to nice -20: ",
        "จออื่นตั้งตัวนำส่งเทอร์มินัลของมันเป็น nice -20: ",
    );
    (Sign::Note, Phrase::of(said).ours(count.to_string()))
}

/// What is said at the start when something is wrong: the worst, and how much more there is.
#[must_use]
pub fn alarm(language: Language, own: &Own) -> Phrase {
    let doubts = own.doubts();
    let Some(worst) = doubts.first() else { return Phrase::default() };
    let said = doubt(language, *worst, own);
    match doubts.len() - 1 {
        0 => said,
        more => said.ours(pick(language, "; and more: ", " และอื่น ๆ: ")).ours(format!("{more}, gx")),
    }
}

/// In a few words, for a journal: `static, rr 1, 12 MiB locked`.
#[must_use]
pub fn brief(language: Language, own: &Own) -> Phrase {
    let doubts = own.doubts();
    let mut phrase = match doubts.first() {
        Some(worst) => doubt(language, *worst, own),
        None => fixed(language, own.fixed).1,
    };
    if own.carriers > 0 {
        // What is new stands first; the rest was told before.
        phrase = carriers(language, own.carriers).ours("; ").then(phrase);
    }
    phrase = phrase.ours("; ").ours(degree(language, own.raised));
    if let Reading::Known(bytes) = own.locked {
        let held = pick(language, "; in memory: ", "; หน่วยความจำที่ล็อกไว้: ");
        phrase = phrase.ours(held).ours(mebibytes(bytes));
    }
    phrase
}

fn doubt(language: Language, doubt: Doubt, own: &Own) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match doubt {
        Doubt::Traced => {
            let pid = own.tracer.map_or_else(|| String::from("?"), |pid| pid.to_string());
            say("TRACED: your keys can be read by pid ", "ถูก TRACE: ปุ่มที่กดถูกอ่านได้โดย pid ").ours(pid)
        }
        Doubt::Loaded => say("FOREIGN CODE in this program: ", "โค้ดแปลกปลอมในโปรแกรมนี้: ")
            .then(listed(&own.loaded)),
        Doubt::NotFixed => fixed(language, own.fixed).1,
        Doubt::Overheard => {
            let pids: Vec<_> = own.listeners.iter().map(|it| it.pid.to_string()).collect();
            say("OVERHEARD: your terminal is open in pid ", "ถูกดักฟัง: เทอร์มินัลของคุณเปิดอยู่ใน pid ")
                .ours(pids.join(", "))
        }
    }
}

fn listed(names: &[Untrusted]) -> Phrase {
    names.iter().enumerate().fold(Phrase::default(), |phrase, (place, name)| {
        let phrase = if place == 0 { phrase } else { phrase.ours(", ") };
        phrase.theirs(name)
    })
}

fn fixed(language: Language, fixed: Reading<bool>) -> (Sign, Phrase) {
    let (sign, en, th) = match fixed {
        Reading::Known(true) => {
            (Sign::Good, "static: runs no library of this host", "static: ไม่ใช้ไลบรารีของเครื่องนี้")
        }
        Reading::Known(false) => (
            Sign::Bad,
            "NOT STATIC: libraries of this host can blind it",
            "ไม่ STATIC: ไลบรารีของเครื่องนี้บังตาได้",
        ),
        Reading::Denied | Reading::Blocked | Reading::Unknown => {
            (Sign::Unknown, "whether it is static could not be read", "อ่านไม่ได้ว่า static หรือไม่")
        }
    };
    (sign, Phrase::of(pick(language, en, th)))
}

fn raised(language: Language, raised: Raised) -> (Sign, Phrase) {
    let said = pick(language, "screen and journal: ", "หน้าจอและ journal: ");
    (degree_sign(raised), Phrase::of(said).ours(degree(language, raised)))
}

fn looks(language: Language, raised: Raised) -> (Sign, Phrase) {
    let said = pick(language, "looks: ", "การเฝ้าดู: ");
    (degree_sign(raised), Phrase::of(said).ours(degree(language, raised)))
}

/// Who carries the terminal was starved.
fn carriers(language: Language, count: u32) -> Phrase {
    let said = pick(
        language,
        "terminal starved; what carries it (kernel workers, sshd, tmux) set to nice -20: ",
        "เทอร์มินัลถูกแย่ง CPU; ตัวนำส่งเทอร์มินัล (kernel worker, sshd, tmux) ที่ตั้งเป็น nice -20: ",
    );
    Phrase::of(said).ours(count.to_string())
}

const fn degree_sign(raised: Raised) -> Sign {
    match raised {
        Raised::RealTime(_) | Raised::Nice(_) => Sign::Good,
        Raised::NotTried | Raised::Refused => Sign::Note,
    }
}

/// How a thread was raised.
#[must_use]
pub fn degree(language: Language, raised: Raised) -> String {
    let say = |en, th| pick(language, en, th);
    match raised {
        Raised::RealTime(priority) => {
            format!("{} {priority}", say("before all others, real-time", "ก่อนใครทั้งหมด real-time"))
        }
        Raised::Nice(value) => format!("{} {value}", say("before most, nice", "ก่อนส่วนใหญ่ nice")),
        Raised::NotTried => say("not raised", "ไม่ได้ยกลำดับ").to_owned(),
        Raised::Refused => say(
            "not raised, needs root or CAP_SYS_NICE",
            "ยกลำดับไม่ได้ ต้องเป็น root หรือมี CAP_SYS_NICE",
        )
        .to_owned(),
    }
}

fn locked(language: Language, locked: Reading<u64>) -> (Sign, Phrase) {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match locked {
        Reading::Known(bytes) => {
            let held = say("held in memory: ", "ล็อกไว้ในหน่วยความจำ: ");
            (Sign::Good, held.ours(mebibytes(bytes)))
        }
        Reading::Denied | Reading::Blocked => {
            (Sign::Note, say("memory not held: may be swapped out", "ไม่ได้ล็อกหน่วยความจำ อาจถูก swap"))
        }
        Reading::Unknown => {
            (Sign::Unknown, say("memory held: not told", "หน่วยความจำที่ล็อกไว้: อ่านไม่ได้"))
        }
    }
}

fn mebibytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) >> 20;
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}

fn spared(language: Language, spared: Reading<i32>) -> Option<(Sign, Phrase)> {
    let value = *spared.known()?;
    let (sign, en, th) = if value < 0 {
        (Sign::Good, "ended late when memory is short: ", "ถูกจบเป็นลำดับท้าย ๆ เมื่อหน่วยความจำหมด: ")
    } else {
        (
            Sign::Note,
            "ended like others when memory is short: ",
            "ถูกจบเหมือนโปรแกรมอื่นเมื่อหน่วยความจำหมด: ",
        )
    };
    Some((sign, Phrase::of(pick(language, en, th)).ours(format!("oom {value}"))))
}
