//! Fixed words of suggestions, and of the pane of impact, cost and criteria.

fixed! {
    /// A fixed word.
    pub enum Word;

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
    /// The same where it is known that something was left out.
    AtLeastHere => "at least: only what this screen saw counts", "อย่างน้อย: นับเฉพาะที่จอนี้เห็น";
    /// Before such a sum.
    Least => "at least", "อย่างน้อย";
}
