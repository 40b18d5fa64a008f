//! The pane, on what recorded hosts tell.

use std::sync::Arc;

use firedamp::cockpit::Model;
use firedamp::cockpit::model::{Glyphs, Pane, Stage, View};
use firedamp::domain::base::Language;
use firedamp::domain::detect::Watch;
use firedamp::domain::facts::{
    Gap, Gpu, GpuOutcome, GpuSource, GpuSourceKind, Host, Snapshot, Unread,
};
use firedamp::domain::playbook::Indicators;
use firedamp::ui::panes::draw;
use firedamp::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Recorded;
use super::tool::answered;

/// What stands on the screen when these were seen one after the other, on a machine that is always the same.
fn model(seen: &[Snapshot], language: Language) -> Model {
    let last = seen.last().unwrap();
    let mut model = Model::new("suda".into(), last.moment, |_, _| Vec::new());
    model.stage = Stage::Work;
    model.language = language;
    let look_for = Indicators { cpu: Some((80.0, 30)), gpu: Some(60.0), ..Indicators::default() };
    let mut watch = Watch::default();
    for snapshot in seen {
        model.live.findings = Arc::new(watch.see(snapshot, &look_for));
    }
    (model.live.watch, model.live.indicators) = (watch, Arc::new(look_for));
    model.panes.gpu.lines = 99;
    let host = Host {
        cpus: vec![6.0, 11.0],
        cpu: 8.0,
        load: [0.4, 0.3, 0.2],
        memory_total: 8 << 30,
        memory_used: 2 << 30,
        ..Host::default()
    };
    model.live.snapshot =
        Some(Arc::new(Snapshot { host: Arc::new(host), unread: Vec::new(), ..last.clone() }));
    model
}

fn full(mut model: Model) -> Model {
    (model.view, model.focus) = (View::Full(Pane::Gpu), Pane::Gpu);
    model
}

fn drawn(model: &Model, columns: u16, rows: u16) -> String {
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    draw(Pane::Gpu, model, &Theme::of_name("dark"), area, &mut buffer);
    crate::drawn::text(&buffer)
}

fn computing() -> Vec<Snapshot> {
    let mut host = Recorded::host("rocm");
    (0..14).map(|turn| host.look(turn * 60)).collect()
}

fn two_of_nvidia() -> Vec<Snapshot> {
    let mut host = Recorded::host("mig");
    let before = host.look(0);
    let (_, second) = answered(&mut host);
    vec![before, host.look(second)]
}

/// Seven more devices of the same kind.
fn a_rack(mut seen: Vec<Snapshot>) -> Vec<Snapshot> {
    for snapshot in &mut seen {
        let mut gpu = Gpu::clone(&snapshot.gpu);
        let first = gpu.devices[0].clone();
        gpu.devices.extend((3..10).map(|number| {
            let mut next = first.clone();
            next.name = format!("card{number}").as_str().into();
            next
        }));
        snapshot.gpu = Arc::new(gpu);
    }
    seen
}

macro_rules! screens {
    ($($name:ident => $columns:literal x $rows:literal, $model:expr;)+) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(drawn(&$model, $columns, $rows));
        })+
    };
}

const EN: Language = Language::En;
const TH: Language = Language::Th;

screens! {
    computes_full => 80 x 22, full(model(&computing(), EN));
    computes_full_in_thai => 80 x 22, full(model(&computing(), TH));
    computes_in_the_cockpit => 60 x 18, model(&computing(), EN);
    computes_with_two_rows_left => 48 x 9, model(&computing(), EN);
    computes_in_a_corner => 32 x 6, model(&computing(), EN);
    computes_wide => 200 x 40, full(model(&computing(), EN));
    nvidia_full => 80 x 22, full(model(&two_of_nvidia(), EN));
    nvidia_full_in_thai => 120 x 26, full(model(&two_of_nvidia(), TH));
    rack_full => 80 x 22, full(model(&a_rack(computing()), EN));
    rack_further_down => 80 x 22, at_line(full(model(&a_rack(computing()), EN)), 12);
    rack_in_ascii => 80 x 14, in_ascii(model(&a_rack(computing()), EN));
}

screens! {
    driver_hangs => 80 x 12, full(model(&[untold(GpuOutcome::Late)], EN));
    driver_hangs_in_thai => 80 x 12, full(model(&[untold(GpuOutcome::Late)], TH));
    driver_hangs_in_a_corner => 32 x 6, model(&[untold(GpuOutcome::Late)], EN);
    driver_has_not_answered => 60 x 9, model(&[untold(GpuOutcome::Waiting)], EN);
    driver_has_not_answered_in_thai => 60 x 9, model(&[untold(GpuOutcome::Waiting)], TH);
}

/// No device is seen, and what came of asking one of those who could tell of it.
fn untold(outcome: GpuOutcome) -> Snapshot {
    let mut snapshot = computing().remove(0);
    let source = |kind, outcome| GpuSource { kind, outcome };
    let sources = vec![
        source(GpuSourceKind::OpenFiles, GpuOutcome::Answered),
        source(GpuSourceKind::NvidiaProc, outcome),
        source(GpuSourceKind::Sysfs, GpuOutcome::Absent),
    ];
    snapshot.gpu = Arc::new(Gpu { sources, ..Gpu::default() });
    snapshot
}

#[test]
fn who_hangs_is_told_of_before_what_waits_for_a_word() {
    let mut snapshot = untold(GpuOutcome::Late);
    let mut gpu = Gpu::clone(&snapshot.gpu);
    let waits = GpuOutcome::NotAllowed("/usr/bin/nvidia-smi".into());
    gpu.sources.insert(0, GpuSource { kind: GpuSourceKind::NvidiaSmi, outcome: waits });
    snapshot.gpu = Arc::new(gpu.clone());
    let said = |snapshot: &Snapshot| drawn(&model(std::slice::from_ref(snapshot), EN), 60, 12);
    let gpu_line = |said: &str| said.lines().find(|it| it.contains("gpu ")).unwrap().to_owned();
    assert!(gpu_line(&said(&snapshot)).contains("/proc/driver/nvidia does not answer"));
    gpu.sources.retain(|it| it.outcome != GpuOutcome::Late);
    snapshot.gpu = Arc::new(gpu);
    assert!(gpu_line(&said(&snapshot)).contains("nvidia-smi waits for you"));
}

fn at_line(mut model: Model, line: usize) -> Model {
    model.panes.gpu.line = line;
    model
}

fn in_ascii(mut model: Model) -> Model {
    model.glyphs = Glyphs::Ascii;
    model
}

#[test]
fn what_is_only_good_to_know_is_not_counted_as_unread() {
    let mut model = model(&computing()[..1], EN);
    let mut snapshot = Snapshot::clone(model.live.snapshot.as_ref().unwrap());
    snapshot.unread = vec![Unread::gap(Gap::NoCgroup2)];
    model.live.snapshot = Some(Arc::new(snapshot.clone()));
    assert!(!drawn(&model, 80, 22).contains("unread"));
    snapshot.unread.push(Unread::gap(Gap::NotRoot(33)));
    model.live.snapshot = Some(Arc::new(snapshot));
    let shown = drawn(&model, 80, 22);
    assert!(shown.contains("PARTIAL") && shown.contains("gr"), "{shown}");
}
