//! Words for rules of the responder's own: what they saw, and what is wrong with a file of them.

use crate::cockpit::trouble::{BadRules, RulesFault};
use crate::domain::base::{Digest, Language};
use crate::domain::detect::{Rule, RuleFault};
use crate::domain::session::{InForce, RuleFile};
use crate::domain::untrusted::Untrusted;
use crate::words::{Phrase, pick, storage};

/// Files of the responder's that an entry names, and digits of their digests.
const NAMED: usize = 2;
const DIGITS: usize = 8;

/// What a rule saw; the value stands behind it.
#[expect(clippy::wildcard_enum_match_arm, reason = "whoever asks names each rule")]
pub(super) const fn sentence(language: Language, rule: Rule) -> &'static str {
    let (en, th) = match rule {
        Rule::Indicator => {
            ("is named by an indicator that you added: ", "ตรงกับ indicator ที่คุณเพิ่มไว้: ")
        }
        Rule::KnownIndicator => {
            ("is named by an indicator of this program: ", "ตรงกับ indicator ของโปรแกรมนี้: ")
        }
        Rule::ExpiredIndicator => {
            ("is named by an indicator that has expired: ", "ตรงกับ indicator ที่หมดอายุแล้ว: ")
        }
        _ => ("is hit by a Sigma rule: ", "ตรงกับกฎ Sigma: "),
    };
    pick(language, en, th)
}

/// What is wrong with a part of a file, why that matters, and what to do.
#[must_use]
pub fn fault(language: Language, why: &RuleFault) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match why {
        RuleFault::NoKind => say(
            "the name's end tells no kind. Use .toml, .json (STIX), .txt (a list) or .yml (Sigma)",
            "นามสกุลไม่บอกชนิด ใช้ .toml .json (STIX) .txt (รายการ) หรือ .yml (Sigma)",
        ),
        RuleFault::NotToml(said) => say("this is no TOML: ", "ไม่ใช่ TOML: ").theirs(said),
        RuleFault::NotJson(said) => say("this is no JSON: ", "ไม่ใช่ JSON: ").theirs(said),
        RuleFault::NotYaml(said) => say("this is no YAML: ", "ไม่ใช่ YAML: ").theirs(said),
        RuleFault::Alias => say(
            "YAML aliases are not read. Write the value out",
            "ไม่อ่าน alias ของ YAML เขียนค่าเต็มแทน",
        ),
        RuleFault::TooMuch => {
            say("this is nested too deeply or too long. Split it", "ซ้อนลึกหรือยาวเกินไป แยกเป็นหลายส่วน")
        }
        RuleFault::Missing(key) => say("`", "`").ours(*key).ours(pick(
            language,
            "` is missing. Nobody can judge a hit without it",
            "` ยังไม่มี เพิ่มเพื่อให้ประเมินผลได้",
        )),
        RuleFault::Key(_)
        | RuleFault::NotText(_)
        | RuleFault::NotList(_)
        | RuleFault::NotDate(_)
        | RuleFault::NoType(_) => of_form(language, why),
        RuleFault::NotLinux(_)
        | RuleFault::Source(_)
        | RuleFault::Correlation
        | RuleFault::Modifier(_)
        | RuleFault::Value(_)
        | RuleFault::Regex(_)
        | RuleFault::Condition(_)
        | RuleFault::Aggregation
        | RuleFault::NoSelection(_)
        | RuleFault::Level(_) => of_sigma(language, why),
        RuleFault::NoIndicator(_)
        | RuleFault::NotOfType(..)
        | RuleFault::WithPort(_)
        | RuleFault::Private(_)
        | RuleFault::Shared(..)
        | RuleFault::BroadNet(..)
        | RuleFault::BroadName(_)
        | RuleFault::EmptyFile(_)
        | RuleFault::NotBundle
        | RuleFault::Language(_)
        | RuleFault::Pattern(_)
        | RuleFault::Object(_) => of_indicator(language, why),
    }
}

