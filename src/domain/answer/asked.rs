//! Whether a look can tell what a question asks, by the words that it has beside those of its topic.
//!
//! Invariant: a word that is not known may turn a question round, so a yes or no needs that all are known.

use crate::domain::answer::topic::{has, small, without_topics};

/// What was done, or is to be done: no look tells that, and what is there says nothing of it.
const DOING: [&str; 47] = [
    "kill",
    "block",
    "remov",
    "isolat",
    "rotat",
    "clean",
    "stop",
    "gone",
    "left",
    "done",
    "patch",
    "fix",
    "terminat",
    "contain",
    "eradicat",
    "recover",
    "restor",
    "delet",
    "disabl",
    "revok",
    "reset",
    "quarantin",
    "notif",
    "inform",
    "told",
    "escalat",
    "close",
    "safe",
    "แล้ว",
    "ฆ่า",
    "ปิด",
    "บล็อก",
    "ลบ",
    "กำจัด",
    "แยก",
    "กักกัน",
    "หมุน",
    "เปลี่ยน",
    "ล้าง",
    "หยุด",
    "หาย",
    "เหลือ",
    "เสร็จ",
    "แก้ไข",
    "เพิกถอน",
    "กู้คืน",
    "ระงับ",
];
/// Nouns of topics that begin like a word of doing.
const NO_DOING: [&str; 3] = ["container", "แยกแยะ", "เปลี่ยนแปลง"];
/// What a question for yes and no may hold beside the words of its topic.
const PLAIN: [&str; 64] = [
    "is",
    "are",
    "was",
    "were",
    "has",
    "have",
    "does",
    "do",
    "did",
    "there",
    "it",
    "this",
    "these",
    "a",
    "an",
    "the",
    "any",
    "some",
    "somebody",
    "something",
    "anybody",
    "anything",
    "who",
    "that",
    "which",
    "to",
    "of",
    "in",
    "on",
    "at",
    "with",
    "by",
    "from",
    "or",
    "and",
    "out",
    "over",
    "above",
    "limit",
    "threshold",
    "high",
    "now",
    "here",
    "still",
    "yet",
    "found",
    "seen",
    "present",
    "active",
    "running",
    "run",
    "runs",
    "mining",
    "miners",
    "crypto",
    "cryptomining",
    "protocol",
    "movement",
    "several",
    "many",
    "multiple",
    "more",
    "yes",
    "affected",
];
/// The same in Thai, which has no spaces: longer ones first.
const PLAIN_THAI: [&str; 32] = [
    "หรือไม่",
    "ใช่ไหม",
    "ใช่มั้ย",
    "โปรโตคอล",
    "เหรียญ",
    "กำลัง",
    "ทำงาน",
    "มากกว่า",
    "สูง",
    "เกิน",
    "เกณฑ์",
    "หลาย",
    "ตรวจ",
    "เป็น",
    "ไหม",
    "หรือ",
    "อยู่",
    "ที่",
    "ใช่",
    "พบ",
    "มี",
    "นี้",
    "การ",
    "ใน",
    "ของ",
    "ขุด",
    "ไป",
    "อื่น",
    "ใด",
    "ยัง",
    "ได้",
    "รัน",
];
/// Words of topics that ask for one of several, which is no yes.
const ONE_OF: [&str; 7] = ["premise", "on-prem", "aws", "azure", "gcp", "guardduty", "region"];

/// It asks for what was done.
pub(super) fn asks_for_doing(label: &str) -> bool {
    let text = NO_DOING.iter().fold(small(label), |text, word| text.replace(word, " "));
    has(&text, &DOING)
}

/// It holds nothing but words of topics and plain ones: whatever else it holds may turn its meaning.
pub(super) fn is_plain(label: &str) -> bool {
    let left = PLAIN_THAI.iter().fold(without_topics(label), |text, word| text.replace(word, " "));
    let mut words = left.split(|it: char| !it.is_alphanumeric() && !is_thai(it));
    !has(&small(label), &ONE_OF) && words.all(|word| word.is_empty() || PLAIN.contains(&word))
}

/// Vowels and tones stand above and below letters, and are no letters themselves.
const fn is_thai(it: char) -> bool {
    matches!(it, '\u{e00}'..='\u{e7f}')
}
