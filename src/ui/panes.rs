//! One file a pane.
//!
//! Invariant: a pane draws only what is in view, into any area from nothing up, and never outside it.

mod brief_text;
mod checklist;
mod decision;
mod gpu;
mod handoff;
mod hiding;
mod impact;
mod network;
mod persistence;
mod playbook;
mod playbook_table;
mod playbook_text;
mod process_detail;
mod processes;
mod question;
mod row;
mod sheet;
pub(in crate::ui) mod timeline;
mod tree;
mod wire;
mod wrapped;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cockpit::Model;
use crate::cockpit::follow::Followed;
use crate::cockpit::model::{Pane, SourceKind, View};
use crate::ui::frame::frame;
use crate::ui::panes::row::Row;
use crate::ui::role::Role;
use crate::ui::text::{self, span, width};
use crate::ui::theme::Theme;
use crate::words::gap;
use crate::words::panes::{self as said, Word, word};
use crate::words::session::pane as name_of;

pub use brief_text::card_text;
pub(in crate::ui) use handoff::handoff_text_of;
pub use handoff::{handoff_first, handoff_lines};
pub use hiding::hiding_below;
pub use impact::impact_lines;
pub use playbook::playbook_lines;
pub(in crate::ui) use playbook::playbook_text_of;
pub(in crate::ui) use process_detail::gone;
pub(in crate::ui) use timeline::told;

/// A snapshot older than this says so.
const STALE_MS: u64 = 3_000;

/// Draws a pane, its frame included.
pub fn draw(pane: Pane, model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    match pane {
        Pane::Processes => processes::draw(model, theme, area, buf),
        Pane::Network => network::draw(model, theme, area, buf),
        Pane::Gpu => gpu::draw(model, theme, area, buf),
        Pane::Decision => decision::draw(model, theme, area, buf),
        Pane::Checklist => checklist::draw(model, theme, area, buf),
        Pane::Timeline => timeline::draw(model, theme, area, buf),
        Pane::Playbook => playbook::draw(model, theme, area, buf),
        Pane::Handoff => handoff::draw(model, theme, area, buf),
        Pane::Hiding => hiding::draw(model, theme, area, buf),
        Pane::Persistence => persistence::draw(model, theme, area, buf),
        Pane::Wire => wire::draw(model, theme, area, buf),
        Pane::Impact => impact::draw(model, theme, area, buf),
    }
}

/// A part of a title: what matters most comes first, and what does not fit is left out.
type Title = Vec<(Role, String)>;

/// Draws the frame of `pane` with as much of `title` as fits, and gives the room inside.
fn framed(
    pane: Pane,
    model: &Model,
    theme: &Theme,
    title: Title,
    area: Rect,
    buf: &mut Buffer,
) -> Rect {
    let area = area.intersection(buf.area);
    let mut room = usize::from(area.width).saturating_sub(4);
    let name = name_of(model.language, pane);
    room = room.saturating_sub(width(name));
    let mut spans = vec![span(theme, Role::Title, name)];
    for (role, part) in title {
        let cells = width(&part) + 2;
        if let Some(left) = room.checked_sub(cells) {
            room = left;
            spans.push(span(theme, Role::Border, "  "));
            spans.push(span(theme, role, part));
        }
    }
    frame(theme, model.glyphs, model.focus == pane, spans, area, buf)
}

/// The pane has the screen to itself.
fn is_full(model: &Model, pane: Pane) -> bool {
    model.view == View::Full(pane)
}

/// Says one thing in the middle of nothing.
fn say_empty(model: &Model, theme: &Theme, what: Word, area: Rect, buf: &mut Buffer) {
    let text = word(model.language, what);
    for (line, part) in crate::ui::wrap::wrap(text, usize::from(area.width)).iter().enumerate() {
        Row::new(theme, model.glyphs, area, line, buf).say(Role::Dim, part);
    }
}

/// What a title says of whom the cursor was asked to stay on.
fn followed(model: &Model, followed: &Followed) -> (Role, String) {
    let (name, say) = (followed.name.plain(24), |it| word(model.language, it));
    if followed.gone {
        (Role::Unknown, format!("{} {name} {}", say(Word::Follows), say(Word::Gone)))
    } else {
        (Role::Mark, format!("{} {name}", say(Word::Follows)))
    }
}

/// What a title says about the picture itself: held, stale, incomplete.
fn condition(model: &Model) -> Title {
    let mut title = Title::new();
    if model.source.paused {
        title.push((Role::Warn, word(model.language, Word::Held).to_owned()));
    }
    let Some(snapshot) = &model.live.snapshot else { return title };
    let age = model.now.ms_since(snapshot.moment);
    if model.source.kind == SourceKind::Host && age > STALE_MS {
        title.push((Role::Unknown, said::old(model.language, &text::age(age))));
    }
    let mut missing = snapshot.missing();
    let Some(first) = missing.next() else { return title };
    title.push((Role::Warn, gap::partial(model.language).to_owned()));
    title.push(match missing.count() {
        0 => (Role::Unknown, gap::only(model.language, first)),
        more => (Role::Unknown, gap::several(model.language, more + 1)),
    });
    title
}

/// Glyph and role of a grade.
const fn grade(grade: crate::domain::detect::Grade) -> (&'static str, Role) {
    match grade {
        crate::domain::detect::Grade::Confirmed => ("!", Role::Crit),
        crate::domain::detect::Grade::Suspect => ("*", Role::Warn),
        crate::domain::detect::Grade::Noted => (".", Role::Dim),
    }
}
