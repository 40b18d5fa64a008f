//! The debrief: the trainee's acts beside the expert's, with times, and what the score is made of.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::cockpit::Model;
use crate::cockpit::coach::Coach;
use crate::cockpit::model::Session;
use crate::domain::session::ItemState;
use crate::domain::training::{Act, Debrief, Part, PartKind, Row, Shown, Verdict, debrief};
use crate::domain::untrusted::Untrusted;
use crate::ui::document;
use crate::ui::frame::window;
use crate::ui::role::Role;
use crate::ui::text::{clock, fit_spans, pad_left, pad_right, pieces, put_all, span, width};
use crate::ui::theme::Theme;
use crate::ui::wrap::wrap_spans;
use crate::words::debrief::{Label, label, part, verdict};
use crate::words::session::item_state;

/// Cells of a time on the tape, at least.
const TIME: usize = 8;

/// What every line needs.
#[derive(Clone, Copy)]
struct Page<'a> {
    model: &'a Model,
    theme: &'a Theme,
    session: &'a Session,
    cells: usize,
}

/// Draws the debrief, if somebody is being trained.
pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let (Some(coach), Some(session)) = (&model.coach, &model.session) else { return };
    let shown = Shown { hints: &coach.hints, expert: coach.expert };
    let found = debrief(&coach.walkthrough, &session.state, shown);
    let title = title(model, theme, coach, area);
    let inside = window(theme, model.glyphs, title, area, buf);
    let page = Page { model, theme, session, cells: usize::from(inside.width) };
    let mut head = page.score(&found);
    head.push(page.columns());
    let foot = page.hints(&found);
    let room = usize::from(inside.height).saturating_sub(head.len() + foot.len());
    let (fits, more) = match found.rows.len() {
        all if all <= room => (all, 0),
        all => (room.saturating_sub(1), all - room.saturating_sub(1)),
    };
    let rows: Vec<Line<'_>> = found.rows.iter().take(fits).map(|row| page.row(row)).collect();
    let left = (more > 0).then(|| {
        let text = format!("+{more} {}", label(model.language, Label::More));
        Line::from(span(theme, Role::Dim, text))
    });
    put_all(buf, inside, head.into_iter().chain(rows).chain(left).chain(foot));
}

fn title(model: &Model, theme: &Theme, coach: &Coach, area: Rect) -> Vec<Span<'static>> {
    let mut title =
        vec![span(theme, Role::Title, format!("{}  ", label(model.language, Label::Debrief)))];
    let name = Untrusted::from(coach.walkthrough.title.get(model.language).as_str());
    title.extend(pieces(theme, Role::Text, &name, usize::from(area.width / 2)));
    title
}

