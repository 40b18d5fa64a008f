//! What was found out, as text of at most 80 columns for people and as JSON for programs.

use std::time::Duration;

use serde_json::{Value, json};

use super::{APART, Cost, Findings, LOOKS};
use crate::domain::base::Language;
use crate::domain::facts::{Gap, Reading};
use crate::host::probe::{Database, Part};
use crate::run::terminal;
use crate::ui::text::width;
use crate::words::doctor::{self, Feature, Heading, Need, Sight, heading};
use crate::words::gap;
use crate::words::own::{self, Sign};

/// The names of parts take so much; what is longer pushes its row to the right.
const NAMES: usize = 36;
/// A number takes so much.
const NUMBER: usize = 9;
/// More of what could not be read is not listed.
const MOST_UNREAD: usize = 8;
/// More of what a host says does not fit into a line.
const THEIRS: usize = 40;

/// For people.
pub(super) fn text(findings: &Findings, language: Language) -> String {
    let host = &findings.snapshot.host;
    let mut text = format!(
        "firedamp {}  {}  Linux {}  uid {}\n",
        env!("CARGO_PKG_VERSION"),
        host.name.plain(THEIRS),
        host.kernel.plain(THEIRS),
        rustix::process::geteuid().as_raw(),
    );
    let mut section = |title: Heading, lines: Vec<String>| {
        text.extend(["\n", heading(language, title), "\n"]);
        for line in lines {
            text.extend(["  ", &line, "\n"]);
        }
    };
    let own = own::lines(language, &findings.own);
    let own = own.into_iter().map(|(sign, said)| format!("{} {}", mark(sign), said.plain(THEIRS)));
    section(Heading::Itself, own.collect());
    section(Heading::Costs, costs(findings, language));
    section(Heading::Threads, threads(findings, language));
    let sights = findings.sights.sights.iter().map(|(sight, need)| seen(language, *sight, *need));
    let unread = findings.snapshot.unread.iter().take(MOST_UNREAD);
    let unread = unread.map(|it| match &it.gap {
        Some(Gap::NotWhole(why)) => {
            format!("? {}: {}", it.what.plain(THEIRS), gap::not_whole(language, *why))
        }
        Some(one) => {
            let said = [gap::gap(language, one), gap::missing(language, one)];
            let [what, missing] = said.map(|it| it.plain(THEIRS));
            format!("? {what}\n    {}: {missing}", gap::missing_label(language))
        }
        None => format!("? {}: {}", it.what.plain(THEIRS), it.why.plain(THEIRS / 2)),
    });
    section(Heading::Sights, sights.chain(unread).collect());
    let features = findings.sights.features.iter();
    let features = features.map(|(it, there)| {
        let sign = if *there { "+" } else { "-" };
        format!("{sign} {}", doctor::feature(language, *it))
    });
    let bpf = [format!("- {}", doctor::no_bpf(language))];
    section(Heading::Kernel, features.chain(bpf).collect());
    if let Some(places) = &findings.places {
        section(Heading::Places, places.show(language).lines().map(str::to_owned).collect());
    }
    section(Heading::Terminal, vec![terminal_told()]);
    text
}

const fn mark(sign: Sign) -> &'static str {
    match sign {
        Sign::Good => "+",
        Sign::Note => "-",
        Sign::Bad => "!",
        Sign::Unknown => "?",
    }
}

fn costs(findings: &Findings, language: Language) -> Vec<String> {
    let head = [Heading::Median, Heading::P99, Heading::Max, Heading::Rows];
    let head = head.map(|it| heading(language, it).to_owned());
    let looks = doctor::looks(language, LOOKS, APART.as_millis());
    let mut lines = vec![row(&looks, &head)];
    for Cost { part, p50, p99, max, rows } in &findings.costs {
        let name = part.map_or(heading(language, Heading::All), |part| name(language, part));
        let rows = rows.map(|rows| rows.to_string()).unwrap_or_default();
        lines.push(row(name, &[ms(*p50), ms(*p99), ms(*max), rows]));
    }
    let nothing = String::new();
    let first = [nothing.clone(), nothing.clone(), ms(findings.first), nothing];
    lines.push(row(heading(language, Heading::First), &first));
    lines
}

fn row(name: &str, numbers: &[String; 4]) -> String {
    let right =
        |number: &String| format!("{}{number}", " ".repeat(NUMBER.saturating_sub(width(number))));
    let numbers: String = numbers.iter().map(right).collect();
    let room = " ".repeat(NAMES.saturating_sub(width(name)));
    format!("{name}{room}{numbers}").trim_end().to_owned()
}

