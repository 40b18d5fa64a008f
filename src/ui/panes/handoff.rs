//! The brief for the next responder: made from the journal, read before the session is taken over.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cockpit::Model;
use crate::cockpit::command::Command;
use crate::cockpit::handoff::unread;
use crate::cockpit::model::{Glyphs, Pane, Pen, Session};
use crate::domain::base::{Digest, Language};
use crate::domain::session::{Anchor, brief};
use crate::domain::untrusted::Untrusted;
use crate::ui::found;
use crate::ui::panes::brief_text::Laid;
use crate::ui::panes::row::{Row, select};
use crate::ui::panes::sheet;
use crate::ui::panes::{Title, brief_text, framed, say_empty};
use crate::ui::role::Role;
use crate::ui::theme::Theme;
use crate::words::card::card;
use crate::words::panes::{Word, word};
use crate::words::{Caption, command, key};

/// What a card was laid out for: its lines change only with the journal and with what was marked.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Made {
    session: String,
    seq: u64,
    read: BTreeSet<u64>,
    cells: usize,
    language: Language,
    glyphs: Glyphs,
}

thread_local! {
    static CARD: RefCell<Option<(Made, Rc<Laid>)>> = const { RefCell::new(None) };
    /// The anchor of an entry costs some milliseconds, and the card is drawn again for every mark.
    static ANCHOR: RefCell<Option<(Digest, Anchor)>> = const { RefCell::new(None) };
}

/// How many lines the brief has when its pane has `width` cells inside.
#[must_use]
pub fn handoff_lines(model: &Model, width: u16) -> usize {
    model.session.as_ref().map_or(0, |session| laid(model, session, width).lines.len())
}

/// The first line of the brief that is shown where its pane has so many cells and rows inside, and whether what is to
/// be marked next is among those that are.
#[must_use]
pub fn handoff_first(model: &Model, width: u16, height: u16) -> (usize, bool) {
    let Some(session) = &model.session else { return (0, false) };
    let laid = laid(model, session, width);
    let height = usize::from(rows(height));
    let first = first(model, &laid, height);
    let shown = first..first + height;
    (first, next(model, &laid).is_some_and(|(from, _)| shown.contains(&from)))
}

/// What its lines say.
pub(in crate::ui) fn handoff_text_of(model: &Model, width: u16) -> Vec<String> {
    let laid = model.session.as_ref().map(|session| laid(model, session, width));
    laid.iter().flat_map(|laid| &laid.lines).map(|line| sheet::plain(line)).collect()
}

pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let mut inside = framed(Pane::Handoff, model, theme, title(model), area, buf);
    let Some(session) = &model.session else {
        return say_empty(model, theme, Word::NoSession, inside, buf);
    };
    let laid = laid(model, session, inside.width);
    let height = rows(inside.height);
    if height < inside.height {
        keys(model, theme, Rect { y: inside.bottom() - 1, height: 1, ..inside }, buf);
        inside.height = height;
    }
    let height = usize::from(height);
    let first = first(model, &laid, height);
    let next = next(model, &laid).filter(|_| model.focus == Pane::Handoff);
    let column = u16::try_from(laid.column).unwrap_or(u16::MAX).min(inside.width);
    for (line, text) in laid.lines.iter().skip(first).take(height).enumerate() {
        let mut pen = Row::new(theme, model.glyphs, inside, line, buf);
        sheet::draw(text, &mut pen);
        if next.is_some_and(|(from, _)| from == first + line) {
            select(theme, Rect { width: column, ..inside }, line, buf);
        }
        if let Some(find) = found::in_pane(model, Pane::Handoff) {
            let here = find.line() == Some(first + line);
            found::mark(theme, find, (inside, line, here), buf);
        }
    }
}

/// Rows for the card; the last one inside is for the keys, where there are enough.
const fn rows(height: u16) -> u16 {
    if height >= 6 { height - 1 } else { height }
}

/// The lines of what is to be marked next.
fn next(model: &Model, laid: &Laid) -> Option<(usize, usize)> {
    let read = &model.panes.ceremony.read;
    let mut left = laid.must.iter().filter(|(seq, ..)| !read.contains(seq));
    left.next().map(|(_, from, to)| (*from, *to))
}

/// Where the responder has scrolled to; what is to be marked next is brought into view.
fn first(model: &Model, laid: &Laid, height: usize) -> usize {
    let last = laid.lines.len().saturating_sub(height);
    let first = model.panes.handoff.line.min(last);
    let follows = model.panes.ceremony.follows && found::in_pane(model, Pane::Handoff).is_none();
    let Some((from, to)) = next(model, laid).filter(|_| follows) else { return first };
    if from < first {
        // With the line above it: that is the name of the part, or what was read before.
        from.saturating_sub(1)
    } else {
        first.max(to.saturating_sub(height).min(from))
    }
}

