//! One subject judged by itself, without a host around it: what `scan` and `assess` print.
//!
//! Invariant: a verdict with a grade has a reason, since its grade is that of its weightiest reason.

use std::net::IpAddr;

use crate::domain::detect::config::{self, Config};
use crate::domain::detect::grammar::{self, Sentence};
use crate::domain::detect::rules::{self, Told};
use crate::domain::detect::seen::{End, Seen};
use crate::domain::detect::{Entry, File, Grade, Rule};
use crate::domain::playbook::Indicators;
use crate::domain::untrusted::Untrusted;

/// What speaks against one subject, the weightiest first, and what can be taken out of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Why.
    pub reasons: Vec<Told>,
    /// Places that work comes from.
    pub pools: Vec<Untrusted>,
    /// Addresses that are paid.
    pub wallets: Vec<Untrusted>,
    /// Who else is paid: accounts and e-mails. Only somebody who is found is paid by them.
    pub users: Vec<Untrusted>,
    /// What the machine is called where work comes from.
    pub rigs: Vec<Untrusted>,
    /// What is computed.
    pub algorithms: Vec<Untrusted>,
}

/// Judges a process.
#[must_use]
pub fn judge_process(seen: &Seen<'_>, look_for: &Indicators) -> Verdict {
    let mut reasons = rules::standing(seen, look_for);
    reasons.extend(rules::doing(seen, look_for));
    Verdict { reasons, ..Verdict::default() }
        .with(&grammar::read(rules::command_line::words(seen).into_iter()))
        .settled()
}

/// Judges a connection by its other end, and by what little is known of who holds it: a name or a path.
#[must_use]
pub fn judge_connection(end: &End<'_>, owner: Option<&[u8]>, look_for: &Indicators) -> Verdict {
    let mut reasons = rules::ends::of(end, look_for);
    rules::ends::by_owner(end, owner, &mut reasons);
    if let Some(owner) = owner {
        let (path, deleted) =
            owner.strip_suffix(b" (deleted)").map_or((owner, false), |it| (it, true));
        let is_path = path.starts_with(b"/");
        let seen = Seen {
            name: if is_path { &[] } else { path },
            exe: if is_path { path } else { &[] },
            deleted,
            // The kernel opens no connections of this kind.
            kernel: Some(false),
            cpu_minutes: is_path.then_some(f32::MAX),
            ..Seen::default()
        };
        reasons.extend(rules::standing(&seen, look_for));
    }
    Verdict { reasons, ..Verdict::default() }.leading_to(end).settled()
}

/// Judges something that starts by itself.
#[must_use]
pub fn judge_entry(entry: &Entry<'_>, look_for: &Indicators) -> Verdict {
    let mut verdict =
        Verdict { reasons: rules::persistence::judge(entry, look_for), ..Verdict::default() };
    if entry.packaged != Some(true) {
        for line in entry.content.split(|byte| *byte == b'\n') {
            verdict = verdict.with(&rules::persistence::commands(line));
        }
    }
    verdict.settled()
}

/// Judges a file that lies somewhere, by what it says.
#[must_use]
pub fn judge_file(file: &File<'_>) -> Verdict {
    if file.packaged == Some(true) {
        return Verdict::default();
    }
    let read = config::read(file.path, file.content);
    let reasons = rules::config_file::of_file(file.path, &read).into_iter().collect();
    Verdict { reasons, ..Verdict::default() }.with_config(&read).settled()
}

impl Verdict {
    /// How far its reasons carry; `None` if nothing speaks against it.
    #[must_use]
    pub fn grade(&self) -> Option<Grade> {
        self.reasons.iter().map(|(grade, _)| *grade).max()
    }

    /// With what else speaks against it.
    #[must_use]
    pub fn and(mut self, reasons: Vec<Told>) -> Self {
        self.reasons.extend(reasons);
        self.settled()
    }

    /// What its owner's arguments say about this end speaks against the connection too.
    pub fn join(&mut self, owner: &Self, end: &End<'_>) {
        let names = |pool: &Untrusted| {
            let pool = String::from_utf8_lossy(pool.bytes()).to_lowercase();
            let port =
                pool.rsplit(':').next().and_then(|port| port.split('/').next()?.parse().ok());
            let host = String::from_utf8_lossy(end.name).to_lowercase();
            let address = end.address.as_ref().map(IpAddr::to_string);
            port == Some(end.port)
                && (host.is_empty()
                    || pool.contains(&host)
                    || address.is_some_and(|it| pool.contains(&it)))
        };
        if owner.pools.iter().any(names) {
            let of_pool = |rule: Rule| Rule::OF_POOLS.contains(&rule);
            self.reasons.extend(owner.reasons.iter().filter(|(_, it)| of_pool(it.rule)).cloned());
        }
        *self = std::mem::take(self).leading_to(end).settled();
    }

    /// Where its connection leads, if it is thought to lead to work.
    fn leading_to(mut self, end: &End<'_>) -> Self {
        let host = match end.address {
            _ if !end.name.is_empty() => Some(String::from_utf8_lossy(end.name).into_owned()),
            Some(IpAddr::V6(at)) => Some(format!("[{at}]")),
            Some(IpAddr::V4(at)) => Some(at.to_string()),
            None => None,
        };
        let place = host.map(|host| Untrusted::from(format!("{host}:{}", end.port)));
        if let Some(place) =
            place.filter(|it| self.grade() >= Some(Grade::Suspect) && !self.pools.contains(it))
        {
            self.pools.push(place);
        }
        self
    }

    /// With what a command line names.
    fn with(mut self, sentence: &Sentence) -> Self {
        let add = |list: &mut Vec<Untrusted>, text: &Untrusted| {
            if !list.contains(text) {
                list.push(text.clone());
            }
        };
        sentence.judged_pools().for_each(|it| add(&mut self.pools, &it.text));
        sentence.wallets().for_each(|it| add(&mut self.wallets, &it.text));
        let others = sentence.users().filter(|it| it.wallet.is_none());
        others.for_each(|it| add(&mut self.users, &it.text));
        sentence.rigs().for_each(|it| add(&mut self.rigs, it));
        sentence.computed().for_each(|it| add(&mut self.algorithms, &it));
        self
    }

    /// With what a configuration names.
    fn with_config(mut self, config: &Config) -> Self {
        let add = |list: &mut Vec<Untrusted>, text: &Untrusted| {
            if !list.contains(text) {
                list.push(text.clone());
            }
        };
        config.pools().for_each(|it| add(&mut self.pools, &it.text));
        config
            .users()
            .filter_map(|it| it.wallet.as_ref())
            .for_each(|it| add(&mut self.wallets, &it.text));
        let others = config.users().filter(|it| it.wallet.is_none());
        others.for_each(|it| add(&mut self.users, &it.text));
        config.rigs().for_each(|it| add(&mut self.rigs, it));
        config.algorithms().for_each(|it| add(&mut self.algorithms, &it.text));
        self
    }

    fn settled(mut self) -> Self {
        self.reasons.sort_by(|(one, a), (other, b)| other.cmp(one).then_with(|| a.cmp(b)));
        self.reasons.dedup();
        self
    }
}
