//! Words for a finding on the line, and for what was acknowledged.

use crate::cockpit::model::NoticeKind;
use crate::domain::base::Language;
use crate::domain::detect::Finding;
use crate::domain::untrusted::Untrusted;
use crate::words::{Part, Phrase, finding, pick};

/// Who, and the weightiest reason. Where the name says what the reason would end with, it is said once.
pub(super) fn found(language: Language, found: &Finding, name: &Untrusted) -> Phrase {
    let phrase = Phrase::default().theirs(name).ours(": ");
    let Some(reason) = found.reasons.first() else {
        return phrase.ours(finding::grade(language, found.grade));
    };
    let mut said = finding::reason(language, reason);
    if name.bytes().ends_with(reason.value.bytes()) && !reason.value.is_empty() {
        said.0.truncate(1);
        if let Some(Part::Ours(text)) = said.0.first_mut() {
            *text = text.trim_end_matches([':', ' ']).to_owned().into();
        }
    }
    phrase.then(said)
}

/// How many alerts are open.
#[must_use]
pub fn alerts(language: Language, count: usize) -> String {
    match language {
        Language::En if count == 1 => String::from("1 alert"),
        Language::En => format!("{count} alerts"),
        Language::Th => format!("เตือน {count}"),
    }
}

/// What was acknowledged, and what is still open.
#[expect(clippy::wildcard_enum_match_arm, reason = "whoever asks has one of the three")]
pub(super) fn acknowledged(language: Language, kind: &NoticeKind) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    let open = |said: Phrase, left: usize| match (language, left) {
        (_, 0) => said.ours(pick(language, ". No alert is open.", " ไม่มีแจ้งเตือนค้าง")),
        (Language::En, left) => said.ours(format!(". {left} open, a shows the next.")),
        (Language::Th, left) => said.ours(format!(" ยังค้าง {left} กด a ดูรายการถัดไป")),
    };
    match kind {
        NoticeKind::Acknowledged(name, left) => {
            open(say("Acknowledged: ", "รับทราบแล้ว: ").theirs(name), *left)
        }
        NoticeKind::AcknowledgedAll(count, left) => {
            open(say("Acknowledged: ", "รับทราบแล้ว: ").ours(count.to_string()), *left)
        }
        NoticeKind::NextAlert(next) => {
            let left = next.left;
            let lead = match language {
                Language::En => format!(" acknowledged. Next of {left}: "),
                Language::Th => format!(" รับทราบแล้ว ถัดไปจาก {left}: "),
            };
            let said = found(language, &next.finding, &next.name);
            Phrase::default().theirs(&next.done).ours(lead).then(said)
        }
        _ => Phrase::default(),
    }
}
