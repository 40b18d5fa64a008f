//! What is found by what was heard.

use std::net::SocketAddr;
use std::sync::Arc;

use firedamp::domain::base::{Pid, ProcessId};
use firedamp::domain::detect::{Finding, Grade, Rule, Subject, Watch};
use firedamp::domain::facts::{Process, Sighting, Snapshot, Speaker, Spoken, Wire, WireState};
use firedamp::domain::untrusted::Untrusted;

use crate::bytes::{CLIENT, SERVER, at, end, indicators};
use crate::ear::socket;

fn id(pid: u32) -> ProcessId {
    ProcessId { pid: Pid(pid), start: 1, inode: 0 }
}

fn process(pid: u32) -> Arc<Process> {
    Arc::new(Process { id: id(pid), ..Process::default() })
}

pub(crate) fn sighting(spoken: Spoken, last: u64) -> Sighting {
    Sighting {
        moment: at(1),
        last: at(last),
        times: 1,
        spoken,
        client: end(CLIENT),
        server: end(SERVER),
        process: None,
        served_by: None,
    }
}

pub(crate) fn stratum(by: Speaker) -> Spoken {
    let (method, login) = ("login".into(), "4ExampleWallet.rig".into());
    Spoken::Stratum { method, login, agent: "miner/1.0".into(), by }
}

fn snapshot(ms: u64, sightings: Vec<Sighting>) -> Snapshot {
    let sightings = sightings.into_iter().map(Arc::new).collect();
    let wire = Wire { state: WireState::Listening, sightings, ..Wire::default() };
    Snapshot { wire: Arc::new(wire), ..Snapshot::empty(at(ms)) }
}

fn seen(snapshot: &Snapshot) -> Vec<Finding> {
    Watch::default().see(snapshot, &indicators()).into_values().collect()
}

fn graded(snapshot: &Snapshot) -> Vec<(Subject, Grade)> {
    seen(snapshot).into_iter().map(|it| (it.subject, it.grade)).collect()
}

fn connection(local: SocketAddr, remote: SocketAddr) -> Subject {
    let protocol = firedamp::domain::facts::Protocol::Tcp;
    Subject::Connection { protocol, local, remote }
}

#[test]
fn who_speaks_stratum_is_confirmed_and_who_is_only_told_is_suspect() {
    for (by, grade) in [(Speaker::Client, Grade::Confirmed), (Speaker::Server, Grade::Suspect)] {
        let one = Sighting { process: Some(id(7)), ..sighting(stratum(by), 1) };
        let mut snapshot = snapshot(2, vec![one]);
        snapshot.processes = vec![process(7)];
        let found = graded(&snapshot);
        assert!(found.contains(&(Subject::Process(id(7)), grade)), "{found:?}");
        assert!(found.contains(&(connection(end(CLIENT), end(SERVER)), grade)), "{found:?}");
    }
}

#[test]
fn a_server_that_a_stranger_speaks_stratum_to_is_not_accused() {
    let one = Sighting { served_by: Some(id(7)), ..sighting(stratum(Speaker::Client), 1) };
    let mut snapshot = snapshot(2, vec![one]);
    snapshot.processes = vec![process(7)];
    assert!(graded(&snapshot).iter().all(|(it, _)| *it != Subject::Process(id(7))));
}

#[test]
fn a_conversation_that_nobody_is_seen_to_hold_is_found_while_it_goes_on() {
    let hidden = |now| snapshot(now, vec![sighting(stratum(Speaker::Both), 1_000)]);
    assert_eq!(graded(&hidden(60_000)).len(), 1);
    assert!(graded(&hidden(400_000)).is_empty());
}

#[test]
fn a_process_that_has_ended_is_not_found_again() {
    let one = Sighting { process: Some(id(7)), ..sighting(stratum(Speaker::Client), 1) };
    let found = graded(&snapshot(2, vec![one]));
    assert!(found.iter().all(|(it, _)| matches!(it, Subject::Connection { .. })));
}

#[test]
fn a_connection_to_the_address_of_a_pool_is_suspect_and_so_is_its_owner() {
    let remote = end("198.51.100.9:443");
    let mut snapshot = snapshot(2, Vec::new());
    let names = vec![(remote.ip(), Untrusted::from("eu.pool.example"))];
    snapshot.wire = Arc::new(Wire { names, ..Wire::default() });
    snapshot.sockets = vec![socket(end(CLIENT), remote, 7)];
    snapshot.processes = vec![process(7)];
    let found = seen(&snapshot);
    assert_eq!(found.len(), 2);
    for it in found {
        assert_eq!((it.grade, it.reasons[0].rule), (Grade::Suspect, Rule::PoolNameAsked));
        assert_eq!(it.reasons[0].value.bytes(), b"eu.pool.example");
    }
}

#[test]
fn ten_names_of_a_pool_are_one_reason() {
    let name = |number: u32| Spoken::Dns {
        name: format!("x{number}.pool.example").into(),
        alias: Untrusted::default(),
        addresses: Vec::new(),
    };
    let asked = (0..10).map(|it| Sighting { process: Some(id(7)), ..sighting(name(it), 1) });
    let mut snapshot = snapshot(2, asked.collect());
    snapshot.processes = vec![process(7)];
    let found = seen(&snapshot);
    assert_eq!((found.len(), found[0].reasons.len()), (1, 1));
}
