//! Words for a file or directory that somebody named and that does not do, in both languages.

use crate::cockpit::storage::Refusal;
use crate::domain::base::Language;
use crate::domain::untrusted::Untrusted;
use crate::words::trouble::Told;
use crate::words::{Phrase, pick, storage};

/// What is wrong with a path that was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadPath {
    /// A text without anything of a playbook was named as one.
    NotAPlaybook,
    /// No directory can be made there, though the one above it is there.
    NotMade,
    /// A file that was to be made cannot be written.
    NotWritten(Refusal),
    /// A bundle cannot be read.
    NotRead(Refusal),
}

/// What is said of it.
#[must_use]
pub fn bad_path(language: Language, bad: &BadPath, path: &Untrusted) -> Told {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match bad {
        BadPath::NotAPlaybook => Told {
            what: say("Cannot use the playbook ", "ใช้ playbook นี้ไม่ได้ ").theirs(path),
            why: say("nothing of a playbook is in it", "ในไฟล์ไม่มีส่วนใดของ playbook"),
            next: say("Check it: firedamp playbook check ", "ตรวจด้วย: firedamp playbook check ")
                .theirs(path),
        },
        BadPath::NotMade => Told::new(
            say("Cannot make the sessions directory ", "สร้างไดเรกทอรี session ไม่ได้ ").theirs(path),
            say("what is above it takes no new directories", "ที่อยู่เหนือขึ้นไปสร้างไดเรกทอรีใหม่ไม่ได้"),
            pick(language, "Name another: --dir DIR", "ระบุที่อื่น: --dir DIR"),
        ),
        BadPath::NotWritten(Refusal::NotThere) => Told::new(
            say("Cannot write ", "เขียนไม่ได้ ").theirs(path),
            say("the folder that it should be in is not there", "ไม่มีโฟลเดอร์ที่จะเก็บไฟล์"),
            pick(
                language,
                "Make the folder first, or name another file: -o FILE",
                "สร้างโฟลเดอร์ก่อน หรือระบุไฟล์อื่น: -o FILE",
            ),
        ),
        BadPath::NotWritten(why) => Told::new(
            say("Cannot write ", "เขียนไม่ได้ ").theirs(path),
            storage::why(language, why),
            pick(language, "Name a file where you can write: -o FILE", "ระบุไฟล์ในที่ที่เขียนได้: -o FILE"),
        ),
        BadPath::NotRead(why) => Told::new(
            say("Cannot import ", "นำเข้าไม่ได้ ").theirs(path),
            storage::why(language, why),
            pick(
                language,
                "Name a file that `firedamp export` wrote; nothing was brought in",
                "ระบุไฟล์ที่ `firedamp export` เขียน ยังไม่มีอะไรถูกนำเข้า",
            ),
        ),
    }
}
