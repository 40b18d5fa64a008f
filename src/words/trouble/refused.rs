//! Words for what a command that prints refuses to do, in both languages.

use crate::domain::base::Language;
use crate::domain::untrusted::Untrusted;
use crate::words::trouble::Told;
use crate::words::{Phrase, pick};

/// Why a command that prints does not do what it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A handoff has no words for the next one.
    NoWords,
    /// No handoff waits to be accepted.
    NoHandoff,
    /// Whoever signed it cannot accept it.
    OwnHandoff,
    /// Somebody else has the pen; who, if the lock tells.
    PenHeld(Option<Untrusted>),
    /// So many marked lines of the card were not read; how it is said that they were.
    NotRead(usize, &'static str),
    /// The journal does not take it; what the store says.
    NotSaved(Untrusted),
    /// The session is no training.
    NoTraining,
    /// The training is not over.
    NotOver,
    /// This is no time to look for.
    NoTime(Untrusted),
    /// Lines stand too far from those that they name; how many MiB are held at most.
    TooFarApart(usize),
}

/// What is said of it.
#[must_use]
#[expect(clippy::too_many_lines, reason = "a table: one row a kind, no logic")]
pub fn refused(language: Language, why: &Refused) -> Told {
    let say = |en, th| Phrase::of(pick(language, en, th));
    let cannot_write = || say("Cannot write to the session", "เขียนลง session ไม่ได้");
    match why {
        Refused::NoWords => Told::new(
            say("Nothing is signed", "ยังไม่ได้เซ็นอะไร"),
            say("there are no words for the next one", "ไม่มีข้อความถึงคนถัดไป"),
            pick(language, "Write them: --note TEXT", "เขียนด้วย: --note TEXT"),
        ),
        Refused::NoHandoff => Told::new(
            say("Nothing is accepted", "ยังไม่ได้รับเวร"),
            say("no handoff waits in this session", "ไม่มีการส่งเวรที่รออยู่ใน session นี้"),
            pick(
                language,
                "Whoever works on it signs one: firedamp handoff ID --to NAME",
                "ให้ผู้ที่ทำงานอยู่เซ็นก่อน: firedamp handoff ID --to NAME",
            ),
        ),
        Refused::OwnHandoff => Told::new(
            say("Nothing is accepted", "ยังไม่ได้รับเวร"),
            say("you signed this handoff yourself", "คุณเป็นคนเซ็นส่งเวรนี้เอง"),
            pick(
                language,
                "Let the next one accept it, or say who you are: --as NAME",
                "ให้คนถัดไปเป็นผู้รับ หรือบอกว่าคุณคือใคร: --as NAME",
            ),
        ),
        Refused::PenHeld(by) => Told::new(
            cannot_write(),
            by.as_ref().map_or_else(
                || say("the pen is with another screen", "ปากกาอยู่กับจออื่น"),
                |by| say("the pen is with ", "ปากกาอยู่กับ ").theirs(by),
            ),
            pick(
                language,
                "Do it on that screen (0 shows the card), or leave it there first (q)",
                "ทำบนจอนั้น (0 เปิดการ์ด) หรือออกจากจอนั้นก่อน (q)",
            ),
        ),
        Refused::NotRead(must, again) => Told::new(
            say("Nothing is written", "ยังไม่ได้เขียนอะไร"),
            match (must, language) {
                (0, _) => {
                    say("nobody said that the card above was read", "ยังไม่มีใครบอกว่าอ่านการ์ดข้างบนแล้ว")
                }
                (1, Language::En) => Phrase::of("1 line marked ! must be read first"),
                (_, Language::En) => {
                    Phrase::of(format!("{must} lines marked ! must be read first"))
                }
                (_, Language::Th) => Phrase::of(format!("ต้องอ่านบรรทัดที่มี ! ก่อน: {must}")),
            },
            again,
        ),
        Refused::NotSaved(why) => Told::new(
            cannot_write(),
            Phrase::default().theirs(why),
            pick(
                language,
                "Look at the disk, then try again: nothing was signed",
                "ตรวจดิสก์แล้วลองใหม่ ยังไม่ได้เซ็นอะไร",
            ),
        ),
        Refused::NoTraining => Told::new(
            say("There is no debrief of this session", "session นี้ไม่มีสรุปผลการฝึก"),
            say(
                "a debrief compares a training with its expert, and this is an incident",
                "สรุปผลใช้เทียบการฝึกกับผู้เชี่ยวชาญ แต่นี่คือเหตุการณ์จริง",
            ),
            pick(
                language,
                "What was found, done and left open: firedamp brief ID; moment by moment: firedamp replay ID",
                "สิ่งที่พบ ทำ และค้าง: firedamp brief ID ดูทีละช่วง: firedamp replay ID",
            ),
        ),
        Refused::NotOver => Told::new(
            say("There is no debrief of this training yet", "การฝึกนี้ยังไม่มีสรุปผล"),
            say(
                "it is not over, and a debrief shows the expert's path",
                "การฝึกยังไม่จบ และสรุปผลจะแสดงเฉลยของผู้เชี่ยวชาญ",
            ),
            pick(
                language,
                "Go on with it: firedamp resume ID; D ends it",
                "ฝึกต่อ: firedamp resume ID กด D เพื่อจบ",
            ),
        ),
        Refused::NoTime(text) => Told::new(
            say("Cannot use this as --for: ", "ใช้เป็น --for ไม่ได้: ").theirs(text),
            say("this is no time between 1 second and a day", "ไม่ใช่เวลาตั้งแต่ 1 วินาทีถึงหนึ่งวัน"),
            pick(language, "Say 30s or 5m: --for 30s", "ระบุเช่น 30s หรือ 5m: --for 30s"),
        ),
        Refused::TooFarApart(most) => Told::new(
            say(
                "Some connections may be judged by less than these lines say of their process",
                "บางการเชื่อมต่ออาจถูกตัดสินด้วยข้อมูลน้อยกว่าที่บรรทัดเหล่านี้บอกเกี่ยวกับโปรเซสของมัน",
            ),
            match language {
                Language::En => {
                    Phrase::of(format!("more than {most} MiB would have to be held between them"))
                }
                Language::Th => Phrase::of(format!("ต้องเก็บข้อมูลระหว่างนั้นเกิน {most} MiB")),
            },
            pick(
                language,
                "Put processes before the connections that name them, or fewer lines into one run",
                "วางโปรเซสไว้ก่อนการเชื่อมต่อที่ระบุถึงมัน หรือใส่บรรทัดต่อรอบให้น้อยลง",
            ),
        ),
    }
}
