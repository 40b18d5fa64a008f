//! Words for sessions: phases, states of items, what happened, and who may write.

use crate::cockpit::model::{Condition, Pane, Pen, SourceKind};
use crate::domain::base::Language;
use crate::domain::detect::Subject;
use crate::domain::playbook::Phase;
use crate::domain::session::{ClockChange, Event, ItemState, Opening, Place, known_part};
use crate::domain::untrusted::Untrusted;
use crate::words::trouble::damage;
use crate::words::{Phrase, finding, own, persistence, pick, rules, short, wire};

/// Title of a pane.
#[must_use]
pub const fn pane(language: Language, pane: Pane) -> &'static str {
    let (en, th) = match pane {
        Pane::Processes => ("Processes", "โปรเซส"),
        Pane::Network => ("Network", "เครือข่าย"),
        Pane::Gpu => ("Machine and GPU", "เครื่องและ GPU"),
        Pane::Decision => ("Decision", "การตัดสินใจ"),
        Pane::Checklist => ("Checklist", "เช็กลิสต์"),
        Pane::Timeline => ("Timeline", "ลำดับเหตุการณ์"),
        Pane::Playbook => ("Playbook", "คู่มือ playbook"),
        Pane::Handoff => ("Handoff", "ส่งเวร"),
        Pane::Hiding => ("What hides", "สิ่งที่ซ่อน"),
        Pane::Persistence => ("Starts by itself", "เริ่มทำงานเอง"),
        Pane::Wire => ("On the wire", "บนสายสัญญาณ"),
        Pane::Impact => ("Impact and cost", "ผลกระทบและค่าใช้จ่าย"),
    };
    pick(language, en, th)
}

/// A phase of the response.
#[must_use]
pub const fn phase(language: Language, phase: Phase) -> &'static str {
    let (en, th) = match phase {
        Phase::Analysis => ("Analysis", "ตรวจจับและวิเคราะห์"),
        Phase::Containment => ("Containment", "จำกัดความเสียหาย"),
        Phase::Eradication => ("Eradication", "กำจัด"),
        Phase::Recovery => ("Recovery", "กู้คืน"),
        Phase::PostIncident => ("Post-incident", "หลังเหตุการณ์"),
    };
    pick(language, en, th)
}

/// State of an item in a word.
#[must_use]
pub const fn item_state(language: Language, state: ItemState) -> &'static str {
    let (en, th) = match state {
        ItemState::Open => ("open", "ยังไม่ทำ"),
        ItemState::Doing => ("doing", "กำลังทำ"),
        ItemState::Done => ("done", "เสร็จแล้ว"),
        ItemState::Blocked => ("blocked", "ติดขัด"),
        ItemState::NotApplicable => ("not applicable", "ไม่เกี่ยวข้อง"),
    };
    pick(language, en, th)
}

/// What a mark says of its item: a verb in English, a state in Thai.
#[must_use]
pub const fn became(language: Language, state: ItemState) -> &'static str {
    match (language, state) {
        (Language::En, ItemState::Open) => "is open again",
        (Language::En, ItemState::Doing) => "is being done",
        (Language::En, ItemState::Done) => "is done",
        (Language::En, ItemState::Blocked) => "is blocked",
        (Language::En, ItemState::NotApplicable) => "is not applicable",
        (Language::Th, ItemState::Open) => "เปิดใหม่",
        (Language::Th, state) => item_state(Language::Th, state),
    }
}

/// Condition of a session that can be taken up.
#[must_use]
pub fn condition(language: Language, condition: &Condition) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match condition {
        Condition::Left => say("left in good order", "ออกอย่างเรียบร้อย"),
        Condition::CutOff => say("cut off, nothing saved is lost", "หลุดกลางคัน ที่บันทึกแล้วไม่หาย"),
        Condition::Held => say("somebody is writing now", "มีคนเขียนอยู่ตอนนี้"),
        Condition::Debriefed(score) => {
            say("over, score ", "จบแล้ว คะแนน ").ours(format!("{score}/100"))
        }
        Condition::Moved(place) if place.is_empty() => {
            say("moved, but where to is not known", "ย้ายไปแล้ว แต่ไม่รู้ว่าไปที่ไหน")
        }
        Condition::Moved(place) => say("moved to ", "ย้ายไป ").theirs(place),
        Condition::Broken(why) => say("damaged: ", "เสียหาย: ").then(damage(language, why)),
    }
}

