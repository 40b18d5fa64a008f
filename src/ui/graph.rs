//! Samples as small graphs. Time runs to the right; now is at the right edge.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::cockpit::model::Glyphs;
use crate::ui::glyph::part;
use crate::ui::role::Role;
use crate::ui::text::put;
use crate::ui::theme::Theme;

const ASCII: [&str; 8] = [" ", ".", ":", "-", "=", "+", "*", "#"];
const BLOCK: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/// Dots of the left column of a braille cell from the bottom, then those of the right column.
const DOTS: [[u32; 4]; 2] = [[0x40, 0x04, 0x02, 0x01], [0x80, 0x20, 0x10, 0x08]];

/// Samples and the value that fills the height.
#[derive(Clone, Copy, Debug)]
pub struct Samples<'a> {
    /// Oldest first, as the two halves of a ring: `ring.as_slices()`.
    pub ring: (&'a [f32], &'a [f32]),
    /// Full height.
    pub most: f32,
}

impl<'a> Samples<'a> {
    /// Samples of a ring.
    #[must_use]
    pub fn of(ring: &'a std::collections::VecDeque<f32>, most: f32) -> Self {
        Self { ring: ring.as_slices(), most }
    }

    /// Share of the height of the sample `back` places before the newest; 0 where there is none.
    fn share(&self, back: usize) -> f32 {
        let (old, new) = self.ring;
        let at = |half: &[f32], back: usize| {
            half.len().checked_sub(back + 1).and_then(|at| half.get(at).copied())
        };
        let sample = if back < new.len() { at(new, back) } else { at(old, back - new.len()) };
        if self.most > 0.0 { sample.unwrap_or(0.0) / self.most } else { 0.0 }
    }
}

/// One row of `cells`.
#[must_use]
pub fn graph(samples: &Samples<'_>, cells: usize, glyphs: Glyphs) -> String {
    (0..cells).rev().map(|back| cell(samples, back, 0, 1, glyphs)).collect()
}

/// One row of `cells`, each in the colour of its level.
#[must_use]
pub fn graph_line(
    theme: &Theme,
    samples: &Samples<'_>,
    cells: usize,
    glyphs: Glyphs,
) -> Vec<Span<'static>> {
    let mut spans: Vec<Span<'static>> = Vec::new();
    for back in (0..cells).rev() {
        let style = theme.style(Role::of_level(samples.share(back)));
        let sign = cell(samples, back, 0, 1, glyphs);
        match spans.last_mut() {
            Some(last) if last.style == style => last.content.to_mut().push_str(&sign),
            _ => spans.push(Span::styled(sign, style)),
        }
    }
    spans
}

/// Fills `area`, each row in the colour of the level that it stands for.
pub fn draw(theme: &Theme, samples: &Samples<'_>, glyphs: Glyphs, area: Rect, buf: &mut Buffer) {
    let rows = usize::from(area.height);
    for row in 0..area.height {
        let level = rows - 1 - usize::from(row);
        let text: String = (0..usize::from(area.width))
            .rev()
            .map(|back| cell(samples, back, level, rows, glyphs))
            .collect();
        let style = theme.style(Role::of_level(share_of(level, rows)));
        put(buf, area, row, &Line::from(Span::styled(text, style)));
    }
}

fn share_of(level: usize, rows: usize) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "rows of a screen")]
    let share = level as f32 / rows.max(1) as f32;
    share
}

/// The sign `back` cells from the right edge, in row `level` from the bottom of `rows`.
fn cell(samples: &Samples<'_>, back: usize, level: usize, rows: usize, glyphs: Glyphs) -> String {
    let (table, steps): (&[&str], usize) = match glyphs {
        Glyphs::Ascii => (&ASCII, ASCII.len() - 1),
        Glyphs::Block => (&BLOCK, BLOCK.len() - 1),
        Glyphs::Braille => return braille(samples, back, level, rows),
    };
    let filled = part(samples.share(back), steps * rows);
    let here = filled.saturating_sub(level * steps).min(steps);
    table.get(here).copied().unwrap_or(" ").to_owned()
}

fn braille(samples: &Samples<'_>, back: usize, level: usize, rows: usize) -> String {
    let mut code = 0x2800;
    for (column, dots) in DOTS.iter().enumerate() {
        let filled = part(samples.share(back * 2 + 1 - column), dots.len() * rows);
        let here = filled.saturating_sub(level * dots.len());
        code |= dots.iter().take(here).fold(0, |all, dot| all | dot);
    }
    char::from_u32(code).unwrap_or(' ').to_string()
}
