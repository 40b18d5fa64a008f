//! Any bytes as a playbook: `cargo +nightly fuzz run playbook fuzz/corpus/playbook tests/playbooks`.
#![no_main]

use firedamp::domain::playbook::{Walk, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let (playbook, problems) = read(&text);
    assert!(problems.iter().all(|problem| problem.line >= 1));
    for flow in playbook.flows() {
        let chosen: Vec<_> = flow.nodes.iter().map(|node| (&node.id, bytes.len() % 3)).collect();
        let walk = Walk::over(flow, chosen);
        let rows = walk.rows();
        assert_eq!(rows.iter().filter(|row| !row.repeat).count(), flow.nodes.len());
        for node in walk.open() {
            assert!(walk.branches(node).iter().any(|(branch, _)| walk.may_choose(node, *branch)));
        }
    }
    let mut ids: Vec<_> =
        playbook.checklists().flat_map(|list| &list.items).map(|item| &item.id).collect();
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count);
    assert!(playbook.indicators().ports.len() <= text.len());
});
