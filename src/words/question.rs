//! Words of the questions that come before an act which somebody may not mean: signing, taking what was signed for
//! somebody else, losing what somebody wrote, and acknowledging many alerts at once.

use crate::domain::base::Language;
use crate::domain::detect::Finding;
use crate::domain::playbook::ItemId;
use crate::domain::session::ItemState;
use crate::domain::untrusted::Untrusted;
use crate::words::finding;
use crate::words::session::item_state;
use crate::words::{Phrase, pick};

/// «Signed for niran; you are mali.»
#[must_use]
pub fn not_named(language: Language, to: &Untrusted, who: &Untrusted) -> Phrase {
    let you = pick(language, "; you are ", " แต่คุณคือ ");
    signed_for(language, to).ours(you).theirs(who).ours(pick(language, ".", ""))
}

/// «signed for niran, accepted by mali; the journal names both»: what is said where nothing can be asked.
#[must_use]
pub fn accepted_instead(language: Language, to: &Untrusted, who: &Untrusted) -> Phrase {
    let (lead, by, end) = match language {
        Language::En => ("note: signed for ", ", accepted by ", "; the journal names both"),
        Language::Th => ("หมายเหตุ: เซ็นให้ ", " แต่ผู้รับคือ ", " ใน journal มีทั้งสองชื่อ"),
    };
    Phrase::of(lead).theirs(to).ours(by).theirs(who).ours(end)
}

/// «Signed for niran»
#[must_use]
pub fn signed_for(language: Language, to: &Untrusted) -> Phrase {
    Phrase::of(pick(language, "Signed for ", "เซ็นให้ ")).theirs(to)
}

/// «aor signs for niran.» Where nobody is named, that is said, and how somebody would be.
#[must_use]
pub fn signs_for(language: Language, who: &Untrusted, to: &Untrusted) -> Phrase {
    if to.is_empty() {
        return Phrase::default().theirs(who).ours(pick(
            language,
            " signs for whoever takes over: nobody is named. @name before the words names somebody.",
            " เซ็นให้ใครก็ได้ที่รับเวร เพราะไม่ได้ระบุชื่อ ใส่ @ชื่อ ไว้หน้าข้อความเพื่อระบุ",
        ));
    }
    let signs = pick(language, " signs for ", " เซ็นให้ ");
    Phrase::default().theirs(who).ours(signs).theirs(to).ours(pick(language, ".", ""))
}

/// «7 alerts, each suspect: runs from a file in memory alone»; of more than one question asks about, «50 of 63 alerts».
#[must_use]
pub fn alike(language: Language, count: usize, all: usize, finding: &Finding) -> Phrase {
    let grade = finding::grade(language, finding.grade);
    let lead = match (language, count) {
        (Language::En, 1) => format!("1 alert, {grade}: "),
        (Language::En, _) if count < all => format!("{count} of {all} alerts, each {grade}: "),
        (Language::Th, _) if count < all => format!("แจ้งเตือน {count} จาก {all} รายการ {grade}: "),
        (Language::En, _) => format!("{count} alerts, each {grade}: "),
        (Language::Th, _) => format!("แจ้งเตือน {count} รายการ {grade}: "),
    };
    let rules: Vec<&str> =
        finding.reasons.iter().map(|it| finding::fact(language, it.rule)).collect();
    Phrase::of(lead).ours(rules.join("; "))
}

/// «1.3/4 is blocked: "waits for the vendor".»
#[must_use]
pub fn has_reason(
    language: Language,
    item: &ItemId,
    state: ItemState,
    reason: &Untrusted,
) -> Phrase {
    Phrase::default()
        .named(&item.0)
        .ours(pick(language, " is ", " "))
        .ours(item_state(language, state))
        .ours(": \"")
        .theirs(reason)
        .ours(pick(language, "\".", "\""))
}

/// «2 of 5 items have reasons that would go.»
#[must_use]
pub fn have_reasons(language: Language, count: usize, all: usize) -> String {
    match language {
        Language::En => format!("{count} of {all} items have reasons that would go."),
        Language::Th => format!("{count} จาก {all} รายการมีเหตุผลที่จะหายไป"),
    }
}

/// «Tick it anyway?» Items get the state without a reason, so only three can be asked about.
#[must_use]
pub fn anyway(language: Language, state: ItemState, all: usize) -> String {
    let (one, many) = match (language, state) {
        (Language::En, ItemState::Done) => ("Tick it anyway?", "Tick all"),
        (Language::En, ItemState::Doing) => ("Begin it anyway?", "Begin all"),
        (Language::En, ItemState::Open | ItemState::Blocked | ItemState::NotApplicable) => {
            ("Open it anyway?", "Open all")
        }
        (Language::Th, ItemState::Done) => ("ติ๊กเลยหรือไม่", "ติ๊กทั้ง"),
        (Language::Th, ItemState::Doing) => ("เริ่มทำเลยหรือไม่", "เริ่มทำทั้ง"),
        (Language::Th, ItemState::Open | ItemState::Blocked | ItemState::NotApplicable) => {
            ("เปิดใหม่เลยหรือไม่", "เปิดใหม่ทั้ง")
        }
    };
    match language {
        _ if all == 1 => one.to_owned(),
        Language::En => format!("{many} {all} anyway?"),
        Language::Th => format!("{many} {all} รายการหรือไม่"),
    }
}
