//! What hides, on the screen: the pane with everything that can be found, the calm one, and the process table.

#[path = "../screens_panes/mined.rs"]
#[expect(dead_code, reason = "the other screens use the rest of the stage")]
mod mined;

use std::sync::Arc;

use firedamp::cockpit::command::Command;
use firedamp::cockpit::dialog::Dialog;
use firedamp::cockpit::model::{NoticeKind, Pane};
use firedamp::cockpit::{Effect, Model, Msg, update};
use firedamp::domain::base::{Language, ProcessId};
use firedamp::domain::detect::{Rule, Subject};
use firedamp::domain::facts::{
    Around, Contradiction, ContradictionKind, HiddenFrom, Hiding, HostView, NotWhole, Packaged,
    Process, Reading, RunState, Snapshot, Unread,
};
use firedamp::domain::session::Event;
use firedamp::ui::Screen;
use firedamp::ui::panes::draw;
use firedamp::ui::theme::Theme;
use mined::{full, mined as at_work};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

const EN: Language = Language::En;
const TH: Language = Language::Th;
const MINUTE: u64 = 60_000;

fn drawn(model: &Model, pane: Pane, columns: u16, rows: u16) -> String {
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    draw(pane, model, &Theme::of_name("dark"), area, &mut buffer);
    crate::drawn::text(&buffer)
}

fn one(
    kind: ContradictionKind,
    process: Option<ProcessId>,
    what: &str,
    shown: &str,
    minutes: u64,
) -> Arc<Contradiction> {
    let first_seen_ms = mined::now().boot_ms - minutes * MINUTE;
    let (what, shown, packaged) = (what.into(), shown.into(), Packaged::Unknown);
    let files = Vec::new();
    Arc::new(Contradiction { kind, process, what, shown, packaged, files, first_seen_ms })
}

/// Threads under a mount, programs before a tool, and a library that a package brought.
fn threads_and_files() -> Hiding {
    let of = |pid| Some(mined::id(pid));
    let with = |mut one: Arc<Contradiction>, packaged| {
        Arc::make_mut(&mut one).packaged = packaged;
        one
    };
    let (thread, shadow) = (ContradictionKind::Thread, ContradictionKind::Shadow);
    let shown = "task 1, Threads 5  kill  912  913  914  915";
    let script = "uid 0 0755  #!/bin/sh  < /usr/bin/ps procps";
    let library = "/usr/lib/libsnoopy.so";
    let file = one(ContradictionKind::Preload, None, "/etc/ld.so.preload", library, 8);
    let contradictions = vec![
        one(thread, of(911), "/proc/911/task", shown, 4),
        with(file, Packaged::Unchanged("snoopy".into())),
        with(one(shadow, None, "/usr/local/bin/ps", script, 2), Packaged::No),
    ];
    let views = vec![HostView::Clocks, HostView::Threads, HostView::Cgroups, HostView::Mounts];
    Hiding { contradictions, pids_tried: (32_767, 32_767), views, ..Hiding::default() }
}

/// A process that has no files, with its details open.
fn without_files(language: Language) -> Model {
    let mut model = after(language, everything()).0;
    let mut snapshot = Snapshot::clone(model.live.snapshot.as_ref().unwrap());
    for process in snapshot.processes.iter_mut().filter(|it| it.id.pid.0 == 4_242) {
        let around = Around { cpus: "0-3".into(), ..Around::default() };
        *process = Arc::new(Process {
            id: process.id,
            uid: u32::MAX,
            cpu: process.cpu,
            cpu_ms: process.cpu_ms,
            started_ms: process.started_ms,
            state: RunState::Other('?'),
            around: Arc::new(around),
            hidden: Some(HiddenFrom::Proc),
            ..Process::default()
        });
    }
    let _effects = update(&mut model, Msg::Seen(Arc::new(snapshot)));
    model
}

