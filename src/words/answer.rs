//! Words for what the host can say to the playbook's questions: facts, suggestions, whom to ask, and what fires.

use std::net::SocketAddr;

use crate::cockpit::model::NoticeKind;
use crate::domain::answer::{Ask, Fact, FactsFrom, Firing, Way, What};
use crate::domain::base::{Both, Language};
use crate::domain::session::Figure;
use crate::domain::untrusted::Untrusted;
use crate::words::{Phrase, finding, panes, persistence, pick, wire};

mod figure;
mod word;

pub use figure::{figure_help, figure_name};
pub use word::Word;

/// A fact in one line.
#[must_use]
pub fn fact(language: Language, fact: &Fact) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match &fact.what {
        What::NotLooked => Phrase::of(panes::word(language, panes::Word::Waiting)),
        What::Cpu(busy, over) => {
            Phrase::of(panes::cpu_now(language, &format!("{busy:.0}%"), *over))
        }
        What::Gpu(busy, limit) => Phrase::of(gpu(language, *busy, *limit)),
        What::NoGpu => Phrase::of(panes::no_gpu(language)),
        What::GpuUnread => say("GPU: nothing tells its load", "GPU: ไม่มีแหล่งบอกโหลด"),
        What::Found(confirmed, suspect) => Phrase::of(panes::found(language, *confirmed, *suspect)),
        What::Process(name, rule, value) => Phrase::default()
            .theirs(name)
            .ours(format!(": {} ", finding::rule(language, *rule)))
            .theirs(value),
        What::Program(path, gone, digest) => {
            let deleted = pick(language, " (deleted from disk)", " (ถูกลบจากดิสก์)");
            let digest = digest.map(|it| format!(" sha256 {it}")).unwrap_or_default();
            Phrase::default().theirs(path).ours(if *gone { deleted } else { "" }).ours(digest)
        }
        What::Pools(count, first) => Phrase::of(pools(language, *count, *first)),
        What::Named(pool) => say("named by it: ", "ที่มันระบุ: ").theirs(pool),
        What::Heard(stratum, names, allowed) => {
            Phrase::of(wire::live(language, *names, *stratum, *allowed))
        }
        What::NotListening => Phrase::of(panes::word(language, panes::Word::NothingHeard)),
        What::Came(way_in, chain) => {
            let way = Phrase::of(way(language, *way_in));
            // The process alone says nothing that its row does not say.
            let is_chain = chain.bytes().contains(&b'>');
            if is_chain { way.ours(": ").theirs(chain) } else { way }
        }
        What::Entered(rule, value) => {
            Phrase::of(finding::rule(language, *rule)).ours(": ").theirs(value)
        }
        What::RunsAs(user) => say("runs as ", "รันเป็นผู้ใช้ ").theirs(user),
        What::InContainer(id) => say("in container ", "อยู่ใน container ").theirs(id),
        What::Autostarts(..) | What::Autostart(..) => persistence::starting(language, &fact.what),
        What::AutostartNews(..) | What::AutostartNew(..) => persistence::came(language, &fact.what),
        What::NotHunted => say("what starts by itself: still reading", "สิ่งที่เริ่มเอง: กำลังอ่าน"),
        What::Rented(..)
        | What::Metadata(..)
        | What::Agent(..)
        | What::OwnMachine(_)
        | What::Firmware(_)
        | What::Virtual(_)
        | What::FirmwareUnread
        | What::HostName(_)
        | What::Desktop(_) => machine(language, &fact.what),
        What::SshOut(..)
        | What::Scan(..)
        | What::Keys(..)
        | What::HomesUnread(_)
        | What::NothingOut => onward(language, &fact.what),
        What::Hides(..)
        | What::Stated(..)
        | What::Written
        | What::Used(..)
        | What::Spent(..)
        | What::Users(_)
        | What::ChangedTool(_) => counted(language, fact),
    }
}