/// What is wrong with how a pack is written.
#[expect(clippy::wildcard_enum_match_arm, reason = "whoever asks names each fault")]
fn of_form(language: Language, why: &RuleFault) -> Phrase {
    let about =
        |it: &Untrusted, en, th| Phrase::of("`").theirs(it).ours("` ").ours(pick(language, en, th));
    match why {
        RuleFault::Key(name) => {
            about(name, "is no key here. Correct or remove it", "ไม่ใช่ key ที่นี่ แก้หรือลบออก")
        }
        RuleFault::NotText(name) => {
            about(name, "must be a text in quotes", "ต้องเป็นข้อความในเครื่องหมายคำพูด")
        }
        RuleFault::NotList(name) => {
            about(name, "has another form. See docs/rules.md", "รูปแบบไม่ถูก ดู docs/rules.md")
        }
        RuleFault::NotDate(said) => {
            about(said, "is no date. Write 2026-11-22", "ไม่ใช่วันที่ เขียน 2026-11-22")
        }
        RuleFault::NoType(said) => about(
            said,
            "is no type: domain, ip, hash, wallet or url",
            "ไม่ใช่ชนิด ใช้ domain ip hash wallet หรือ url",
        ),
        _ => Phrase::default(),
    }
}

/// What is wrong with an indicator, or with a pattern of STIX.
#[expect(clippy::wildcard_enum_match_arm, reason = "whoever asks names each fault")]
fn of_indicator(language: Language, why: &RuleFault) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    let about =
        |it: &Untrusted, en, th| Phrase::of("`").theirs(it).ours("` ").ours(pick(language, en, th));
    match why {
        RuleFault::NotOfType(said, kind) => {
            about(said, "has not the form of: ", "ไม่มีรูปแบบของ: ").ours(*kind)
        }
        RuleFault::WithPort(said) => {
            about(said, "has a port. Leave it away", "มีพอร์ตติดมา เหลือไว้แค่ host")
        }
        RuleFault::Private(said) => about(
            said,
            "means another host in every net. Name what it talks to outside",
            "ในแต่ละเครือข่ายเป็นคนละเครื่อง ใช้ปลายทางภายนอกแทน",
        ),
        RuleFault::Shared(said, whose) => {
            about(said, "is shared by many strangers (", "คนอื่นจำนวนมากใช้ร่วม (")
                .ours(*whose)
                .ours(pick(language, "). Name the host or URL instead", ") ใช้ชื่อ host หรือ URL แทน"))
        }
        RuleFault::BroadNet(said, shortest) => about(
            said,
            "holds too many strangers. The shortest prefix is /",
            "กว้างเกินไป prefix สั้นสุดคือ /",
        )
        .ours(shortest.to_string()),
        RuleFault::BroadName(said) => about(
            said,
            "is no one party's name. Name the host below it, or a whole URL",
            "ไม่ใช่ชื่อของรายเดียว ใช้ host ที่อยู่ใต้ชื่อนี้ หรือ URL เต็ม",
        ),
        RuleFault::EmptyFile(said) => {
            about(said, "is the digest of an empty file. Remove it", "เป็น hash ของไฟล์เปล่า ลบออก")
        }
        RuleFault::NotBundle => say(
            "this is no STIX bundle. `type` must be \"bundle\", with a list of `objects`",
            "ไม่ใช่ STIX bundle ต้องมี `type` เป็น \"bundle\" และรายการ `objects`",
        ),
        RuleFault::Language(said) => about(
            said,
            "is another pattern language. Only `stix` is read",
            "เป็นภาษา pattern อื่น อ่านได้เฉพาะ `stix`",
        ),
        RuleFault::Pattern(rest) => about(
            rest,
            "cannot be read in a pattern. Use =, IN, AND, OR",
            "อ่านใน pattern ไม่ได้ ใช้ = IN AND OR",
        ),
        RuleFault::Object(path) => about(
            path,
            "is not compared here. Hosts, addresses, URLs, file hashes and wallets are",
            "เทียบที่นี่ไม่ได้ ใช้ host ที่อยู่ IP URL hash ของไฟล์ หรือ wallet",
        ),
        RuleFault::NoIndicator(said) => about(
            said,
            "is no IP, net, host, hash, wallet or URL. Put remarks behind #; say type = \"wallet\" of a wallet",
            "ไม่ใช่ IP เครือข่าย host hash wallet หรือ URL หมายเหตุใส่หลัง # ถ้าเป็น wallet ให้ใส่ type = \"wallet\"",
        ),
        _ => Phrase::default(),
    }
}