/// Where the last handoff stands.
fn title(model: &Model) -> Title {
    let Some(session) = &model.session else { return Title::new() };
    let say = |what| word(model.language, what).to_owned();
    let anchor = newest_anchor(session.state.seq, || session.state.head());
    let anchor_text = || anchor.map(|it| it.to_string()).unwrap_or_default();
    let find = found::in_pane(model, Pane::Handoff).map(found::title);
    let mut title: Title = find.into_iter().collect();
    let Some(handoff) = &session.state.handoff else {
        title.push((Role::Dim, say(Word::NotSigned)));
        title.push((Role::Dim, anchor_text()));
        return title;
    };
    let (role, what) = match &handoff.accepted {
        Some(_) => (Role::Ok, Word::AcceptedBy),
        None => (Role::Warn, Word::NotAccepted),
    };
    // The entry that signed it: what came after it is not in what was handed over.
    title.push((Role::Text, format!("#{}", handoff.seq)));
    title.push((role, say(what)));
    title.push((Role::Dim, anchor_text()));
    title
}

/// What can be done here, and how much of it is left.
fn keys(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let mut pen = Row::new(theme, model.glyphs, area, 0, buf);
    let must = model.session.as_ref().map_or(0, |it| laid(model, it, area.width).must.len());
    let left = unread(model).len();
    let waits = model.session.as_ref().and_then(|it| it.state.handoff.as_ref());
    let waits = waits.is_some_and(|it| it.accepted.is_none() && it.by != model.who);
    // Where nobody can write, nothing can be signed or accepted.
    let open = model.session.as_ref().is_some_and(|it| match it.pen {
        Pen::Ours | Pen::Observer(_) => true,
        Pen::Damaged(_) | Pen::Forked(_) | Pen::Replay => false,
    });
    if must > 0 && open {
        let role = if left == 0 { Role::Ok } else { Role::Warn };
        let say = word(model.language, Word::MarkRead);
        key(&mut pen, Command::Mark, role, &format!("{say} {}/{must}", must - left.min(must)));
    }
    if let Some(Pen::Observer(holder)) = model.session.as_ref().map(|it| &it.pen)
        && model.pen.accepting.is_some()
    {
        let said = Caption::WaitsForPen.text(model.language);
        pen.say(Role::Warn, said);
        pen.skip(1);
        pen.pieces(Role::Untrusted, holder.as_ref().unwrap_or(&Untrusted::default()), 24);
        return;
    }
    let due = if waits { Command::Accept } else { Command::HandOff };
    let writing = [Command::HandOff, Command::Accept, Command::Note];
    let writes = model.writes();
    let offered = |asked: &Command| if *asked == Command::Accept { open && waits } else { writes };
    for asked in writing.into_iter().filter(offered).chain([Command::Anchor]) {
        let role = if asked == due && left == 0 { Role::Mark } else { Role::Dim };
        key(&mut pen, asked, role, command::short(model.language, asked));
    }
}

fn key(pen: &mut Row<'_>, asked: Command, role: Role, what: &str) {
    let Some(name) = key::usual(asked) else { return };
    pen.say(Role::FooterKey, &name);
    pen.skip(1);
    pen.say(role, what);
    pen.skip(3);
}

fn laid(model: &Model, session: &Session, width: u16) -> Rc<Laid> {
    let made = Made {
        session: session.id.clone(),
        seq: session.state.seq,
        read: model.panes.ceremony.read.clone(),
        cells: usize::from(width),
        language: model.language,
        glyphs: model.glyphs,
    };
    CARD.with_borrow_mut(|kept| {
        if let Some((of, laid)) = kept.as_ref()
            && *of == made
        {
            return Rc::clone(laid);
        }
        let playbook = session.playbook(made.language);
        let brief = brief(&session.state, playbook, model.now.at);
        let card = card(made.language, &brief, newest_anchor(brief.seq, || brief.head), playbook);
        let laid = Rc::new(brief_text::lay(&card, made.cells, &made.read, made.glyphs));
        *kept = Some((made, Rc::clone(&laid)));
        laid
    })
}

/// The anchor of the last entry; worked out once for each.
fn newest_anchor(seq: u64, head: impl FnOnce() -> Digest) -> Option<Anchor> {
    ANCHOR.with_borrow_mut(|kept| {
        if seq == 0 {
            return None;
        }
        let head = head();
        match *kept {
            Some((of, anchor)) if of == head && anchor.seq == seq => Some(anchor),
            Some(_) | None => {
                let anchor = Anchor::of(seq, head);
                *kept = Some((head, anchor));
                Some(anchor)
            }
        }
    })
}
