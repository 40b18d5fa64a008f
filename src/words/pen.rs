//! Words for the pen: who asks, who has it, how it is held, and how it changed hands.

use crate::cockpit::model::{Closed, NoticeKind};
use crate::cockpit::pen::Holding;
use crate::domain::base::Language;
use crate::domain::untrusted::Untrusted;
use crate::words::{Phrase, pick};

/// How the pen is held, in a word or two; nothing where it is held as it should be.
#[must_use]
pub fn holding(language: Language, holding: Holding) -> Option<String> {
    let said = match holding {
        Holding::Works => return None,
        Holding::Stopped => pick(language, "stopped", "ถูกหยุด").to_owned(),
        Holding::Silent(ms) => {
            let seconds = ms / 1_000;
            match language {
                Language::En => format!("silent {seconds} s"),
                Language::Th => format!("เงียบ {seconds} วิ"),
            }
        }
        Holding::Free => pick(language, "pen free: P", "ปากกาว่าง: P").to_owned(),
    };
    Some(said)
}

/// How many watch.
#[must_use]
pub fn watchers(language: Language, count: usize) -> String {
    match language {
        Language::En => format!("+{count} watching"),
        Language::Th => format!("+{count} กำลังดู"),
    }
}

/// Who asks, for the badge.
#[must_use]
pub fn asks(language: Language, who: &Untrusted, cells: usize) -> String {
    let who = who.plain(cells);
    match language {
        Language::En => format!("P: {who} asks"),
        Language::Th => format!("P: {who} ขอ"),
    }
}

/// What a notice about the pen says; `None` if it is about something else.
#[must_use]
#[expect(clippy::wildcard_enum_match_arm, reason = "the other notices are worded elsewhere")]
pub(super) fn notice(language: Language, kind: &NoticeKind) -> Option<Phrase> {
    let say = |en, th| Phrase::of(pick(language, en, th));
    Some(match kind {
        NoticeKind::NoPen => {
            say("This screen only reads. P asks for the pen.", "จอนี้อ่านได้อย่างเดียว กด P เพื่อขอปากกา")
        }
        NoticeKind::NoPenHere(why) => Phrase::of(closed(language, *why)),
        NoticeKind::PenIsHere => say("You have the pen.", "ปากกาอยู่ที่คุณแล้ว"),
        NoticeKind::AskedForPen(who, how) => asked(language, who, *how),
        NoticeKind::PenAskedBy(who) => {
            say("P answers, y or n. The pen is asked for by ", "กด P แล้ว y หรือ n ผู้ขอปากกา: ")
                .theirs(who)
        }
        NoticeKind::PenRefused => say(
            "The pen stays there. ^p takes it by force, with a reason.",
            "ยังไม่ส่งปากกา กด ^p เพื่อยึดพร้อมเหตุผล",
        ),
        NoticeKind::AskedForShift(who, how) => asked_for_shift(language, who, *how),
        NoticeKind::ShiftRefused(who) if who.is_empty() => say(
            "The pen and the shift stay there. A asks again.",
            "ยังไม่ส่งปากกาและเวร กด A เพื่อขออีกครั้ง",
        ),
        NoticeKind::ShiftRefused(who) => say("Not now, says ", "ยังไม่ส่งเวรตอนนี้: ")
            .theirs(who)
            .ours(pick(language, ": pen and shift stay there. A asks again.", " กด A เพื่อขออีกครั้ง")),
        NoticeKind::PenFree => say("Nobody has the pen. P takes it.", "ปากกาว่าง กด P เพื่อรับ"),
        NoticeKind::HolderSilent(how) => {
            let how = holding(language, *how).unwrap_or_default();
            say("The writer is ", "ผู้เขียน").ours(how).ours(pick(
                language,
                ". ^p takes the pen by force.",
                " กด ^p เพื่อยึดปากกา",
            ))
        }
        NoticeKind::PenCame(who) if who.is_empty() => say("You have the pen now.", "ปากกาอยู่ที่คุณแล้ว"),
        NoticeKind::PenCame(who) => {
            say("You have the pen now, after ", "ปากกาอยู่ที่คุณแล้ว ต่อจาก ").theirs(who)
        }
        NoticeKind::PenGone(who) if who.is_empty() => {
            say("The pen is given. You watch.", "ส่งปากกาแล้ว คุณดูได้อย่างเดียว")
        }
        NoticeKind::PenGone(who) => {
            say("You watch. The pen is with ", "คุณดูได้อย่างเดียว ปากกาอยู่ที่ ").theirs(who)
        }
        NoticeKind::PenForced(who, reason) => forced(language, who, reason),
        NoticeKind::PenNotFree => say("Somebody else was quicker.", "คนอื่นรับไปก่อนแล้ว"),
        NoticeKind::NobodyWatches => {
            say("Nobody watches who could take the pen.", "ไม่มีใครดูอยู่ที่จะรับปากกา")
        }
        _ => return None,
    })
}