/// Hundredths of a millisecond are what a look is made of.
fn ms(time: Duration) -> String {
    let hundredths = time.as_micros() / 10;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

const fn name(language: Language, part: Part) -> &'static str {
    let cost = match part {
        Part::Sockets => doctor::Cost::Sockets,
        Part::Processes => doctor::Cost::Processes,
        Part::Rows => doctor::Cost::Connections,
        Part::Machine => doctor::Cost::Machine,
        Part::Gpu => doctor::Cost::Gpu,
        Part::Hiding => doctor::Cost::Hiding,
        Part::Persistence => doctor::Cost::Persistence,
        Part::Wire => doctor::Cost::Wire,
        Part::Evidence => doctor::Cost::Evidence,
        Part::Own => doctor::Cost::Own,
    };
    doctor::cost(language, cost)
}

fn threads(findings: &Findings, language: Language) -> Vec<String> {
    let (sources, time) = &findings.packages;
    let told = sources.iter().map(|source| {
        let counts = (source.packages, source.files);
        let trouble = source.trouble.is_some();
        let said = doctor::packages(language, counts, time.as_millis(), trouble);
        format!("{}: {said}", database(source.database))
    });
    let (tools, doubts, time) = findings.tools;
    let tools = doctor::tools(language, tools, time.as_millis(), doubts);
    told.chain([tools]).collect()
}

const fn database(database: Database) -> &'static str {
    match database {
        Database::Dpkg => "dpkg",
        Database::Apk => "apk",
        Database::Rpm => "rpm",
    }
}

fn seen(language: Language, sight: Sight, need: Option<Need>) -> String {
    let what = doctor::sight(language, sight);
    match need {
        None => format!("+ {what}"),
        Some(Need::NotHere) => format!("- {what}: {}", doctor::need(language, Need::NotHere)),
        Some(need) => format!("! {what}: {}", doctor::need(language, need)),
    }
}

/// What the terminal says of itself; its variables can say anything.
fn terminal_told() -> String {
    let variable = |name| {
        let value = std::env::var_os(name).unwrap_or_default();
        let value = std::os::unix::ffi::OsStringExt::into_vec(value);
        crate::domain::untrusted::Untrusted::new(value).plain(20)
    };
    let size = terminal::size()
        .map_or_else(|| String::from("-"), |size| format!("{}x{}", size.columns, size.rows));
    format!("TERM={}  COLORTERM={}  {size}", variable("TERM"), variable("COLORTERM"))
}

/// For programs. Times are in microseconds.
pub(super) fn json(findings: &Findings) -> String {
    let host = &findings.snapshot.host;
    let us = |time: &Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    let costs = findings.costs.iter().map(|cost| {
        let part = cost.part.map_or("all", key);
        let (p50, p99, max) = (us(&cost.p50), us(&cost.p99), us(&cost.max));
        json!({"part": part, "p50_us": p50, "p99_us": p99, "max_us": max, "rows": cost.rows})
    });
    let (sources, read_in) = &findings.packages;
    let packages = sources.iter().map(|it| {
        let name = database(it.database);
        let trouble = it.trouble;
        json!({"database": name, "packages": it.packages, "files": it.files, "trouble": trouble})
    });
    let (tools, doubts, time) = &findings.tools;
    let sights = findings.sights.sights.iter().map(|(sight, need)| {
        let needs = need.map(|need| doctor::need(Language::En, need));
        json!({"what": sight_key(*sight), "seen": need.is_none(), "needs": needs})
    });
    let feature = |wanted: Feature| {
        let mut features = findings.sights.features.iter();
        features.any(|(feature, there)| *feature == wanted && *there)
    };
    let value = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "host": host.name,
        "kernel": {
            "release": host.kernel,
            "pidfd": feature(Feature::Pidfd),
            "pidfd_inode": feature(Feature::PidfdInode),
            "sock_diag": feature(Feature::SockDiag),
            "cgroup_v2": feature(Feature::CgroupV2),
            "pressure": feature(Feature::Pressure),
            "lockdown": feature(Feature::Lockdown),
        },
        "own": findings.own,
        "static": findings.own.fixed == Reading::Known(true),
        "looks": LOOKS,
        "first_us": us(&findings.first),
        "costs": costs.collect::<Vec<Value>>(),
        "packages": packages.collect::<Vec<Value>>(),
        "packages_us": us(read_in),
        "tools": {"looked_at": tools, "in_doubt": doubts, "us": us(time)},
        "sights": sights.collect::<Vec<Value>>(),
        "unread": findings.snapshot.unread,
    });
    format!("{value:#}\n")
}

const fn key(part: Part) -> &'static str {
    match part {
        Part::Sockets => "sockets",
        Part::Processes => "processes",
        Part::Rows => "connections",
        Part::Machine => "machine",
        Part::Gpu => "gpu",
        Part::Hiding => "hiding",
        Part::Persistence => "persistence",
        Part::Wire => "wire",
        Part::Evidence => "evidence",
        Part::Own => "own",
    }
}

const fn sight_key(sight: Sight) -> &'static str {
    match sight {
        Sight::Processes => "processes",
        Sight::WholeHost => "whole-host",
        Sight::SocketOwners => "socket-owners",
        Sight::Persistence => "persistence",
        Sight::Wire => "wire",
        Sight::Packages => "packages",
        Sight::Gpu => "gpu",
        Sight::Priority => "priority",
    }
}
