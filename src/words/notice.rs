//! Words for notices: what the responder should see now, and how much it weighs.

mod alert;
mod long;

pub use self::alert::alerts;
use self::long::{
    copied, little_room, lost_with_pen, must_read, not_recording, plain_playbook, tape_damaged,
};
use crate::cockpit::model::{Kept, NoticeKind};
use crate::cockpit::trouble::NotCarried;
use crate::domain::base::Language;
use crate::domain::detect::Grade;
use crate::domain::untrusted::Untrusted;
use crate::words::{Phrase, answer, own, pen, pick, storage, trouble};

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
#[expect(clippy::too_many_lines, reason = "a table: one row a notice, no logic")]
pub fn weight(kind: &NoticeKind) -> Weight {
    match kind {
        NoticeKind::Found(found, _) => of_grade(found.grade),
        NoticeKind::NextAlert(next) => of_grade(next.finding.grade),
        NoticeKind::Autostart(_, entry, _) => {
            if entry.is_as_packaged() {
                Weight::Calm
            } else {
                Weight::Watch
            }
        }
        NoticeKind::NotSaved(_)
        | NoticeKind::NotRecording(_)
        | NoticeKind::NotCarried(NotCarried::Place(_))
        | NoticeKind::PenForced(..)
        | NoticeKind::Doubted(_)
        | NoticeKind::LostWithPen(_)
        | NoticeKind::Trouble(_) => Weight::Danger,
        NoticeKind::NoPen
        | NoticeKind::OldPlaceSilent
        | NoticeKind::TakenInstead(_)
        | NoticeKind::NoPenHere(_)
        | NoticeKind::PenAskedBy(_)
        | NoticeKind::ShiftRefused(_)
        | NoticeKind::PenRefused
        | NoticeKind::PenFree
        | NoticeKind::HolderSilent(_)
        | NoticeKind::PenNotFree
        | NoticeKind::NobodyWatches
        | NoticeKind::NotReachable
        | NoticeKind::ChooseBelow
        | NoticeKind::EndOfFlow
        | NoticeKind::WasAnswered
        | NoticeKind::OtherBranch
        | NoticeKind::MustRead(_)
        | NoticeKind::Escalate(..)
        | NoticeKind::FollowedGone(_)
        | NoticeKind::ThemeBroken(_)
        | NoticeKind::RulesBroken(..)
        | NoticeKind::TornSetAside(_)
        | NoticeKind::TapeDamaged(..)
        | NoticeKind::HandoffWaits(_)
        | NoticeKind::Elsewhere(..)
        | NoticeKind::NewPlace(_)
        | NoticeKind::LittleRoom(_)
        | NoticeKind::PlainPlaybook { .. }
        | NoticeKind::MovedAway(_)
        | NoticeKind::Inject(..) => Weight::Watch,
        NoticeKind::Carried { left_behind, .. } => {
            if *left_behind > 0 {
                Weight::Watch
            } else {
                Weight::Calm
            }
        }
        NoticeKind::Copied(copied) => match copied.kept {
            Kept::InFile | Kept::Nowhere => Weight::Calm,
            Kept::Failed(_) => Weight::Watch,
        },
        NoticeKind::NothingToUndo
        | NoticeKind::NothingSigned
        | NoticeKind::ShiftTaken(_)
        | NoticeKind::WaitsForDisk
        | NoticeKind::Undone(..)
        | NoticeKind::PenIsHere
        | NoticeKind::AskedForPen(..)
        | NoticeKind::PenCame(_)
        | NoticeKind::PenGone(_)
        | NoticeKind::NotFound(_)
        | NoticeKind::NotFoundHere(..)
        | NoticeKind::Wrapped(_)
        | NoticeKind::NoSearch
        | NoticeKind::NothingToFollow
        | NoticeKind::NothingToCopy
        | NoticeKind::NoBookmarks
        | NoticeKind::NoOtherTime
        | NoticeKind::NoRange
        | NoticeKind::NoTable
        | NoticeKind::DraftKept
        | NoticeKind::ReasonNeeded
        | NoticeKind::BadFilter(_)
        | NoticeKind::BadTime(_)
        | NoticeKind::BadFigure(..)
        | NoticeKind::UnknownVerb(_)
        | NoticeKind::NotCarried(
            NotCarried::Relative | NotCarried::NoParent(_) | NotCarried::Busy,
        )
        | NoticeKind::NothingToRedo
        | NoticeKind::NothingToAcknowledge
        | NoticeKind::AlreadyAcknowledged(_)
        | NoticeKind::Acknowledged(..)
        | NoticeKind::AcknowledgedAll(..)
        | NoticeKind::NothingBefore
        | NoticeKind::NothingAfter
        | NoticeKind::AskedForShift(..)
        | NoticeKind::ThemeLoaded(_)
        | NoticeKind::RulesLoaded(..)
        | NoticeKind::NoTool
        | NoticeKind::NoWireHere
        | NoticeKind::WireRefused(_)
        | NoticeKind::WireLost
        | NoticeKind::EndOfTape
        | NoticeKind::Signed(_)
        | NoticeKind::Accepted(_)
        | NoticeKind::Anchor(_)
        | NoticeKind::AllRead
        | NoticeKind::OwnHandoff
        | NoticeKind::NoFilter
        | NoticeKind::NoHandoff
        | NoticeKind::NoMoreHints
        | NoticeKind::Moving(_)
        | NoticeKind::NothingToMove
        | NoticeKind::TrainingOver => Weight::Calm,
    }
}

