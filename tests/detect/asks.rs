//! Who asks for the name of a pool: for himself, or for others.

use std::sync::Arc;

use firedamp::domain::detect::{Grade, Rule, Subject, Watch};
use firedamp::domain::facts::{Process, Reading, Sighting, Spoken, Wire};

use super::{id, pb_31, process, snapshot};

fn asked_by(exe: &str) -> Option<Grade> {
    let comm = exe.rsplit('/').next().unwrap();
    let asks = Process { exe: Reading::Known(exe.into()), ..process(42, comm, comm.as_bytes()) };
    let mut seen = snapshot(1_000, vec![asks], vec![]);
    let spoken = Spoken::Dns { name: "pool.example".into(), alias: "".into(), addresses: vec![] };
    let (client, server) = ("192.0.2.7:50000".parse().unwrap(), "192.0.2.53:53".parse().unwrap());
    let (moment, last) = (seen.moment, seen.moment);
    let (process, served_by) = (Some(id(42)), None);
    let sighting = Sighting { moment, last, times: 1, spoken, client, server, process, served_by };
    seen.wire = Arc::new(Wire { sightings: vec![Arc::new(sighting)], ..Wire::default() });
    let finding = Watch::default().see(&seen, &pb_31()).remove(&Subject::Process(id(42)))?;
    finding.reasons.iter().any(|it| it.rule == Rule::PoolNameAsked).then_some(finding.grade)
}

#[test]
fn who_asks_for_others_is_not_suspect_and_who_asks_for_himself_is() {
    assert_eq!(asked_by("/usr/lib/systemd/systemd-resolved"), Some(Grade::Noted));
    assert_eq!(asked_by("/usr/sbin/unbound"), Some(Grade::Noted));
    assert_eq!(asked_by("/usr/bin/svc"), Some(Grade::Suspect));
    assert!(asked_by("/tmp/unbound") >= Some(Grade::Suspect), "a name alone is no resolver");
}
