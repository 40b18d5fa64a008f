//! Fixed words of suggestions, and of the pane of impact, cost and criteria.

use crate::domain::base::Language;
use crate::words::pick;

macro_rules! words {
    ($($(#[$doc:meta])+ $word:ident => $en:literal, $th:literal;)+) => {
        /// A fixed word.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Word { $($(#[$doc])+ $word,)+ }

        impl Word {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$word,)+];

            /// Its text.
            #[must_use]
            pub const fn text(self, language: Language) -> &'static str {
                match self { $(Self::$word => pick(language, $en, $th),)+ }
            }
        }
    };
}

words! {
    /// Before the letter of the branch that the facts speak for.
    Suggests => "suggests", "แนะนำ";
    /// Beside the branch in the tree.
    Suggested => "suggested", "แนะนำ";
    /// Heading of the facts on a page.
    Facts => "What this host says to it", "สิ่งที่เครื่องนี้บอกได้";
    /// Heading of the table of impact.
    Impact => "IMPACT", "ผลกระทบ";
    /// Heading of what was used up.
    Cost => "COST", "ค่าใช้จ่าย";
    /// Heading of the criteria for telling others.
    Escalate => "ESCALATE", "ยกระดับ";
    /// Heading of the figures that flag.
    Limits => "LIMITS", "เกณฑ์";
    /// Nothing says what kind of host this is.
    NoKind => "nothing tells what kind of host this is", "ไม่มีอะไรบอกประเภทเครื่อง";
    /// The playbook has no such table.
    NoTable => "the playbook has no such table", "playbook ไม่มีตารางนี้";
    /// So many cores are kept busy.
    Now => "now", "ตอนนี้";
    /// So much a day.
    ADay => "a day", "ต่อวัน";
    /// What the sum leaves out.
    AtLeast => "at least: who ended unseen is in no sum", "อย่างน้อย: ไม่รวมที่จบไปก่อนเห็น";
}
