//! Words for what `sessions` and `verify` print.
//!
//! Names of fields (`entries`, `head`, `anchor`) are the same in both languages: they are what people read to each other.

use crate::cockpit::trouble::Damage;
use crate::domain::base::{Digest, Language};
use crate::domain::session::{Anchor, Break, SignatureProblem};
use crate::domain::untrusted::Untrusted;
use crate::words::{Phrase, pick, trouble};

/// Headings of the list of sessions, in the order of its columns.
#[must_use]
pub const fn headings(language: Language) -> [&'static str; 5] {
    match language {
        Language::En => ["SESSION", "ENTRIES", "LAST", "BY", "STATE"],
        Language::Th => ["รหัส session", "รายการ", "ล่าสุด", "โดย", "สถานะ"],
    }
}

/// What the list says of a session.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum State<'a> {
    /// It goes on in this place.
    Moved(&'a Untrusted),
    /// It is training with this walkthrough.
    Training(&'a Untrusted),
    /// It cannot be read; why.
    Unreadable(&'a Damage),
    /// It does not hold from this line, if that is known, and this byte on.
    Broken(Option<u64>, u64),
    /// This process writes to it.
    InUse(Option<u32>),
    /// The last screen left in good order.
    Left,
    /// The last screen was cut off.
    CutOff,
    /// So many bytes of its last line were never finished.
    Torn(u64),
}

/// What the list says of a session.
#[must_use]
pub fn state(language: Language, state: State<'_>) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match state {
        State::Moved(place) if place.is_empty() => {
            say("moved, but where to is not known", "ย้ายไปแล้ว แต่ไม่รู้ว่าไปที่ไหน")
        }
        State::Moved(place) => say("moved to ", "ย้ายไป ").theirs(place),
        State::Training(name) => say("training ", "การฝึก ").theirs(name),
        State::Unreadable(why) => {
            say("unreadable: ", "อ่านไม่ได้: ").then(trouble::damage(language, why))
        }
        State::Broken(Some(line), byte) => Phrase::of(match language {
            Language::En => format!("broken at line {line}, byte {byte}"),
            Language::Th => format!("เสียหายที่บรรทัด {line} ไบต์ {byte}"),
        }),
        State::Broken(None, byte) => say("broken at byte ", "เสียหายที่ไบต์ ").ours(byte.to_string()),
        State::InUse(None) => say("in use", "มีคนใช้อยู่"),
        State::InUse(Some(pid)) => say("in use by pid ", "มีคนใช้อยู่ pid ").ours(pid.to_string()),
        State::Left => say("left", "ออกแล้ว"),
        State::CutOff => say("interrupted", "หลุดกลางคัน"),
        State::Torn(bytes) => Phrase::of(match language {
            Language::En => format!("{bytes} torn bytes"),
            Language::Th => format!("บรรทัดสุดท้ายขาด {bytes} ไบต์"),
        }),
    }
}

/// There are no sessions in a place.
#[must_use]
pub fn none(language: Language, place: &Untrusted) -> Phrase {
    Phrase::of(pick(language, "No sessions in ", "ไม่มี session ใน ")).theirs(place)
}

/// Something that is not as it should be, though the chain holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The choice that was taken back did not stand.
    NoChoice(u64),
    /// What was taken back was no note and no open handoff.
    NothingWritten(u64),
    /// The handoff that was accepted is not the one that waited.
    NoHandoff(u64),
    /// The session began before.
    Again,
    /// The anchor is another entry's.
    Anchor(Anchor),
    /// It names an entry that is not before it.
    NotBefore(u64),
    /// The signature is not right.
    Signature(SignatureProblem),
}