/// Everything that can be found, as it is found: not kind by kind.
fn everything() -> Hiding {
    let of = |pid| Some(mined::id(pid));
    let contradictions = vec![
        one(
            ContradictionKind::KernelName,
            of(3_310),
            "kworker/0:1",
            "/tmp/.x/kw\u{1b}[2J  ppid 1",
            3,
        ),
        one(
            ContradictionKind::Process,
            of(4_242),
            "4242",
            "clock_gettime pidfd_open kill /proc/4242",
            2,
        ),
        one(ContradictionKind::Preload, None, "/etc/ld.so.preload", "/lib/libstandin.so", 41),
        one(ContradictionKind::Mount, of(911), "/proc/911", "tmpfs none:/", 1),
        one(ContradictionKind::Cpu, None, "/proc/stat", "180 %", 1),
    ];
    Hiding {
        contradictions,
        unexplained_cpu: Reading::Known(187.0),
        pids_tried: (32_767, 32_767),
        views: vec![HostView::Clocks, HostView::Cgroups, HostView::Mounts, HostView::BusyTime],
    }
}

/// The cockpit after a look that saw this; and what it asked for.
fn after(language: Language, hiding: Hiding) -> (Model, Vec<Effect>) {
    let mut model = at_work(language);
    let mut snapshot = Snapshot::clone(model.live.snapshot.as_ref().unwrap());
    let hidden = |id| hiding.contradictions.iter().any(|it| it.process == Some(id));
    for process in &mut snapshot.processes {
        if hidden(process.id) && process.id.pid.0 != 3_310 {
            *process =
                Arc::new(Process { hidden: Some(HiddenFrom::List), ..Process::clone(process) });
        }
    }
    snapshot.hiding = Arc::new(hiding);
    // What was said before has been read.
    snapshot.moment.boot_ms += 10_000;
    snapshot.moment.at += std::time::Duration::from_secs(10);
    let effects = update(&mut model, Msg::Seen(Arc::new(snapshot)));
    (model, effects)
}

fn pane(language: Language, hiding: Hiding) -> Model {
    full(after(language, hiding).0, Pane::Hiding)
}

fn calm(language: Language) -> Model {
    let views = vec![
        HostView::Clocks,
        HostView::Threads,
        HostView::Cgroups,
        HostView::Mounts,
        HostView::Preload,
    ];
    let hiding = Hiding { pids_tried: (32_767, 32_767), views, ..Hiding::default() };
    pane(language, hiding)
}

macro_rules! screens {
    ($($name:ident => $pane:ident, $columns:literal x $rows:literal, $model:expr;)+) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(drawn(&$model, Pane::$pane, $columns, $rows));
        })+
    };
}

screens! {
    all_that_can_hide => Hiding, 80 x 22, pane(EN, everything());
    all_that_can_hide_in_thai => Hiding, 80 x 22, pane(TH, everything());
    all_that_can_hide_on_a_large_screen => Hiding, 120 x 34, pane(EN, everything());
    all_that_can_hide_in_a_narrow_pane => Hiding, 44 x 12, pane(EN, everything());
    threads_and_files_that_hide => Hiding, 80 x 22, pane(EN, threads_and_files());
    threads_and_files_that_hide_in_thai => Hiding, 80 x 22, pane(TH, threads_and_files());
    a_table_with_a_process_without_files => Processes, 120 x 14, without_files(EN);
    all_views_agree => Hiding, 80 x 15, calm(EN);
    nothing_was_compared_yet => Hiding, 80 x 5, pane(EN, Hiding::default());
    all_views_agree_in_thai => Hiding, 80 x 15, calm(TH);
    a_table_with_hidden_processes => Processes, 120 x 14, after(EN, everything()).0;
    a_table_with_hidden_processes_in_thai => Processes, 120 x 14, after(TH, everything()).0;
}

#[test]
fn enter_opens_the_process_under_the_cursor_and_down_goes_by_kinds() {
    let mut model = pane(EN, everything());
    let mut opened = Vec::new();
    for _ in 0..5 {
        let _none = update(&mut model, Msg::Do(Command::Open));
        let dialog = std::mem::take(&mut model.dialog);
        opened.push(if let Dialog::Process(id) = dialog { Some(id.pid.0) } else { None });
        let _none = update(&mut model, Msg::Do(Command::Down));
    }
    assert_eq!(opened, [Some(4_242), Some(911), Some(3_310), None, None]);
}

