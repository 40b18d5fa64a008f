//! What one refresh of the screen costs, as CPU milliseconds and as a ratio to the least that a frame of the same
//! size costs: ratatui drawing a screen on which nothing changed.
//!
//! `cargo bench --bench frame`. Ratios travel between machines; milliseconds do not.

#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

#[path = "../tests/incident/mod.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod incident;

use std::sync::Arc;

use firedamp::cockpit::Msg;
use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::Size;
use firedamp::ui::Screen;
use firedamp::ui::theme::Theme;
use incident::{Desk, miner, process, snapshot};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::widgets::Clear;
use rustix::time::{ClockId, clock_gettime};

/// Refreshes that are measured; the middle one counts.
const ROUNDS: u32 = 60;

fn cpu_ms() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    std::time::Duration::try_from(time).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn timed(mut work: impl FnMut(u32)) -> f64 {
    let round = |round| {
        let before = cpu_ms();
        work(round);
        cpu_ms() - before
    };
    middle((0..ROUNDS).map(round).collect())
}

fn main() {
    let theme = Theme::of_name("dark");
    println!("size     processes  floor ms  update ms  draw ms  key ms  refresh/floor");
    for (columns, rows) in [(80, 24), (160, 48), (200, 60)] {
        for extra in [0_u32, 2_000, 10_000] {
            let Ok(mut terminal) = Terminal::new(TestBackend::new(columns, rows));
            let floor = timed(|_| {
                terminal.draw(|frame| frame.render_widget(Clear, frame.area())).ok();
            });
            let mut desk = Desk::at_work();
            desk.tell(Msg::Resized(Size { columns, rows }));
            let sleeping = (100..100 + extra).map(|pid| process(pid, "sleep", b"sleep\0infinity"));
            let first = snapshot(0, std::iter::once(miner(42)).chain(sleeping).collect());
            let mut update = Vec::new();
            let draw = timed(|round| {
                let mut seen = first.clone();
                seen.moment = incident::moment(u64::from(round) * 1_000);
                let before = cpu_ms();
                desk.tell(Msg::Seen(Arc::new(seen)));
                update.push(cpu_ms() - before);
                let (model, theme) = (&desk.model, &theme);
                terminal.draw(|it| it.render_widget(Screen { model, theme }, it.area())).ok();
            });
            let update = middle(update);
            let key = timed(|round| {
                desk.press(if round % 2 == 0 { Key::Down } else { Key::Up });
                let (model, theme) = (&desk.model, &theme);
                terminal.draw(|it| it.render_widget(Screen { model, theme }, it.area())).ok();
            });
            println!(
                "{columns:>3}x{rows:<3} {extra:>10} {floor:>9.3} {update:>10.3} {:>8.3} {key:>7.3} {:>14.1}",
                draw - update,
                draw / floor
            );
        }
    }
}
