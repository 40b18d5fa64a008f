//! Words for notices: what the responder should see now, and how much it weighs.

use std::borrow::Cow;

use crate::cockpit::model::NoticeKind;
use crate::domain::base::{Language, Timestamp};
use crate::domain::detect::Grade;
use crate::domain::untrusted::Untrusted;
use crate::words::{Phrase, finding, pick};

/// How much a notice weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Good to know.
    Calm,
    /// Something did not go as asked, or is worth a look.
    Watch,
    /// Look now.
    Danger,
}

/// How much a notice weighs.
#[must_use]
pub const fn weight(kind: &NoticeKind) -> Weight {
    match kind {
        NoticeKind::Found(found, _) => match found.grade {
            Grade::Noted => Weight::Calm,
            Grade::Suspect => Weight::Watch,
            Grade::Confirmed => Weight::Danger,
        },
        NoticeKind::NotSaved(_) | NoticeKind::NotRecording(_) | NoticeKind::Trouble(_) => {
            Weight::Danger
        }
        NoticeKind::NoPen
        | NoticeKind::NotReachable
        | NoticeKind::ReasonNeeded
        | NoticeKind::BadFilter(_)
        | NoticeKind::UnknownVerb(_)
        | NoticeKind::ThemeBroken(_)
        | NoticeKind::TornSetAside(_)
        | NoticeKind::TapeDamaged(..)
        | NoticeKind::HandoffWaits(_)
        | NoticeKind::Inject(..) => Weight::Watch,
        NoticeKind::NothingToUndo
        | NoticeKind::ThemeLoaded(_)
        | NoticeKind::NoTool
        | NoticeKind::EndOfTape
        | NoticeKind::Signed
        | NoticeKind::Accepted
        | NoticeKind::OwnHandoff
        | NoticeKind::NoFilter
        | NoticeKind::NoHandoff
        | NoticeKind::NoMoreHints
        | NoticeKind::TrainingOver => Weight::Calm,
    }
}

/// A weight in a word.
#[must_use]
pub const fn weight_word(language: Language, weight: Weight) -> &'static str {
    let (en, th) = match weight {
        Weight::Calm => ("note", "แจ้ง"),
        Weight::Watch => ("watch", "ระวัง"),
        Weight::Danger => ("danger", "อันตราย"),
    };
    pick(language, en, th)
}

/// What a notice says.
#[expect(clippy::too_many_lines, reason = "a table: one row a notice, no logic")]
#[must_use]
pub fn notice(language: Language, kind: &NoticeKind) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match kind {
        NoticeKind::Found(found, name) => {
            let phrase = Phrase::default().theirs(name).ours(": ");
            match found.reasons.first() {
                Some(reason) => phrase.then(finding::reason(language, reason)),
                None => phrase.ours(finding::grade(language, found.grade)),
            }
        }
        NoticeKind::NotSaved(why) => {
            say("NOT SAVED, the disk refuses: ", "บันทึกไม่ได้ ดิสก์ไม่รับ: ").theirs(why)
        }
        NoticeKind::NoPen => say(
            "This screen only reads: the pen is elsewhere. To write: q, then resume.",
            "จอนี้อ่านได้อย่างเดียว ปากกาอยู่ที่อื่น ถ้าจะเขียน: q แล้ว resume",
        ),
        NoticeKind::HandoffWaits(by) => {
            say("A handoff waits for you, press 0. Signed by ", "มีการส่งเวรรอรับอยู่ กด 0 เซ็นโดย ")
                .theirs(by)
        }
        NoticeKind::OwnHandoff => {
            say("You signed this handoff: somebody else accepts it.", "คุณเป็นผู้เซ็นส่งเวรนี้ ต้องให้คนอื่นรับ")
        }
        NoticeKind::NoFilter => say(
            "Nothing to filter here: go to processes or network.",
            "ช่องนี้ไม่มีตัวกรอง ไปที่โปรเซสหรือเครือข่าย",
        ),
        NoticeKind::NotReachable => say(
            "Not reachable yet: answer the question before it.",
            "ยังไปไม่ถึง ให้ตอบคำถามก่อนหน้านี้ก่อน",
        ),
        NoticeKind::NothingToUndo => say("There is nothing to undo.", "ไม่มีอะไรให้ย้อน"),
        NoticeKind::ReasonNeeded => say("A reason is needed.", "ต้องใส่เหตุผล"),
        NoticeKind::BadFilter(part) => {
            say("The filter cannot be read here: ", "อ่านตัวกรองไม่ได้ตรงนี้: ").theirs(part)
        }
        NoticeKind::UnknownVerb(verb) => say("There is no command ", "ไม่มีคำสั่ง ").theirs(verb),
        NoticeKind::ThemeLoaded(name) => say("Theme in use: ", "ใช้ธีม: ").named(name),
        NoticeKind::ThemeBroken(why) => {
            say("Theme not used, the last one stays. ", "ใช้ธีมนี้ไม่ได้ ยังใช้ธีมเดิม ").theirs(why)
        }
        NoticeKind::TornSetAside(bytes) => {
            say("Bytes of a torn last line set aside: ", "แยกบรรทัดสุดท้ายที่ขาดไว้ (ไบต์): ")
                .ours(bytes.to_string())
        }
        NoticeKind::NotRecording(why) => {
            say("Snapshots are not recorded: ", "ไม่ได้อัด snapshot: ").theirs(why)
        }
        NoticeKind::NoTool => say("There is no nvidia-smi on this host.", "เครื่องนี้ไม่มี nvidia-smi"),
        NoticeKind::Inject(from, text) => {
            Phrase::default().named(from).ours(": ").named(text.get(language))
        }
        NoticeKind::EndOfTape => say("The recording is at its end.", "ถึงท้ายการบันทึกแล้ว"),
        NoticeKind::Signed => say("The handoff is signed.", "เซ็นส่งเวรแล้ว"),
        NoticeKind::Accepted => say("The handoff was accepted.", "รับเวรแล้ว"),
        NoticeKind::NoHandoff => say("There is no handoff to accept.", "ไม่มีการส่งเวรให้รับ"),
        NoticeKind::NoMoreHints => {
            say("There are no more hints for this task.", "โจทย์ข้อนี้ไม่มีคำใบ้แล้ว")
        }
        NoticeKind::TrainingOver => {
            say("This training is over. D shows its debrief.", "การฝึกนี้จบแล้ว กด D เพื่อดูสรุปการฝึก")
        }
        NoticeKind::TapeDamaged(file, until) => tape_damaged(language, file, *until),
        NoticeKind::Trouble(what) => Phrase::default().theirs(what),
    }
}

/// What cannot be played, from when on, and what to do. Short: it stands on one line.
fn tape_damaged(language: Language, file: &Untrusted, until: Option<Timestamp>) -> Phrase {
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
