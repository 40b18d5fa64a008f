//! Words for what the kernel, a tool or a thread of ours said of why something was not read.
//!
//! What is known is told in the language of the screen; whatever else was said stands as it was said.

use crate::domain::base::Language;
use crate::domain::untrusted::Untrusted;
use crate::words::{Phrase, pick};

/// How such a text begins, and that in Thai; what follows, as the number of an error, is told as it is.
const KNOWN: [(&str, &str); 18] = [
    ("permission denied", "ไม่มีสิทธิ์"),
    ("operation not permitted", "ไม่ได้รับอนุญาต"),
    ("no such file or directory", "ไม่มีไฟล์หรือไดเรกทอรีนี้"),
    ("no such process", "ไม่มีโปรเซสนี้แล้ว"),
    ("no such device", "ไม่มีอุปกรณ์นี้"),
    ("input/output error", "อ่านเขียนผิดพลาด"),
    ("resource temporarily unavailable", "ทรัพยากรไม่พอในขณะนี้"),
    ("too many open files", "เปิดไฟล์มากเกินไป"),
    ("cannot allocate memory", "หน่วยความจำไม่พอ"),
    ("no answer in time", "ไม่ตอบในเวลา"),
    ("no answer within ", "ไม่ตอบภายใน "),
    ("cannot run it: ", "รันไม่ได้: "),
    ("it ended with ", "จบด้วย "),
    ("this build is static and cannot load it", "โปรแกรมนี้เป็น static จึงโหลดไม่ได้"),
    ("did not answer, and is not asked for evidence again", "ไม่ตอบ และจะไม่ถามหาหลักฐานอีก"),
    ("what belongs to it did not let itself be read in time", "อ่านสิ่งที่เป็นของมันไม่ทันเวลา"),
    ("what belongs to it was not read to its end in time", "อ่านสิ่งที่เป็นของมันไม่จบในเวลา"),
    ("something of it lies on a file system that did not answer", "บางอย่างของมันอยู่ในระบบไฟล์ที่ไม่ตอบ"),
];

/// Why something was not read.
#[must_use]
pub fn why(language: Language, why: &Untrusted) -> Phrase {
    let mut rest = why.bytes();
    let mut phrase = Phrase::default();
    // What could not be run is followed by what the kernel said of it; nothing goes deeper.
    for _ in 0..if language == Language::Th { 2 } else { 0 } {
        let begins = |known: &str| {
            rest.get(..known.len()).is_some_and(|lead| lead.eq_ignore_ascii_case(known.as_bytes()))
        };
        let Some((known, thai)) = KNOWN.iter().find(|(known, _)| begins(known)) else { break };
        phrase = phrase.ours(*thai);
        rest = rest.get(known.len()..).unwrap_or_default();
    }
    if rest.is_empty() { phrase } else { phrase.theirs(&Untrusted::new(rest)) }
}

/// What was not read, where that has a name of ours and no path.
#[must_use]
pub fn source(language: Language, what: &Untrusted) -> Phrase {
    if let Some(rest) = what.bytes().strip_prefix(b"file system ") {
        let named = pick(language, "file system ", "ระบบไฟล์ ");
        return Phrase::of(named).theirs(&Untrusted::new(rest));
    }
    match what.bytes() {
        b"what starts by itself" => {
            Phrase::of(pick(language, "what starts by itself", "สิ่งที่เริ่มทำงานเอง"))
        }
        _ => Phrase::default().theirs(what),
    }
}
