//! What a text of a playbook is about, by its words in either language.
//!
//! Invariant: a text without any of these words is about nothing, and nothing is said to it.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::HashMap;

/// What a question or an item may be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// How busy the machine is.
    Load,
    /// What was found.
    Miner,
    /// The file that mines.
    Binary,
    /// Where work comes from, and who talks to it.
    Pool,
    /// A protocol of mining.
    Stratum,
    /// How they came in.
    Entry,
    /// How many machines.
    Hosts,
    /// Whether and where it is rented.
    Cloud,
    /// What it costs.
    Bill,
    /// Credentials.
    Credentials,
    /// What starts by itself.
    Persistence,
    /// Whether they went on from here.
    Lateral,
    /// Containers and their images.
    Image,
    /// What hides.
    Hidden,
    /// Somebody of the house.
    Insider,
    /// What others built.
    Supply,
}

/// Words that tell a topic. English ones begin a word of the text, those with a blank stand anywhere; Thai has no spaces,
/// so Thai ones stand anywhere too.
const TOPICS: [(Topic, &[&str]); 16] = [
    (Topic::Load, &["cpu", "gpu", "load", "usage", "utili", "ซีพียู", "โหลด"]),
    (
        Topic::Miner,
        &[
            "process",
            "kill",
            "confirm",
            "miner",
            "alert",
            "is mining",
            "are mining",
            "โปรเซส",
            "โพรเซส",
            "กระบวนการ",
            "ยืนยัน",
            "โปรแกรมขุด",
            "แจ้งเตือน",
            "กำลังขุด",
        ],
    ),
    (Topic::Binary, &["binar", "hash", "executable", "ไบนารี", "ไฟล์โปรแกรม", "แฮช"]),
    (
        Topic::Pool,
        &[
            "pool",
            "network",
            "dns",
            "tls",
            "connection",
            "port",
            "traffic",
            "เครือข่าย",
            "ทราฟฟิก",
            "พูล",
            "การเชื่อมต่อ",
            "พอร์ต",
        ],
    ),
    (Topic::Stratum, &["stratum"]),
    (
        Topic::Entry,
        &[
            "entry",
            "vector",
            "exploit",
            "way in",
            "got in",
            "vulnerab",
            "patch",
            "get in",
            "ช่องทาง",
            "ช่องโหว่",
        ],
    ),
    (Topic::Hosts, &["instance", "host", "machine", "server", "เครื่อง", "อินสแตนซ์", "โฮสต์"]),
    (
        Topic::Cloud,
        &[
            "cloud",
            "region",
            "aws",
            "azure",
            "gcp",
            "environment",
            "premise",
            "guardduty",
            "คลาวด์",
            "สภาพแวดล้อม",
        ],
    ),
    (
        Topic::Bill,
        &["billing", "bill", "cost", "usd", "invoice", "budget", "บิล", "ค่าใช้จ่าย", "ค่าบริการ"],
    ),
    (
        Topic::Credentials,
        &["iam", "credential", "access key", "password", "account", "กุญแจ", "รหัสผ่าน", "บัญชี"],
    ),
    (Topic::Persistence, &["persist", "cron", "systemd", "autostart", "ฝังตัว", "คงอยู่", "เริ่มเอง"]),
    (Topic::Lateral, &["lateral", "spread", "เคลื่อนที่", "แพร่", "ลาม"]),
    (Topic::Image, &["container", "image", "pod", "คอนเทนเนอร์"]),
    (Topic::Hidden, &["hidden", "hide", "hiding", "rootkit", "ซ่อน"]),
    (Topic::Insider, &["insider", "employee", "contractor", "คนใน", "พนักงาน"]),
    (Topic::Supply, &["supply chain", "dependenc", "ซัพพลายเชน"]),
];

/// Thai words that hold a word of a topic and mean something else, and what stands for them.
const LOOK_ALIKES: [(&str, &str); 15] = [
    ("เครื่องมือ", "tool"),
    ("ดาวน์โหลด", "download"),
    ("อัปโหลด", "upload"),
    ("อัพโหลด", "upload"),
    ("รีโหลด", "reload"),
    ("ซัพพอร์ต", "support"),
    ("รีพอร์ต", "report"),
    ("เอ็กซ์พอร์ต", "export"),
    ("อิมพอร์ต", "import"),
    ("เผยแพร่", "publish"),
    ("แพร่หลาย", "common"),
    ("คนในทีม", "team"),
    ("คนในองค์กร", "staff"),
    ("คนในบริษัท", "staff"),
    ("คนในแผนก", "team"),
];

/// The text in small letters, without words that only look like others.
pub(super) fn small(text: &str) -> String {
    let apart = |text: String, (word, instead): &(&str, &str)| {
        if text.contains(word) { text.replace(word, instead) } else { text }
    };
    LOOK_ALIKES.iter().fold(text.to_lowercase(), apart)
}

/// The text in small letters, and instead of every word of a topic a blank.
pub(super) fn without_topics(text: &str) -> String {
    let mut words: Vec<&str> = TOPICS.iter().flat_map(|(_, words)| words.iter().copied()).collect();
    words.sort_unstable_by_key(|word| Reverse(word.len()));
    let mut left = small(text);
    for word in words {
        while let Some(at) = place(&left, word) {
            // An English word is taken whole: `connections`, `hiding`.
            let rest = left.get(at + word.len()..).unwrap_or_default();
            let more = rest.find(|it: char| !it.is_ascii_alphanumeric()).unwrap_or(rest.len());
            let more = if word.is_ascii() { more } else { 0 };
            left.replace_range(at..at + word.len() + more, " ");
        }
    }
    left
}

/// Texts whose topics are remembered: a playbook has fewer.
const MOST: usize = 512;

thread_local! {
    /// The same few texts are asked for with each look and each picture.
    static KNOWN: RefCell<HashMap<Box<str>, Vec<Topic>>> = RefCell::default();
}

/// What a text is about, in the order of its words.
pub(super) fn topics(text: &str) -> Vec<Topic> {
    KNOWN.with_borrow_mut(|known| {
        if let Some(topics) = known.get(text) {
            return topics.clone();
        }
        if known.len() >= MOST {
            known.clear();
        }
        let topics = topics_of(text);
        known.insert(text.into(), topics.clone());
        topics
    })
}

fn topics_of(text: &str) -> Vec<Topic> {
    let text = small(text);
    let place = |words: &[&str]| words.iter().filter_map(|word| place(&text, word)).min();
    let mut found: Vec<(usize, Topic)> =
        TOPICS.iter().filter_map(|(topic, words)| Some((place(words)?, *topic))).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, topic)| topic).collect()
}

/// One of these words is in a text that is in small letters.
pub(super) fn has(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| place(text, word).is_some())
}

/// Where a word stands in a text that is in small letters.
fn place(text: &str, word: &str) -> Option<usize> {
    let mut places = text.match_indices(word).map(|(at, _)| at);
    places.find(|at| {
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        !word.is_ascii() || !before.is_some_and(|it| it.is_ascii_alphanumeric())
    })
}
