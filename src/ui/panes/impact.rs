//! How urgent it is, what it costs, whom to tell, and which limits are passed: what the playbook's tables say, and why.
//!
//! Invariant: every row of the tables is shown, also those for which nothing speaks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cockpit::Model;
use crate::cockpit::model::Pane;
use crate::domain::answer::{Cost, Criterion, Fact, Firing, Known};
use crate::domain::session::Stated;
use crate::ui::glyph::signs;
use crate::ui::panes::row::Row;
use crate::ui::panes::sheet::{self, Piece, Sheet, theirs};
use crate::ui::panes::{Title, condition, framed, say_empty};
use crate::ui::role::Role;
use crate::ui::theme::Theme;
use crate::ui::turn;
use crate::words::answer::{self, Word};
use crate::words::panes::Word as Common;
use crate::words::{Part, Phrase};

/// Cells before what belongs to a row.
const INDENT: usize = 4;

/// How many lines there are when the pane has `width` cells inside.
#[must_use]
pub fn impact_lines(model: &Model, width: u16) -> usize {
    lines(model, width).len()
}

pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let inside = framed(Pane::Impact, model, theme, title(model), area, buf);
    if model.session.is_none() {
        return say_empty(model, theme, Common::NoSession, inside, buf);
    }
    let lines = lines(model, inside.width);
    let height = usize::from(inside.height);
    let first = model.panes.impact.line.min(lines.len().saturating_sub(height));
    for (line, text) in lines.iter().skip(first).take(height).enumerate() {
        sheet::draw(text, &mut Row::new(theme, model.glyphs, inside, line, buf));
    }
    turn::mark(model, theme, (first, height, lines.len()), area, buf);
}

/// The priority, and how many criteria are met.
fn title(model: &Model) -> Title {
    let Some(known) = model.known() else { return Title::new() };
    let impact = known.impact();
    let mut title = Title::new();
    if let Some(row) = impact.at.and_then(|at| impact.rows.get(at)) {
        title.push((Role::Crit, row.priority.clone()));
    }
    let due = known.due().len();
    if due > 0 {
        let word = answer::firing(model.language, Firing::Due);
        title.push((Role::Crit, format!("{word} {due}")));
    }
    title.extend(condition(model));
    title
}

fn lines(model: &Model, width: u16) -> Vec<Vec<Piece>> {
    let Some(known) = model.known() else { return Vec::new() };
    let mut page = Page { model, sheet: Sheet::new(usize::from(width), model.glyphs) };
    page.impact(known);
    page.cost(known);
    page.criteria(known);
    page.limits(known);
    page.sheet.lines
}

struct Page<'a> {
    model: &'a Model,
    sheet: Sheet,
}

