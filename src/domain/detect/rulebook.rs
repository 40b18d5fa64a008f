//! The rules in force: packs of indicators and Sigma rules, those of the program and those that the responder added.
//!
//! Invariant: what the responder's own indicator names is confirmed where the thing itself is seen, and never where
//! somebody only looks for it; what the program brought is a heuristic, and so is every Sigma rule.

mod events;
mod live;

pub(super) use live::Memory;

use std::net::SocketAddr;

use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use super::fault::{BadRule, RuleFault};
use super::pack::{self, Hit, Index, Pack};
use super::rules::command_line;
use super::rules::persistence::{self, Dealing};
use super::sigma::{self, SigmaRule, Source};
use super::{End, Entry, FactSource, File, Grade, Reason, Rule, Seen, Told};
use crate::domain::base::{Digest, Timestamp};
use crate::domain::facts::FoundBy;
use crate::domain::untrusted::Untrusted;

/// The pack that comes with the program.
const BUILT_IN: (&str, &str) = ("built-in.toml", include_str!("pack/built-in.toml"));
/// Cells of a value in front of what stands behind it.
const VALUE: usize = 160;

/// What one file holds.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    /// The file, without its folder.
    pub file: String,
    /// SHA-256 of its text.
    pub digest: Digest,
    /// Its indicators, if it is a pack.
    pub pack: Option<Pack>,
    /// Its rules.
    pub sigma: Vec<SigmaRule>,
    /// What is wrong with it; the rest of it is above.
    pub faults: Vec<BadRule>,
}

/// All rules in force.
#[derive(Clone, Debug, Default)]
pub struct Rulebook {
    packs: Vec<Pack>,
    sigma: Vec<SigmaRule>,
    index: Index,
    files: Vec<(String, Digest)>,
    /// Of each file the pack, if it is one, and how many Sigma rules it has.
    parts: Vec<(Option<usize>, usize)>,
}

/// A file of rules in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileInForce<'a> {
    /// The file, without its folder.
    pub file: &'a str,
    /// SHA-256 of its text.
    pub digest: Digest,
    /// What the pack is called, if it is one.
    pub pack: &'a str,
    /// It came with the program.
    pub built_in: bool,
    /// How many indicators it has.
    pub indicators: usize,
    /// How many of them hold no longer.
    pub expired: usize,
    /// How many Sigma rules it has.
    pub rules: usize,
}

/// Reads a file by what the end of its name says: `toml`, `json` (STIX), `txt` (a list), `yml` (Sigma).
#[must_use]
pub fn read(file: &str, text: &str) -> Contents {
    let digest = Digest(Sha256::digest(text.as_bytes()).into());
    let mut contents = Contents { file: file.to_owned(), digest, ..Contents::default() };
    let end = file.rsplit_once('.').map_or("", |(_, end)| end).to_ascii_lowercase();
    let (pack, faults) = match end.as_str() {
        "toml" => pack::read_toml(file, text),
        "json" | "stix" => pack::read_stix(file, text),
        "txt" | "list" | "ioc" => pack::read_list(file, text),
        "yml" | "yaml" => {
            (contents.sigma, contents.faults) = sigma::read(file, text);
            return contents;
        }
        _ => {
            contents.faults = vec![RuleFault::NoKind.at(1)];
            return contents;
        }
    };
    (contents.pack, contents.faults) = (Some(pack), faults);
    contents
}

impl Contents {
    /// How many indicators and rules it brings.
    #[must_use]
    pub fn count(&self) -> usize {
        self.pack.as_ref().map_or(0, |it| it.rows.len()) + self.sigma.len()
    }
}

impl Rulebook {
    /// What comes with the program.
    #[must_use]
    pub fn built_in() -> Self {
        Self::with(&[])
    }

    /// What comes with the program, and these files.
    #[must_use]
    pub fn with(files: &[Contents]) -> Self {
        let mut own = read(BUILT_IN.0, BUILT_IN.1);
        if let Some(pack) = &mut own.pack {
            pack.built_in = true;
        }
        let rules = sigma::PB_31.iter().map(|(file, text)| read(file, text));
        let all: Vec<Contents> =
            [own].into_iter().chain(rules).chain(files.iter().cloned()).collect();
        let mut book = Self::default();
        for contents in all {
            let pack = contents.pack.is_some().then_some(book.packs.len());
            book.parts.push((pack, contents.sigma.len()));
            book.files.push((contents.file, contents.digest));
            book.packs.extend(contents.pack);
            book.sigma.extend(contents.sigma);
        }
        book.index = Index::of(&book.packs);
        book
    }

    /// The files, and the digests of what they say.
    #[must_use]
    pub fn files(&self) -> &[(String, Digest)] {
        &self.files
    }

