//! What was found is recorded, so that a recording says the same.

use std::sync::Arc;

use firedamp::domain::base::{Moment, Pid, ProcessId, Timestamp};
use firedamp::domain::detect::Watch;
use firedamp::domain::facts::{Evidence, FoundFile, FoundText, Packaged, Process, Snapshot, Trace};
use firedamp::domain::playbook::{PB_31, read};
use firedamp::domain::session::telemetry::{Decoder, Encoder};

use crate::{WALLET, configuration};

fn seen(boot_ms: u64, traces: Vec<Arc<Trace>>) -> Snapshot {
    let process = Process { id: id(), ..Process::default() };
    let moment = Moment { at: Timestamp::UNIX_EPOCH, boot_ms };
    let evidence = Arc::new(Evidence { traces });
    Snapshot { processes: vec![Arc::new(process)], evidence, ..Snapshot::empty(moment) }
}

const fn id() -> ProcessId {
    ProcessId { pid: Pid(7), start: 1, inode: 0 }
}

#[test]
fn a_recording_is_judged_as_the_host_was() {
    let content = configuration().as_str().into();
    let file =
        FoundFile { path: "/tmp/x/c".into(), deleted: true, content, ..FoundFile::default() };
    let text = |text: &str| FoundText { memory: true, text: text.into() };
    let texts = vec![text("stratum+tcp://gw.example:3333"), text(WALLET)];
    let trace = Trace {
        process: id(),
        program: Packaged::No,
        files: vec![Arc::new(file)],
        texts,
        ..Trace::default()
    };
    let looks =
        [seen(1_000, Vec::new()), seen(2_000, vec![Arc::new(trace)]), seen(3_000, Vec::new())];
    let (mut encoder, mut decoder) = (Encoder::default(), Decoder::default());
    let (mut live, mut replayed) = (Watch::default(), Watch::default());
    let look_for = read(PB_31.en).0.indicators();
    for look in &looks {
        let said = encoder.push(look).unwrap();
        let back = decoder.push(&said).unwrap();
        assert_eq!(&back, look);
        let found = live.see(look, &look_for);
        assert_eq!(found, replayed.see(&back, &look_for));
        assert_eq!(found.is_empty(), look.evidence.traces.is_empty());
        assert_eq!(said.contains("traces"), look.moment.boot_ms > 1_000);
    }
}

#[test]
fn a_file_is_taken_apart_once_by_whoever_keeps_it() {
    let content = configuration().as_str().into();
    let file = FoundFile { path: "/tmp/x/c".into(), content, ..FoundFile::default() };
    assert!(firedamp::domain::detect::keeps(&file));
    // Whoever would read it again would find nothing in this one.
    let file = FoundFile { content: "nothing".into(), ..file };
    let found = |file: &FoundFile| {
        let files = vec![Arc::new(file.clone())];
        let trace = Trace { process: id(), program: Packaged::No, files, ..Trace::default() };
        let look = seen(1_000, vec![Arc::new(trace)]);
        Watch::default().see(&look, &read(PB_31.en).0.indicators()).len()
    };
    assert_eq!(found(&file), 1);
    // A recording has the bytes alone, and they are read again.
    let played: FoundFile = serde_json::from_value(serde_json::to_value(&file).unwrap()).unwrap();
    assert_eq!(found(&played), 0);
}
