//! `firedamp doctor`: what each probe costs on this host, what it can see, what is missing and how to get it.
//!
//! It looks as the cockpit looks, again and again for two seconds, and writes nothing: no session, no directory.
//! Deliberately absent: a verdict. What is missing is said with what it takes; whether that matters is for people.

mod report;
mod sights;

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::domain::base::Clock as _;
use crate::domain::facts::{Own, Snapshot};
use crate::host::probe::{self, Costs, Eyes, HostClock, Packages, Part, Roots, Source, raise};
use crate::run::args::Options;
use crate::run::complain::Complaint;
use crate::run::doctor::sights::Sights;
use crate::run::library::Shelf;
use crate::run::looker::{SIEVE, worthy};
use crate::run::places::Places;
use crate::run::reason;

/// Looks after the first one.
const LOOKS: usize = 50;
/// From one to the next; shorter than in the cockpit, so that nobody waits long.
const APART: Duration = Duration::from_millis(40);

/// Everything that was found out.
struct Findings {
    own: Own,
    snapshot: Snapshot,
    first: Duration,
    costs: Vec<Cost>,
    packages: (Vec<Source>, Duration),
    tools: (usize, usize, Duration),
    sights: Sights,
    places: Option<Places>,
}

/// What a part of a look cost.
struct Cost {
    /// Which; nothing for all of them together.
    part: Option<Part>,
    p50: Duration,
    p99: Duration,
    max: Duration,
    /// How many rows came of it in the last look, where there are rows.
    rows: Option<usize>,
}

/// Finds everything out and prints it.
pub(super) fn doctor(
    options: &Options,
    json: bool,
    out: &mut impl Write,
) -> Result<io::Result<ExitCode>, Complaint> {
    if !options.no_raise {
        probe::prepare();
    }
    let findings = examine(options)?;
    let text =
        if json { report::json(&findings) } else { report::text(&findings, options.language()) };
    Ok(out.write_all(text.as_bytes()).map(|()| ExitCode::SUCCESS))
}

fn examine(options: &Options) -> Result<Findings, Complaint> {
    let raised = probe::own();
    // As the thread that looks in the cockpit, and not as the screen.
    raise::looks();
    let mut eyes = Eyes::open().map_err(|error| reason::no_eyes(&error))?;
    eyes.seek(SIEVE, worthy(Shelf::looks_for(options.playbook.as_deref())?));
    let begun = Instant::now();
    let (mut snapshot, _) = eyes.look_timed(HostClock.now());
    let first = begun.elapsed();
    let mut all = Vec::with_capacity(LOOKS);
    for _ in 0..LOOKS {
        std::thread::sleep(APART);
        let (newer, costs) = eyes.look_timed(HostClock.now());
        snapshot = newer;
        all.push(costs);
    }
    drop(eyes);
    let costs = summed(&all, &snapshot);
    let roots = Roots::live();
    let packages = Packages::open(&roots);
    let begun = Instant::now();
    let sources = packages.sources();
    let read_in = begun.elapsed();
    let begun = Instant::now();
    let (tools, doubts) = probe::inspect(&roots, &packages);
    let sights = Sights::here(&snapshot, &sources);
    Ok(Findings {
        own: Own { raised: raised.raised, ..probe::own() },
        first,
        costs,
        packages: (sources, read_in),
        tools: (tools, doubts.len(), begun.elapsed()),
        sights,
        places: Places::find(options).ok(),
        snapshot,
    })
}

/// A row a part, in the order of a look, and one for the whole.
fn summed(all: &[Costs], snapshot: &Snapshot) -> Vec<Cost> {
    let mut parts: Vec<Part> = Vec::new();
    for (part, _) in all.iter().flat_map(|costs| &costs.0) {
        if !parts.contains(part) {
            parts.push(*part);
        }
    }
    let of = |part: Option<Part>| {
        let sum = |costs: &Costs| -> Duration {
            let wanted = costs.0.iter().filter(|(it, _)| part.is_none_or(|part| part == *it));
            wanted.map(|(_, time)| *time).sum()
        };
        let mut times: Vec<Duration> = all.iter().map(sum).collect();
        times.sort_unstable();
        let at = |percent: usize| {
            let place = (times.len() * percent).div_ceil(100).saturating_sub(1);
            times.get(place).copied().unwrap_or_default()
        };
        let rows = part.and_then(|part| rows(part, snapshot));
        Cost { part, p50: at(50), p99: at(99), max: at(100), rows }
    };
    parts.into_iter().map(Some).chain([None]).map(of).collect()
}

fn rows(part: Part, snapshot: &Snapshot) -> Option<usize> {
    match part {
        Part::Processes => Some(snapshot.processes.len()),
        Part::Rows => Some(snapshot.sockets.len() + snapshot.others.len()),
        Part::Gpu => Some(snapshot.gpu.devices.len()),
        Part::Hiding => Some(snapshot.hiding.contradictions.len()),
        Part::Persistence => Some(snapshot.persistence.entries.len()),
        Part::Evidence => Some(snapshot.evidence.traces.len()),
        Part::Sockets | Part::Machine | Part::Wire | Part::Own => None,
    }
}