#[test]
fn what_hides_goes_to_the_journal_once_and_raises_a_notice() {
    let (mut model, mut effects) = after(EN, everything());
    let again = |model: &mut Model| {
        let same = Arc::clone(model.live.snapshot.as_ref().unwrap());
        update(model, Msg::Seen(same))
    };
    // One look puts no more than so many into the journal.
    effects.extend(again(&mut model));
    let found = |effects: &[Effect]| -> Vec<(Subject, Vec<Rule>)> {
        let of = |effect: &Effect| {
            let Effect::Record { event: Event::Found { finding, .. }, .. } = effect else {
                return None;
            };
            let rules = finding.reasons.iter().map(|it| it.rule).collect();
            Some((finding.subject.clone(), rules))
        };
        effects.iter().filter_map(of).collect()
    };
    let first = found(&effects);
    let has = |rule: Rule| first.iter().any(|(_, rules)| rules.contains(&rule));
    for rule in
        [Rule::HiddenProcess, Rule::MountedOver, Rule::KernelName, Rule::Preload, Rule::HiddenLoad]
    {
        assert!(has(rule), "{rule:?} in {first:?}");
    }
    let kind = ContradictionKind::Preload;
    let subject = Subject::Hiding { kind, what: "/etc/ld.so.preload".into() };
    assert!(first.iter().any(|(it, _)| *it == subject));
    assert!(matches!(model.notice.as_ref().map(|it| &it.kind), Some(NoticeKind::Found(..))));
    assert_eq!(found(&again(&mut model)), []);
}

#[test]
fn threads_that_nobody_has_looked_at_yet_are_not_called_out_of_reach() {
    let with = |views| pane(Language::En, Hiding { views, ..Hiding::default() });
    let drawn = |views| drawn(&with(views), Pane::Hiding, 120, 36);
    assert!(drawn(vec![HostView::Clocks]).contains("no answer yet"));
    assert!(!drawn(vec![]).contains("no answer yet"));
}

#[test]
fn no_key_is_promised_for_what_names_no_process() {
    let cases = [
        (ContradictionKind::Mount, "/proc/meminfo", "before umount", "ก่อน umount"),
        (ContradictionKind::Thread, "912 913", "image memory", "เก็บหน่วยความจำ"),
    ];
    for (kind, what, english, thai) in cases {
        for (language, next) in [(EN, english), (TH, thai)] {
            for (process, opens) in [(None, false), (Some(mined::id(911)), true)] {
                let contradictions = vec![one(kind, process, what, "tmpfs none:/", 1)];
                let model = pane(language, Hiding { contradictions, ..Hiding::default() });
                let shown = drawn(&model, Pane::Hiding, 80, 24);
                assert_eq!(shown.contains("Enter"), opens, "{shown}");
                assert!(opens || shown.contains(next), "{shown}");
            }
        }
    }
}

#[test]
fn where_the_busy_time_can_never_be_compared_the_pane_says_why() {
    for (language, said, never) in [
        (EN, "cannot be known here: it counts more than the processes", "not known yet"),
        (TH, "ที่นี่รู้ไม่ได้", "ยังไม่ทราบ"),
    ] {
        let mut model = full(at_work(language), Pane::Hiding);
        let mut snapshot = Snapshot::clone(model.live.snapshot.as_ref().unwrap());
        snapshot.hiding = Arc::new(Hiding::default());
        let _none = update(&mut model, Msg::Seen(Arc::new(snapshot.clone())));
        assert!(plain(&drawn(&model, Pane::Hiding, 120, 8)).contains(&plain(never)));
        snapshot.unread = vec![Unread::part("/proc/stat", NotWhole::CountsOthers)];
        let _none = update(&mut model, Msg::Seen(Arc::new(snapshot)));
        let text = plain(&drawn(&model, Pane::Hiding, 120, 8));
        assert!(text.contains(&plain(said)) && !text.contains(&plain(never)), "{text}");
    }
}

/// Without blanks: letters that are drawn over others may have cells of their own.
fn plain(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn where_nothing_hides_no_key_is_offered_that_opens_it() {
    let footer = |model: &Model| {
        let area = Rect::new(0, 0, 120, 30);
        let mut buffer = Buffer::empty(area);
        Screen { model, theme: &Theme::of_name("dark") }.render(area, &mut buffer);
        (0..120).map(|x| buffer[(x, 29)].symbol()).collect::<String>()
    };
    let calm = footer(&calm(EN));
    assert!(!calm.contains("Enter") && calm.contains("m note"), "{calm}");
    let found = footer(&pane(EN, everything()));
    assert!(found.contains("Enter open"), "{found}");
}
