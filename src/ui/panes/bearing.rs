//! The live facts that bear on a question: what this host can say to it, and what it cannot.
//!
//! Which facts those are is read off the words of the question and of its branches, in either language.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use crate::cockpit::model::Live;
use crate::cockpit::panes::{NetworkPart, NetworkRow};
use crate::cockpit::wire;
use crate::domain::base::Language;
use crate::domain::detect::{Finding, Grade, Subject};
use crate::domain::facts::{Sighting, Snapshot, Spoken, WireState};
use crate::ui::text::percent;
use crate::words::Phrase;
use crate::words::finding;
use crate::words::panes as said;

/// What a question may be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Topic {
    Load,
    Pool,
    Process,
    Hosts,
    Cloud,
}

/// Words that tell a topic. English ones begin a word of the text; Thai has no spaces, so those stand anywhere.
const TOPICS: [(Topic, &[&str], &[&str]); 5] = [
    (Topic::Load, &["cpu", "gpu", "load", "usage"], &["ซีพียู", "โหลด"]),
    (
        Topic::Pool,
        &["pool", "network", "stratum", "dns", "tls", "connection", "port", "traffic"],
        &["เครือข่าย", "ทราฟฟิก", "พูล", "การเชื่อมต่อ", "พอร์ต"],
    ),
    (
        Topic::Process,
        &["process", "kill", "confirm", "miner", "binary", "alert"],
        &["โปรเซส", "โพรเซส", "กระบวนการ", "ยืนยัน", "โปรแกรมขุด", "แจ้งเตือน"],
    ),
    (Topic::Hosts, &["instance", "host", "machine", "server"], &["เครื่อง", "อินสแตนซ์", "โฮสต์"]),
    (
        Topic::Cloud,
        &["cloud", "billing", "iam", "region", "credential", "aws", "azure", "gcp"],
        &["คลาวด์", "บิล", "ค่าใช้จ่าย", "ค่าบริการ"],
    ),
];

/// What there is to answer with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    /// Snapshot, findings and indicators.
    pub live: &'a Live,
    /// Rows of the network pane: matches first.
    pub connections: &'a [NetworkRow],
    /// Language of the answer.
    pub language: Language,
}

/// The facts that bear on a question with this label and these branches.
pub(super) fn facts<'a>(
    label: &'a str,
    branches: impl Iterator<Item = &'a str>,
    known: Known<'_>,
) -> Vec<Phrase> {
    let mut text = label.to_lowercase();
    for branch in branches {
        text.push(' ');
        text.push_str(&branch.to_lowercase());
    }
    let is_about = |(_, english, thai): &&(Topic, &[&str], &[&str])| {
        let mut words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
        words.any(|word| english.iter().any(|it| word.starts_with(it)))
            || thai.iter().any(|it| text.contains(it))
    };
    TOPICS.iter().filter(is_about).flat_map(|(topic, ..)| known.on(*topic)).collect()
}

