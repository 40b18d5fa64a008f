//! What is seen on the host: findings, the table of processes, and what filters leave of it.

use std::sync::Arc;

use firedamp::cockpit::dialog::Dialog;
use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{NoticeKind, Pane, Source};
use firedamp::cockpit::panes::ProcessSort;
use firedamp::cockpit::{Effect, Msg};
use firedamp::domain::base::{Both, Pid};
use firedamp::domain::detect::{Grade, Subject};
use firedamp::domain::facts::Process;
use firedamp::domain::session::Event;

use crate::incident::{Desk, miner, opened, opening, process, snapshot};
use crate::keys;

fn rows(desk: &Desk) -> Vec<u32> {
    desk.model.panes.processes.rows.iter().map(|row| row.process.id.pid.0).collect()
}

#[test]
fn a_finding_enters_the_journal_once_and_again_only_when_more_is_known() {
    let mut desk = Desk::at_work();
    let effects = desk.tell(Msg::Seen(Arc::new(snapshot(1_000, vec![miner(42)]))));
    let found = |effects: &[Effect]| {
        effects
            .iter()
            .filter(|it| matches!(it, Effect::Record { event: Event::Found { .. }, .. }))
            .count()
    };
    assert_eq!(found(&effects), 1);
    let again = desk.tell(Msg::Seen(Arc::new(snapshot(2_000, vec![miner(42)]))));
    assert_eq!(found(&again), 0, "it is on its way to the disk");
    desk.save(effects);
    let after = desk.tell(Msg::Seen(Arc::new(snapshot(3_000, vec![miner(42)]))));
    assert_eq!(found(&after), 0);
    assert_eq!(desk.session().state.findings.len(), 1);
}

#[test]
fn the_bell_rings_once_for_many_findings_and_not_again_for_half_a_minute() {
    let mut desk = Desk::at_work();
    let mut bells = |at: u64, pids: std::ops::Range<u32>| {
        let effects = desk.tell(Msg::Seen(Arc::new(snapshot(at, pids.map(miner).collect()))));
        effects.iter().filter(|it| **it == Effect::Bell).count()
    };
    assert_eq!(bells(1_000, 40..46), 1);
    assert_eq!(bells(5_000, 50..53), 0);
    assert_eq!(bells(31_000, 60..61), 1);
}

#[test]
fn the_suspect_is_on_top_and_the_cursor_stays_on_its_process() {
    let mut desk = Desk::at_work();
    let mut busy = process(7, "postgres", b"postgres");
    busy.cpu = 55.0;
    desk.tell(Msg::Seen(Arc::new(snapshot(
        1_000,
        vec![process(5, "sshd", b"sshd"), busy.clone()],
    ))));
    assert_eq!(rows(&desk), [7, 5]);
    desk.model.focus = Pane::Processes;
    keys(&mut desk, "j");
    assert_eq!(desk.model.panes.processes.selected.unwrap().pid.0, 5);
    let all = vec![process(5, "sshd", b"sshd"), busy, miner(42)];
    desk.tell(Msg::Seen(Arc::new(snapshot(2_000, all))));
    assert_eq!(rows(&desk), [42, 7, 5]);
    assert_eq!(desk.model.panes.processes.line, 2, "the cursor moved with its process");
    let grade = |pid: u32| {
        desk.model
            .live
            .findings
            .values()
            .find(|it| matches!(&it.subject, Subject::Process(id) if id.pid.0 == pid))
    };
    assert_eq!(grade(42).unwrap().grade, Grade::Confirmed);
}

#[test]
fn a_process_that_ended_stays_under_the_cursor_until_the_cursor_moves() {
    let mut desk = Desk::at_work();
    desk.tell(Msg::Seen(Arc::new(snapshot(
        1_000,
        vec![process(5, "a", b"a"), process(6, "b", b"b")],
    ))));
    keys(&mut desk, "j");
    desk.tell(Msg::Seen(Arc::new(snapshot(2_000, vec![process(5, "a", b"a")]))));
    let gone: Vec<bool> = desk.model.panes.processes.rows.iter().map(|row| row.gone).collect();
    assert_eq!(gone, [false, true]);
    keys(&mut desk, "k");
    assert_eq!(desk.model.panes.processes.rows.len(), 1);
}

#[test]
fn a_process_that_ended_gives_its_place_up_after_a_while_unless_somebody_is_at_it() {
    for asked in [false, true] {
        let mut desk = Desk::at_work();
        let mut ends = process(7, "rustc", b"rustc");
        ends.cpu = 38.0;
        let mut stays = process(8, "cc", b"cc");
        stays.cpu = 20.0;
        let seen = vec![process(5, "a", b"a"), ends, stays.clone()];
        desk.tell(Msg::Seen(Arc::new(snapshot(1_000, seen))));
        keys(&mut desk, "gg");
        assert_eq!(desk.model.panes.processes.selected.unwrap().pid.0, 7);
        if asked {
            keys(&mut desk, "\n");
        }
        let left = vec![process(5, "a", b"a"), stays];
        desk.tell(Msg::Seen(Arc::new(snapshot(2_000, left.clone()))));
        desk.tell(Msg::Seen(Arc::new(snapshot(61_000, left.clone()))));
        assert_eq!(rows(&desk), [7, 8, 5]);
        desk.tell(Msg::Seen(Arc::new(snapshot(62_000, left.clone()))));
        let (shown, under): (&[u32], u32) = if asked { (&[7, 8, 5], 7) } else { (&[8, 5], 8) };
        assert_eq!(rows(&desk), shown);
        let pane = &desk.model.panes.processes;
        assert_eq!(pane.rows[pane.line].process.id.pid.0, under);
        assert_eq!(pane.selected.unwrap().pid.0, under);
        assert_eq!(pane.held, asked, "the cursor begins anew on the top row");
    }
}