/// Who may write, in a sentence.
#[must_use]
pub fn pen(language: Language, pen: &Pen) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match pen {
        Pen::Ours => say("you write", "คุณเป็นผู้เขียน"),
        Pen::Observer(None) => say("somebody else writes; you watch", "คนอื่นเขียนอยู่ คุณดูได้อย่างเดียว"),
        Pen::Observer(Some(who)) => {
            say("you watch; the pen is with ", "คุณดูได้อย่างเดียว ผู้เขียนคือ ").theirs(who)
        }
        Pen::Damaged(why) => {
            say("read only, the journal is damaged: ", "อ่านได้อย่างเดียว journal เสียหาย: ")
                .then(damage(language, why))
        }
        Pen::Forked(branches) => {
            say("read only, two wrote at once; branches: ", "อ่านได้อย่างเดียว เขียนชนกัน จำนวนกิ่ง: ")
                .ours(branches.len().to_string())
        }
        Pen::Replay => say("a replay: nothing can be written", "เล่นย้อนหลัง เขียนไม่ได้"),
    }
}

/// A kind of source.
#[must_use]
pub const fn source(language: Language, kind: SourceKind) -> &'static str {
    let (en, th) = match kind {
        SourceKind::Host => ("this host", "เครื่องนี้"),
        SourceKind::Replay => ("replay", "เล่นย้อนหลัง"),
        SourceKind::Training => ("training", "การฝึก"),
    };
    pick(language, en, th)
}

/// What a note is about.
#[must_use]
pub fn place(place: &Place) -> Phrase {
    match place {
        Place::Item(item) => Phrase::default().named(&item.0),
        Place::Node(flow, node) => Phrase::default().named(&flow.0).ours(" ").named(&node.0),
        Place::Subject(subject) => Phrase::of(finding::subject(subject)),
    }
}

