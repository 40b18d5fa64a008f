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
