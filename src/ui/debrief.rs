//! The debrief: the trainee's acts beside the expert's, with times and reasons, and what the score is made of.
//!
//! One page for the screen and for `firedamp debrief ID`: whoever has the words of one has those of the other.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::cockpit::Model;
use crate::cockpit::model::Glyphs;
use crate::domain::base::Language;
use crate::domain::playbook::{FlowId, NodeId, Playbook};
use crate::domain::session::State;
use crate::domain::training::{Act, Debrief, Part, PartKind, Row, Verdict, Walkthrough, debrief};
use crate::domain::untrusted::Untrusted;
use crate::ui::glyph::{bar, check_box, signs};
use crate::ui::paper;
use crate::ui::role::Role;
use crate::ui::text::{minutes, pad_left, pieces, span};
use crate::ui::theme::Theme;
use crate::ui::wrap::{hanging, wrap_spans};
use crate::words::debrief::{Label, label, part, verdict};
use crate::words::session::item_state;

/// Cells of a time on the tape.
const TIME: usize = 6;
/// Cells before the text of an act: two times, a sign, and blanks.
const LEAD: usize = 2 * TIME + 6;
/// Cells of points out of points.
const POINTS: usize = 6;
/// Cells of the bar beside the score.
const BAR: usize = 40;

/// What a debrief is made from.
#[derive(Clone, Copy)]
pub struct Sheet<'a> {
    /// What was trained.
    pub walkthrough: &'a Walkthrough,
    /// What the trainee's entries add up to.
    pub state: &'a State,
    /// In the language of the reader.
    pub playbook: &'a Playbook,
    /// Of the reader.
    pub language: Language,
    /// That the reader's terminal can draw.
    pub glyphs: Glyphs,
    /// Milliseconds on the tape at which the entry of this number was written.
    pub when: &'a dyn Fn(u64) -> Option<u64>,
}

impl std::fmt::Debug for Sheet<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sheet").field("walkthrough", &self.walkthrough.name).finish_non_exhaustive()
    }
}

/// Draws the debrief, if somebody is being trained.
pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(coach) = &model.coach else { return };
    let mut title =
        vec![span(theme, Role::Title, format!("{}  ", label(model.language, Label::Debrief)))];
    let name = Untrusted::from(coach.walkthrough.title.get(model.language).as_str());
    title.extend(pieces(theme, Role::Text, &name, usize::from(area.width)));
    paper::draw(model, theme, (title, page(model, theme, area)), area, buf);
}

/// The debrief of the training on the screen, as wide as a page in `area`.
pub(super) fn page(model: &Model, theme: &Theme, area: Rect) -> Vec<Line<'static>> {
    let (Some(coach), Some(session)) = (&model.coach, &model.session) else { return Vec::new() };
    // In training the tape is the boot clock.
    let when = |seq: u64| session.entries.iter().find(|it| it.seq == seq).map(|it| it.boot.ms);
    let sheet = Sheet {
        walkthrough: &coach.walkthrough,
        state: &session.state,
        playbook: session.playbook(model.language),
        language: model.language,
        glyphs: model.glyphs,
        when: &when,
    };
    lines(&sheet, theme, paper::cells(area))
}

/// The debrief as lines of at most `cells`.
#[must_use]
pub fn lines(sheet: &Sheet<'_>, theme: &Theme, cells: usize) -> Vec<Line<'static>> {
    let found = debrief(sheet.walkthrough, sheet.state);
    let mut page = Page { sheet, theme, cells, lines: Vec::new() };
    page.score(&found);
    page.blank();
    found.parts.iter().for_each(|part| page.part(part, &found));
    page.blank();
    page.path(&found);
    page.blank();
    page.columns();
    let (expert, beyond): (Vec<&Row>, Vec<&Row>) =
        found.rows.iter().partition(|row| row.expert.is_some());
    for row in expert {
        page.row(row);
    }
    if !beyond.is_empty() {
        page.head(Label::Beyond);
        for row in beyond {
            page.row(row);
        }
    }
    while page.lines.last().is_some_and(|line| line.spans.is_empty()) {
        page.lines.pop();
    }
    page.lines
}

/// The page under construction.
struct Page<'a> {
    sheet: &'a Sheet<'a>,
    theme: &'a Theme,
    cells: usize,
    lines: Vec<Line<'static>>,
}

