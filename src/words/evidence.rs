//! Words for what is found in files and in memory, and for what is shared.

use crate::domain::base::Language;
use crate::domain::detect::Rule;
use crate::words::pick;

/// What a rule saw; the value stands behind it.
#[expect(clippy::wildcard_enum_match_arm, reason = "whoever asks names each rule")]
pub(super) fn sentence(language: Language, rule: Rule) -> &'static str {
    let (en, th) = match rule {
        Rule::ConfigFile => ("a miner's configuration: ", "ไฟล์ตั้งค่าของ miner: "),
        Rule::PaidInMemory => {
            ("a pool and who is paid are in its memory: ", "ในหน่วยความจำมี pool และ wallet ที่รับเงิน: ")
        }
        Rule::MiningWords => ("its program speaks of mining: ", "ในโปรแกรมมีคำของการขุด: "),
        _ => ("shares this with another finding: ", "ใช้สิ่งนี้ร่วมกับรายการอื่นที่พบ: "),
    };
    pick(language, en, th)
}