/// Whose machine it is.
#[expect(clippy::wildcard_enum_match_arm, reason = "whoever asks names each kind")]
fn machine(language: Language, what: &What) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match what {
        What::Rented(provider, machine) => {
            say("firmware says ", "เฟิร์มแวร์ระบุ ").ours(provider.name()).ours(": ").theirs(machine)
        }
        What::Metadata(address, who) => Phrase::default()
            .theirs(&named(who))
            .ours(pick(language, " talks to the metadata service ", " คุยกับ metadata service "))
            .ours(address.to_string()),
        What::Agent(provider, name) => {
            say("agent of ", "agent ของ ").ours(provider.name()).ours(": ").theirs(name)
        }
        What::OwnMachine(name) => say("physical machine: ", "เครื่องจริง: ").theirs(name),
        What::Firmware(name) => say("firmware: ", "เฟิร์มแวร์: ").theirs(name),
        What::Virtual(name) => {
            say("virtual machine, owner unknown: ", "เครื่องเสมือน ไม่รู้เจ้าของ: ").theirs(name)
        }
        What::HostName(name) => say("its name says so: ", "ชื่อเครื่องบอกไว้: ").theirs(name),
        What::Desktop(name) => say("a desktop runs: ", "มีเดสก์ท็อปทำงานอยู่: ").theirs(name),
        _ => say("firmware: nothing known", "เฟิร์มแวร์: ไม่มีข้อมูล"),
    }
}

/// What leads to other hosts.
#[expect(clippy::wildcard_enum_match_arm, reason = "whoever asks names each kind")]
fn onward(language: Language, what: &What) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    let by = pick(language, " by ", " โดย ");
    match what {
        What::SshOut(count, end, who) => {
            let text = match language {
                Language::En => format!("SSH out of here: {count}, to {end}"),
                Language::Th => format!("SSH ออกจากเครื่องนี้: {count} ไปที่ {end}"),
            };
            Phrase::of(text).ours(by).theirs(&named(who))
        }
        What::Scan(count, port, who) => {
            let text = match language {
                Language::En => format!("{count} hosts tried at port {port}"),
                Language::Th => format!("ลองต่อ {count} เครื่องที่พอร์ต {port}"),
            };
            Phrase::of(text).ours(by).theirs(&named(who))
        }
        What::Keys(keys, known, homes, unread) => {
            let said = Phrase::of(match language {
                Language::En => {
                    format!("{keys} private keys, {known} known hosts in {homes} homes")
                }
                Language::Th => format!("คีย์ส่วนตัว {keys} known_hosts {known} ใน {homes} home"),
            });
            match (unread, language) {
                (0, _) => said,
                (_, Language::En) => said.ours(format!("; not read: {unread}")),
                (_, Language::Th) => said.ours(format!(" อ่านไม่ได้ {unread}")),
            }
        }
        What::HomesUnread(0) => {
            say("SSH folders of homes: not read", "โฟลเดอร์ SSH ใน home: อ่านไม่ได้")
        }
        What::HomesUnread(count) => {
            say("SSH folders of homes, not read: ", "โฟลเดอร์ SSH ใน home ที่อ่านไม่ได้: ")
                .ours(count.to_string())
        }
        _ => say("no SSH and no scan out of here now", "ขณะนี้ไม่มี SSH หรือการสแกนออกไป"),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "whoever asks names each kind")]
fn counted(language: Language, fact: &Fact) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match &fact.what {
        What::Hides(0) => say("nothing hides, as far as was seen", "เท่าที่เห็น ไม่มีสิ่งที่ซ่อน"),
        What::Hides(count) => say("hidden things: ", "สิ่งที่ซ่อน: ").ours(count.to_string()),
        What::Stated(figure, text) => {
            let name = figure_name(language, *figure);
            let stated = Phrase::of(name).ours(": ").named(text);
            match fact.from {
                FactsFrom::Journal(seq) => stated.ours(format!(" (#{seq})")),
                FactsFrom::Look(_)
                | FactsFrom::Firmware
                | FactsFrom::Homes
                | FactsFrom::HostName
                | FactsFrom::Counted => stated,
            }
        }
        What::Written => match fact.from {
            FactsFrom::Journal(seq) => say("see ", "ดู ").ours(format!("#{seq}")),
            _ => say("see the journal", "ดู journal"),
        },
        What::Used(cores, gpus) => Phrase::of(used(language, *cores, *gpus)),
        What::Spent(sum, true) => {
            say("cost so far, at least: ", "ค่าใช้จ่ายถึงตอนนี้ อย่างน้อย: ").ours(sum.clone())
        }
        What::Spent(sum, false) => say("cost so far: ", "ค่าใช้จ่ายถึงตอนนี้: ").ours(sum.clone()),
        What::Users(count) => {
            say("confirmed under several users: ", "ยืนยันแล้วในหลายผู้ใช้: ").ours(count.to_string())
        }
        What::ChangedTool(tool) => say("a tool was changed: ", "เครื่องมือถูกแก้: ").theirs(tool),
        _ => Phrase::default(),
    }
}

