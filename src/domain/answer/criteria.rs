//! The playbook's own criteria for telling others, and what speaks for each now.
//!
//! A criterion *fires* where a figure passes the one in the table, or where what was seen is what it names. Where the host
//! only hints at it, a person has to look. Whom to tell, and which playbook goes on, is what the table says.

use crate::domain::answer::fact::{Ask, Fact, FactsFrom, Way, What};
use crate::domain::answer::topic::{Topic, topics};
use crate::domain::answer::{Known, speak};
use crate::domain::detect::{FactSource, Grade};
use crate::domain::playbook::{Link, Prose, Table, TableKind};
use crate::domain::session::{Escalation, Figure, Money, Standing, escalations};

/// More facts of one kind are not told.
const MOST_DUE: usize = 4;

/// How pressing a criterion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Firing {
    /// What it names is so.
    Due,
    /// Something hints at it: a person has to look.
    Look,
    /// Nothing speaks for it, which does not mean that it is not so.
    Silent,
}

/// A criterion for telling others.
#[derive(Clone, Debug, PartialEq)]
pub struct Criterion {
    /// Which row of the tables it is, from 0 in the order of the document: the same in every language.
    pub row: usize,
    /// When, as the table has it.
    pub condition: String,
    /// Whom to tell, as the table has it.
    pub to: String,
    /// The playbook that goes on there.
    pub link: Option<Link>,
    /// How pressing it is.
    pub firing: Firing,
    /// Why; never empty unless it is silent.
    pub facts: Vec<Fact>,
    /// Whom to ask.
    pub ask: Option<Ask>,
}

pub(super) fn criteria(known: Known<'_>) -> Vec<Criterion> {
    rows(known, &escalations(known.state, known.playbook))
}

/// Those that are met, whatever was written: that costs a look at every note.
pub(super) fn due(known: Known<'_>) -> Vec<Criterion> {
    let mut all = rows(known, &[]);
    all.retain(|it| it.firing == Firing::Due);
    all
}

fn rows(known: Known<'_>, written: &[Escalation]) -> Vec<Criterion> {
    let tables = known.playbook.tables().filter(|it| it.kind == TableKind::Escalation);
    let rows = tables.flat_map(|table: &Table| &table.rows);
    let mut all: Vec<Criterion> = rows
        .enumerate()
        .filter_map(|(at, row)| {
            let [condition, to, ..] = row.as_slice() else { return None };
            let standing = written
                .iter()
                .find(|it| it.condition == condition.text && it.to == to.text)
                .map_or(Standing::Silent, |it| it.standing);
            Some(Criterion { row: at, ..criterion(known, condition, to, standing) })
        })
        .collect();
    all.sort_by_key(|it| it.firing);
    all
}

/// The first figure of money that a criterion names.
pub(super) fn billing_limit(known: Known<'_>) -> Option<Money> {
    let tables = known.playbook.tables().filter(|it| it.kind == TableKind::Escalation);
    let mut cells = tables.flat_map(|it| &it.rows).filter_map(|row| row.first());
    cells.find_map(|cell| Money::read(&cell.text))
}

fn criterion(known: Known<'_>, condition: &Prose, to: &Prose, standing: Standing) -> Criterion {
    let mut due: Vec<Fact> = Vec::new();
    let mut look: Vec<Fact> = Vec::new();
    let mut ask = None;
    for topic in topics(&condition.text) {
        let of_topic = on(known, topic, &condition.text);
        let Some((so, hints, whom)) = of_topic else { continue };
        due.extend(so);
        look.extend(hints);
        ask = ask.or(Some(whom));
    }
    let entry = |seq| Fact { what: What::Written, from: FactsFrom::Journal(seq) };
    match standing {
        Standing::Due(seq) if due.is_empty() => due.push(entry(seq)),
        Standing::Mentioned(seq) => look.push(entry(seq)),
        Standing::Due(_) | Standing::Silent => {}
    }
    let firing = match (due.is_empty(), look.is_empty()) {
        (false, _) => Firing::Due,
        (true, false) => Firing::Look,
        (true, true) => Firing::Silent,
    };
    let mut facts = due;
    for fact in look {
        if !facts.contains(&fact) {
            facts.push(fact);
        }
    }
    let link = to.links.first().or_else(|| condition.links.first()).cloned();
    let (condition, to) = (condition.text.clone(), to.text.clone());
    Criterion { row: 0, condition, to, link, firing, facts, ask }
}

/// What is so, what hints at it, and whom to ask; `None` where a topic is none of a criterion's.
type Of = Option<(Vec<Fact>, Vec<Fact>, Ask)>;

fn on(known: Known<'_>, topic: Topic, condition: &str) -> Of {
    match topic {
        Topic::Bill => Some(bill(known, condition)),
        Topic::Hosts => hosts(known, condition),
        Topic::Credentials => Some(credentials(known, condition)),
        Topic::Supply | Topic::Image => Some(supply(known)),
        Topic::Insider => Some(insider(known)),
        Topic::Lateral => Some((Vec::new(), known.grounds.out.clone(), Ask::Hosts)),
        Topic::Load
        | Topic::Miner
        | Topic::Binary
        | Topic::Pool
        | Topic::Stratum
        | Topic::Entry
        | Topic::Cloud
        | Topic::Persistence
        | Topic::Hidden => None,
    }
}

