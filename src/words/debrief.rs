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
    /// One task.
    Task,
    /// So many of so many.
    Of,
    /// No hints were shown.
    NoHints,
    /// Column of the expert's times.
    Expert,
    /// Column of the trainee's times.
    You,
    /// Another branch or another state.
    Otherwise,
    /// Choices at this place that were taken back.
    TakenBack,
    /// Heading over acts that the expert did not do.
    Beyond,
}

/// A label.
#[must_use]
pub const fn label(language: Language, label: Label) -> &'static str {
    let (en, th) = match label {
        Label::Debrief => ("Debrief", "สรุปการฝึก"),
        Label::Score => ("Score", "คะแนน"),
        Label::Tasks => ("tasks", "โจทย์"),
        Label::Task => ("task", "โจทย์"),
        Label::Of => ("of", "จาก"),
        Label::NoHints => ("none used", "ไม่ได้ใช้"),
        Label::Expert => ("expert", "ผู้ชำนาญ"),
        Label::You => ("you", "คุณ"),
        Label::Otherwise => ("other branch or state", "คนละทางหรือสถานะ"),
        Label::TakenBack => ("taken back before:", "ถอนก่อนหน้านี้:"),
        Label::Beyond => ("What the expert did not do", "สิ่งที่ผู้เชี่ยวชาญไม่ได้ทำ"),
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
        PartKind::Acts => ("done as the expert did", "ทำเหมือนผู้เชี่ยวชาญ"),
        PartKind::Order => ("in the expert's order", "ตามลำดับของผู้เชี่ยวชาญ"),
        PartKind::Extra => ("beyond the expert's path", "ทำเกินจากผู้เชี่ยวชาญ"),
        PartKind::Hints => ("hints", "คำใบ้"),
        PartKind::ExpertShown => ("expert's path shown", "ดูเฉลย"),
        PartKind::Floor => ("not below 0", "ไม่ต่ำกว่า 0"),
    };
    pick(language, en, th)
}
