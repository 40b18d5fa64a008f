//! First line: which session, where in the playbook, whether everything is saved, and what is not real.
//!
//! Parts have weights; on a narrow screen the lightest goes first. What warns never goes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::cockpit::Model;
use crate::cockpit::acknowledge;
use crate::cockpit::model::{Glyphs, Pen, Recording, Session, SourceKind};
use crate::cockpit::pen::Holding;
use crate::domain::base::Language;
use crate::domain::untrusted::Untrusted;
use crate::ui::document::here_label;
use crate::ui::role::Role;
use crate::ui::text::{age, clock, fit, fit_spans, pieces, put, span, spans_width, time};
use crate::ui::theme::Theme;
use crate::words::{Caption, gap, pen, storage};

/// Longest host name, and as much of a node's label as can be read at a glance.
const NAME: usize = 24;

/// Cells that the host's name and a node's label are let in with.
const LEAST_NAME: usize = 12;
const LEAST_LABEL: usize = 10;

/// Cells for why nothing is recorded.
const WHY: usize = 24;

/// Between two parts.
const GAP: &str = "  ";

struct Part {
    weight: u8,
    /// It begins in the first column.
    at_edge: bool,
    /// It is cut before it goes, and before another goes: the cells that it is let in with, and as many as come before
    /// anything lighter.
    shrinks: Option<(usize, usize)>,
    spans: Vec<Span<'static>>,
}

const fn of(weight: u8, spans: Vec<Span<'static>>) -> Part {
    Part { weight, at_edge: false, shrinks: None, spans }
}

/// Draws the header.
pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    buf.set_style(area.intersection(buf.area), theme.style(Role::Header));
    let mut parts: Vec<Part> = left_edge(model, theme).into_iter().collect();
    if let Some(session) = &model.session {
        in_session(model, session, theme, &mut parts);
    } else {
        let name = concat!("firedamp ", env!("CARGO_PKG_VERSION"));
        parts.push(ours(theme, 9, name));
        parts.push(of(5, pieces(theme, Role::Header, &model.who, NAME)));
    }
    let language = match model.language {
        Language::En => "EN",
        Language::Th => "TH",
    };
    // Whoever cannot read the screen has to find the key that changes its language.
    parts.push(ours(theme, 8, language));
    let line = joined(parts, usize::from(area.width), (theme, model.glyphs));
    put(buf, area, 0, &line);
}

fn ours(theme: &Theme, weight: u8, text: impl Into<String>) -> Part {
    of(weight, vec![span(theme, Role::Header, text.into())])
}

fn badge(theme: &Theme, role: Role, text: &str) -> Part {
    of(u8::MAX, vec![span(theme, role, format!(" {text} "))])
}

/// The parts that fit, in their order: each is let in by its weight, the heaviest first. One that shrinks is let in with
/// its beginning, is made readable before anything lighter comes in, and gets of its rest what all others leave.
fn joined(parts: Vec<Part>, cells: usize, (theme, glyphs): (&Theme, Glyphs)) -> Line<'static> {
    let mut weights: Vec<u8> = parts.iter().map(|part| part.weight).collect();
    weights.sort_unstable_by(|one, other| other.cmp(one));
    weights.dedup();
    let mut left = cells;
    // Cells of each part that is let in.
    let mut given: Vec<Option<usize>> = vec![None; parts.len()];
    for weight in weights {
        let let_in = parts.iter().zip(&mut given).filter(|(part, _)| part.weight > weight);
        for (part, given) in let_in {
            let (Some(given), Some((_, readable))) = (given, part.shrinks) else { continue };
            let wanted = part.cells().min(readable).saturating_sub(*given).min(left);
            *given += wanted;
            left -= wanted;
        }
        for (part, given) in parts.iter().zip(&mut given).filter(|(part, _)| part.weight == weight)
        {
            let taken = part.least() + GAP.len();
            if taken <= left || weight == u8::MAX {
                *given = Some(part.least());
                left = left.saturating_sub(taken);
            }
        }
    }
    let mut line = Line::default();
    for (part, given) in parts.into_iter().zip(given) {
        let Some(given) = given else { continue };
        let gap = match line.spans.len() {
            0 if part.at_edge => "",
            0 => " ",
            _ => GAP,
        };
        line.spans.push(span(theme, Role::Header, gap));
        let room = part.shrinks.map_or(usize::MAX, |_| part.cells().min(given + left));
        left -= if part.shrinks.is_some() { room - given } else { 0 };
        line.spans.extend(fit_spans(part.spans, room, glyphs));
    }
    line
}