impl Page<'_> {
    fn say(&self, which: Label) -> &'static str {
        label(self.sheet.language, which)
    }

    fn blank(&mut self) {
        self.lines.push(Line::default());
    }

    fn head(&mut self, which: Label) {
        self.lines.push(Line::from(span(self.theme, Role::Title, self.say(which))));
    }

    /// The sum, as a number and as a bar.
    fn score(&mut self, found: &Debrief) {
        let role = match found.score {
            80.. => Role::Ok,
            50..80 => Role::Warn,
            _ => Role::Crit,
        };
        let share = f32::from(u8::try_from(found.score).unwrap_or(100)) / 100.0;
        let bar = bar(share, BAR.min(self.cells / 2), self.sheet.glyphs);
        let (done, tasks) = found.tasks;
        let spans = [
            span(
                self.theme,
                role,
                format!("{} {}/100  {bar}", self.say(Label::Score), found.score),
            ),
            span(self.theme, Role::Text, format!("  {} {done}/{tasks}", self.say(Label::Tasks))),
        ];
        self.lines.extend(wrap_spans(&spans, self.cells));
    }

    /// One part of the score. What can only cost points and cost none is not worth a line.
    fn part(&mut self, it: &Part, found: &Debrief) {
        let points = match it.kind {
            PartKind::Acts | PartKind::Order => format!("{}/{}", it.points, it.of),
            PartKind::Hints => it.points.to_string(),
            PartKind::Extra | PartKind::ExpertShown | PartKind::Floor if it.points == 0 => return,
            PartKind::Extra | PartKind::ExpertShown | PartKind::Floor => {
                format!("{:+}", it.points)
            }
        };
        let role = if it.points < 0 { Role::Warn } else { Role::Text };
        let points = pad_left(&points, POINTS, self.sheet.glyphs);
        let mut text = vec![span(self.theme, Role::Text, part(self.sheet.language, it.kind))];
        text.push(span(self.theme, Role::Dim, format!("  {}", self.detail(it, found))));
        let lead = vec![span(self.theme, role, points)];
        self.lines.extend(hanging(lead, POINTS + 2, &text, self.cells));
    }

    /// Of how many, or which.
    fn detail(&self, it: &Part, found: &Debrief) -> String {
        let moves = found.rows.iter().filter(|row| row.expert.is_some()).count();
        match it.kind {
            PartKind::Acts | PartKind::Order => {
                format!("{} {} {moves}", it.count, self.say(Label::Of))
            }
            PartKind::Hints => {
                let task = self.say(Label::Task);
                let used = found.hints.iter().filter(|hint| hint.shown > 0);
                let used: Vec<String> = used
                    .map(|it| format!("{task} {}: {}/{}", it.task + 1, it.shown, it.of))
                    .collect();
                if used.is_empty() { self.say(Label::NoHints).to_owned() } else { used.join("  ") }
            }
            PartKind::Extra => it.count.to_string(),
            PartKind::ExpertShown | PartKind::Floor => String::new(),
        }
    }

    /// Every act by its sign, at a glance; then what the signs mean.
    fn path(&mut self, found: &Debrief) {
        let mut spans = Vec::new();
        for row in &found.rows {
            let (sign, role) = sign(row.verdict);
            spans.push(span(self.theme, role, format!("{sign} ")));
        }
        self.lines.extend(wrap_spans(&spans, self.cells));
        let mut legend = Vec::new();
        let word = |it| verdict(self.sheet.language, it);
        for (it, word) in [
            (Verdict::Same, word(Verdict::Same)),
            (Verdict::OutOfOrder, word(Verdict::OutOfOrder)),
            (Verdict::OtherBranch(0), self.say(Label::Otherwise)),
            (Verdict::Missing, word(Verdict::Missing)),
            (Verdict::Extra, word(Verdict::Extra)),
        ] {
            let (sign, role) = sign(it);
            legend.push(span(self.theme, role, format!("{sign} ")));
            legend.push(span(self.theme, Role::Dim, format!("{word}   ")));
        }
        self.lines.extend(wrap_spans(&legend, self.cells));
    }

    fn columns(&mut self) {
        let head = |which| pad_left(self.say(which), TIME, self.sheet.glyphs);
        let text = format!("{}  {}", head(Label::Expert), head(Label::You));
        self.lines.push(Line::from(span(self.theme, Role::Title, text)));
    }

    /// An act with its times; what the trainee did in its place; why the expert did it then and so.
    fn row(&mut self, row: &Row) {
        let glyphs = self.sheet.glyphs;
        let time = |ms: Option<u64>| {
            let text = ms.map_or_else(|| String::from("-"), minutes);
            pad_left(&text, TIME, glyphs)
        };
        let expert = time(row.expert.map(|seconds| seconds * 1_000));
        let trainee = time(row.trainee.and_then(self.sheet.when));
        let (sign, role) = sign(row.verdict);
        let lead = vec![
            span(self.theme, Role::Dim, format!("{expert}  ")),
            span(self.theme, Role::Text, trainee),
            span(self.theme, role, format!("  {sign}")),
        ];
        let act = self.act(&row.act);
        self.lines.extend(hanging(lead, LEAD, &act, self.cells));
        if let Some(said) = self.difference(row) {
            self.lines.extend(hanging(Vec::new(), LEAD, &said, self.cells));
        }
        if let Some(why) = &row.why {
            let why = why.get(self.sheet.language).split_whitespace().collect::<Vec<_>>().join(" ");
            let why = pieces(self.theme, Role::Dim, &Untrusted::from(why), usize::MAX);
            self.lines.extend(hanging(Vec::new(), LEAD, &why, self.cells));
        }
        self.blank();
    }

    fn act(&self, act: &Act) -> Vec<Span<'static>> {
        let text = match act {
            Act::Choose { flow, node, branch } => {
                let label = self.node(flow, node);
                format!("{label} {} {}", signs(self.sheet.glyphs).arrow, self.branch(act, *branch))
            }
            Act::Mark { item, state } => {
                let text = self.sheet.playbook.item(item).map(|it| it.text.as_str());
                format!("{} {}  {}", check_box(*state), item.0, text.unwrap_or_default())
            }
        };
        pieces(self.theme, Role::Text, &Untrusted::from(text.replace('\n', " ")), usize::MAX)
    }

    fn node(&self, flow: &FlowId, node: &NodeId) -> String {
        let found = self.sheet.playbook.flow(flow).and_then(|flow| flow.node(node));
        found.map_or_else(|| node.0.clone(), |node| node.label.clone())
    }

    /// What a branch says; where it leads to, if it says nothing.
    fn branch(&self, act: &Act, branch: usize) -> String {
        let Act::Choose { flow, node, .. } = act else { return String::new() };
        let edges = self.sheet.playbook.flow(flow).into_iter().flat_map(|flow| &flow.edges);
        let edge = edges.filter(|edge| edge.from == *node).nth(branch);
        edge.map(|edge| edge.label.clone().unwrap_or_else(|| self.node(flow, &edge.to)))
            .unwrap_or_default()
    }

    /// How the trainee's act was another one, in words.
    fn difference(&self, row: &Row) -> Option<Vec<Span<'static>>> {
        let (_, role) = sign(row.verdict);
        let word = verdict(self.sheet.language, row.verdict);
        let text = match row.verdict {
            Verdict::Same | Verdict::Extra => String::new(),
            Verdict::OutOfOrder | Verdict::Missing => word.to_owned(),
            Verdict::OtherState(state) => {
                format!("{word}: {}", item_state(self.sheet.language, state))
            }
            Verdict::OtherBranch(branch) => format!("{word}: {}", self.branch(&row.act, branch)),
        };
        let mut spans = pieces(self.theme, role, &Untrusted::from(text), usize::MAX);
        if row.taken_back > 0 {
            let gap = if spans.is_empty() { "" } else { "  " };
            let said = format!("{gap}{} {}", self.say(Label::TakenBack), row.taken_back);
            spans.push(span(self.theme, Role::Dim, said));
        }
        (!spans.is_empty()).then_some(spans)
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
    use crate::ui::text::width;

    #[test]
    fn column_heads_fit_their_columns_in_both_languages() {
        for language in [Language::En, Language::Th] {
            for which in [Label::Expert, Label::You] {
                assert!(width(label(language, which)) <= TIME, "{}", label(language, which));
            }
        }
    }
}
