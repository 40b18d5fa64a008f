//! Any snapshot survives its lines, and no line makes the decoder panic.

use std::sync::Arc;

use firedamp::domain::base::{Digest, Pid, ProcessId};
use firedamp::domain::facts::{
    Evidence, Flow, FoundFile, FoundText, Gap, Gpu, GpuOutcome, GpuSource, GpuSourceKind, Host,
    Packaged, Process, Reading, RunState, Snapshot, Socket, SocketView, Trace, Unread,
};
use firedamp::domain::session::telemetry::Decoder;
use firedamp::domain::untrusted::Untrusted;
use firedamp::host::store::Tape;
use proptest::prelude::*;

use crate::{decoded, lines, process, snapshot, socket};

fn any_reading() -> impl Strategy<Value = Reading<Untrusted>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..8).prop_map(|it| Reading::Known(Untrusted::new(it))),
        Just(Reading::Denied),
        Just(Reading::Blocked),
        Just(Reading::Unknown),
    ]
}

fn any_process() -> impl Strategy<Value = Process> {
    let figures = (-1e9_f32..1e9, any::<u64>(), 0_u64..3, 1_u32..3);
    let state = prop_oneof![Just(RunState::Running), any::<char>().prop_map(RunState::Other)];
    (1_u32..12, 0_u64..3, figures, any_reading(), state).prop_map(
        |(pid, start, it, text, state)| {
            let (cpu, cpu_ms, memory, threads) = it;
            let id = ProcessId { pid: Pid(pid), start, inode: 0 };
            Process { id, cpu, cpu_ms, memory, threads, command: text, state, ..process(pid) }
        },
    )
}

fn any_socket() -> impl Strategy<Value = Socket> {
    let numbers = (any::<u64>(), 0_u64..3, any::<u64>(), 0_u64..3);
    let flow = prop::option::weighted(0.7, numbers).prop_map(|it| {
        it.map(|(sent, received, last_sent_ms, last_received_ms)| Flow {
            sent,
            received,
            last_sent_ms,
            last_received_ms,
        })
    });
    let view = prop_oneof![
        4 => Just(None),
        1 => Just(Some(SocketView::Netlink)),
        1 => Just(Some(SocketView::Proc)),
    ];
    (0_u64..6, 0_u64..2, flow, view, any::<bool>()).prop_map(
        |(inode, namespace, flow, only_in, own)| Socket {
            namespace,
            flow,
            only_in,
            own,
            since_before: own,
            ..socket(inode)
        },
    )
}

fn any_trace() -> impl Strategy<Value = Trace> {
    let file = (0_u8..3, any::<bool>()).prop_map(|(name, deleted)| {
        let path = format!("/tmp/{name}").into();
        Arc::new(FoundFile { path, deleted, content: "url=".into(), ..FoundFile::default() })
    });
    let text = any::<bool>().prop_map(|memory| FoundText { memory, text: "stratum".into() });
    let files = prop::collection::vec(file, 0..4);
    let texts = prop::collection::vec(text, 0..3);
    (0_u32..6, prop::option::of(0_u8..2), files, texts).prop_map(|(pid, digest, files, texts)| {
        let process = ProcessId { pid: Pid(pid), start: 1, inode: 0 };
        let digest = digest.map(|it| Digest([it; 32]));
        let environment = texts.iter().map(|it| it.text.clone()).take(1).collect();
        let asked = pid % 2 == 0 && files.is_empty();
        Trace { process, program: Packaged::No, asked, digest, files, texts, environment }
    })
}

fn any_evidence() -> impl Strategy<Value = Evidence> {
    (prop::collection::vec(any_trace(), 0..6), any::<bool>()).prop_map(|(mut traces, odd)| {
        if !odd {
            traces.sort_by_key(|it| it.process);
            traces.dedup_by_key(|it| it.process);
        }
        Evidence { traces: traces.into_iter().map(Arc::new).collect() }
    })
}

fn any_snapshot() -> impl Strategy<Value = Snapshot> {
    let sockets = prop::collection::vec(any_socket(), 0..8);
    let rows = prop::collection::vec(any_process(), 0..10);
    let host = prop::collection::vec(any::<f32>(), 0..3);
    (rows, sockets, host, any::<bool>(), 0_u64..9, any_evidence()).prop_map(
        |(mut rows, sockets, cpus, odd, second, evidence)| {
            if !odd || second > 0 {
                rows.sort_by_key(|row| row.id.pid);
                rows.dedup_by_key(|row| row.id.pid);
            }
            let mut snapshot = snapshot(second, rows, sockets);
            let name = if odd { "web03" } else { "db01" }.into();
            let cpus = cpus.into_iter().filter(|it| it.is_finite()).collect();
            snapshot.evidence = Arc::new(evidence);
            snapshot.host = Arc::new(Host { name, cpus, ..Host::default() });
            if second % 2 == 0 {
                let source = GpuSource { kind: GpuSourceKind::Sysfs, outcome: GpuOutcome::Absent };
                snapshot.gpu = Arc::new(Gpu { sources: vec![source], ..Gpu::default() });
                snapshot.unread =
                    vec![Unread::source("/proc/9", "gone"), Unread::gap(Gap::NotRoot(33))];
            }
            snapshot
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_encoded_decodes_to_the_same(all in prop::collection::vec(any_snapshot(), 0..12)) {
        prop_assert_eq!(decoded(&lines(&all)), all);
    }

    #[test]
    fn no_text_makes_the_decoder_panic(text in any::<String>(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut decoder = Decoder::default();
        prop_assert!(decoder.push(&text).is_err());
        prop_assert!(Tape::of([bytes.into()]).is_empty());
    }
}
