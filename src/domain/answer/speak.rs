//! What bears on each topic, and whom to ask where the host cannot tell.

#![expect(clippy::wildcard_enum_match_arm, reason = "one fact is looked for among many")]

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::domain::answer::Known;
use crate::domain::answer::fact::{Ask, Fact, FactsFrom, Way, What};
use crate::domain::answer::grounds::Culprit;
use crate::domain::answer::topic::Topic;
use crate::domain::detect::{FactSource, Grade, Rule};
use crate::domain::facts::{AutostartChange, Reading};
use crate::domain::session::{Figure, Started};
use crate::domain::untrusted::Untrusted;

/// So many of a kind are told one by one.
const TOLD: usize = 3;

/// Facts, and whom to ask where they do not settle it.
pub(super) type Said = (Vec<Fact>, Option<Ask>);

pub(super) fn on(known: Known<'_>, topic: Topic) -> Said {
    match topic {
        Topic::Bill => return bill(known),
        Topic::Hosts => return hosts(known),
        Topic::Insider | Topic::Supply | Topic::Credentials | Topic::Cloud => {}
        Topic::Load
        | Topic::Miner
        | Topic::Binary
        | Topic::Pool
        | Topic::Stratum
        | Topic::Entry
        | Topic::Persistence
        | Topic::Lateral
        | Topic::Image
        | Topic::Hidden => {
            if !known.grounds.looked {
                return (vec![Fact::counted(What::NotLooked)], None);
            }
        }
    }
    match topic {
        Topic::Load => load(known),
        Topic::Miner => miner(known),
        Topic::Binary => binary(known),
        Topic::Pool => pool(known),
        Topic::Stratum => stratum(known),
        Topic::Entry => entry(known),
        Topic::Cloud => cloud(known),
        Topic::Credentials => credentials(known),
        Topic::Persistence => persistence(known),
        Topic::Lateral => lateral(known),
        Topic::Image => image(known),
        Topic::Hidden => hidden(known),
        Topic::Insider => (ways(known, &[Way::Login]), Some(Ask::People)),
        Topic::Supply => (ways(known, &[Way::Supply, Way::Image]), Some(Ask::Builders)),
        Topic::Hosts | Topic::Bill => (Vec::new(), None),
    }
}

/// A figure that a responder stated.
pub(super) fn stated(known: Known<'_>, figure: Figure) -> Option<Fact> {
    let it = known.state.stated(figure)?;
    Some(Fact { what: What::Stated(figure, it.text), from: FactsFrom::Journal(it.seq) })
}

fn load(known: Known<'_>) -> Said {
    let grounds = known.grounds;
    let gpu = match grounds.gpu {
        Some(busy) => What::Gpu(busy, known.look_for.gpu),
        None if grounds.has_gpu => What::GpuUnread,
        None => What::NoGpu,
    };
    let cpu = Fact::look(What::Cpu(grounds.cpu, grounds.over), FactSource::Stat);
    (vec![cpu, Fact::look(gpu, FactSource::Gpu)], None)
}

/// How many were found, and the gravest of them.
pub(super) fn miner(known: Known<'_>) -> Said {
    let (confirmed, suspect) = known.grounds.found;
    let mut facts = vec![Fact::counted(What::Found(confirmed, suspect))];
    let first = known.grounds.culprits.first();
    facts.extend(first.map(process));
    // Whoever kills it should know before what starts it again.
    let returns = first.into_iter().flat_map(|it| &it.returns).take(TOLD);
    facts.extend(returns.map(|it| Fact::look(What::Entered(it.rule, it.value.clone()), it.source)));
    (facts, None)
}

/// What was found, with the rule that weighs most.
pub(super) fn process(culprit: &Culprit) -> Fact {
    let of = &culprit.weightiest;
    let what = What::Process(culprit.name.clone(), of.rule, of.value.clone());
    Fact::look(what, of.source)
}

/// Files of those that are confirmed; of suspects, which may be tools of a package, only where nobody is confirmed.
fn binary(known: Known<'_>) -> Said {
    let culprits = &known.grounds.culprits;
    let gravest = culprits.iter().map(|it| it.grade).max();
    let culprits = culprits.iter().filter(|it| Some(it.grade) == gravest);
    let programs = culprits.filter_map(|it| Some((it.exe.clone()?, it.digest)));
    let mut facts: Vec<Fact> = Vec::new();
    for ((path, deleted), digest) in programs {
        let fact = Fact::look(What::Program(path, deleted, digest), FactSource::Exe);
        if facts.len() < TOLD && !facts.contains(&fact) {
            facts.push(fact);
        }
    }
    if facts.is_empty() {
        return miner(known);
    }
    (facts, None)
}

