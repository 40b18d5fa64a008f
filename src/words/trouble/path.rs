//! Words for a file or directory that somebody named and that does not do, in both languages.

use crate::domain::base::Language;
use crate::domain::untrusted::Untrusted;
use crate::words::trouble::Told;
use crate::words::{Phrase, pick};

/// What is wrong with a path that was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadPath {
    /// A text without anything of a playbook was named as one.
    NotAPlaybook,
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
    }
}