/// What happened, in a sentence.
#[must_use]
#[expect(clippy::too_many_lines, reason = "a table: one row a kind of event, no logic")]
pub fn event(language: Language, event: &Event) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match event {
        Event::Opened(opening) => opened(language, opening),
        Event::Resumed { version } => {
            say("session resumed by firedamp ", "กลับเข้า session ด้วย firedamp ").named(version)
        }
        Event::Left => say("screen closed in good order", "ปิดจออย่างเรียบร้อย"),
        Event::Chose { node, to, label, .. } if label.is_empty() => {
            say("went on from ", "ไปต่อจาก ")
                .named(&node.0)
                .ours(pick(language, " to ", " ไป "))
                .named(&to.0)
        }
        Event::Chose { node, label, .. } => {
            say("chose ", "เลือก ").theirs(label).ours(pick(language, " at ", " ที่ ")).named(&node.0)
        }
        Event::TookBack { choice } => {
            say("took back choice ", "ถอนการเลือก ").ours(format!("#{choice}"))
        }
        Event::Withdrew { entry } => {
            say("took back what was written in ", "ถอนสิ่งที่เขียนไว้ใน ").ours(format!("#{entry}"))
        }
        Event::Marked { .. } | Event::Noted { .. } => on_item(language, event, None, 0),
        Event::Found { finding, name } => {
            let grade = finding::grade(language, finding.grade);
            let found = say("found ", "พบ ").theirs(name).ours(format!(" ({grade})"));
            match finding.reasons.first() {
                Some(reason) => found.ours(": ").then(finding::reason(language, reason)),
                None => found,
            }
        }
        Event::Ended { subject: Subject::Process(_), name } => {
            Phrase::default().theirs(name).ours(pick(language, " has ended", " จบแล้ว"))
        }
        Event::Ended { subject: Subject::Hiding { .. }, name } => {
            say("does not hide any more: ", "ไม่ซ่อนแล้ว: ").theirs(name)
        }
        Event::Ended { subject: Subject::Autostart { .. }, name } => {
            say("does not start by itself any more: ", "ไม่เริ่มเองแล้ว: ").theirs(name)
        }
        Event::Ended { name, .. } => say("no connection any more: ", "ไม่เชื่อมต่อแล้ว: ").theirs(name),
        Event::Acknowledged { subject } => {
            say("acknowledged the finding on ", "รับทราบสิ่งที่พบบน ").ours(finding::subject(subject))
        }
        Event::Allowed { program, .. } => {
            say("allowed this program to run: ", "อนุญาตให้รันโปรแกรม: ").theirs(program)
        }
        Event::Listening { on } => Phrase::of(wire::listening(language, *on)),
        Event::WireRefused { why } => wire::refused(language, why),
        Event::HandedOff { words, to, .. } if to.is_empty() => {
            say("handoff signed: ", "เซ็นส่งเวร: ").theirs(words)
        }
        Event::HandedOff { words, to, .. } => {
            say("handoff signed to ", "เซ็นส่งเวรให้ ").theirs(to).ours(": ").theirs(words)
        }
        Event::Accepted { handoff, instead_of, .. } => {
            let accepted = say("handoff accepted: ", "รับเวรแล้ว: ").ours(format!("#{handoff}"));
            if instead_of.is_empty() {
                return accepted;
            }
            accepted.ours(pick(language, ", signed for ", " ซึ่งเซ็นให้ ")).theirs(instead_of)
        }
        Event::Anchored { anchor } => {
            say("anchor shown: ", "แสดงคำยืนยัน: ").ours(anchor.to_string())
        }
        Event::Signed { entry, key, .. } => {
            say("signed with a key up to ", "เซ็นด้วยกุญแจถึง ").ours(format!("#{entry}: ")).theirs(key)
        }
        Event::PenGiven { to } => say("gave the pen to ", "ส่งปากกาให้ ").theirs(to),
        Event::PenTaken { from, reason } => pen_taken(language, from, reason),
        Event::Trouble { what } => say("trouble: ", "ปัญหา: ").theirs(what),
        Event::Hinted { task, shown } => hinted(language, *task, *shown),
        Event::ExpertShown => say("the expert's path shown", "ดูเฉลยของผู้เชี่ยวชาญ"),
        Event::TapeAt { ms } => tape_at(language, *ms),
        Event::Debriefed { score } => debriefed(language, *score),
        Event::Autostart { change, place, path, line, text, since } => {
            let said = persistence::happened(language, *change, *place, (path, *line), text);
            since.map_or_else(Phrase::default, |it| persistence::unwatched(language, it)).then(said)
        }
        Event::Prepared(own) => {
            say("firedamp itself: ", "ตัว firedamp เอง: ").then(own::brief(language, own))
        }
        Event::Rules(rules) => rules::judged_by(language, rules),
        Event::Clock { change, by_ms } => clock(language, *change, *by_ms),
        Event::Redacted { opening, head, entries } => {
            let head: String = head.to_string().chars().take(12).collect();
            say("REDACTED COPY of ", "สำเนาที่ตัดข้อมูลออก ของ ")
                .ours(format!("{entries}-{head}"))
                .ours(pick(language, ": ", ": "))
                .then(opened(language, opening))
        }
        Event::Unknown(fields) if let Some(known) = known_part(fields) => self::event(
            language, &known,
        )
        .ours(pick(language, " (more in it is unknown here)", " (มีส่วนที่รุ่นนี้ไม่รู้จัก)")),
        Event::Unknown(fields) => {
            let kind = fields.get("kind").and_then(|kind| kind.as_str()).unwrap_or("?");
            say("an event of a kind unknown here: ", "เหตุการณ์ชนิดที่รุ่นนี้ไม่รู้จัก: ").named(kind)
        }
    }
}