#[test]
fn by_cpu_is_the_order_of_the_figures_that_are_shown() {
    let mut desk = Desk::at_work();
    let seen = |cpu: [f32; 4]| {
        let with = |(pid, cpu)| Process { cpu, ..process(pid, "cc", b"cc") };
        (5..).zip(cpu).map(with).collect::<Vec<_>>()
    };
    desk.tell(Msg::Seen(Arc::new(snapshot(1_000, seen([40.0, 42.0, 31.0, 43.0])))));
    while desk.model.panes.processes.sort != ProcessSort::Cpu {
        keys(&mut desk, "s");
    }
    assert_eq!(rows(&desk), [8, 6, 5, 7]);
    desk.tell(Msg::Seen(Arc::new(snapshot(2_000, seen([44.0, 42.0, 42.3, 1.0])))));
    assert_eq!(rows(&desk), [5, 6, 7, 8], "what looks the same keeps the order of the pids");
}

#[test]
fn a_tree_of_forged_parents_shows_every_process_once() {
    let mut desk = Desk::at_work();
    let with_parent = |pid: u32, parent: u32| {
        let mut process = process(pid, "x", b"x");
        process.parent = Pid(parent);
        process
    };
    let circle = vec![with_parent(3, 4), with_parent(4, 5), with_parent(5, 3), with_parent(9, 1)];
    keys(&mut desk, "t");
    desk.tell(Msg::Seen(Arc::new(snapshot(1_000, circle))));
    let mut pids: Vec<u32> =
        desk.model.panes.processes.rows.iter().map(|row| row.process.id.pid.0).collect();
    pids.sort_unstable();
    assert_eq!(pids, [3, 4, 5, 9]);
}

#[test]
fn a_filter_works_while_it_is_typed_and_escape_takes_it_off() {
    let mut desk = Desk::at_work();
    desk.tell(Msg::Seen(Arc::new(snapshot(1_000, vec![process(5, "sshd", b"sshd"), miner(42)]))));
    keys(&mut desk, "/!ssh");
    assert_eq!(desk.model.panes.processes.rows.len(), 1);
    keys(&mut desk, "\n\u{1b}");
    assert_eq!(desk.model.panes.processes.rows.len(), 2);
    keys(&mut desk, "/cpu>abc\n");
    assert!(matches!(desk.model.notice.as_ref().unwrap().kind, NoticeKind::BadFilter(_)));
}

#[test]
fn leaving_the_filter_prompt_shows_what_was_shown_before_it() {
    let mut desk = Desk::at_work();
    desk.tell(Msg::Seen(Arc::new(snapshot(1_000, vec![process(5, "sshd", b"sshd"), miner(42)]))));
    keys(&mut desk, "/kworker\n");
    keys(&mut desk, "/zzz");
    assert_eq!(desk.model.panes.processes.rows.len(), 0);
    keys(&mut desk, "\u{1b}");
    assert_eq!(desk.model.panes.processes.filter.text(), "kworker");
    assert_eq!(desk.model.panes.processes.rows.len(), 1);
    keys(&mut desk, "gc/");
    assert!(matches!(desk.model.dialog, Dialog::Closed), "a checklist has no filter");
}

#[test]
fn a_playbook_without_tables_does_not_switch_detection_off() {
    let mut desk = Desk::at_work();
    let own = Arc::new(firedamp::domain::playbook::read("# Mine\n\n- [ ] look\n").0);
    let playbook = Both { en: Arc::clone(&own), th: own };
    desk.tell(Msg::Opened(Box::new(firedamp::cockpit::Opened {
        playbook,
        ..opened(vec![opening()], Source::default())
    })));
    let effects = desk.tell(Msg::Seen(Arc::new(snapshot(1_000, vec![miner(42)]))));
    assert!(
        effects.iter().any(|it| matches!(it, Effect::Record { event: Event::Found { .. }, .. }))
    );
}

#[test]
fn the_picture_of_a_host_can_be_held_while_the_watch_goes_on() {
    let mut desk = Desk::at_work();
    desk.tell(Msg::Seen(Arc::new(snapshot(1_000, vec![process(5, "a", b"a")]))));
    desk.press(Key::Char('p'));
    let effects = desk.tell(Msg::Seen(Arc::new(snapshot(2_000, vec![miner(42)]))));
    assert!(!effects.is_empty(), "findings are recorded all the same");
    assert_eq!(desk.model.panes.processes.rows.len(), 1);
    assert_eq!(desk.model.panes.processes.rows[0].process.id.pid.0, 5);
}