/// What is wrong with a Sigma rule.
#[expect(clippy::wildcard_enum_match_arm, reason = "whoever asks names each fault")]
fn of_sigma(language: Language, why: &RuleFault) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    let about =
        |it: &Untrusted, en, th| Phrase::of("`").theirs(it).ours("` ").ours(pick(language, en, th));
    match why {
        RuleFault::NotLinux(product) => about(
            product,
            "events are not on a Linux host. Take a rule for linux",
            "ไม่มี event แบบนี้บน Linux ใช้กฎสำหรับ linux",
        ),
        RuleFault::Source(said) => about(
            said,
            "is not seen here. What is: process_creation, network_connection, dns_query, file_event",
            "ไม่เห็นที่นี่ ใช้ process_creation network_connection dns_query หรือ file_event",
        ),
        RuleFault::Correlation => say(
            "correlations, filters and actions are not read. Write each rule on its own",
            "ไม่อ่าน correlation filter และ action เขียนกฎแยกกัน",
        ),
        RuleFault::Modifier(said) => about(
            said,
            "has a modifier that is unknown or does not fit. Correct it",
            "มี modifier ที่ไม่รู้จักหรือใช้ด้วยกันไม่ได้ แก้ไข",
        ),
        RuleFault::Value(said) => {
            about(said, "is no value for its modifier. Correct it", "ใช้กับ modifier นี้ไม่ได้ แก้ไข")
        }
        RuleFault::Regex(said) => say(
            "no regular expression that is read here (no look-around): ",
            "อ่าน regular expression นี้ไม่ได้ (ไม่มี look-around): ",
        )
        .theirs(said),
        RuleFault::Condition(rest) if rest.is_empty() => {
            say("the condition ends too soon", "condition จบเร็วเกินไป")
        }
        RuleFault::Condition(rest) => {
            about(rest, "cannot be read in a condition", "อ่านใน condition ไม่ได้")
        }
        RuleFault::Aggregation => say(
            "conditions that count (`|`) are not read. Remove that part",
            "ไม่อ่าน condition ที่นับ (`|`) ลบส่วนนั้นออก",
        ),
        RuleFault::NoSelection(name) => {
            about(name, "is no part of `detection`. Correct the name", "ไม่มีใน `detection` แก้ชื่อ")
        }
        RuleFault::Level(said) => about(
            said,
            "is no level: informational, low, medium, high or critical",
            "ไม่ใช่ระดับ ใช้ informational low medium high หรือ critical",
        ),
        _ => Phrase::default(),
    }
}

/// What is wrong with a file of rules, and where.
#[must_use]
pub fn bad(language: Language, it: &BadRules) -> Phrase {
    let at = if it.line > 0 { format!(":{}: ", it.line) } else { String::from(": ") };
    Phrase::default().theirs(&it.file).ours(at).then(why(language, &it.why))
}

/// Why a part of a file of rules, or all of it, is not used.
#[must_use]
pub fn why(language: Language, why: &RulesFault) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match why {
        RulesFault::Content(why) => fault(language, why),
        RulesFault::Open => say(
            "others may write to this file, so it is not read; chmod go-w it",
            "คนอื่นแก้ไฟล์นี้ได้ จึงไม่อ่าน ใช้ chmod go-w",
        ),
        RulesFault::NoFile => say("this is no regular file", "ไม่ใช่ไฟล์ปกติ"),
        RulesFault::TooLarge => {
            say("this file is larger than 8 MiB: split it", "ไฟล์ใหญ่กว่า 8 MiB แยกเป็นหลายไฟล์")
        }
        RulesFault::TooMany => {
            say("more than 1,000 files: the rest is not read", "มีเกิน 1,000 ไฟล์ ที่เหลือไม่อ่าน")
        }
        RulesFault::Encoding => say("this is not UTF-8: save it so", "ไม่ใช่ UTF-8 บันทึกใหม่เป็น UTF-8"),
        RulesFault::Kernel(why) => storage::why(language, why),
    }
}

/// How many there are of what.
#[must_use]
pub fn counts(language: Language, indicators: usize, rules: usize, problems: usize) -> String {
    let many = |count: usize, one: &str, more: &str| {
        format!("{count} {}", if count == 1 { one } else { more })
    };
    match language {
        Language::En => format!(
            "{}, {}, {}",
            many(indicators, "indicator", "indicators"),
            many(rules, "Sigma rule", "Sigma rules"),
            many(problems, "problem", "problems"),
        ),
        Language::Th => {
            format!("indicator {indicators} กฎ Sigma {rules} ปัญหา {problems}")
        }
    }
}

