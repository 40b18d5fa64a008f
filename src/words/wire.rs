//! Words of the wire: what listening does, what it does not, and what was heard.

use crate::domain::base::{Both, Language};
use crate::domain::facts::{Heard, Speaker, Spoken};
use crate::domain::untrusted::Untrusted;
use crate::words::{Phrase, pick};

/// What the footer and the help say of the verb, in both languages.
pub(super) const VERB: (Both<&str>, Both<&str>) = (
    Both { en: "listen", th: "ฟังสาย" },
    Both {
        en: "listen on the wire, asks first; again: stop",
        th: "ฟังสายสัญญาณ จะถามก่อน; กดซ้ำเพื่อหยุด",
    },
);

/// What the footer says of the verb while this screen listens.
#[must_use]
pub const fn stop(language: Language) -> &'static str {
    pick(language, "stop listening", "หยุดฟัง")
}

fixed! {
    /// A fixed text of the wire.
    pub enum Word;

    /// Question: what it does.
    Does => "Hears DNS questions, server names in TLS greetings, and stratum messages.", "ฟังคำถาม DNS ชื่อเซิร์ฟเวอร์ใน TLS และข้อความ stratum";
    /// Question: what is kept.
    Keeps => "Keeps only what names a pool, and names of open connections.", "เก็บเฉพาะสิ่งที่ระบุ pool และชื่อของการเชื่อมต่อที่เปิดอยู่";
    /// Question: what it does not do.
    DoesNot => "Sends nothing, asks nobody, blocks nothing.", "ไม่ส่งอะไร ไม่ถามใคร ไม่บล็อกอะไร";
    /// Question: what it cannot hear.
    NotHeard => "Cannot hear: inside TLS, HTTP, web sockets, other network namespaces.", "ฟังไม่ได้: ข้างใน TLS, HTTP, web socket และ network namespace อื่น";
    /// Question: what a rootkit and others may see.
    Shows => "Root on this host can see it. The journal gets an entry.", "root ของเครื่องนี้เห็นได้ว่ามีคนฟัง และจะลง journal";
    /// Pane, off: first line.
    Off => "Nobody listens. Press W to listen; it asks first.", "ยังไม่ได้ฟัง กด W เพื่อฟัง จะถามก่อน";
    /// Notice, and pane, off: it was on before the session was taken up again.
    Lost => "Listening ended with the last screen: W listens again.", "การฟังสายหยุดไปกับจอก่อน: กด W เพื่อฟังต่อ";
    /// Pane, off: why one would.
    OffWhy => "It finds pools behind names, proxies and ports that look innocent.", "ช่วยหา pool ที่ซ่อนหลังชื่อ proxy หรือพอร์ตที่ดูปกติ";
    /// Pane: nobody can listen to a recording.
    OffTape => "Nobody listened when this was recorded.", "ตอนที่อัดไว้ไม่มีใครฟังสายสัญญาณ";
    /// Pane: the kernel refused; why follows.
    Refused => "The kernel refused:", "kernel ไม่อนุญาต:";
    /// Pane: how to be allowed.
    HowRoot => "Run firedamp as root,", "รัน firedamp ด้วย root";
    /// Pane: the other way.
    HowCap => "or give its file the right: setcap cap_net_raw+ep firedamp", "หรือให้สิทธิ์กับไฟล์: setcap cap_net_raw+ep firedamp";
    /// Pane: nothing matched yet.
    Quiet => "Nothing that speaks of mining was heard yet.", "ยังไม่ได้ยินอะไรเกี่ยวกับการขุดเหรียญ";
    /// Column.
    Last => "LAST", "ล่าสุด";
    /// Column.
    What => "WHAT", "ชนิด";
    /// Column.
    Said => "NAME OR METHOD", "ชื่อหรือคำสั่ง";
    /// Column.
    Login => "LOGIN", "บัญชี";
    /// Column.
    From => "FROM", "จาก";
    /// Column.
    Verdict => "VERDICT", "ผล";
    /// Verdict of the flow: block and alert.
    Pool => "pool!", "pool!";
    /// Verdict: nothing but the port speaks for a pool.
    Port => "port", "พอร์ต";
    /// Verdict of the flow: allow.
    Allow => "allow", "ผ่าน";
    /// Detail: what to block.
    Block => "block", "ควรบล็อก";
    /// Detail: nothing is blocked by the program.
    NotBlocked => "nothing is blocked by firedamp", "firedamp ไม่บล็อกให้เอง";
    /// Counter.
    Let => "let through", "ผ่านตัวกรอง";
    /// Counter.
    Dropped => "dropped", "ตกหล่น";
    /// Counter.
    Names => "names", "ชื่อ";
    /// Kind of a row: a name of an address.
    Name => "NAME", "ชื่อ";
    /// Counter.
    LetGo => "older let go", "รายการเก่าถูกปล่อย";
    /// Title: the state.
    Listening => "listening", "กำลังฟัง";
    /// Title: the state.
    IsOff => "off", "ปิดอยู่";
    /// Title: the state.
    IsRefused => "refused", "ไม่ได้รับอนุญาต";
    /// Title: the state, where what was heard before still stands below.
    Stopped => "stopped", "หยุดแล้ว";
}

