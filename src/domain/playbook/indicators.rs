//! What the tables of a playbook give to detection.

use std::collections::HashSet;
use std::hash::Hash;

use crate::domain::playbook::document::{Indicators, Playbook, Prose, Table, TableKind};

impl Indicators {
    /// These, and those of `other` wherever a document says nothing: a playbook without a table of ports does not
    /// mean that no port is suspicious.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        let fill = |mine: &mut Vec<String>, theirs: Vec<String>| {
            if mine.is_empty() {
                *mine = theirs;
            }
        };
        fill(&mut self.binaries, other.binaries);
        fill(&mut self.schemes, other.schemes);
        fill(&mut self.names, other.names);
        if self.ports.is_empty() {
            self.ports = other.ports;
        }
        self.cpu = self.cpu.or(other.cpu);
        self.gpu = self.gpu.or(other.gpu);
        self
    }

    /// The host, or a part of it from a dot on, begins as a pattern says: `pool.*` fits `eu.pool.example`.
    #[must_use]
    pub fn is_pool_name(&self, host: &str) -> bool {
        let is_host = host.contains('.')
            && host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
        // The time servers of the NTP pool are on every host.
        if !is_host || host.ends_with(".ntp.org") {
            return false;
        }
        let starts = std::iter::once(0).chain(host.match_indices('.').map(|(at, _)| at + 1));
        let mut parts = starts.filter_map(|at| host.get(at..));
        parts.any(|part| {
            self.names.iter().any(|pattern| {
                let stem = pattern.trim_start_matches('*').trim_end_matches('*');
                stem.len() > 1 && part.starts_with(stem)
            })
        })
    }
}

impl Playbook {
    /// Names, ports, schemes and thresholds that the indicator tables hold, in reading order.
    #[must_use]
    pub fn indicators(&self) -> Indicators {
        let mut found = Indicators::default();
        for table in self.tables() {
            match table.kind {
                TableKind::Binaries => binaries(table, &mut found),
                TableKind::PoolIndicators => pools(table, &mut found),
                TableKind::Thresholds => thresholds(table, &mut found),
                TableKind::Escalation | TableKind::Impact | TableKind::Other => {}
            }
        }
        distinct(&mut found.binaries);
        distinct(&mut found.ports);
        distinct(&mut found.schemes);
        distinct(&mut found.names);
        found
    }
}

fn binaries(table: &Table, found: &mut Indicators) {
    for cell in table.rows.iter().filter_map(|row| row.first()) {
        for name in cell.text.split([',', '\n']) {
            let name = name.trim().to_lowercase();
            if !name.is_empty() && !name.contains(' ') {
                found.binaries.push(name);
            }
        }
    }
}

fn pools(table: &Table, found: &mut Indicators) {
    for row in &table.rows {
        let head = row.first().map(|cell| cell.text.to_lowercase()).unwrap_or_default();
        let words = row.iter().skip(1).flat_map(words);
        for word in words {
            if word.contains("://") {
                scheme(word, found);
            } else if word.contains('*') {
                found.names.push(word.to_lowercase());
            } else if let (true, Ok(port)) =
                (["port", "พอร์ต"].iter().any(|it| head.contains(it)), word.parse())
            {
                found.ports.push(port);
            }
        }
    }
}

fn thresholds(table: &Table, found: &mut Indicators) {
    for row in &table.rows {
        let head = row.first().map(|cell| cell.text.to_lowercase()).unwrap_or_default();
        for cell in row.iter().skip(1) {
            words(cell).filter(|it| it.contains("://")).for_each(|it| scheme(it, found));
            let Some(percent) = percent(&cell.text) else { continue };
            if head.contains("gpu") {
                found.gpu.get_or_insert(percent);
            } else if head.contains("cpu") {
                found.cpu.get_or_insert((percent, minutes(&cell.text).unwrap_or_default()));
            }
        }
    }
}

/// `stratum+tcp://` out of `(stratum+tcp://pool.example)`.
fn scheme(word: &str, found: &mut Indicators) {
    if let Some(end) = word.find("://").map(|at| at + "://".len()) {
        found.schemes.push(word.get(..end).unwrap_or_default().to_lowercase());
    }
}

fn words(cell: &Prose) -> impl Iterator<Item = &str> {
    let between =
        |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '`' | '"' | '/');
    let whole = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '`' | '"');
    cell.text.split(whole).flat_map(move |word| {
        let parts =
            if word.contains("://") { [word].to_vec() } else { word.split(between).collect() };
        parts.into_iter().filter(|it| !it.is_empty())
    })
}

/// The number before the first `%`.
fn percent(text: &str) -> Option<f32> {
    let before = text.get(..text.find('%')?)?.trim_end();
    let start = before.rfind(|c: char| !(c.is_ascii_digit() || c == '.')).map_or(0, |at| {
        at + before.get(at..).and_then(|it| it.chars().next()).map_or(1, char::len_utf8)
    });
    before.get(start..)?.parse().ok()
}

/// The first number that a unit of time follows, in minutes.
fn minutes(text: &str) -> Option<u32> {
    let after = text.get(text.find('%')? + 1..)?.to_lowercase();
    let start = after.find(|c: char| c.is_ascii_digit())?;
    let rest = after.get(start..)?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let number: u32 = rest.get(..end)?.parse().ok()?;
    let unit = rest.get(end..)?.trim_start();
    if unit.starts_with('h') || unit.starts_with("ชั่วโมง") || unit.starts_with("ชม")
    {
        number.checked_mul(60)
    } else if unit.starts_with('s') || unit.starts_with("วินาที") {
        Some(number.div_ceil(60))
    } else {
        Some(number)
    }
}

/// The first of each, in order.
fn distinct<T: Clone + Eq + Hash>(list: &mut Vec<T>) {
    let mut seen = HashSet::new();
    list.retain(|it| seen.insert(it.clone()));
}