/// A process whose name could not be seen.
fn named(who: &Untrusted) -> Untrusted {
    if who.is_empty() { Untrusted::from("?") } else { who.clone() }
}

fn gpu(language: Language, busy: f32, limit: Option<f32>) -> String {
    match limit.filter(|limit| busy > *limit) {
        None => format!("GPU {busy:.0}%"),
        Some(limit) => match language {
            Language::En => format!("GPU {busy:.0}%, above {limit:.0}%"),
            Language::Th => format!("GPU {busy:.0}% เกิน {limit:.0}%"),
        },
    }
}

fn pools(language: Language, count: usize, first: Option<SocketAddr>) -> String {
    let count = format!("{}: {count}", panes::pool_connections(language));
    first.map_or(count.clone(), |end| format!("{count} ({end})"))
}

/// Hours of cores and of graphics processors.
#[must_use]
pub fn used(language: Language, cores: f64, gpus: f64) -> String {
    match language {
        Language::En => format!("{cores:.2} core-hours, {gpus:.2} GPU-hours"),
        Language::Th => format!("{cores:.2} คอร์-ชั่วโมง {gpus:.2} GPU-ชั่วโมง"),
    }
}

/// How it came in.
#[must_use]
pub const fn way(language: Language, way: Way) -> &'static str {
    match way {
        Way::Service => pick(language, "through a service", "ผ่านบริการ"),
        Way::Supply => pick(language, "through an installer or a build", "ผ่านตัวติดตั้งหรือการ build"),
        Way::Image => pick(language, "the container's own program", "โปรแกรมของ container เอง"),
        Way::Login => pick(language, "through a login", "ผ่านการล็อกอิน"),
        Way::Autostart => pick(language, "started by a clock", "ถูกตั้งเวลาให้รัน"),
    }
}

/// Whom or what to ask.
#[must_use]
pub const fn ask(language: Language, ask: Ask) -> &'static str {
    match ask {
        Ask::Console => panes::ask_cloud(language),
        Ask::Owner => pick(
            language,
            "ask who owns the machine: it does not say itself",
            "ถามเจ้าของเครื่อง: เครื่องไม่ได้บอกเอง",
        ),
        Ask::HostType => pick(
            language,
            "ask what it is for; then :host-type lists the types",
            "ถามว่าเครื่องใช้ทำอะไร แล้ว :host-type จะบอกประเภท",
        ),
        Ask::Hosts => pick(
            language,
            "this host cannot count others: ask the SIEM, then :hosts N",
            "เครื่องนี้นับเครื่องอื่นไม่ได้: ถาม SIEM แล้ว :hosts N",
        ),
        Ask::Finance => pick(
            language,
            "ask Finance for the bill; then :billing SUM",
            "ถามบิลจาก Finance แล้ว :billing SUM",
        ),
        Ask::Wire => pick(
            language,
            "not seen is not absent: W listens on the wire",
            "ไม่เห็นไม่ได้แปลว่าไม่มี: กด W เพื่อฟังสาย",
        ),
        Ask::Rate => pick(language, "state a price: :rate 0.05", "ระบุราคา: :rate 0.05"),
        Ask::Identity => pick(
            language,
            "ask whoever keeps identities: this host cannot tell",
            "ถามผู้ดูแลบัญชีและสิทธิ์: เครื่องนี้บอกไม่ได้",
        ),
        Ask::Builders => pick(
            language,
            "ask who builds the images: this host cannot tell",
            "ถามทีมที่ build image: เครื่องนี้บอกไม่ได้",
        ),
        Ask::People => {
            pick(language, "for people to judge, away from this host", "ให้คนตัดสิน และคุยกันนอกเครื่องนี้")
        }
        Ask::Logs => pick(
            language,
            "not seen is not absent: read logs and its page",
            "ไม่เห็นไม่ได้แปลว่าไม่มี: อ่าน log และหน้ารายละเอียด",
        ),
    }
}