impl Word {
    /// What the question says, a paragraph each.
    pub const OF_QUESTION: [Self; 5] =
        [Self::Does, Self::Keeps, Self::DoesNot, Self::NotHeard, Self::Shows];
}

/// The kind of a message, in its column.
#[must_use]
pub const fn kind(spoken: &Spoken) -> &'static str {
    match spoken {
        Spoken::Dns { .. } => "DNS",
        Spoken::Tls { .. } => "TLS",
        Spoken::Stratum { .. } => "STRATUM",
    }
}

/// Which end was heard to speak.
#[must_use]
pub const fn speaker(language: Language, by: Speaker) -> &'static str {
    match by {
        Speaker::Client => pick(language, "the client speaks it", "ฝั่ง client พูด"),
        Speaker::Server => pick(language, "only the server speaks it", "มีแต่ฝั่ง server พูด"),
        Speaker::Both => pick(language, "both ends speak it", "ทั้งสองฝั่งพูด"),
    }
}

/// What was read, in numbers.
#[must_use]
pub fn heard(language: Language, heard: Heard) -> String {
    let Heard { questions, greetings, messages, unclear } = heard;
    match language {
        Language::En => {
            format!("DNS {questions}, TLS {greetings}, stratum {messages}, unclear {unclear}")
        }
        Language::Th => {
            format!("DNS {questions}, TLS {greetings}, stratum {messages}, ไม่ชัด {unclear}")
        }
    }
}

/// What the wire says to the playbook's question about pools.
#[must_use]
pub fn live(language: Language, pools: usize, stratum: usize, allowed: usize) -> String {
    match language {
        Language::En => format!("wire: {stratum} stratum, {pools} pool names, {allowed} allowed"),
        Language::Th => format!("สายสัญญาณ: stratum {stratum}, ชื่อ pool {pools}, ผ่าน {allowed}"),
    }
}

/// The entry in the journal.
#[must_use]
pub const fn listening(language: Language, on: bool) -> &'static str {
    if on {
        pick(language, "asked to listen on the wire", "ขอฟังสายสัญญาณ")
    } else {
        pick(language, "stopped listening on the wire", "หยุดฟังสายสัญญาณ")
    }
}

/// The kernel would not have it; in a notice and in the journal.
#[must_use]
pub fn refused(language: Language, why: &Untrusted) -> Phrase {
    let said = pick(language, "the wire cannot be heard: ", "ฟังสายสัญญาณไม่ได้: ");
    Phrase::of(said).theirs(why)
}

/// Nobody can listen to a recording.
#[must_use]
pub const fn no_wire_here(language: Language) -> &'static str {
    pick(language, "Only the wire of this host can be heard.", "ฟังได้เฉพาะสายสัญญาณของเครื่องจริง")
}