fn bill(known: Known<'_>, condition: &str) -> (Vec<Fact>, Vec<Fact>, Ask) {
    let Some(limit) = Money::read(condition) else { return (Vec::new(), Vec::new(), Ask::Finance) };
    let (mut due, mut look) = (Vec::new(), Vec::new());
    if let Some(stated) = known.state.stated(Figure::Billing)
        && let Some(sum) = stated.sum(&known.sign())
    {
        let what = What::Stated(Figure::Billing, stated.text);
        let fact = Fact { what, from: FactsFrom::Journal(stated.seq) };
        // What another money is worth, nobody here knows.
        if sum.sign != limit.sign && sum.value > 0.0 {
            look.push(fact);
        } else if sum.value > limit.value {
            due.push(fact);
        }
    }
    let cost = known.cost();
    if let Some(sum) = cost.sum.filter(|sum| sum.value > limit.value && sum.sign == limit.sign) {
        due.push(Fact::counted(What::Spent(sum.show(), cost.at_least)));
    }
    (due, look, Ask::Finance)
}

/// A criterion about hosts has a figure, or says «several».
fn hosts(known: Known<'_>, condition: &str) -> Of {
    let small = condition.to_lowercase();
    let several = [
        "several",
        "multiple",
        "many",
        "more",
        ">",
        "≥",
        "at least",
        "หลาย",
        "มากกว่า",
        "ขึ้นไป",
        "อย่างน้อย",
    ];
    if !several.iter().any(|word| small.contains(word)) {
        return None;
    }
    let (limit, is_least) = count(&small).unwrap_or((1, false));
    let mut due = Vec::new();
    if let Some(it) = known.state.stated(Figure::Hosts) {
        #[expect(clippy::cast_precision_loss, reason = "nobody has so many hosts")]
        let passes = it
            .value
            .is_some_and(|value| value > limit as f64 || (is_least && value >= limit as f64));
        if passes {
            let what = What::Stated(Figure::Hosts, it.text);
            due.push(Fact { what, from: FactsFrom::Journal(it.seq) });
        }
    }
    let scans = known.grounds.out.iter().filter(|it| matches!(it.what, What::Scan(..)));
    Some((due, scans.cloned().collect(), Ask::Hosts))
}

/// The first whole number of a text that is no sum of money, and whether it is itself enough.
fn count(text: &str) -> Option<(u64, bool)> {
    let least = ["≥", ">=", "or more", "at least", "ขึ้นไป", "อย่างน้อย"];
    let is_least = least.iter().any(|word| text.contains(word));
    let of_number = |it: char| it.is_ascii_digit() || matches!(it, ',' | '.');
    let mut end = 0;
    for (at, _) in text.match_indices(of_number) {
        if at < end {
            continue;
        }
        let rest = text.get(at..)?;
        let digits = rest.get(..rest.find(|it| !of_number(it)).unwrap_or(rest.len()))?;
        end = at + digits.len();
        let before = text.get(..at)?.trim_end();
        let is_money = before.ends_with(['$', '฿', '€', '£', '¥', '₹', '-']);
        let whole = digits.trim_end_matches([',', '.']);
        if let Some(count) = whole.parse().ok().filter(|_| !is_money) {
            return Some((count, is_least));
        }
    }
    None
}

/// Credentials of the machine were within reach of a confirmed miner, or several users mine.
fn credentials(known: Known<'_>, condition: &str) -> (Vec<Fact>, Vec<Fact>, Ask) {
    let small = condition.to_lowercase();
    let stolen = !(small.contains("account") || small.contains("บัญชี"));
    let mut due = Vec::new();
    let mut look = Vec::new();
    for culprit in &known.grounds.culprits {
        if let Some(fact) = culprit.metadata.clone().filter(|_| stolen) {
            if culprit.grade == Grade::Confirmed { due.push(fact) } else { look.push(fact) }
        }
    }
    let mut users: Vec<u32> = known.grounds.confirmed().map(|it| it.uid).collect();
    users.sort_unstable();
    users.dedup();
    if users.len() > 1 && !stolen {
        look.push(Fact::look(What::Users(users.len()), FactSource::Stat));
    }
    (due, look, Ask::Identity)
}

/// What came with what others wrote: a confirmed miner that a package, an image or an installer brought. Of who is only
/// suspect, a person has to look.
fn supply(known: Known<'_>) -> (Vec<Fact>, Vec<Fact>, Ask) {
    let mut due = Vec::new();
    for culprit in known.grounds.confirmed() {
        let way = culprit.came.clone().filter(|(it, _)| matches!(it, Way::Supply | Way::Image));
        due.extend(way.map(speak::came));
        if let Some((exe, deleted)) = culprit.exe.clone().filter(|_| culprit.installed) {
            let what = What::Program(exe, deleted, culprit.digest);
            due.push(Fact::look(what, FactSource::Exe));
        }
    }
    due.dedup();
    due.truncate(MOST_DUE);
    let mut look = speak::ways(known, &[Way::Supply, Way::Image]);
    if let Some(tool) = known.grounds.changed_tool.clone() {
        look.push(Fact::look(What::ChangedTool(tool), FactSource::Views));
    }
    (due, look, Ask::Builders)
}

/// A confirmed miner that somebody with an account of their own typed at a terminal. Whether it was the person or somebody
/// with their key, people judge.
fn insider(known: Known<'_>) -> (Vec<Fact>, Vec<Fact>, Ask) {
    let by_hand = known.grounds.confirmed().filter(|it| it.by_hand);
    let came = by_hand.filter_map(|it| it.came.clone());
    let of_login = came.filter(|(way, _)| *way == Way::Login);
    let due: Vec<Fact> = of_login.map(speak::came).take(MOST_DUE).collect();
    (due, speak::ways(known, &[Way::Login]), Ask::People)
}