const fn of_grade(grade: Grade) -> Weight {
    match grade {
        Grade::Noted => Weight::Calm,
        Grade::Suspect => Weight::Watch,
        Grade::Confirmed => Weight::Danger,
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
#[must_use]
#[expect(clippy::too_many_lines, reason = "a table: one row a notice, no logic")]
pub fn notice(language: Language, kind: &NoticeKind) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match kind {
        NoticeKind::Found(found, name) => alert::found(language, found, name),
        NoticeKind::Autostart(change, it, more) => {
            use crate::words::persistence::happened;
            // Of several ones the text has no room.
            let text = if *more > 0 { Untrusted::default() } else { it.first_line() };
            happened(language, *change, it.kind, (&it.path, it.line), &text)
        }
        NoticeKind::NotSaved(why) => {
            say("NOT SAVED: ", "บันทึกไม่ได้: ").then(storage::unsaved(language, why))
        }
        NoticeKind::NoPen
        | NoticeKind::NoPenHere(_)
        | NoticeKind::PenIsHere
        | NoticeKind::AskedForPen(..)
        | NoticeKind::PenAskedBy(_)
        | NoticeKind::PenRefused
        | NoticeKind::AskedForShift(..)
        | NoticeKind::ShiftRefused(_)
        | NoticeKind::PenFree
        | NoticeKind::HolderSilent(_)
        | NoticeKind::PenCame(_)
        | NoticeKind::PenGone(_)
        | NoticeKind::PenForced(..)
        | NoticeKind::PenNotFree
        | NoticeKind::NobodyWatches => pen::notice(language, kind).unwrap_or_default(),
        NoticeKind::HandoffWaits(by) => {
            say("A handoff waits for you, press 0. Signed by ", "มีการส่งเวรรอรับอยู่ กด 0 เซ็นโดย ")
                .theirs(by)
        }
        NoticeKind::OwnHandoff => {
            say("You signed this handoff: somebody else accepts it.", "คุณเป็นผู้เซ็นส่งเวรนี้ ต้องให้คนอื่นรับ")
        }
        NoticeKind::NoFilter => {
            say("Nothing to filter or search here.", "ช่องนี้ไม่มีอะไรให้กรองหรือค้นหา")
        }
        NoticeKind::Copied(copied) => self::copied(language, copied),
        NoticeKind::NotFound(text) => say("Not in this text: ", "ไม่พบในข้อความนี้: ").theirs(text),
        NoticeKind::NotFoundHere(text, earlier) => {
            let (more, on_disk) = (crate::words::panes::grouped(*earlier), "firedamp timeline");
            say("Not in the newest entries; ", "ไม่พบในรายการล่าสุด ")
                .ours(on_disk)
                .ours(pick(language, " has ", " มีอีก "))
                .ours(more)
                .ours(pick(language, " more: ", " รายการ: "))
                .theirs(text)
        }
        NoticeKind::Wrapped(true) => say("Past the end: on from the top.", "เลยท้ายแล้ว ค้นต่อจากบนสุด"),
        NoticeKind::Wrapped(false) => {
            say("Past the top: on from the end.", "เลยต้นแล้ว ค้นต่อจากล่างสุด")
        }
        NoticeKind::NoSearch => {
            say("Nothing is searched here: / begins.", "ยังไม่ได้ค้นในช่องนี้ กด / เพื่อเริ่ม")
        }
        NoticeKind::NothingToFollow => say(
            "Follow a process, a connection or the timeline.",
            "ตามได้เฉพาะโปรเซส การเชื่อมต่อ หรือลำดับเหตุการณ์",
        ),
        NoticeKind::FollowedGone(name) => {
            say("What was under the cursor is gone: ", "สิ่งที่อยู่ใต้เคอร์เซอร์หายไปแล้ว: ").theirs(name)
        }
        NoticeKind::NothingToCopy => say("Nothing to copy here.", "ไม่มีอะไรให้คัดลอกตรงนี้"),
        NoticeKind::NoBookmarks => say("No notes yet: m makes one.", "ยังไม่มีโน้ต กด m เพื่อจด"),
        NoticeKind::BadTime(text) => {
            say("No time (try 17:45 or -5m): ", "ไม่ใช่เวลา (ลอง 17:45 หรือ -5m): ").theirs(text)
        }
        NoticeKind::BadFigure(..) | NoticeKind::Escalate(..) => answer::notice(language, kind),
        NoticeKind::NoOtherTime => say(
            "This host is live. Go to a time in the timeline.",
            "เครื่องนี้เป็นเวลาจริง ไปที่เวลาอื่นได้ในลำดับเหตุการณ์",
        ),
        NoticeKind::DraftKept => {
            say("What you wrote is kept: m goes on with it.", "ข้อความที่พิมพ์ยังอยู่ กด m เพื่อเขียนต่อ")
        }
        NoticeKind::NoRange => say("Only the checklist has ranges.", "เลือกเป็นช่วงได้เฉพาะในเช็กลิสต์"),
        NoticeKind::NoTable => {
            say("Only Processes has an order and a tree.", "เรียงลำดับหรือดูเป็นต้นไม้ได้เฉพาะหน้าโปรเซส")
        }
        NoticeKind::NothingToRedo => say("There is nothing to redo.", "ไม่มีอะไรให้ทำซ้ำ"),
        NoticeKind::NothingToAcknowledge => {
            say("Nothing to acknowledge here.", "ไม่มีอะไรให้รับทราบตรงนี้")
        }
        NoticeKind::Acknowledged(..)
        | NoticeKind::AcknowledgedAll(..)
        | NoticeKind::NextAlert(_) => alert::acknowledged(language, kind),
        NoticeKind::NothingBefore => {
            say("This is the beginning: nothing to go back to.", "ถึงต้นแล้ว ไม่มีก่อนหน้านี้ให้ย้อนไป")
        }
        NoticeKind::NothingAfter => {
            say("This is the end: nothing comes after.", "ถึงท้ายแล้ว ไม่มีหลังจากนี้")
        }
        NoticeKind::AlreadyAcknowledged(name) => {
            say("Acknowledged before: ", "รับทราบไปแล้ว: ").theirs(name)
        }
        NoticeKind::NotReachable => say(
            "Not reachable yet: answer the question before it.",
            "ยังไปไม่ถึง ให้ตอบคำถามก่อนหน้านี้ก่อน",
        ),
        NoticeKind::ChooseBelow => say(
            "This is the question: Down to a branch below it, then Space.",
            "นี่คือคำถาม เลื่อนลงไปที่ทางเลือกด้านล่าง แล้วกด Space",
        ),
        NoticeKind::EndOfFlow => {
            say("The flow ends here: nothing to choose.", "ผังจบตรงนี้ ไม่มีอะไรให้เลือก")
        }
        NoticeKind::WasAnswered => {
            say("Answered already: u takes the answer back.", "ตอบไปแล้ว กด u เพื่อถอนคำตอบ")
        }
        NoticeKind::OtherBranch => say(
            "Another branch was taken here: u takes it back first.",
            "ตรงนี้เลือกทางอื่นไปแล้ว กด u เพื่อย้อนก่อน",
        ),
        NoticeKind::LostWithPen(acts) => lost_with_pen(language, *acts),
        NoticeKind::NothingSigned => say(
            "No signature of yours waits; u undoes in other panes.",
            "ไม่มีลายเซ็นของคุณที่รออยู่ ในช่องอื่น u ถอนสิ่งที่ทำ",
        ),
        NoticeKind::ShiftTaken(by) => say("The shift was accepted by ", "ผู้รับเวรแล้วคือ ").theirs(by),
        NoticeKind::TakenInstead(by) => {
            say("The handoff that was signed for you was accepted by ", "เวรที่เซ็นไว้ให้คุณ ผู้รับไปแล้วคือ ")
                .theirs(by)
        }
        NoticeKind::NothingToUndo => say("There is nothing to undo.", "ไม่มีอะไรให้ย้อน"),
        NoticeKind::WaitsForDisk => say(
            "The entry before is not on disk yet: once more in a moment.",
            "รายการก่อนหน้ายังไม่ถึงดิสก์ ลองอีกครั้งในอีกสักครู่",
        ),
        NoticeKind::Undone(act, by) => {
            undone(language, crate::words::session::event(language, act), by)
        }
        NoticeKind::ReasonNeeded => say("A reason is needed.", "ต้องใส่เหตุผล"),
        NoticeKind::BadFilter(part) => {
            say("The filter cannot be read here: ", "อ่านตัวกรองไม่ได้ตรงนี้: ").theirs(part)
        }
        NoticeKind::UnknownVerb(verb) => say("There is no command ", "ไม่มีคำสั่ง ").theirs(verb),
        NoticeKind::RulesLoaded(indicators, sigma) => {
            Phrase::of(crate::words::rules::in_force(language, *indicators, *sigma))
        }
        NoticeKind::RulesBroken(first, more) => crate::words::rules::broken(language, first, *more),
        NoticeKind::ThemeLoaded(name) => say("Theme in use: ", "ใช้ธีม: ").named(name),
        NoticeKind::ThemeBroken(why) => {
            say("Theme not used: ", "ใช้ธีมนี้ไม่ได้: ").then(trouble::theme(language, why))
        }
        NoticeKind::TornSetAside(bytes) => {
            say("Bytes of a torn last line set aside: ", "แยกบรรทัดสุดท้ายที่ขาดไว้ (ไบต์): ")
                .ours(bytes.to_string())
        }
        NoticeKind::NotRecording(why) => not_recording(language, why),
        NoticeKind::WireLost => Phrase::of(crate::words::wire::Word::Lost.text(language)),
        NoticeKind::WireRefused(why) => crate::words::wire::refused(language, why),
        NoticeKind::NoWireHere => Phrase::of(crate::words::wire::no_wire_here(language)),
        NoticeKind::NoTool => say("There is no nvidia-smi on this host.", "เครื่องนี้ไม่มี nvidia-smi"),
        NoticeKind::Inject(from, text) => {
            Phrase::default().named(from).ours(": ").named(text.get(language))
        }
        NoticeKind::EndOfTape => say("The recording is at its end.", "ถึงท้ายการบันทึกแล้ว"),
        NoticeKind::Signed(anchor) => say("Signed, anchor ", "เซ็นแล้ว คำยืนยัน ")
            .ours(anchor.to_string())
            .ours(pick(language, ". The pen is yours until taken.", " ปากกาอยู่กับคุณจนมีผู้รับ")),
        NoticeKind::Accepted(anchor) => {
            say("Accepted, anchor ", "รับเวรแล้ว คำยืนยัน ").ours(anchor.to_string())
        }
        NoticeKind::Anchor(anchor) => {
            say("Write this down elsewhere: ", "จดคำยืนยันนี้ไว้ที่อื่น: ").ours(anchor.to_string())
        }
        NoticeKind::MustRead(left) => must_read(language, *left),
        NoticeKind::AllRead => {
            say("All is read. S signs, A accepts.", "อ่านครบแล้ว S เซ็นส่งเวร A รับเวร")
        }
        NoticeKind::NoHandoff => say("There is no handoff to accept.", "ไม่มีการส่งเวรให้รับ"),
        NoticeKind::NoMoreHints => {
            say("There are no more hints for this task.", "โจทย์ข้อนี้ไม่มีคำใบ้แล้ว")
        }
        NoticeKind::TrainingOver => {
            say("This training is over. D shows its debrief.", "การฝึกนี้จบแล้ว กด D เพื่อดูสรุปการฝึก")
        }
        NoticeKind::TapeDamaged(file, until) => tape_damaged(language, file, *until),
        NoticeKind::Moving(place) => {
            say("Carrying the session to ", "กำลังย้าย session ไปที่ ").theirs(place)
        }
        NoticeKind::Carried { place, left_behind: 0 } => {
            say("The session goes on in ", "session ทำงานต่อที่ ").theirs(place)
        }
        NoticeKind::Carried { place, left_behind } => {
            say("The session goes on, files left behind: ", "session ทำงานต่อ ไฟล์ที่ย้ายไม่ได้: ")
                .ours(left_behind.to_string())
                .ours(". ")
                .theirs(place)
        }
        NoticeKind::OldPlaceSilent => say(
            "The old place cannot say where it went: tell the team.",
            "ที่เดิมบอกไม่ได้ว่าย้ายไปไหน แจ้งทีมด้วย",
        ),
        NoticeKind::NotCarried(why) => {
            let stays = say("Not moved, it goes on here: ", "ย้ายไม่ได้ ทำงานต่อที่เดิม: ");
            stays.then(trouble::not_carried(language, why))
        }
        NoticeKind::NothingToMove => {
            say("Only the session of an incident can move.", "ย้ายได้เฉพาะ session ของเหตุการณ์จริง")
        }
        NoticeKind::Elsewhere(place, why) => say("Sessions are in ", "session อยู่ที่ ")
            .theirs(place)
            .ours(pick(language, ", because ", " เพราะ "))
            .then(trouble::joined(language, why)),
        NoticeKind::Doubted(own) => own::alarm(language, own),
        NoticeKind::NewPlace(place) => say(
            "New sessions directory made; mistyped? then q: ",
            "สร้างไดเรกทอรี session ใหม่ ถ้าพิมพ์ผิดกด q: ",
        )
        .theirs(place),
        NoticeKind::LittleRoom(left) => little_room(language, *left),
        NoticeKind::PlainPlaybook { tree, checklist } => {
            plain_playbook(language, *tree, *checklist)
        }
        NoticeKind::MovedAway(place) => {
            say("It moved. ", "ย้ายแล้ว ").then(trouble::follow(language, place))
        }
        NoticeKind::Trouble(what) => trouble::trouble(language, what).line(language),
    }
}

/// What was taken back, and who had done it.
#[must_use]
pub fn undone(language: Language, act: Phrase, by: &Untrusted) -> Phrase {
    let said = Phrase::of(pick(language, "Took back: ", "ถอนแล้ว: ")).then(act);
    said.ours(" (").theirs(by).ours(")")
}
