//! What ends nothing: another machine, another boot of a tape, and sockets that nobody can read.

use std::sync::Arc;

use firedamp::cockpit::model::{Source, SourceKind};
use firedamp::domain::facts::{Snapshot, Socket, Unread};
use firedamp::domain::session::Event;

use crate::incident::{Desk, miner, process, snapshot};
use crate::{crowd, pool, sees};

#[test]
fn a_miner_from_before_a_reboot_has_ended_and_one_that_comes_later_on_a_tape_has_not() {
    let kinds = [SourceKind::Host, SourceKind::Replay, SourceKind::Training];
    let [host, replay, training] = kinds.map(|kind| {
        let mut desk = Desk::with(Source { kind, length_ms: 900_000, ..Source::default() });
        // Found in the last boot, with a start tick that this boot has not come to.
        let found = |pid| {
            let mut late = miner(pid);
            late.id.start = 50_000;
            late
        };
        sees(&mut desk, snapshot(600_000, vec![process(2, "sshd", b"sshd"), found(42)]));
        assert_eq!(desk.session().state.findings.len(), 1, "{kind:?}");
        let mut events = sees(&mut desk, crowd(10_000, &[]));
        events.extend(sees(&mut desk, crowd(12_000, &[])));
        events.len()
    });
    assert_eq!((host, replay, training), (1, 0, 0));
}

#[test]
fn another_machine_and_sockets_that_cannot_be_read_end_nothing() {
    let mut desk = Desk::at_work();
    let connected = |boot_ms, sockets: Vec<Arc<Socket>>| {
        let all = vec![process(2, "sshd", b"sshd"), process(7, "kworkerd", b"kworkerd")];
        Snapshot { sockets, ..snapshot(boot_ms, all) }
    };
    let blind = |boot_ms| Snapshot {
        unread: vec![Unread::source("/proc/net/tcp", "permission denied")],
        ..connected(boot_ms, Vec::new())
    };
    sees(&mut desk, connected(1_000, vec![Arc::new(pool(7))]));
    let ends = |events: &[Event]| events.iter().any(|it| matches!(it, Event::Ended { .. }));
    assert_eq!(desk.session().state.live.len(), 2, "the connection, and whose it is");
    for boot_ms in [2_000, 40_000, 90_000] {
        assert!(!ends(&sees(&mut desk, blind(boot_ms))), "{boot_ms}");
    }
    // Once they can be read it is missed, and then it has ended.
    assert!(!ends(&sees(&mut desk, connected(91_000, Vec::new()))));
    assert!(ends(&sees(&mut desk, connected(122_000, Vec::new()))));

    let mut desk = Desk::at_work();
    sees(&mut desk, crowd(1_000, &[42]));
    let elsewhere = |boot_ms| {
        let mut other = crowd(boot_ms, &[]);
        Arc::make_mut(&mut other.host).name = "web-99".into();
        other
    };
    sees(&mut desk, elsewhere(2_000));
    assert!(sees(&mut desk, elsewhere(90_000)).is_empty());
    assert!(desk.session().state.ended.is_empty());
}
