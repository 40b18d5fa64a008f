//! Draws a model: reads the model and the theme, writes cells, keeps nothing.
//!
//! Absent on purpose: a clock, IO, and any way to change the model. Colours go by [`role::Role`] only, and
//! text of the host, a file or a person by [`text::pieces`] only.

mod ask;
mod banner;
mod coach;
pub mod debrief;
mod details;
mod dialog;
mod document;
mod field;
mod footer;
mod found;
pub mod frame;
pub mod glyph;
pub mod graph;
mod header;
mod help;
pub mod layout;
mod list;
mod menu;
mod notice;
pub mod own;
mod palette;
pub mod panes;
mod paper;
mod reader;
pub mod role;
mod start;
pub mod text;
pub mod theme;
mod turn;
mod twice;
pub mod wrap;

pub use dialog::dialog_steps;
pub use reader::{inside_height, inside_width, read};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use crate::cockpit::Model;
use crate::cockpit::dialog::Dialog;
use crate::cockpit::model::{Breakpoint, Size, SourceKind, Stage};
use crate::ui::layout::{Parts, Strips, pane_areas, parts};
use crate::ui::role::Role;
use crate::ui::text::{clear, put, span, spread};
use crate::ui::theme::Theme;
use crate::words::Caption;

/// The whole screen.
#[derive(Clone, Copy, Debug)]
pub struct Screen<'a> {
    /// What is drawn.
    pub model: &'a Model,
    /// In which styles.
    pub theme: &'a Theme,
}

impl Widget for Screen<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let Self { model, theme } = self;
        clear(theme, Role::Background, area, buf);
        let size = Size { columns: area.width, rows: area.height };
        if size.breakpoint() == Breakpoint::TooSmall {
            too_small(model, theme, area, buf);
            spread(buf);
            return;
        }
        let strips = Strips::of(model);
        let parts = parts(size, strips);
        header::draw(model, theme, parts.header, buf);
        banner::draw(model, theme, parts.banner, buf);
        match &model.stage {
            Stage::Start { offers, selected } => {
                start::draw(model, theme, (offers, *selected), parts.body, buf);
            }
            Stage::Work => {
                for (pane, area) in pane_areas(size, model.view, model.focus, strips) {
                    panes::draw(pane, model, theme, area, buf);
                }
                coach::draw(model, theme, parts.coach, buf);
            }
        }
        notice::draw(model, theme, parts.notice, buf);
        footer::draw(model, theme, parts.footer, buf);
        dialog::draw(model, theme, over(model, &parts), buf);
        spread(buf);
    }
}

/// A part of the screen that can be drawn by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The pane that has the keyboard.
    Focus,
    /// The last line.
    Footer,
}

impl Screen<'_> {
    /// What has to be drawn again after the cursor moved ([`Touched::Cursor`]), and where.
    ///
    /// [`Touched::Cursor`]: crate::cockpit::model::Touched::Cursor
    #[must_use]
    pub fn around_the_cursor(&self, size: Size) -> Vec<(Part, Rect)> {
        let model = self.model;
        let strips = Strips::of(model);
        let mut panes = pane_areas(size, model.view, model.focus, strips).into_iter();
        let focus = panes.find(|(pane, _)| *pane == model.focus);
        let footer = (Part::Footer, parts(size, strips).footer);
        focus.map(|(_, area)| (Part::Focus, area)).into_iter().chain([footer]).collect()
    }

    /// Draws one part, and nothing outside `area`.
    pub fn draw_part(&self, part: Part, area: Rect, buf: &mut Buffer) {
        let Self { model, theme } = self;
        clear(theme, Role::Background, area, buf);
        match part {
            Part::Focus => panes::draw(model.focus, model, theme, area, buf),
            Part::Footer => footer::draw(model, theme, area, buf),
        }
        spread(buf);
    }
}

/// Where a dialog may stand. A page of the coach's covers the coach: it says the same and more.
const fn over(model: &Model, parts: &Parts) -> Rect {
    if !matches!(model.dialog, Dialog::Coach | Dialog::Debrief) {
        return parts.body;
    }
    Rect { height: parts.body.height + parts.coach.height, ..parts.body }
}

/// How many lines of the coach's open page can be the first on the screen; none if none is open.
#[must_use]
pub fn page_places(model: &Model, theme: &Theme) -> Option<usize> {
    let area = over(model, &parts(model.size, Strips::of(model)));
    let lines = if matches!(model.dialog, Dialog::Coach) {
        coach::lines(model, theme, area)
    } else if matches!(model.dialog, Dialog::Debrief) {
        debrief::page(model, theme, area)
    } else {
        return None;
    };
    Some(paper::places(lines.len(), area))
}

/// What is left to say where nothing fits.
fn too_small(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let text = |caption: Caption| caption.text(model.language);
    let now = format!("{} {}x{}", text(Caption::TooSmall), area.width, area.height);
    let now = wrap::wrap(&now, usize::from(area.width));
    // A frame of training says so however little fits.
    let replay = model.source.kind == SourceKind::Replay;
    let not_real = [(model.is_training(), "#TRAINING#"), (replay, "#REPLAY#")];
    let not_real = not_real.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark.to_owned());
    let lines = not_real.chain(now).chain([text(Caption::StillRuns).to_owned()]);
    for (row, line) in (0..).zip(lines) {
        put(buf, area, row, &Line::from(span(theme, Role::Text, line)));
    }
}