/// What is in force, as a notice says it.
#[must_use]
pub fn in_force(language: Language, indicators: usize, rules: usize) -> String {
    let amounts = amounts(language, indicators, rules);
    match language {
        Language::En => format!("Rules in force: {amounts}."),
        Language::Th => format!("กฎที่ใช้อยู่: {amounts}"),
    }
}

/// So many indicators and Sigma rules.
fn amounts(language: Language, indicators: usize, rules: usize) -> String {
    let several =
        |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    match language {
        Language::En => {
            format!("{}, {}", several(indicators, "indicator"), several(rules, "Sigma rule"))
        }
        Language::Th => format!("indicator {indicators} กฎ Sigma {rules}"),
    }
}

/// By what a session judges, as its journal says it.
#[must_use]
pub fn judged_by(language: Language, rules: &InForce) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    let added = rules.added();
    let mut said = match (added, language) {
        (0, _) => say("judged by built-in rules alone", "ใช้กฎในตัวโปรแกรมเท่านั้น"),
        (1, Language::En) => Phrase::of("judged by built-in rules and 1 file: "),
        (_, Language::En) => Phrase::of(format!("judged by built-in rules and {added} files: ")),
        (_, Language::Th) => Phrase::of(format!("ใช้กฎในตัวโปรแกรมและไฟล์ {added} ไฟล์: ")),
    };
    let begin = |digest: &Digest| digest.to_string().chars().take(DIGITS).collect::<String>();
    let own = rules.files.iter().filter(|it| !it.built_in);
    for (at, it) in own.take(NAMED).enumerate() {
        let comma = if at > 0 { ", " } else { "" };
        said = said.ours(comma).theirs(&it.file).ours(format!(" {}", begin(&it.sha256)));
    }
    if added > NAMED {
        said = said.ours(", …");
    }
    let sum = |of: fn(&RuleFile) -> usize| rules.files.iter().map(of).sum::<usize>();
    let (indicators, expired, sigma) =
        (sum(|it| it.indicators), sum(|it| it.expired), sum(|it| it.rules));
    said = said.ours(pick(language, ". ", " ")).ours(amounts(language, indicators, sigma));
    if expired > 0 {
        said = said.ours(match language {
            Language::En => format!(", {expired} expired"),
            Language::Th => format!(" หมดอายุ {expired}"),
        });
    }
    said = said.ours(format!(" [{}]", begin(&rules.digest)));
    if let Some(first) = rules.broken.first() {
        let not_used = pick(language, ". Not used: ", " ส่วนที่ใช้ไม่ได้: ");
        said = said.ours(not_used).theirs(&first.file).ours(format!(":{}", first.line));
        let more = rules.broken.iter().map(|it| it.faults).sum::<usize>().saturating_sub(1);
        if more > 0 {
            said = said.ours(match language {
                Language::En => format!(" (+{more} more)"),
                Language::Th => format!(" (อีก {more})"),
            });
        }
    }
    said
}

/// What one file of rules holds.
#[must_use]
pub fn holds(language: Language, indicators: usize, sigma: usize, expired: usize) -> String {
    let held = amounts(language, indicators, sigma);
    match (expired, language) {
        (0, _) => held,
        (_, Language::En) => format!("{held}, {expired} expired"),
        (_, Language::Th) => format!("{held} หมดอายุ {expired}"),
    }
}

/// What is wrong with the rules, as a notice says it.
#[must_use]
pub fn broken(language: Language, first: &BadRules, more: usize) -> Phrase {
    // The line is short; the folder is known.
    let name = first.file.bytes().rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let here = BadRules { file: Untrusted::new(name), ..first.clone() };
    let said = Phrase::of(pick(language, "Rules not used. ", "กฎที่ไม่ใช้: "));
    let said = said.then(bad(language, &here));
    match (more, language) {
        (0, _) => said.ours(" (gR)"),
        (_, Language::En) => said.ours(format!(" (+{more} more: gR)")),
        (_, Language::Th) => said.ours(format!(" (อีก {more}: gR)")),
    }
}