impl Page<'_> {
    fn say(&self, word: Word) -> &'static str {
        word.text(self.model.language)
    }

    fn head(&mut self, word: Word) {
        self.sheet.gap();
        let text = self.say(word).to_owned();
        self.sheet.line(vec![(Role::Title, text)]);
    }

    /// A line that belongs to the row above it.
    fn below(&mut self, lead: (Role, &str), parts: &[Piece]) {
        let blanks = " ".repeat(INDENT);
        let lead = vec![(Role::Text, blanks), (lead.0, lead.1.to_owned())];
        self.sheet.wrapped(lead, parts);
    }

    /// A fact, and where it was read.
    fn fact(&mut self, fact: &Fact) {
        let language = self.model.language;
        let mut parts = pieces(&answer::fact(language, fact));
        let from = answer::from(language, fact.from);
        parts.extend(from.map(|it| (Role::Dim, format!("  ({it})"))));
        self.below((Role::Dim, "= "), &parts);
    }

    fn ask(&mut self, ask: Option<crate::domain::answer::Ask>) {
        let Some(ask) = ask else { return };
        let text = answer::ask(self.model.language, ask).to_owned();
        self.below((Role::Warn, "? "), &[(Role::Dim, text)]);
    }

    fn impact(&mut self, known: Known<'_>) {
        let impact = known.impact();
        self.head(Word::Impact);
        if impact.rows.is_empty() {
            return self.none();
        }
        let here = signs(self.model.glyphs).cursor;
        for (at, row) in impact.rows.iter().enumerate() {
            let is_here = impact.at == Some(at);
            let role = if is_here { Role::Crit } else { Role::Dim };
            let sign = if is_here { here } else { " " };
            let lead = vec![(role, format!("{sign} {:<3} ", row.priority))];
            let name = if is_here { Role::Text } else { Role::Dim };
            let parts = [(name, row.host_type.clone()), (Role::Dim, format!("  {}", row.impact))];
            self.sheet.wrapped(lead, &parts);
            if let Some(because) = &row.because {
                self.fact(because);
            }
        }
        if impact.ask.is_some() {
            let text = self.say(Word::NoKind).to_owned();
            self.below((Role::Dim, "- "), &[(Role::Dim, text)]);
            self.ask(impact.ask);
        }
    }

    fn none(&mut self) {
        let text = self.say(Word::NoTable).to_owned();
        self.sheet.line(vec![(Role::Dim, format!("  {text}"))]);
    }

    fn cost(&mut self, known: Known<'_>) {
        let cost = known.cost();
        self.head(Word::Cost);
        let language = self.model.language;
        let used = answer::used(language, cost.core_hours, cost.gpu_hours);
        let by = answer::by_confirmed(language, cost.live, cost.ended);
        let role = if cost.live > 0 { Role::Warn } else { Role::Text };
        let parts = [(role, used), (Role::Dim, format!("  {by}"))];
        self.sheet.wrapped(vec![(Role::Text, String::from("  "))], &parts);
        if let Some(sum) = &cost.sum {
            let least = cost.at_least.then(|| format!("{} ", self.say(Word::Least)));
            let mut parts = vec![(Role::Crit, least.unwrap_or_default() + &sum.show())];
            if let Some(day) = &cost.a_day {
                let now = format!(
                    "  {} {} ",
                    self.say(Word::Now),
                    answer::cores(self.model.language, cost.cores)
                );
                parts.push((Role::Text, now));
                parts.push((Role::Warn, format!("{} {}", day.show(), self.say(Word::ADay))));
            }
            self.sheet.wrapped(vec![(Role::Text, String::from("  "))], &parts);
        }
        self.rates(&cost);
        let of = if cost.at_least { Word::AtLeastHere } else { Word::AtLeast };
        let least = self.say(of).to_owned();
        if cost.live + cost.ended > 0 || cost.at_least {
            self.below((Role::Dim, "- "), &[(Role::Dim, least)]);
        }
    }

    /// The rates that were stated, or how to state one.
    fn rates(&mut self, cost: &Cost) {
        use crate::domain::session::Figure::{GpuRate, Rate};
        let stated = [(Rate, &cost.rate), (GpuRate, &cost.gpu_rate)];
        for (figure, stated) in stated {
            let Some(Stated { seq, text, .. }) = stated else { continue };
            let name = answer::figure_name(self.model.language, figure);
            let text = crate::domain::untrusted::Untrusted::from(text.as_str());
            let mut parts = vec![(Role::Text, format!("{name}: "))];
            parts.extend(theirs(Role::Untrusted, &text));
            parts.push((Role::Dim, format!("  (#{seq})")));
            self.below((Role::Dim, "= "), &parts);
        }
        if cost.rate.is_none() {
            self.ask(Some(crate::domain::answer::Ask::Rate));
        }
    }

    fn criteria(&mut self, known: Known<'_>) {
        let criteria = known.criteria();
        self.head(Word::Escalate);
        if criteria.is_empty() {
            return self.none();
        }
        for it in &criteria {
            self.criterion(it);
        }
    }

    fn criterion(&mut self, it: &Criterion) {
        let (sign, role) = sign(it.firing);
        let name = if it.firing == Firing::Silent { Role::Dim } else { Role::Text };
        let arrow = signs(self.model.glyphs).arrow;
        let word = answer::firing(self.model.language, it.firing);
        let mut parts = vec![
            (name, it.condition.clone()),
            (Role::Dim, format!(" {arrow} ")),
            (name, it.to.clone()),
        ];
        if let Some(link) = &it.link {
            parts.push((Role::Dim, format!(" ({})", link.target)));
        }
        parts.push((role, format!("  {word}")));
        self.sheet.wrapped(vec![(role, format!("{sign} "))], &parts);
        it.facts.iter().for_each(|fact| self.fact(fact));
        if it.firing != Firing::Due {
            self.ask(it.ask);
        }
    }

    fn limits(&mut self, known: Known<'_>) {
        let limits = known.limits();
        self.head(Word::Limits);
        if limits.is_empty() {
            return self.none();
        }
        for limit in limits {
            let (sign, role) = sign(limit.firing);
            let parts =
                [(Role::Text, limit.name.clone()), (Role::Dim, format!("  {}", limit.limit))];
            self.sheet.wrapped(vec![(role, format!("{sign} "))], &parts);
            limit.facts.iter().for_each(|fact| self.fact(fact));
        }
    }
}

const fn sign(firing: Firing) -> (&'static str, Role) {
    match firing {
        Firing::Due => ("!", Role::Crit),
        Firing::Look => ("*", Role::Warn),
        Firing::Silent => (" ", Role::Dim),
    }
}

fn pieces(phrase: &Phrase) -> Vec<Piece> {
    let part = |part: &Part| match part {
        Part::Ours(text) => vec![(Role::Text, text.to_string())],
        Part::Theirs(text) => theirs(Role::Untrusted, text),
    };
    phrase.0.iter().flat_map(part).collect()
}