/// A mark or a note, with what the playbook calls the item that it is about. Where a reason or a note follows, of that
/// at most so many characters: what somebody wrote is in view beside it.
#[must_use]
#[expect(clippy::wildcard_enum_match_arm, reason = "the other kinds are about no item")]
pub fn on_item(language: Language, what: &Event, words: Option<&str>, most: usize) -> Phrase {
    let called = |phrase: Phrase| match words {
        Some(words) => phrase.ours(" (").named(&short(words, most)).ours(")"),
        None => phrase,
    };
    let say = |en, th| Phrase::of(pick(language, en, th));
    match what {
        Event::Marked { item, state, reason, undoes } => {
            let back = undoes.map_or_else(Phrase::default, |entry| {
                say("took back ", "ถอน ").ours(format!("#{entry}: "))
            });
            let marked = back.named(&item.0).ours(" ").ours(became(language, *state));
            match words {
                Some(words) if reason.is_empty() => marked.ours("  ").named(words),
                _ if reason.is_empty() => marked,
                _ => called(marked).ours(": ").theirs(reason),
            }
        }
        Event::Noted { text, about: Some(about) } => {
            let note = say("note on ", "โน้ตเรื่อง ").then(place(about));
            called(note).ours(": ").theirs(text)
        }
        Event::Noted { text, about: None } => say("note: ", "โน้ต: ").theirs(text),
        other => event(language, other),
    }
}

fn pen_taken(language: Language, from: &Untrusted, reason: &Untrusted) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    let taken = match (from.is_empty(), reason.is_empty()) {
        (true, true) => return say("took the pen", "รับปากกา"),
        (false, true) => return say("took the pen after ", "รับปากกาต่อจาก ").theirs(from),
        (true, false) => say("TOOK THE PEN BY FORCE", "ยึดปากกา"),
        (false, false) => say("TOOK THE PEN BY FORCE from ", "ยึดปากกาจาก ").theirs(from),
    };
    taken.ours(": ").theirs(reason)
}

fn opened(language: Language, opening: &Opening) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match &opening.training {
        Some(name) => say("training began: ", "เริ่มการฝึก: ").named(name),
        None => say("session opened on ", "เปิด session บน ")
            .theirs(&opening.host)
            .ours(pick(language, ", playbook ", " ใช้ playbook "))
            .named(&opening.playbook),
    }
}

/// People count tasks from 1.
fn hinted(language: Language, task: usize, shown: usize) -> Phrase {
    let task = task.saturating_add(1);
    Phrase::of(pick(language, "hint shown: task ", "ดูคำใบ้ โจทย์ "))
        .ours(task.to_string())
        .ours(pick(language, ", hint ", " คำใบ้ที่ "))
        .ours(shown.to_string())
}

fn tape_at(language: Language, ms: u64) -> Phrase {
    let seconds = ms / 1_000;
    let place = format!("{}:{:02}", seconds / 60, seconds % 60);
    Phrase::of(pick(language, "tape at ", "เทปอยู่ที่ ")).ours(place)
}

/// «wall clock set back by 1 h 0 min», «the machine slept for 12 s»
fn clock(language: Language, change: ClockChange, by_ms: i64) -> Phrase {
    let said = match change {
        ClockChange::Jumped if by_ms < 0 => {
            pick(language, "wall clock went back by ", "นาฬิกาถูกตั้งย้อนกลับ ")
        }
        ClockChange::Jumped => pick(language, "wall clock went forward by ", "นาฬิกาถูกตั้งไปข้างหน้า "),
        ClockChange::Suspended => pick(language, "the machine slept for ", "เครื่องหลับไป "),
    };
    let seconds = by_ms.unsigned_abs() / 1_000;
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    Phrase::of(said).ours(format!("{hours}:{minutes:02}:{:02}", seconds % 60))
}

fn debriefed(language: Language, score: u32) -> Phrase {
    let said = pick(language, "training over, score ", "จบการฝึก คะแนน ");
    Phrase::of(said).ours(format!("{score}/100"))
}