    /// The files, and how much of each holds on this day.
    pub fn in_force(&self, now: Timestamp) -> impl Iterator<Item = FileInForce<'_>> {
        let today = today(now);
        let own = 1 + sigma::PB_31.len();
        let files = self.files.iter().zip(&self.parts).enumerate();
        files.map(move |(at, ((file, digest), (pack, rules)))| {
            let pack = pack.and_then(|it| self.packs.get(it));
            let rows = pack.map_or(&[][..], |it| it.rows.as_slice());
            let over = |row: &&pack::Row| pack.is_some_and(|it| it.is_over(row, today));
            FileInForce {
                file,
                digest: *digest,
                pack: pack.map_or("", |it| &it.name),
                built_in: at < own,
                indicators: rows.len(),
                expired: rows.iter().filter(over).count(),
                rules: *rules,
            }
        })
    }

    /// How many indicators and how many Sigma rules there are.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.packs.iter().map(|it| it.rows.len()).sum(), self.sigma.len())
    }

    /// What speaks against a process: what it is, what it says, and whom it talks to.
    #[must_use]
    pub fn of_process(&self, seen: &Seen<'_>, now: Timestamp) -> Vec<Told> {
        if seen.is_kernel() {
            return Vec::new();
        }
        let most = command_line::most(seen);
        let mut told = Vec::new();
        if !self.index.is_empty() {
            let mut search = self.index.search();
            for argument in &seen.arguments {
                search.text(argument, FactSource::CommandLine, true);
            }
            seen.digests.iter().for_each(|it| search.digest(it, FactSource::Exe));
            seen.ends.iter().for_each(|end| ends(&mut search, end));
            told = self.told(&search.hits, most, now);
        }
        let most = most.min(Grade::Suspect);
        self.sigma(Source::Process, most, &|| events::process(seen), &mut told);
        for end in &seen.ends {
            self.connected(end, Some(seen), &mut told);
        }
        told
    }

    /// What speaks against a connection by its other end, whoever holds it.
    #[must_use]
    pub fn of_end(&self, end: &End<'_>, owner: Option<&Seen<'_>>, now: Timestamp) -> Vec<Told> {
        let mut search = self.index.search();
        ends(&mut search, end);
        let mut told = self.told(&search.hits, Grade::Confirmed, now);
        self.connected(end, owner, &mut told);
        told
    }

    /// What speaks against a connection that somebody opened to a port of this host: who came is worth a line, and says
    /// nothing of who answers.
    pub(super) fn of_caller(&self, from: SocketAddr, now: Timestamp) -> Vec<Told> {
        let mut search = self.index.search();
        search.address(from.ip(), format!("<- {from}").as_bytes(), FactSource::Sockets, true);
        self.told(&search.hits, Grade::Noted, now)
    }

    /// What speaks against something that starts by itself.
    #[must_use]
    pub fn of_entry(&self, entry: &Entry<'_>, now: Timestamp) -> Vec<Told> {
        if entry.packaged == Some(true) {
            return Vec::new();
        }
        let source = FactSource::Persistence;
        let (mut search, mut kept) = (self.index.search(), self.index.search());
        persistence::dealings(entry, |part, dealing| match dealing {
            Dealing::From => search.text(part.as_bytes(), source, false),
            Dealing::Named => search.text(part.as_bytes(), source, true),
            Dealing::Kept => kept.text(part.as_bytes(), source, true),
        });
        let mut told = self.told(&search.hits, Grade::Suspect, now);
        for (grade, reason) in self.told(&kept.hits, Grade::Noted, now) {
            if told.iter().all(|(_, known)| *known != reason) {
                told.push((grade, reason));
            }
        }
        self.sigma(Source::File, Grade::Suspect, &|| events::file(entry.path), &mut told);
        told
    }

    /// What speaks against a file that lies somewhere.
    #[must_use]
    pub fn of_file(&self, file: &File<'_>, now: Timestamp) -> Vec<Told> {
        if file.packaged == Some(true) {
            return Vec::new();
        }
        let mut search = self.index.search();
        search.text(file.content, FactSource::File, false);
        let mut told = self.told(&search.hits, Grade::Confirmed, now);
        self.sigma(Source::File, Grade::Suspect, &|| events::file(file.path), &mut told);
        told
    }

    /// What speaks against a process by its program, and by what was read in its files and its memory. What it remembers
    /// it may have been told, and what lies where it stands may be another's: that is no more than suspect.
    #[must_use]
    pub fn of_trace(&self, seen: &Seen<'_>, now: Timestamp) -> Vec<Told> {
        let mut search = self.index.search();
        let shows = command_line::shows(seen);
        for file in seen.files.iter().filter(|it| it.packaged.is_as_packaged() != Some(true)) {
            let anothers = shows || matches!(file.by, FoundBy::Folder | FoundBy::Anybodys);
            search.text(file.content.bytes(), FactSource::File, anothers);
        }
        for it in &seen.texts {
            let source = if it.memory { FactSource::Memory } else { FactSource::Program };
            search.text(it.text.bytes(), source, true);
        }
        seen.digests.iter().for_each(|it| search.digest(it, FactSource::Exe));
        let most = Grade::Suspect.min(command_line::most(seen));
        let mut told = self.told(&search.hits, most, now);
        if !seen.digests.is_empty() {
            // A rule may ask for the digest and for more.
            let most = if shows { Grade::Noted } else { Grade::Suspect };
            self.sigma(Source::Process, most, &|| events::process(seen), &mut told);
        }
        told
    }

    /// What speaks against whoever asked for this name. Many names share an address, and who resolves names asks for those
    /// that others want to know.
    #[must_use]
    pub fn of_name(&self, name: &[u8], owner: Option<&Seen<'_>>, now: Timestamp) -> Vec<Told> {
        let mut search = self.index.search();
        search.host(name, FactSource::Wire, true);
        let little = |it: &Seen<'_>| command_line::shows(it) || command_line::resolves(it);
        let most = if owner.is_some_and(little) { Grade::Noted } else { Grade::Suspect };
        let mut told = self.told(&search.hits, most, now);
        self.sigma(Source::Name, most, &|| events::name(name, owner), &mut told);
        told
    }

    /// What speaks against whoever signs in so where work is handed out.
    #[must_use]
    pub fn of_login(&self, login: &[u8], now: Timestamp) -> Vec<Told> {
        let mut search = self.index.search();
        search.text(login, FactSource::Wire, false);
        self.told(&search.hits, Grade::Confirmed, now)
    }

    /// What Sigma rules say of a connection, and of the name that was asked for before it.
    fn connected(&self, end: &End<'_>, owner: Option<&Seen<'_>>, told: &mut Vec<Told>) {
        let own = owner.is_some_and(|it| it.own);
        let most = if own { Grade::Noted } else { Grade::Suspect };
        self.sigma(Source::Connection, most, &|| events::connection(end, owner), told);
        if !end.name.is_empty() {
            self.sigma(Source::Name, most, &|| events::name(end.name, owner), told);
        }
    }

    fn sigma(
        &self,
        source: Source,
        most: Grade,
        event: &dyn Fn() -> sigma::Event,
        told: &mut Vec<Told>,
    ) {
        let mut rules = self.sigma.iter().filter(|it| it.source == source).peekable();
        if rules.peek().is_none() {
            return;
        }
        let event = event();
        for rule in rules.filter(|it| it.hits(&event)) {
            let source = match rule.source {
                Source::Process => FactSource::CommandLine,
                Source::Connection => FactSource::Sockets,
                Source::Name => FactSource::Wire,
                Source::File => FactSource::Persistence,
            };
            let value = Untrusted::from(rule.told());
            let reason = Reason { rule: Rule::Sigma, value, source };
            if !told.iter().any(|(_, known)| *known == reason) {
                told.push((rule.grade().min(most), reason));
            }
        }
    }

    /// What the rows say whose indicators were seen; what is only named carries no further than `most`.
    fn told(&self, hits: &[Hit], most: Grade, now: Timestamp) -> Vec<Told> {
        let mut told = Vec::new();
        if hits.is_empty() {
            return told;
        }
        let mut rows: Vec<pack::Place> =
            hits.iter().flat_map(|hit| self.index.places(&hit.indicator)).copied().collect();
        rows.sort_unstable();
        rows.dedup();
        let today = today(now);
        for (at, row) in rows {
            let Some(pack) = self.packs.get(at) else { continue };
            let Some(row) = pack.rows.get(row) else { continue };
            let seen =
                |indicator: &pack::Indicator| hits.iter().any(|it| it.indicator == *indicator);
            if !row.pattern.holds(&seen) {
                continue;
            }
            let mut named = Vec::new();
            row.pattern.indicators(&mut named);
            // Of several things that were seen, the weightiest.
            let of_row = hits.iter().filter(|hit| named.contains(&&hit.indicator));
            let Some(hit) = of_row.min_by_key(|hit| hit.named) else { continue };
            let (rule, grade) = graded(pack, pack.is_over(row, today), hit.named);
            let grade = if hit.named { grade.min(most) } else { grade };
            let value = format!("{}; {}", hit.value.plain(VALUE), pack.origin(row));
            let reason = Reason { rule, value: value.into(), source: hit.source };
            told.push((grade, reason));
        }
        told
    }
}

/// An end, by its address and by its name.
fn ends(search: &mut pack::Search<'_>, end: &End<'_>) {
    if let Some(address) = end.address {
        let shown = std::net::SocketAddr::new(address, end.port).to_string();
        search.address(address, shown.as_bytes(), FactSource::Sockets, false);
    }
    search.host(end.name, FactSource::Sockets, false);
}

/// What an indicator of this pack says, and how far that carries.
const fn graded(pack: &Pack, over: bool, named: bool) -> (Rule, Grade) {
    match (over, pack.built_in) {
        (true, _) => (Rule::ExpiredIndicator, Grade::Noted),
        (false, false) => (Rule::Indicator, Grade::Confirmed),
        (false, true) if named => (Rule::KnownIndicator, Grade::Noted),
        (false, true) => (Rule::KnownIndicator, Grade::Suspect),
    }
}

/// The day in UTC.
pub(super) fn today(now: Timestamp) -> Date {
    jiff::tz::TimeZone::UTC.to_datetime(now).date()
}
