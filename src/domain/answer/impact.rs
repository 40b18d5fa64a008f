//! Which rows of the playbook's table of impact this host is, and so how urgent it is.
//!
//! A host can be of several kinds, and then the most urgent one counts. Whether a server is in production no server can
//! tell: its name may, and the responder can.

use crate::domain::answer::Known;
use crate::domain::answer::fact::{Ask, Fact, FactsFrom, What};
use crate::domain::answer::topic::{has, small};
use crate::domain::detect::FactSource;
use crate::domain::facts::Reading;
use crate::domain::playbook::TableKind;
use crate::domain::session::Figure;
use crate::domain::untrusted::Untrusted;

/// A row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct ImpactRow {
    /// What kind of host, as the table has it.
    pub host_type: String,
    /// What it means, as the table has it.
    pub impact: String,
    /// How urgent, as the table has it: `P1`.
    pub priority: String,
    /// Why this host is of this kind; `None` if nothing says so.
    pub because: Option<Fact>,
}

/// The table, and where this host stands in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Impact {
    /// Rows in the order of the document.
    pub rows: Vec<ImpactRow>,
    /// The most urgent of those that this host is.
    pub at: Option<usize>,
    /// Whom to ask, where nothing says what kind of host this is.
    pub ask: Option<Ask>,
}

/// Kinds of host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Cloud,
    Workstation,
    Test,
    Production,
}

/// Words of a row, in the order in which they are looked for: `Dev/test server` is no `server`.
const KINDS: [(Kind, &[&str]); 4] = [
    (Kind::Test, &["dev", "test", "staging", "lab", "ทดสอบ", "พัฒนา"]),
    (Kind::Workstation, &["workstation", "desktop", "laptop", "user", "ผู้ใช้"]),
    (Kind::Cloud, &["cloud", "instance", "คลาวด์"]),
    (Kind::Production, &["prod", "ใช้งานจริง", "โปรดักชัน"]),
];
/// Parts of a host's name that say what it is for.
const NAMED: [(Kind, &[&str]); 2] = [
    (Kind::Production, &["prod", "prd", "production", "live"]),
    (Kind::Test, &["dev", "test", "tst", "stg", "staging", "stage", "qa", "uat", "lab", "sandbox"]),
];
/// Chassis of SMBIOS that somebody sits before.
const BEFORE_SOMEBODY: [u8; 12] = [3, 4, 6, 8, 9, 10, 11, 14, 30, 31, 32, 13];

pub(super) fn impact(known: Known<'_>) -> Impact {
    let tables = known.playbook.tables().filter(|it| it.kind == TableKind::Impact);
    let stated = known.state.stated(Figure::HostType);
    let mut rows: Vec<ImpactRow> = tables
        .flat_map(|table| &table.rows)
        .filter_map(|row| {
            let text = |at: usize| row.get(at).map(|cell| cell.text.clone());
            let (host_type, impact) = (text(0)?, text(1).unwrap_or_default());
            let priority = row.last().map(|cell| cell.text.clone()).unwrap_or_default();
            Some(ImpactRow { host_type, impact, priority, because: None })
        })
        .collect();
    if let Some(stated) = stated {
        let what = What::Stated(Figure::HostType, stated.text.clone());
        let fact = Fact { what, from: FactsFrom::Journal(stated.seq) };
        let said = small(&stated.text);
        let exact = rows.iter().position(|row| small(&row.host_type) == said);
        let fits = |row: &ImpactRow| {
            let row_kind = kind(&row.host_type);
            small(&row.host_type).contains(&said) || (row_kind.is_some() && row_kind == kind(&said))
        };
        let at = exact.or_else(|| rows.iter().position(fits));
        if let Some(row) = at.and_then(|at| rows.get_mut(at)) {
            row.because = Some(fact);
            return Impact { rows, at, ask: None };
        }
    }
    for row in &mut rows {
        row.because = kind(&row.host_type).and_then(|kind| because(known, kind));
    }
    let is = rows.iter().enumerate().filter(|(_, row)| row.because.is_some());
    let at = is.min_by(|(_, one), (_, other)| one.priority.cmp(&other.priority)).map(|(at, _)| at);
    let ask = (at.is_none() && !rows.is_empty()).then_some(Ask::HostType);
    Impact { rows, at, ask }
}

fn kind(text: &str) -> Option<Kind> {
    let text = small(text);
    KINDS.iter().find(|(_, words)| has(&text, words)).map(|(kind, _)| *kind)
}

/// Why this host is of this kind.
fn because(known: Known<'_>, kind: Kind) -> Option<Fact> {
    let grounds = known.grounds;
    match kind {
        Kind::Cloud => {
            let firmware = grounds.firmware();
            let rented = matches!(firmware.what, What::Rented(..)).then_some(firmware);
            let own = matches!(grounds.firmware().what, What::OwnMachine(_));
            rented.or_else(|| grounds.metadata().filter(|_| !own).cloned())
        }
        Kind::Workstation => {
            let firmware = match &grounds.site.firmware {
                // Hypervisors write a chassis too, whatever it is.
                Reading::Known(it)
                    if BEFORE_SOMEBODY.contains(&it.chassis)
                        && matches!(grounds.firmware().what, What::OwnMachine(_)) =>
                {
                    let what = What::OwnMachine(it.product.clone());
                    Some(Fact { what, from: FactsFrom::Firmware })
                }
                Reading::Known(_) | Reading::Denied | Reading::Blocked | Reading::Unknown => None,
            };
            let desktop = grounds.desktop.clone();
            let desktop = desktop.map(|it| Fact::look(What::Desktop(it), FactSource::Comm));
            firmware.or(desktop)
        }
        Kind::Test | Kind::Production => {
            let words = NAMED.iter().find(|(of, _)| *of == kind).map(|(_, words)| *words)?;
            let what = What::HostName(grounds.host.clone());
            named(&grounds.host, words).then_some(Fact { what, from: FactsFrom::HostName })
        }
    }
}

/// A part of the name, without the number behind it, is one of these words: `web-prod2.example`.
fn named(host: &Untrusted, words: &[&str]) -> bool {
    let name = String::from_utf8_lossy(host.bytes()).to_lowercase();
    let mut parts = name.split(|it: char| !it.is_ascii_alphanumeric());
    parts.any(|part| words.contains(&part.trim_end_matches(|it: char| it.is_ascii_digit())))
}
