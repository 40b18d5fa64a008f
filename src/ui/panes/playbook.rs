//! The playbook as a document to read.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cockpit::Model;
use crate::cockpit::model::{Glyphs, Pane};
use crate::domain::base::Language;
use crate::domain::playbook::Playbook;
use crate::ui::found;
use crate::ui::panes::row::Row;
use crate::ui::panes::sheet::{self, Piece};
use crate::ui::panes::{Title, framed, playbook_text, say_empty};
use crate::ui::role::Role;
use crate::ui::theme::Theme;
use crate::words::panes::Word;

/// Documents that are kept laid out: two languages, in the pane and on the full screen.
const KEPT: usize = 4;

/// What a layout was made for.
struct Laid {
    playbook: Arc<Playbook>,
    cells: usize,
    language: Language,
    glyphs: Glyphs,
    lines: Rc<[Vec<Piece>]>,
}

thread_local! {
    static LAID: RefCell<Vec<Laid>> = const { RefCell::new(Vec::new()) };
}

/// How many lines the playbook has when its pane has `width` cells inside.
#[must_use]
pub fn playbook_lines(model: &Model, width: u16) -> usize {
    lines(model, width).len()
}

/// What those lines say.
pub(in crate::ui) fn playbook_text_of(model: &Model, width: u16) -> Vec<String> {
    lines(model, width).iter().map(|line| sheet::plain(line)).collect()
}

pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let inside_width = area.intersection(buf.area).width.saturating_sub(2);
    let lines = lines(model, inside_width);
    let inside = framed(Pane::Playbook, model, theme, title(model, &lines), area, buf);
    if model.session.is_none() {
        return say_empty(model, theme, Word::NoSession, inside, buf);
    }
    let height = usize::from(inside.height);
    let first = model.panes.playbook.line.min(lines.len().saturating_sub(height));
    for (line, text) in lines.iter().skip(first).take(height).enumerate() {
        let mut pen = Row::new(theme, model.glyphs, inside, line, buf);
        sheet::draw(text, &mut pen);
        if let Some(find) = found::in_pane(model, Pane::Playbook) {
            let here = find.line() == Some(first + line);
            found::mark(theme, find, (inside, line, here), buf);
        }
    }
}

fn title(model: &Model, lines: &[Vec<Piece>]) -> Title {
    let Some(session) = &model.session else { return Title::new() };
    let id = session.playbook(model.language).id.clone();
    let at = model.panes.playbook.line.min(lines.len().saturating_sub(1)) + 1;
    let find = found::in_pane(model, Pane::Playbook).map(found::title);
    let mut title: Title = find.into_iter().collect();
    title.extend([(Role::Text, id), (Role::Dim, format!("{at}/{}", lines.len()))]);
    title
}

/// The lines of the session's playbook, laid out once for each width and language.
fn lines(model: &Model, width: u16) -> Rc<[Vec<Piece>]> {
    let Some(session) = &model.session else { return Rc::new([]) };
    let playbook = session.playbook(model.language);
    let (cells, language, glyphs) = (usize::from(width), model.language, model.glyphs);
    LAID.with_borrow_mut(|kept| {
        let fits = |it: &&Laid| {
            Arc::ptr_eq(&it.playbook, playbook)
                && (it.cells, it.language, it.glyphs) == (cells, language, glyphs)
        };
        if let Some(laid) = kept.iter().find(fits) {
            return Rc::clone(&laid.lines);
        }
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        let lines: Rc<[_]> = playbook_text::lines(playbook, cells, language, glyphs).into();
        let playbook = Arc::clone(playbook);
        kept.push(Laid { playbook, cells, language, glyphs, lines: Rc::clone(&lines) });
        lines
    })
}
