//! Which branch of a question the facts speak for.
//!
//! What a question asks is read off its branches first (cloud or on-premise, one or several, on the host or on the
//! network, yes or no), then off its own words. A «no» needs a fact too: that nothing was seen is none.

#![expect(clippy::wildcard_enum_match_arm, reason = "of most facts and meanings nothing follows")]

use crate::domain::answer::asked::{asks_for_doing, is_plain};
use crate::domain::answer::fact::{Ask, Fact, FactsFrom, Way, What};
use crate::domain::answer::topic::{Topic, has, small, topics};
use crate::domain::answer::{Known, Suggestion, speak};
use crate::domain::detect::{FactSource, Grade};
use crate::domain::session::Figure;

/// What can be said to a question.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Decision {
    /// It is no question, or none that is understood.
    NotAsked,
    /// The facts speak for a branch.
    For(Suggestion),
    /// The host cannot tell.
    Ask(Ask),
}

/// What a branch says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Cloud,
    OnPremise,
    One,
    Several,
    OnHost,
    OnNetwork,
    OnBill,
    Yes,
    No,
}

/// Words of a branch, in the order in which they are looked for: `ไม่ใช่` is no `ใช่`.
const MEANINGS: [(Meaning, &[&str]); 9] = [
    (Meaning::Cloud, &["cloud", "aws", "azure", "gcp", "คลาวด์"]),
    (
        Meaning::OnPremise,
        &[
            "on-prem",
            "on prem",
            "premise",
            "datacent",
            "data cent",
            "bare metal",
            "ศูนย์ข้อมูล",
            "ในองค์กร",
        ],
    ),
    (Meaning::Several, &["several", "many", "multiple", "more than", "หลาย", "มากกว่า"]),
    (Meaning::One, &["one", "single", "only this", "เดียว", "หนึ่ง"]),
    (Meaning::OnNetwork, &["network", "traffic", "dns", "netflow", "เครือข่าย"]),
    (Meaning::OnBill, &["billing", "bill", "cost", "ค่าใช้จ่าย", "บิล", "ค่าบริการ"]),
    (Meaning::OnHost, &["cpu", "gpu", "host", "endpoint", "process"]),
    (Meaning::No, &["no", "not", "none", "false", "ไม่"]),
    (Meaning::Yes, &["yes", "true", "found", "present", "ใช่", "พบ", "มี"]),
];

pub(super) fn decide(known: Known<'_>, label: &str, branches: &[&str]) -> Decision {
    if asks_for_doing(label) {
        return Decision::NotAsked;
    }
    let said: Vec<Vec<Meaning>> = branches.iter().map(|it| meanings(it)).collect();
    let one_of = |all: &[Meaning]| {
        said.iter().filter(|it| all.iter().any(|meaning| it.contains(meaning))).count()
    };
    let decided = if one_of(&[Meaning::OnPremise]) > 0 && one_of(&[Meaning::Cloud]) > 0 {
        environment(known)
    } else if one_of(&[Meaning::One, Meaning::Several]) > 1 {
        scope(known)
    } else if one_of(&[Meaning::OnHost, Meaning::OnNetwork, Meaning::OnBill]) > 1 {
        seen(known)
    } else if one_of(&[Meaning::Yes, Meaning::No]) > 0 && is_plain(label) {
        let several = meanings(label).contains(&Meaning::Several);
        // «Is the host …» asks for something else than how many there are.
        let mut asked = topics(label).into_iter().filter(|it| several || *it != Topic::Hosts);
        match asked.find_map(|topic| yes_or_no(known, topic)) {
            Some(decided) => decided,
            None => return Decision::NotAsked,
        }
    } else {
        return Decision::NotAsked;
    };
    let (meanings, because) = match decided {
        Ok(decided) => decided,
        // Before the first look there is nothing to decide on but what was stated.
        Err(_) if !known.grounds.looked => return Decision::NotAsked,
        Err(ask) => return Decision::Ask(ask),
    };
    // Of two branches that say the same nobody knows which is meant.
    let fits = |it: &Vec<Meaning>| it.contains(&meanings);
    let mut fitting = said.iter().enumerate().filter(|(_, it)| fits(it)).map(|(at, _)| at);
    match (fitting.next(), fitting.next()) {
        (Some(branch), None) => Decision::For(Suggestion { branch, because }),
        _ => Decision::NotAsked,
    }
}