/// Why nobody can write here, and what to do instead.
const fn closed(language: Language, why: Closed) -> &'static str {
    let (en, th) = match why {
        Closed::Replay => {
            ("A replay writes nothing. q leaves it.", "เล่นย้อนหลัง เขียนไม่ได้ กด q เพื่อออก")
        }
        Closed::Training => {
            ("This training is over. D shows its debrief.", "การฝึกนี้จบแล้ว กด D เพื่อดูสรุปการฝึก")
        }
        Closed::Damaged => (
            "The journal is damaged, read only. Go on: firedamp --new",
            "journal เสียหาย เขียนไม่ได้ ทำต่อด้วย: firedamp --new",
        ),
        Closed::Forked => (
            "The journal forked, read only. See: firedamp verify ID",
            "journal แตกกิ่ง เขียนไม่ได้ ดูด้วย: firedamp verify ID",
        ),
        Closed::NoSession => ("Open a session first: Enter.", "เปิด session ก่อน: Enter"),
        Closed::NoSeat => {
            ("The disk takes nothing, so the pen cannot be asked for.", "ดิสก์ไม่รับ จึงขอปากกาไม่ได้")
        }
    };
    pick(language, en, th)
}

fn asked(language: Language, who: &Untrusted, how: Holding) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    let asked = if who.is_empty() {
        say("Asked for the pen", "ขอปากกาแล้ว")
    } else {
        say("Asked for the pen: ", "ขอปากกาแล้ว: ").theirs(who)
    };
    match holding(language, how) {
        Some(how) => asked.ours(format!(" ({how})")).ours(pick(
            language,
            ". ^p takes it by force.",
            " กด ^p เพื่อยึด",
        )),
        None => asked.ours(pick(language, ". Wait for the answer.", " รอคำตอบ")),
    }
}

/// The handoff is accepted as soon as the pen is here.
fn asked_for_shift(language: Language, who: &Untrusted, how: Holding) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    let asked = if who.is_empty() {
        say("Asked for the pen and the shift. Waiting", "ขอปากกาและเวรแล้ว รอคำตอบ")
    } else {
        say("Asked for the pen and the shift, waiting for ", "ขอปากกาและเวรแล้ว รอ ").theirs(who)
    };
    match holding(language, how) {
        Some(how) => asked.ours(format!(" ({how})")).ours(pick(
            language,
            ". ^p takes it by force.",
            " กด ^p เพื่อยึด",
        )),
        None => asked.ours(pick(language, ".", "")),
    }
}

fn forced(language: Language, who: &Untrusted, reason: &Untrusted) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    let taken = if who.is_empty() {
        say("YOUR PEN WAS TAKEN. You watch now", "ปากกาของคุณถูกยึด คุณดูได้อย่างเดียว")
    } else {
        say("YOUR PEN WAS TAKEN by ", "ปากกาของคุณถูกยึดโดย ").theirs(who)
    };
    if reason.is_empty() { taken } else { taken.ours(": ").theirs(reason) }
}