impl Part {
    fn cells(&self) -> usize {
        spans_width(&self.spans)
    }

    /// Cells that it is let in with.
    fn least(&self) -> usize {
        self.shrinks.map_or(self.cells(), |(least, _)| self.cells().min(least))
    }
}

/// What is not real, or not now, is said at the left edge of every frame.
fn left_edge(model: &Model, theme: &Theme) -> Option<Part> {
    let training = model.session.as_ref().and_then(|session| session.state.opening.as_ref());
    let training = training.is_some_and(|opening| opening.training.is_some());
    let (role, text) = match (model.source.kind, training) {
        (SourceKind::Replay, true) => (Role::Training, "#TRAINING# #REPLAY#"),
        (SourceKind::Training, _) | (SourceKind::Host, true) => (Role::Training, "#TRAINING#"),
        (SourceKind::Replay, false) => (Role::Replay, "#REPLAY#"),
        (SourceKind::Host, false) => return None,
    };
    Some(Part { at_edge: true, ..of(u8::MAX, vec![span(theme, role, text)]) })
}

fn in_session(model: &Model, session: &Session, theme: &Theme, parts: &mut Vec<Part>) {
    let text = |caption: Caption| caption.text(model.language);
    let opening = session.state.opening.as_ref();
    let started = session.id.split('-').next().unwrap_or_default();
    let short = Untrusted::from(started);
    parts.push(of(1, pieces(theme, Role::Header, &short, NAME)));
    if let Some(opening) = opening {
        let host = of(9, pieces(theme, Role::Header, &opening.host, NAME));
        parts.push(Part { shrinks: Some((LEAST_NAME, LEAST_NAME)), ..host });
        let playbook = Untrusted::from(opening.playbook.as_str());
        parts.push(of(8, pieces(theme, Role::Header, &playbook, NAME)));
    }
    if let Some(label) = here_label(model) {
        parts.push(Part { shrinks: Some((LEAST_LABEL, NAME)), ..ours(theme, 3, label) });
    }
    parts.push(tape(model, theme));
    parts.extend(open_for(model, session, theme));
    parts.extend(recording(model, theme));
    parts.extend(blindness(model, theme));
    parts.extend(standing(model, session, theme));
    parts.extend(alerts(model, theme));
    match &session.pen {
        Pen::Ours => parts.extend(around(model, theme)),
        Pen::Replay => {}
        Pen::Observer(who) => {
            parts.push(if model.pen.forced.is_some() {
                badge(theme, Role::Armed, text(Caption::PenTaken))
            } else {
                badge(theme, Role::Replay, text(Caption::Observer))
            });
            parts.extend(holder(model, who.as_ref(), theme));
        }
        Pen::Forked(_) => parts.push(badge(theme, Role::Armed, text(Caption::Forked))),
        Pen::Damaged(_) => parts.push(badge(theme, Role::Armed, text(Caption::Damaged))),
    }
    if model.storage.volatile {
        parts.push(badge(theme, Role::Armed, text(Caption::Volatile)));
    }
    if let Some(left) = model.storage.low {
        let said = format!("{} {left} MiB", text(Caption::LowSpace));
        parts.push(badge(theme, Role::Warn, &said));
    }
    if model.source.paused {
        parts.push(badge(theme, Role::Replay, text(Caption::Paused)));
    }
}

/// How many alerts nobody has acknowledged; on a badge while one of them is confirmed and live.
fn alerts(model: &Model, theme: &Theme) -> Option<Part> {
    let (open, grave) = acknowledge::count(model);
    let said = || crate::words::notice::alerts(model.language, open);
    match (open, grave) {
        (0, _) => None,
        (_, true) => Some(badge(theme, Role::Armed, &format!("! {}", said()))),
        (_, false) => Some(ours(theme, 7, format!("* {}", said()))),
    }
}

