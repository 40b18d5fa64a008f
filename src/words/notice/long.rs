//! The notices that take more than a sentence.

use std::borrow::Cow;

use crate::cockpit::model::{Copied, Kept};
use crate::cockpit::storage::Refusal;
use crate::domain::base::{Language, Timestamp};
use crate::domain::untrusted::Untrusted;
use crate::words::{Phrase, pick, storage, trouble};

/// What goes on and what does not, and what to do. The kernel's own words come last.
pub(super) fn not_recording(language: Language, why: &Refusal) -> Phrase {
    let what_to_do = storage::remedy(language, why);
    if let Refusal::Other(_) = why {
        let off = Phrase::of(pick(language, "Not recorded. ", "หยุดอัดแล้ว "));
        return off.ours(what_to_do).ours("  ").then(storage::why(language, why));
    }
    let off = Phrase::of(pick(language, "Not recorded: ", "หยุดอัดแล้ว: "));
    off.ours(storage::short(language, why)).ours(pick(language, ". ", " ")).ours(what_to_do)
}

/// How many acts nobody has, and what to do.
pub(super) fn lost_with_pen(language: Language, acts: usize) -> Phrase {
    Phrase::of(match language {
        Language::En if acts == 1 => {
            String::from("1 act was NOT SAVED when the pen went. Say it to who writes.")
        }
        Language::En => {
            format!("{acts} acts were NOT SAVED when the pen went. Say them to who writes.")
        }
        Language::Th => format!("ปากกาถูกยึดก่อนบันทึก {acts} รายการ ให้แจ้งผู้ถือปากกา"),
    })
}

/// How much room there is, and what to do before anything fails.
pub(super) fn little_room(language: Language, left: u64) -> Phrase {
    Phrase::of(match language {
        Language::En => format!("Only {left} MiB left on the disk. Free space, or :move DIR"),
        Language::Th => format!("ดิสก์เหลือ {left} MiB ลบไฟล์ หรือ :move DIR"),
    })
}

/// What a playbook does not have, and where its text is.
pub(super) fn plain_playbook(language: Language, tree: bool, checklist: bool) -> Phrase {
    let (en, th) = match (tree, checklist) {
        (true, _) => {
            ("This playbook has no checklist. 7 shows its text.", "playbook นี้ไม่มีเช็กลิสต์ กด 7 เพื่ออ่าน")
        }
        (false, true) => (
            "This playbook has no decision tree. 7 shows its text.",
            "playbook นี้ไม่มีผังการตัดสินใจ กด 7 เพื่ออ่าน",
        ),
        (false, false) => (
            "No decision tree and no checklist in it. 7 shows its text.",
            "playbook นี้ไม่มีผังและเช็กลิสต์ กด 7 เพื่ออ่าน",
        ),
    };
    Phrase::of(pick(language, en, th))
}

/// How many lines are left to read.
pub(super) fn must_read(language: Language, left: usize) -> Phrase {
    Phrase::of(match language {
        Language::En if left == 1 => String::from("1 line marked ! must be read first: Space."),
        Language::En => format!("{left} lines marked ! must be read first: Space."),
        Language::Th => format!("ต้องอ่านบรรทัด ! อีก {left} บรรทัดก่อน: กด Space"),
    })
}

/// Nobody can know whether the terminal took it, so the way without it is named.
pub(super) fn copied(language: Language, copied: &Copied) -> Phrase {
    let Copied { sent, all, kept } = copied;
    let bytes = if sent < all { format!("{sent}/{all}") } else { sent.to_string() };
    let phrase = match language {
        Language::En => Phrase::of(format!("Copied {bytes} bytes")),
        Language::Th => Phrase::of(format!("คัดลอก {bytes} ไบต์")),
    };
    let phrase = match kept {
        Kept::InFile => {
            phrase.ours(pick(language, ", and clip/last.txt. ", " และลง clip/last.txt "))
        }
        Kept::Nowhere => phrase.ours(". "),
        Kept::Failed(why) => {
            let but = pick(language, ", but not to a file: ", " แต่ลงไฟล์ไม่ได้: ");
            phrase.ours(but).then(trouble::reason(language, why)).ours(". ")
        }
    };
    phrase.ours(pick(language, "tmux lost it? y, then p.", "ถ้าหายใน tmux ให้กด y แล้ว p"))
}

/// What cannot be played, from when on, and what to do. Short: it stands on one line.
pub(super) fn tape_damaged(
    language: Language,
    file: &Untrusted,
    until: Option<Timestamp>,
) -> Phrase {
    let say = |en, th| Cow::Borrowed(pick(language, en, th));
    let from = until.map_or_else(
        || say(" damaged from its start", " เสียหายตั้งแต่ต้น"),
        |at| {
            let at = at.strftime("%H:%M:%SZ");
            Cow::Owned(format!("{} {at}", say(" damaged after", " เสียหายหลัง")))
        },
    );
    let next = say("; keep a copy", " เก็บสำเนาไว้");
    let name = file.bytes().rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    Phrase::default().theirs(&Untrusted::new(name)).ours(from).ours(next)
}