/// What a branch says, in its words.
fn meanings(text: &str) -> Vec<Meaning> {
    let text = small(text);
    let mut found: Vec<Meaning> =
        MEANINGS.iter().filter(|(_, words)| has_word(&text, words)).map(|(it, _)| *it).collect();
    if found.contains(&Meaning::No) {
        found.retain(|it| *it != Meaning::Yes);
    }
    if found.contains(&Meaning::Several) {
        found.retain(|it| *it != Meaning::One);
    }
    found
}

/// Short words are whole ones: `no` is not the beginning of `node`, nor `one` that of `onedrive`.
fn has_word(text: &str, words: &[&str]) -> bool {
    let is_short = |it: &&&str| it.is_ascii() && it.len() <= 4;
    let whole = text.split(|it: char| !it.is_ascii_alphanumeric());
    let mut whole = whole.filter(|it| !it.is_empty());
    let short: Vec<&str> = words.iter().filter(is_short).copied().collect();
    let long: Vec<&str> = words.iter().filter(|it| !is_short(it)).copied().collect();
    whole.any(|word| short.contains(&word)) || has(text, &long)
}

/// A branch's meaning and why, or whom to ask.
type Decided = Result<(Meaning, Fact), Ask>;

fn environment(known: Known<'_>) -> Decided {
    let grounds = known.grounds;
    let firmware = grounds.firmware();
    let metadata = grounds.metadata().cloned();
    match (&firmware.what, metadata) {
        (What::Rented(..), _) => Ok((Meaning::Cloud, firmware)),
        (What::OwnMachine(_), None) => Ok((Meaning::OnPremise, firmware)),
        // Machines of makers are rented out too; agents of providers run anywhere.
        (What::OwnMachine(_), Some(_)) | (_, None) => Err(Ask::Owner),
        (_, Some(metadata)) => Ok((Meaning::Cloud, metadata)),
    }
}

/// One host cannot count the others: without a word of the responder they are asked for.
fn scope(known: Known<'_>) -> Decided {
    if let Some(stated) = known.state.stated(Figure::Hosts) {
        let several = stated.value.is_some_and(|it| it > 1.0);
        let what = What::Stated(Figure::Hosts, stated.text);
        let fact = Fact { what, from: FactsFrom::Journal(stated.seq) };
        return Ok((if several { Meaning::Several } else { Meaning::One }, fact));
    }
    Err(Ask::Hosts)
}

fn seen(known: Known<'_>) -> Decided {
    let grounds = known.grounds;
    if let Some(first) = grounds.culprits.first() {
        return Ok((Meaning::OnHost, speak::process(first)));
    }
    let pools = speak::pool(known).0.into_iter().find(shows_pool);
    if let Some(fact) = pools {
        return Ok((Meaning::OnNetwork, fact));
    }
    if let Some((limit, over)) = grounds.over.filter(|(_, over)| *over > 0) {
        let what = What::Cpu(grounds.cpu, Some((limit, over)));
        return Ok((Meaning::OnHost, Fact::look(what, FactSource::Stat)));
    }
    let billed = known.state.stated(Figure::Billing).and_then(|it| it.value);
    if let Some(fact) = speak::stated(known, Figure::Billing).filter(|_| billed > Some(0.0)) {
        return Ok((Meaning::OnBill, fact));
    }
    Err(Ask::Wire)
}

fn shows_pool(fact: &Fact) -> bool {
    match fact.what {
        What::Pools(count, _) => count > 0,
        What::Heard(stratum, names, _) => stratum + names > 0,
        What::Named(_) => true,
        _ => false,
    }
}