pub(super) fn pool(known: Known<'_>) -> Said {
    let grounds = known.grounds;
    let (count, first) = grounds.pools;
    let mut facts = vec![Fact::look(What::Pools(count, first), FactSource::Sockets)];
    let mut named: Vec<&Untrusted> = grounds.culprits.iter().flat_map(|it| &it.pools).collect();
    named.dedup();
    let named = named.into_iter().take(TOLD);
    facts.extend(named.map(|it| Fact::look(What::Named(it.clone()), FactSource::CommandLine)));
    facts.extend(heard(known));
    let ask = (count == 0 && facts.len() == 1).then_some(Ask::Wire);
    (facts, ask)
}

fn heard(known: Known<'_>) -> Option<Fact> {
    let (stratum, names, allowed) = known.grounds.heard?;
    Some(Fact::look(What::Heard(stratum, names, allowed), FactSource::Wire))
}

fn stratum(known: Known<'_>) -> Said {
    let listens = heard(known);
    let ask = listens.is_none().then_some(Ask::Wire);
    let fact = listens.unwrap_or_else(|| Fact::look(What::NotListening, FactSource::Wire));
    (vec![fact], ask)
}

fn entry(known: Known<'_>) -> Said {
    let mut graded: Vec<(Grade, Fact)> = Vec::new();
    for culprit in &known.grounds.culprits {
        let entered = culprit.entered.iter();
        let entered =
            entered.map(|it| Fact::look(What::Entered(it.rule, it.value.clone()), it.source));
        let user = culprit.user.clone().filter(|_| culprit.uid != 0);
        let user = user.map(|it| Fact::look(What::RunsAs(it), FactSource::Stat));
        let facts = entered.chain(culprit.came.clone().map(came)).chain(user);
        graded.extend(facts.map(|fact| (culprit.grade, fact)));
    }
    graded.sort_by_key(|(grade, fact)| {
        let kind = match fact.what {
            What::Entered(Rule::FromRequest, _) => 0,
            What::Came(..) => 1,
            What::Entered(..) => 2,
            _ => 3,
        };
        (Reverse(*grade), kind)
    });
    let mut facts: Vec<Fact> = graded.into_iter().map(|(_, fact)| fact).collect();
    facts.dedup();
    facts.truncate(TOLD);
    let told = facts.iter().any(|fact| matches!(fact.what, What::Entered(..) | What::Came(..)));
    if facts.is_empty() {
        facts = miner(known).0;
    }
    (facts, (!told).then_some(Ask::Logs))
}

pub(super) fn came((way, chain): (Way, Untrusted)) -> Fact {
    Fact::look(What::Came(way, chain), FactSource::Ancestry)
}

/// What was found and came in one of these ways, whatever is confirmed first.
pub(super) fn ways(known: Known<'_>, ways: &[Way]) -> Vec<Fact> {
    let came_so = known.grounds.culprits.iter().filter_map(|it| it.came.clone());
    let mut facts: Vec<Fact> =
        came_so.filter(|(way, _)| ways.contains(way)).map(came).take(TOLD).collect();
    facts.dedup();
    facts
}

fn hosts(known: Known<'_>) -> Said {
    let mut facts: Vec<Fact> = stated(known, Figure::Hosts).into_iter().collect();
    let ask = facts.is_empty().then_some(Ask::Hosts);
    if known.grounds.looked {
        let (confirmed, suspect) = known.grounds.found;
        facts.push(Fact::counted(What::Found(confirmed, suspect)));
        facts.extend(known.grounds.out.iter().cloned());
    }
    (facts, ask)
}

fn cloud(known: Known<'_>) -> Said {
    let mut facts = vec![known.grounds.firmware()];
    facts.extend(known.grounds.cloud.iter().take(TOLD).cloned());
    let is_unread = |it: &Fact| it.what == What::FirmwareUnread;
    if facts.len() > 1 {
        facts.retain(|it| !is_unread(it));
    }
    (facts, Some(Ask::Console))
}

fn bill(known: Known<'_>) -> Said {
    let mut facts: Vec<Fact> = stated(known, Figure::Billing).into_iter().collect();
    let billed = !facts.is_empty();
    let cost = known.cost();
    if let Some(sum) = &cost.sum {
        facts.push(Fact::counted(What::Spent(sum.show(), cost.at_least)));
    }
    if known.grounds.looked {
        facts.push(Fact::counted(What::Used(cost.core_hours, cost.gpu_hours)));
    }
    let rate = || if cost.sum.is_none() { Ask::Rate } else { Ask::Finance };
    (facts, (!billed).then(rate))
}