/// A line of what `verify` prints.
#[derive(Clone, Debug)]
pub enum Checked<'a> {
    /// Somebody else could have changed the journal.
    Doubt(Phrase),
    /// Something is wrong with this entry.
    Wrong(u64, &'a Wrong),
    /// The chain does not hold.
    Broken(&'a Break),
    /// So many entries before that hold, up to this byte, and their head.
    Before(u64, u64, Digest),
    /// Nothing holds behind a break.
    NothingAfter,
    /// There is no entry.
    Empty,
    /// The chain holds.
    Whole,
    /// How many entries, the head of the last, and its anchor.
    Sums(u64, Digest, Anchor),
    /// The playbook is not the one that the session began with.
    OtherPlaybook,
    /// So many bytes were never finished, and the command that sets them aside.
    Torn(u64, &'a str),
    /// So many anchors were shown; the newest, and the entries after it.
    Shown(usize, Anchor, u64),
    /// Up to this entry it is signed, by this key or not.
    Signed(u64, bool, &'a Untrusted),
    /// So many entries are of unknown kinds.
    Unknown(u64),
    /// There is no such entry for the anchor; the last one is this.
    AnchorBeyond(u64, u64),
    /// The anchor fits this entry; so many came after it.
    AnchorFits(u64, u64),
    /// The anchor of this entry is this one.
    AnchorDiffers(Anchor),
    /// It forked into so many branches after so many shared entries.
    Forked(usize, usize),
    /// A branch: its number, the entry that it goes on from, its entries, its head.
    Branch(usize, u64, usize, Digest),
}

/// A line of what `verify` prints; some go on in a second one.
#[must_use]
#[expect(clippy::too_many_lines, reason = "a table: one row a line, no logic")]
pub fn checked(language: Language, line: &Checked<'_>) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    let fill = |en: String, th: String| Phrase::of(if language == Language::Th { th } else { en });
    match line {
        Checked::Doubt(why) => say("note: ", "หมายเหตุ: ").then(why.clone()),
        Checked::Wrong(entry, why) => {
            say("entry ", "รายการ ").ours(format!("{entry} ")).then(wrong(language, why))
        }
        Checked::Broken(broken) => {
            say("broken at ", "เสียหายที่").then(trouble::broken(language, broken))
        }
        Checked::Before(entries, byte, head) => fill(
            format!("  {entries} entries before it hold, up to byte {byte}; head {head}"),
            format!("  {entries} รายการก่อนหน้านั้นถูกต้อง ถึงไบต์ {byte}; head {head}"),
        ),
        Checked::NothingAfter => say("  nothing after it can be relied on", "  หลังจากนั้นเชื่อถือไม่ได้"),
        Checked::Empty => say("there is no whole entry", "ไม่มีรายการที่ครบ"),
        Checked::Whole => say("the chain is whole", "chain ต่อกันครบ"),
        Checked::Sums(entries, head, anchor) => fill(
            format!("  entries  {entries}\n  head     {head}\n  anchor   {anchor}"),
            format!("  รายการ   {entries}\n  head     {head}\n  คำยืนยัน   {anchor}"),
        ),
        Checked::OtherPlaybook => say(
            "  but playbook.md is not the one that the session began with:\n  \
             what its marks stand for cannot be relied on",
            "  แต่ playbook.md ไม่ตรงกับตอนเริ่ม session:\n  \
             ความหมายของข้อที่ทำเครื่องหมายเชื่อถือไม่ได้",
        ),
        Checked::Torn(bytes, id) => fill(
            format!(
                "  {bytes} bytes after the last entry were never saved as an entry;\n  \
                 `firedamp resume {id}` sets them aside"
            ),
            format!(
                "  {bytes} ไบต์หลังรายการสุดท้ายไม่เคยบันทึกเป็นรายการ\n  \
                 `firedamp resume {id}` จะแยกไว้ต่างหาก"
            ),
        ),
        Checked::Shown(count, newest, after) => {
            let anchors = if *count == 1 { "anchor" } else { "anchors" };
            let entries = if *after == 1 { "entry" } else { "entries" };
            fill(
                format!(
                    "  shown    {count} {anchors}, the newest {newest}; {after} {entries} after it"
                ),
                format!("  แสดงแล้ว  {count} คำยืนยัน ล่าสุด {newest}; มี {after} รายการหลังจากนั้น"),
            )
        }
        Checked::Signed(entry, good, key) => {
            let by = match (language, good) {
                (Language::En, true) => "by",
                (Language::En, false) => "NOT by",
                (Language::Th, true) => "โดย",
                (Language::Th, false) => "ไม่ใช่โดย",
            };
            fill(
                format!("  signed   up to entry {entry} {by} "),
                format!("  เซ็นแล้ว   ถึงรายการ {entry} {by} "),
            )
            .theirs(key)
        }
        Checked::Unknown(count) => fill(
            format!("  unknown  {count} entries of kinds that this version does not know"),
            format!("  ไม่รู้จัก   {count} รายการเป็นชนิดที่รุ่นนี้ไม่รู้จัก"),
        ),
        Checked::AnchorBeyond(entry, last) => fill(
            format!(
                "  the anchor does not fit: there is no entry {entry} that holds,\n  \
                 the last is {last}: what came after it was cut off or damaged"
            ),
            format!(
                "  คำยืนยันไม่ตรง: ไม่มีรายการ {entry} ที่ถูกต้อง\n  \
                 รายการสุดท้ายคือ {last}: หลังจากนั้นถูกตัดหรือเสียหาย"
            ),
        ),
        Checked::AnchorFits(entry, after) => fill(
            format!(
                "  the anchor fits: entries 1 to {entry} are what they were when it was shown;\n  \
                 {after} entries came after it"
            ),
            format!(
                "  คำยืนยันตรง: รายการ 1 ถึง {entry} เหมือนตอนที่แสดง\n  \
                 มี {after} รายการหลังจากนั้น"
            ),
        ),
        Checked::AnchorDiffers(anchor) => fill(
            format!(
                "  the anchor does not fit entry {}, whose anchor is {anchor}:\n  \
                 it was heard wrong, is of another session, or something up to there was changed",
                anchor.seq
            ),
            format!(
                "  คำยืนยันไม่ตรงกับรายการ {} ซึ่งคือ {anchor}:\n  \
                 ฟังผิด เป็นของ session อื่น หรือมีบางอย่างก่อนหน้านั้นถูกแก้",
                anchor.seq
            ),
        ),
        Checked::Forked(branches, shared) => fill(
            format!(
                "  the journal forks: {branches} branches after {shared} shared entries;\n  \
                 nothing is lost, and nobody may write until people have chosen"
            ),
            format!(
                "  journal แตกเป็น {branches} กิ่ง หลังรายการร่วม {shared} รายการ\n  \
                 ไม่มีอะไรหาย และห้ามเขียนจนกว่าคนจะเลือก"
            ),
        ),
        Checked::Branch(number, after, count, head) => fill(
            format!("  branch {number}: after entry {after}, entries {count}, head {head}"),
            format!("  กิ่ง {number}: หลังรายการ {after} มี {count} รายการ head {head}"),
        ),
    }
}

/// An entry is as it should be, or is not.
#[must_use]
pub const fn holds(language: Language, holds: bool) -> &'static str {
    match (language, holds) {
        (Language::En, true) => "holds",
        (Language::En, false) => "WRONG",
        // As wide as the other one: columns follow.
        (Language::Th, true) => "ถูก ",
        (Language::Th, false) => "ผิด!",
    }
}

/// A session went on elsewhere: the command that reads it there, where that is known.
#[must_use]
pub fn elsewhere(language: Language, id: &str, command: Option<Phrase>) -> Phrase {
    let lead = Phrase::of(id.to_owned());
    match command {
        Some(command) => {
            lead.ours(pick(language, " went on elsewhere: ", " ทำต่อที่อื่นแล้ว: ")).then(command)
        }
        None => lead.ours(pick(
            language,
            " went on elsewhere, where to is not known; this is what was here",
            " ทำต่อที่อื่นแล้ว แต่ไม่รู้ว่าที่ไหน นี่คือส่วนที่อยู่ตรงนี้",
        )),
    }
}

fn wrong(language: Language, wrong: &Wrong) -> Phrase {
    let fill = |en: String, th: String| Phrase::of(if language == Language::Th { th } else { en });
    match wrong {
        Wrong::NoChoice(choice) => fill(
            format!("takes back choice #{choice}, which does not stand"),
            format!("ถอนการเลือก #{choice} ซึ่งไม่มีผลอยู่แล้ว"),
        ),
        Wrong::NothingWritten(entry) => fill(
            format!("takes back #{entry}, which is neither a note nor an open handoff"),
            format!("ถอน #{entry} ซึ่งไม่ใช่โน้ตหรือการส่งเวรที่ค้างอยู่"),
        ),
        Wrong::NoHandoff(handoff) => fill(
            format!("accepts handoff #{handoff}, which does not wait"),
            format!("รับเวร #{handoff} ซึ่งไม่ได้รออยู่"),
        ),
        Wrong::Again => {
            Phrase::of(pick(language, "begins a session that has begun", "เริ่ม session ที่เริ่มไปแล้ว"))
        }
        Wrong::Anchor(anchor) => fill(
            format!("the anchor {anchor} is not that of its entry"),
            format!("คำยืนยัน {anchor} ไม่ใช่ของรายการนั้น"),
        ),
        Wrong::NotBefore(entry) => fill(
            format!("names entry #{entry}, which is not before it"),
            format!("อ้างถึงรายการ #{entry} ซึ่งไม่ได้มาก่อน"),
        ),
        Wrong::Signature(problem) => signature(language, problem),
    }
}

fn signature(language: Language, problem: &SignatureProblem) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match problem {
        SignatureProblem::NoArmour => say("no signature is in the text", "ไม่มีลายเซ็นในข้อความ"),
        SignatureProblem::Malformed(said) => {
            say("the signature cannot be read: ", "อ่านลายเซ็นไม่ได้: ").theirs(said)
        }
        SignatureProblem::Namespace(name) => {
            say("the signature was made for something else: ", "ลายเซ็นทำไว้สำหรับอย่างอื่น: ")
                .theirs(name)
        }
        SignatureProblem::KeyKind(kind) => say(
            "a key of this kind cannot be checked here (Ed25519 and ECDSA P-256 can): ",
            "ตรวจกุญแจชนิดนี้ไม่ได้ (ได้แค่ Ed25519 และ ECDSA P-256): ",
        )
        .theirs(kind),
        SignatureProblem::OtherText => {
            say("the signature is not over this text", "ลายเซ็นไม่ใช่ของข้อความนี้")
        }
        SignatureProblem::NoKey(said) => {
            say("the file is no private key: ", "ไฟล์นี้ไม่ใช่กุญแจส่วนตัว: ").theirs(said)
        }
        SignatureProblem::Locked => say("the key is locked with a passphrase", "กุญแจล็อกด้วยรหัสผ่าน"),
    }
}