/// Where a fact was read; `None` where its own words say it.
#[must_use]
pub const fn from(language: Language, from: FactsFrom) -> Option<&'static str> {
    Some(match from {
        FactsFrom::Look(source) => finding::source(language, source),
        FactsFrom::Firmware => "/sys/class/dmi/id",
        FactsFrom::Homes => "~/.ssh",
        FactsFrom::HostName => pick(language, "host name", "ชื่อเครื่อง"),
        FactsFrom::Journal(_) | FactsFrom::Counted => return None,
    })
}

/// How pressing a criterion is, in a word.
#[must_use]
pub const fn firing(language: Language, firing: Firing) -> &'static str {
    match firing {
        Firing::Due => pick(language, "due", "ถึงเกณฑ์"),
        Firing::Look => pick(language, "look", "ควรดู"),
        Firing::Silent => pick(language, "not seen", "ยังไม่เห็น"),
    }
}

/// By whom it was used up.
#[must_use]
pub fn by_confirmed(language: Language, live: usize, ended: usize) -> String {
    match language {
        Language::En => format!("by confirmed processes: {live} live, {ended} ended"),
        Language::Th => format!("โดยโปรเซสที่ยืนยันแล้ว: ทำงาน {live} จบ {ended}"),
    }
}

/// So many cores are kept busy.
#[must_use]
pub fn cores(language: Language, cores: f64) -> String {
    match language {
        Language::En => format!("{cores:.1} cores busy:"),
        Language::Th => format!("ใช้ {cores:.1} คอร์:"),
    }
}

/// What the commands are called that state figures, and what they do.
pub(super) const fn verb(figure: Figure) -> (Both<&'static str>, Both<&'static str>) {
    let (short, help) = match figure {
        Figure::Rate => (
            Both { en: "rate", th: "ราคาคอร์" },
            Both {
                en: "state what an hour of a core costs", th: "ระบุราคาต่อคอร์-ชั่วโมง"
            },
        ),
        Figure::GpuRate => (
            Both { en: "GPU rate", th: "ราคา GPU" },
            Both {
                en: "state what an hour of a GPU costs", th: "ระบุราคาต่อ GPU-ชั่วโมง"
            },
        ),
        Figure::Billing => (
            Both { en: "billing", th: "ยอดบิล" },
            Both {
                en: "state what was billed beyond the usual", th: "ระบุยอดที่ถูกเรียกเก็บเกินปกติ"
            },
        ),
        Figure::Hosts => (
            Both { en: "hosts", th: "จำนวนเครื่อง" },
            Both {
                en: "state how many hosts mine", th: "ระบุว่ามีกี่เครื่องที่ขุด"
            },
        ),
        Figure::HostType => (
            Both { en: "host type", th: "ประเภทเครื่อง" },
            Both {
                en: "state what this host is, by the impact table",
                th: "ระบุประเภทเครื่องตามตารางผลกระทบ",
            },
        ),
    };
    (short, help)
}

/// What notices of figures and criteria say.
#[must_use]
#[expect(clippy::wildcard_enum_match_arm, reason = "whoever asks has one of the two")]
pub(super) fn notice(language: Language, kind: &NoticeKind) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match kind {
        NoticeKind::BadFigure(Figure::HostType, text) => {
            say("No host type: ", "ไม่ใช่ประเภทเครื่อง: ").theirs(text)
        }
        NoticeKind::BadFigure(_, text) => say(
            "No figure (0.05, $2,400; commas only between thousands): ",
            "ไม่ใช่ตัวเลข (0.05, $2,400; จุลภาคคั่นหลักพันเท่านั้น): ",
        )
        .theirs(text),
        NoticeKind::Escalate(condition, to) => say("Criterion met (gi): ", "ถึงเกณฑ์แล้ว (gi): ")
            .named(condition)
            .ours(pick(language, "; tell ", "; แจ้ง "))
            .named(to),
        _ => Phrase::default(),
    }
}
