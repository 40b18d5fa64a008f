//! Words for the debrief after training.

use crate::domain::base::Language;
use crate::domain::training::{PartKind, Verdict};
use crate::words::pick;

/// Furniture of the debrief.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// Title.
    Debrief,
    /// Sum of the points.
    Score,
    /// Tasks that are done.
    Tasks,
    /// Hints that were shown.
    Hints,
    /// No hints were shown.
    NoHints,
    /// Column of the expert's times.
    Expert,
    /// Column of the trainee's times.
    You,
    /// Column of the acts.
    Act,
    /// Instead of.
    InsteadOf,
    /// Rows that do not fit.
    More,
}

/// A label.
#[must_use]
pub const fn label(language: Language, label: Label) -> &'static str {
    let (en, th) = match label {
        Label::Debrief => ("Debrief", "สรุปการฝึก"),
        Label::Score => ("Score", "คะแนน"),
        Label::Tasks => ("tasks", "งาน"),
        Label::Hints => ("Hints used, by task", "คำใบ้ที่ใช้ แยกตามงาน"),
        Label::NoHints => ("No hints used", "ไม่ได้ใช้คำใบ้"),
        Label::Expert => ("expert", "ผู้ชำนาญ"),
        Label::You => ("you", "คุณ"),
        Label::Act => ("what", "สิ่งที่ทำ"),
        Label::InsteadOf => ("not", "ไม่ใช่"),
        Label::More => ("more: a taller screen shows them", "รายการ จอที่สูงกว่านี้จะแสดงครบ"),
    };
    pick(language, en, th)
}

/// How an act compares with the expert's.
#[must_use]
pub const fn verdict(language: Language, verdict: Verdict) -> &'static str {
    let (en, th) = match verdict {
        Verdict::Same => ("same", "ตรงกัน"),
        Verdict::OutOfOrder => ("other order", "ผิดลำดับ"),
        Verdict::OtherBranch(_) => ("other branch", "คนละทาง"),
        Verdict::OtherState(_) => ("other state", "คนละสถานะ"),
        Verdict::Missing => ("missing", "ยังขาด"),
        Verdict::Extra => ("extra", "เกินมา"),
    };
    pick(language, en, th)
}

/// A part of the score.
#[must_use]
pub const fn part(language: Language, kind: PartKind) -> &'static str {
    let (en, th) = match kind {
        PartKind::Acts => ("acts", "สิ่งที่ทำ"),
        PartKind::Order => ("order", "ลำดับ"),
        PartKind::Extra => ("extra", "ทำเกิน"),
        PartKind::Hints => ("hints", "คำใบ้"),
        PartKind::ExpertShown => ("expert's path shown", "ดูแนวทางผู้ชำนาญ"),
        PartKind::Floor => ("not below 0", "ไม่ต่ำกว่า 0"),
    };
    pick(language, en, th)
}