impl Page<'_> {
    fn say(&self, which: Label) -> &'static str {
        label(self.model.language, which)
    }

    /// The sum, and what it is made of.
    fn score(&self, found: &Debrief) -> Vec<Line<'static>> {
        let role = match found.score {
            80.. => Role::Ok,
            50..80 => Role::Warn,
            _ => Role::Crit,
        };
        let (done, tasks) = found.tasks;
        let mut spans = vec![
            span(self.theme, role, format!("{} {}/100", self.say(Label::Score), found.score)),
            span(self.theme, Role::Text, format!("  {} {done}/{tasks}  =", self.say(Label::Tasks))),
        ];
        spans.extend(found.parts.iter().filter_map(|part| self.part(part)));
        wrap_spans(&spans, self.cells)
    }

    /// What cost nothing is not worth a word.
    fn part(&self, it: &Part) -> Option<Span<'static>> {
        let name = part(self.model.language, it.kind);
        let text = match it.kind {
            PartKind::Acts | PartKind::Order => format!("  {name} {}/{}", it.points, it.of),
            PartKind::Extra | PartKind::Hints | PartKind::ExpertShown | PartKind::Floor
                if it.points == 0 =>
            {
                return None;
            }
            PartKind::Extra | PartKind::Hints | PartKind::ExpertShown | PartKind::Floor => {
                format!("  {name} {:+}", it.points)
            }
        };
        let role = if it.points < 0 { Role::Warn } else { Role::Text };
        Some(span(self.theme, role, text))
    }

    fn columns(&self) -> Line<'static> {
        let head = |which| pad_left(self.say(which), TIME, self.model.glyphs);
        let text = format!(
            "{}  {}  {}  {}",
            head(Label::Expert),
            head(Label::You),
            " ".repeat(self.verdicts()),
            self.say(Label::Act)
        );
        Line::from(fit_spans(
            vec![span(self.theme, Role::Title, text)],
            self.cells,
            self.model.glyphs,
        ))
    }

    /// Cells of the longest verdict, with its sign.
    fn verdicts(&self) -> usize {
        let all = [
            Verdict::Same,
            Verdict::OutOfOrder,
            Verdict::OtherBranch(0),
            Verdict::OtherState(ItemState::Open),
            Verdict::Missing,
            Verdict::Extra,
        ];
        let widths = all.map(|it| width(verdict(self.model.language, it)) + 2);
        widths.into_iter().max().unwrap_or(0)
    }

    fn row(&self, row: &Row) -> Line<'static> {
        let glyphs = self.model.glyphs;
        let time = |ms: Option<u64>| {
            let text = ms.map_or_else(|| String::from("-"), clock);
            pad_left(&text, TIME, glyphs)
        };
        let expert = time(row.expert.map(|seconds| seconds * 1_000));
        let trainee = time(row.trainee.and_then(|seq| self.when(seq)));
        let (sign, role) = sign(row.verdict);
        let said = format!("{sign} {}", verdict(self.model.language, row.verdict));
        let mut spans = vec![
            span(self.theme, Role::Dim, format!("{expert}  ")),
            span(self.theme, Role::Text, format!("{trainee}  ")),
            span(self.theme, role, format!("{}  ", pad_right(&said, self.verdicts(), glyphs))),
        ];
        spans.extend(self.act(&row.act));
        if let Some(other) = self.in_its_place(row) {
            let text = format!(" ({} ", self.say(Label::InsteadOf));
            spans.push(span(self.theme, Role::Dim, text));
            spans.extend(pieces(self.theme, Role::Dim, &other, 40));
            spans.push(span(self.theme, Role::Dim, ")"));
        }
        Line::from(fit_spans(spans, self.cells, glyphs))
    }

    /// Where on the tape an entry was written: in training the tape is the boot clock.
    fn when(&self, seq: u64) -> Option<u64> {
        let entry = self.session.entries.iter().find(|entry| entry.seq == seq)?;
        Some(entry.boot.ms)
    }

    fn act(&self, act: &Act) -> Vec<Span<'static>> {
        let language = self.model.language;
        let (name, text) = match act {
            Act::Choose { flow, node, branch } => {
                let found = document::flow(self.model, flow);
                let edges = found.into_iter().flat_map(|flow| &flow.edges);
                let edge = edges.filter(|edge| edge.from == *node).nth(*branch);
                let text = edge.map(|edge| {
                    let to = || {
                        let to = found.and_then(|flow| document::node(flow, &edge.to));
                        to.map(|node| node.label.clone())
                    };
                    edge.label.clone().or_else(to).unwrap_or_default()
                });
                (format!("{} {}", flow.0, node.0), text)
            }
            Act::Mark { item, state } => {
                let found = document::items(self.model).find(|it| it.id == *item);
                let name = format!("{} {}", item.0, item_state(language, *state));
                (name, found.map(|item| item.text.clone()))
            }
        };
        let mut spans = pieces(self.theme, Role::Text, &Untrusted::from(name), 40);
        let text = text.unwrap_or_default();
        spans.push(span(self.theme, Role::Dim, "  "));
        spans.extend(pieces(self.theme, Role::Text, &Untrusted::from(text), self.cells));
        spans
    }

    /// What the trainee did in the place of the expert's act.
    fn in_its_place(&self, row: &Row) -> Option<Untrusted> {
        match (&row.act, row.verdict) {
            (_, Verdict::OtherState(state)) => Some(item_state(self.model.language, state).into()),
            (Act::Choose { flow, node, .. }, Verdict::OtherBranch(branch)) => {
                let choice = self.session.state.chosen(flow);
                let mut choice = choice.filter(|it| it.node == *node && it.branch == branch);
                choice.next().map(|choice| choice.label.clone())
            }
            _ => None,
        }
    }

    fn hints(&self, found: &Debrief) -> Vec<Line<'static>> {
        let used: Vec<String> = found
            .hints
            .iter()
            .filter(|hint| hint.shown > 0)
            .map(|hint| format!("{}: {}/{}", hint.task + 1, hint.shown, hint.of))
            .collect();
        let text = if used.is_empty() {
            self.say(Label::NoHints).to_owned()
        } else {
            format!("{}  {}", self.say(Label::Hints), used.join("  "))
        };
        wrap_spans(&[span(self.theme, Role::Dim, text)], self.cells)
    }
}

/// A sign for a verdict, so that it can be told without colours.
const fn sign(verdict: Verdict) -> (char, Role) {
    match verdict {
        Verdict::Same => ('=', Role::Ok),
        Verdict::OutOfOrder => ('~', Role::Warn),
        Verdict::OtherBranch(_) | Verdict::OtherState(_) => ('!', Role::Crit),
        Verdict::Missing => ('-', Role::Crit),
        Verdict::Extra => ('+', Role::Warn),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::base::Language;

    #[test]
    fn column_heads_fit_their_columns_in_both_languages() {
        for language in [Language::En, Language::Th] {
            for which in [Label::Expert, Label::You] {
                assert!(width(label(language, which)) <= TIME, "{}", label(language, which));
            }
        }
    }
}