/// `None` where the topic has no yes and no.
fn yes_or_no(known: Known<'_>, topic: Topic) -> Option<Decided> {
    let grounds = known.grounds;
    let yes = |fact: Option<Fact>, ask: Ask| Some(fact.map(|it| (Meaning::Yes, it)).ok_or(ask));
    let first = |facts: Vec<Fact>, shows: fn(&Fact) -> bool| facts.into_iter().find(shows);
    match topic {
        Topic::Pool => yes(first(speak::pool(known).0, shows_pool), Ask::Wire),
        Topic::Stratum => {
            let spoken = |it: &Fact| matches!(it.what, What::Heard(1.., ..));
            yes(first(speak::pool(known).0, spoken), Ask::Wire)
        }
        Topic::Miner | Topic::Binary => {
            yes(grounds.confirmed().next().map(speak::process), Ask::Logs)
        }
        Topic::Persistence => {
            // What is only marked to look at may be anybody's.
            let shows =
                |it: &Fact| matches!(it.what, What::Autostart(grade, ..) if grade > Grade::Noted);
            yes(first(speak::persistence(known).0, shows), Ask::Logs)
        }
        Topic::Lateral => yes(grounds.out.first().cloned(), Ask::Hosts),
        Topic::Hidden => {
            let hides = (grounds.hides > 0)
                .then(|| Fact::look(What::Hides(grounds.hides), FactSource::Views));
            yes(hides, Ask::Logs)
        }
        Topic::Entry => yes(grounds.culprits.iter().find_map(entered), Ask::Logs),
        Topic::Insider => yes(speak::ways(known, &[Way::Login]).into_iter().next(), Ask::People),
        Topic::Supply | Topic::Image => {
            let ways = speak::ways(known, &[Way::Supply, Way::Image]);
            yes(ways.into_iter().next(), Ask::Builders)
        }
        Topic::Load => Some(load(known)),
        Topic::Cloud => Some(environment(known).map(|(meaning, fact)| match meaning {
            Meaning::Cloud => (Meaning::Yes, fact),
            _ => (Meaning::No, fact),
        })),
        Topic::Hosts => Some(scope(known).map(|(meaning, fact)| match meaning {
            Meaning::Several => (Meaning::Yes, fact),
            _ => (Meaning::No, fact),
        })),
        Topic::Bill => Some(billed(known)),
        Topic::Credentials => {
            yes(grounds.culprits.iter().find_map(|it| it.metadata.clone()), Ask::Identity)
        }
    }
}

fn entered(culprit: &crate::domain::answer::grounds::Culprit) -> Option<Fact> {
    let entered = culprit.entered.first();
    entered.map(|it| Fact::look(What::Entered(it.rule, it.value.clone()), it.source))
}

/// A low load is known only where all of it is seen.
fn load(known: Known<'_>) -> Decided {
    let grounds = known.grounds;
    let (limit, over) = grounds.over.filter(|_| grounds.looked).ok_or(Ask::Logs)?;
    let gpu = grounds.gpu.zip(known.look_for.gpu).filter(|(busy, limit)| busy > limit);
    if let Some((busy, limit)) = gpu {
        return Ok((Meaning::Yes, Fact::look(What::Gpu(busy, Some(limit)), FactSource::Gpu)));
    }
    let cpu = Fact::look(What::Cpu(grounds.cpu, Some((limit, over))), FactSource::Stat);
    if over > 0 {
        return Ok((Meaning::Yes, cpu));
    }
    // Many small ones, one that hides, or one on a graphics processor that tells nothing, may be behind it.
    let doubtful = grounds.cpu > limit || grounds.hides > 0 || grounds.gpu_unread;
    if doubtful { Err(Ask::Logs) } else { Ok((Meaning::No, cpu)) }
}

/// Whether the sum that was stated, or used up, passes the playbook's own figure.
fn billed(known: Known<'_>) -> Decided {
    let limit = super::criteria::billing_limit(known).ok_or(Ask::Finance)?;
    let stated = known.state.stated(Figure::Billing).ok_or(Ask::Finance)?;
    let sum = stated.sum(&known.sign()).filter(|it| it.sign == limit.sign).ok_or(Ask::Finance)?;
    let passes = sum.value > limit.value;
    let what = What::Stated(Figure::Billing, stated.text);
    let fact = Fact { what, from: FactsFrom::Journal(stated.seq) };
    Ok((if passes { Meaning::Yes } else { Meaning::No }, fact))
}