impl Known<'_> {
    fn on(self, topic: Topic) -> Vec<Phrase> {
        match topic {
            Topic::Load => vec![self.cpu(), self.gpu()],
            Topic::Pool => [Some(self.pool()), self.wire()].into_iter().flatten().collect(),
            Topic::Process => vec![self.found()],
            Topic::Hosts => vec![Phrase::of(said::one_host(self.language))],
            Topic::Cloud => vec![Phrase::of(said::ask_cloud(self.language))],
        }
    }

    fn cpu(self) -> Phrase {
        let Some(snapshot) = &self.live.snapshot else { return unknown("CPU") };
        let cpu = percent(snapshot.host.cpu);
        let busy = self.live.indicators.cpu.map(|(limit, _)| (limit, over(snapshot, limit)));
        Phrase::of(said::cpu_now(self.language, &cpu, busy))
    }

    fn gpu(self) -> Phrase {
        let Some(snapshot) = &self.live.snapshot else { return unknown("GPU") };
        let of_devices = snapshot.gpu.devices.iter().filter_map(|it| it.busy.known());
        let of_holders = snapshot.gpu.holders.iter().filter_map(|it| it.busy.known());
        let busiest = of_devices.chain(of_holders).copied().max_by(f32::total_cmp);
        match busiest {
            Some(busy) => Phrase::of(format!("GPU {}", percent(busy))),
            None if snapshot.gpu.devices.is_empty() => Phrase::of(said::no_gpu(self.language)),
            None => unknown("GPU"),
        }
    }

    fn pool(self) -> Phrase {
        if self.live.snapshot.is_none() {
            return unknown(said::pool_connections(self.language));
        }
        let matches = self.connections.partition_point(|it| it.part == NetworkPart::Matches);
        let first = self.connections.first().filter(|_| matches > 0);
        let remote = first.and_then(|it| it.socket.remote).map(|it| it.to_string());
        let count = format!("{}: {matches}", said::pool_connections(self.language));
        Phrase::of(remote.map_or(count.clone(), |remote| format!("{count} ({remote})")))
    }

    /// What was heard on the wire; nothing where nobody listens.
    fn wire(self) -> Option<Phrase> {
        let snapshot = self.live.snapshot.as_ref()?;
        if snapshot.wire.state != WireState::Listening {
            return None;
        }
        let sightings = snapshot.wire.sightings.iter();
        let is_stratum = |it: &&Arc<Sighting>| matches!(it.spoken, Spoken::Stratum { .. });
        let stratum = sightings.filter(is_stratum).count();
        let named = snapshot.wire.sightings.len() - stratum;
        let rows = wire::rows(&snapshot.wire, &self.live.indicators).len();
        let allowed = rows.saturating_sub(snapshot.wire.sightings.len());
        Some(Phrase::of(crate::words::wire::live(self.language, named, stratum, allowed)))
    }

    fn found(self) -> Phrase {
        if self.live.snapshot.is_none() {
            // Nobody has been judged yet, and none is not nobody.
            return Phrase::of(said::word(self.language, said::Word::Waiting));
        }
        let of_grade = |grade: Grade| {
            let all = self.live.findings.values();
            all.filter(move |it| it.grade == grade && matches!(it.subject, Subject::Process(_)))
        };
        let confirmed = of_grade(Grade::Confirmed).count();
        let suspect = of_grade(Grade::Suspect).count();
        let count = Phrase::of(said::found(self.language, confirmed, suspect));
        let first = of_grade(Grade::Confirmed).next().or_else(|| of_grade(Grade::Suspect).next());
        first.map_or(count.clone(), |first| self.first(count, first))
    }

    fn first(self, said: Phrase, finding: &Finding) -> Phrase {
        let named = said.ours(format!("; {}: ", finding::subject(&finding.subject)));
        let Some(reason) = finding.reasons.first() else { return named };
        named.ours(format!("{} ", finding::rule(self.language, reason.rule))).theirs(&reason.value)
    }
}

fn unknown(what: &str) -> Phrase {
    Phrase::of(format!("{what}: ?"))
}

thread_local! {
    static OVER: RefCell<(Weak<Snapshot>, f32, usize)> =
        const { RefCell::new((Weak::new(), 0.0, 0)) };
}

/// Processes above `limit` percent of one CPU; counted once for each snapshot.
fn over(snapshot: &Arc<Snapshot>, limit: f32) -> usize {
    OVER.with_borrow_mut(|(of, at, count)| {
        let same_limit = at.to_bits() == limit.to_bits();
        if !(same_limit && Weak::ptr_eq(of, &Arc::downgrade(snapshot))) {
            *count = snapshot.processes.iter().filter(|it| it.cpu > limit).count();
            *of = Arc::downgrade(snapshot);
            *at = limit;
        }
        *count
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(label: &str, language: Language) -> Vec<String> {
        let live = Live::default();
        let known = Known { live: &live, connections: &[], language };
        facts(label, std::iter::empty(), known).iter().map(|it| it.plain(40)).collect()
    }

    #[test]
    fn what_nobody_has_looked_at_is_unknown() {
        assert_eq!(said("Check CPU/GPU usage", Language::En), ["CPU: ?", "GPU: ?"]);
        let alert = said("Cryptomining alert", Language::En);
        assert_eq!(alert, ["waiting for the first look at the host"]);
    }

    #[test]
    fn a_question_is_understood_in_thai_too() {
        assert_eq!(said("กี่เครื่อง?", Language::En), said("How many hosts?", Language::En));
    }

    #[test]
    fn billing_is_not_for_this_host_to_answer() {
        let said = said("Check billing and regions", Language::En);
        assert_eq!(said, ["ask the cloud console: this host cannot tell"]);
    }

    #[test]
    fn a_question_about_nothing_here_has_no_facts() {
        assert!(said("Tell the press?", Language::En).is_empty());
    }
}
