//! Words for the disk: what does not reach it, why, and what to do.

use crate::cockpit::storage::{Refusal, Waiting};
use crate::domain::base::Language;
use crate::words::{Phrase, pick};

/// What the banner says while entries wait in memory. What to do comes before a long reason.
#[must_use]
pub fn waiting(language: Language, waiting: &Waiting) -> Phrase {
    let say = |en, th| pick(language, en, th);
    let phrase = Phrase::of(waiting.entries.to_string())
        .ours(say(" NOT ON DISK, kept in memory: ", " รายการยังไม่ลงดิสก์ อยู่ในหน่วยความจำ: "));
    let phrase = match &waiting.why {
        Refusal::Full => phrase.ours(say("disk full. Free space, or ", "ดิสก์เต็ม ลบไฟล์ หรือ ")),
        Refusal::ReadOnly => phrase.ours(say("disk read-only. Try ", "ดิสก์อ่านได้อย่างเดียว ลอง ")),
        Refusal::Other(_) => phrase.ours(say("disk fails. Try ", "ดิสก์ขัดข้อง ลอง ")),
    };
    let phrase = phrase.ours(":move DIR");
    match &waiting.why {
        Refusal::Full | Refusal::ReadOnly => phrase,
        Refusal::Other(why) => phrase.ours("  ").theirs(why),
    }
}
