//! The brief for the next responder: made from the journal, read before the session is taken over.

use std::cell::RefCell;
use std::rc::Rc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cockpit::Model;
use crate::cockpit::command::Command;
use crate::cockpit::model::{Glyphs, Pane, Session};
use crate::domain::base::Language;
use crate::domain::session::brief;
use crate::ui::found;
use crate::ui::panes::row::Row;
use crate::ui::panes::sheet::{self, Piece};
use crate::ui::panes::{Title, brief_text, framed, say_empty};
use crate::ui::role::Role;
use crate::ui::theme::Theme;
use crate::words::panes::{Word, word};
use crate::words::{command, key};

/// What a card was laid out for: its lines change only with the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Made {
    session: String,
    seq: u64,
    cells: usize,
    language: Language,
    glyphs: Glyphs,
}

type Card = (Made, Rc<[Vec<Piece>]>);

thread_local! {
    static CARD: RefCell<Option<Card>> = const { RefCell::new(None) };
}

/// How many lines the brief has when its pane has `width` cells inside.
#[must_use]
pub fn handoff_lines(model: &Model, width: u16) -> usize {
    model.session.as_ref().map_or(0, |session| lines(model, session, width).len())
}

/// What those lines say.
pub(in crate::ui) fn handoff_text_of(model: &Model, width: u16) -> Vec<String> {
    let lines = model.session.as_ref().map(|session| lines(model, session, width));
    lines.iter().flat_map(|lines| lines.iter()).map(|line| sheet::plain(line)).collect()
}

pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let mut inside = framed(Pane::Handoff, model, theme, title(model), area, buf);
    let Some(session) = &model.session else {
        return say_empty(model, theme, Word::NoSession, inside, buf);
    };
    let lines = lines(model, session, inside.width);
    if inside.height >= 6 {
        inside.height -= 1;
        keys(model, theme, Rect { y: inside.bottom(), height: 1, ..inside }, buf);
    }
    let height = usize::from(inside.height);
    let first = model.panes.handoff.line.min(lines.len().saturating_sub(height));
    for (line, text) in lines.iter().skip(first).take(height).enumerate() {
        let mut pen = Row::new(theme, model.glyphs, inside, line, buf);
        sheet::draw(text, &mut pen);
        if let Some(find) = found::in_pane(model, Pane::Handoff) {
            let here = find.line() == Some(first + line);
            found::mark(theme, find, (inside, line, here), buf);
        }
    }
}

/// Where the last handoff stands.
fn title(model: &Model) -> Title {
    let Some(session) = &model.session else { return Title::new() };
    let say = |what| word(model.language, what).to_owned();
    let find = found::in_pane(model, Pane::Handoff).map(found::title);
    let mut title: Title = find.into_iter().collect();
    let Some(handoff) = &session.state.handoff else {
        title.push((Role::Dim, say(Word::NotSigned)));
        return title;
    };
    let (role, what) = match &handoff.accepted {
        Some(_) => (Role::Ok, Word::AcceptedBy),
        None => (Role::Warn, Word::NotAccepted),
    };
    // The entry that signed it: what came after it is not in what was handed over.
    title.push((Role::Text, format!("#{}", handoff.seq)));
    title.push((role, say(what)));
    title
}

fn keys(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let mut pen = Row::new(theme, model.glyphs, area, 0, buf);
    for asked in [Command::HandOff, Command::Accept] {
        let Some(name) = key::usual(asked) else { continue };
        pen.say(Role::FooterKey, &name);
        pen.skip(1);
        pen.say(Role::Dim, command::short(model.language, asked));
        pen.skip(3);
    }
}

fn lines(model: &Model, session: &Session, width: u16) -> Rc<[Vec<Piece>]> {
    let made = Made {
        session: session.id.clone(),
        seq: session.state.seq,
        cells: usize::from(width),
        language: model.language,
        glyphs: model.glyphs,
    };
    CARD.with_borrow_mut(|kept| {
        if let Some((of, lines)) = kept.as_ref()
            && *of == made
        {
            return Rc::clone(lines);
        }
        let playbook = session.playbook(made.language);
        let brief = brief(&session.state, playbook, model.now.at);
        let text = brief_text::lines(&brief, playbook, made.cells, made.language, made.glyphs);
        let lines: Rc<[_]> = text.into();
        *kept = Some((made, Rc::clone(&lines)));
        lines
    })
}