fn credentials(known: Known<'_>) -> Said {
    let talks = known.grounds.culprits.iter().filter_map(|it| it.metadata.clone());
    let mut facts: Vec<Fact> = talks.take(TOLD).collect();
    let keys = keys(known);
    facts.extend(keys.filter(|it| matches!(it.what, What::Keys(..))));
    (facts, Some(Ask::Identity))
}

/// What of SSH lies in homes.
fn keys(known: Known<'_>) -> Option<Fact> {
    let unread = known.grounds.site.homes_unread;
    let what = match &known.grounds.site.homes {
        Reading::Known(homes) => {
            let sum = |of: fn(&crate::domain::facts::SshHome) -> u32| {
                homes.iter().map(of).fold(0, u32::saturating_add)
            };
            let with = homes.iter().filter(|it| it.keys + it.known > 0).count();
            What::Keys(sum(|it| it.keys), sum(|it| it.known), with, unread)
        }
        Reading::Denied | Reading::Blocked => What::HomesUnread(unread),
        Reading::Unknown => return None,
    };
    Some(Fact { what, from: FactsFrom::Homes })
}

pub(super) fn persistence(known: Known<'_>) -> Said {
    let from = FactSource::Persistence;
    let Some(bad) = &known.grounds.autostarts else {
        return (vec![Fact::look(What::NotHunted, from)], None);
    };
    let mut facts: Vec<Fact> = Vec::new();
    let mut seen = BTreeSet::new();
    let (mut confirmed, mut suspect, mut noted) = (0, 0, 0);
    for (grade, kind, path) in bad {
        // The gravest of a file's lines speaks for it.
        if !seen.insert((*kind, path)) {
            continue;
        }
        *match grade {
            Grade::Confirmed => &mut confirmed,
            Grade::Suspect => &mut suspect,
            Grade::Noted => &mut noted,
        } += 1;
        if facts.len() < TOLD {
            facts.push(Fact::look(What::Autostart(*grade, *kind, path.clone()), from));
        }
    }
    facts.insert(0, Fact::look(What::Autostarts(confirmed, suspect, noted), from));
    let is_calm = confirmed + suspect + noted == 0;
    let (count, news) = news(known);
    // What nothing speaks against is no reason to pass over what is new.
    let at = if is_calm { 0 } else { facts.len() };
    facts.splice(at..at, count);
    facts.extend(news);
    (facts, None)
}

/// What came to start by itself since the session began, or is another now: how many, and the newest of them.
fn news(known: Known<'_>) -> (Option<Fact>, Vec<Fact>) {
    let starts = &known.state.starts;
    let of = |change| starts.after(0, change);
    let (new, changed) = (AutostartChange::Appeared, AutostartChange::Changed);
    let (some, others) = (of(new).count(), of(changed).count());
    let mut all: Vec<_> = of(new).chain(of(changed)).collect();
    all.sort_by_key(|it| Reverse(it.seq));
    let written = |seq, what| Fact { what, from: FactsFrom::Journal(seq) };
    let count = all.first().map(|it| written(it.seq, What::AutostartNews(some, others)));
    let one =
        |it: &&Started| written(it.seq, What::AutostartNew(it.change, it.place, it.path.clone()));
    (count, all.iter().take(TOLD).map(one).collect())
}

fn lateral(known: Known<'_>) -> Said {
    let mut facts = known.grounds.out.clone();
    if facts.is_empty() {
        facts.push(Fact::look(What::NothingOut, FactSource::Sockets));
    }
    facts.extend(keys(known));
    (facts, Some(Ask::Hosts))
}

fn image(known: Known<'_>) -> Said {
    let mut facts: Vec<Fact> = Vec::new();
    for id in known.grounds.culprits.iter().filter_map(|it| it.container.clone()) {
        let fact = Fact::look(What::InContainer(id), FactSource::Stat);
        if facts.len() < TOLD && !facts.contains(&fact) {
            facts.push(fact);
        }
    }
    (facts, Some(Ask::Builders))
}

fn hidden(known: Known<'_>) -> Said {
    let grounds = known.grounds;
    // That nothing hides can be said only where something was compared.
    if grounds.hides == 0 && !grounds.compared {
        return (Vec::new(), Some(Ask::Logs));
    }
    (vec![Fact::look(What::Hides(grounds.hides), FactSource::Views)], None)
}