/// Who asks for the pen, else how many watch.
fn around(model: &Model, theme: &Theme) -> Option<Part> {
    let watchers = &model.pen.around.watchers;
    if let Some(asks) = watchers.iter().find(|it| it.asks) {
        return Some(badge(theme, Role::Armed, &pen::asks(model.language, &asks.who, NAME)));
    }
    let count = watchers.len();
    (count > 0).then(|| ours(theme, 3, pen::watchers(model.language, count)))
}

/// Who has the pen, and what is wrong with that.
fn holder(model: &Model, who: Option<&Untrusted>, theme: &Theme) -> Vec<Part> {
    let mut parts = Vec::new();
    let holding = model.pen.around.holding;
    if let Some(who) = who.filter(|_| holding != Holding::Free) {
        let text = |caption: Caption| caption.text(model.language);
        let mut spans = vec![span(theme, Role::Header, format!("{} ", text(Caption::PenWith)))];
        spans.extend(pieces(theme, Role::Header, who, NAME));
        if model.pen.asked {
            spans.push(span(theme, Role::Header, format!(", {}", text(Caption::PenAsked))));
        }
        parts.push(of(5, spans));
    }
    let trouble = pen::holding(model.language, holding);
    parts.extend(trouble.map(|said| badge(theme, Role::Armed, &said)));
    parts
}

/// The clock, and for a tape where on it and how fast.
fn tape(model: &Model, theme: &Theme) -> Part {
    let source = model.source;
    let said = if source.kind == SourceKind::Host {
        format!("{}Z", time(model.now.at))
    } else {
        format!("{}/{} x{}", clock(source.at_ms), clock(source.length_ms), source.speed)
    };
    ours(theme, 6, said)
}

/// For how long an incident has gone on. In whole minutes: the recording beside it counts seconds.
fn open_for(model: &Model, session: &Session, theme: &Theme) -> Option<Part> {
    let opened = session.state.opened_at.filter(|_| model.source.kind == SourceKind::Host)?;
    let gone_by = model.now.at.as_millisecond().saturating_sub(opened.as_millisecond());
    let gone_by = u64::try_from(gone_by).ok().filter(|it| *it >= 60_000)?;
    Some(ours(theme, 2, format!("+{}", age(gone_by))))
}

/// For how long what is seen has been recorded; and why it is not.
fn recording(model: &Model, theme: &Theme) -> Option<Part> {
    let text = |caption: Caption| caption.text(model.language);
    match &model.recording {
        Recording::Elsewhere => None,
        Recording::Since(since) => {
            let length = clock(model.now.ms_since(*since));
            Some(ours(theme, 6, format!("{} {length}", text(Caption::Recording))))
        }
        Recording::Stopped(why) => {
            let why = fit(storage::short(model.language, why), WHY, model.glyphs);
            let said = format!("{} {why}", text(Caption::NotRecording));
            Some(badge(theme, Role::Armed, &said))
        }
    }
}

/// That the screen is not the whole host, and what stands between.
fn blindness(model: &Model, theme: &Theme) -> Option<Part> {
    let gap = model.live.snapshot.as_ref()?.blindness()?;
    Some(badge(theme, Role::Warn, &gap::mark(model.language, gap)))
}

/// Whether everything that was done is on disk.
fn standing(model: &Model, session: &Session, theme: &Theme) -> Vec<Part> {
    let text = |caption: Caption| caption.text(model.language);
    let number = format!("#{}", session.state.seq);
    if session.unsaved.is_some() {
        return vec![badge(theme, Role::Armed, text(Caption::NotSaved))];
    }
    if !session.pending.is_empty() {
        let style = theme.style(Role::Header).add_modifier(Modifier::BOLD);
        let said = format!("~{} {}", session.pending.len(), text(Caption::Unsaved));
        return vec![of(u8::MAX, vec![Span::styled(said, style)])];
    }
    match session.pen {
        // What is promised comes before where one is.
        Pen::Ours => vec![ours(theme, 10, format!("{number} {}", text(Caption::Saved)))],
        Pen::Observer(_) | Pen::Damaged(_) | Pen::Forked(_) | Pen::Replay => {
            vec![ours(theme, 8, number)]
        }
    }
}
