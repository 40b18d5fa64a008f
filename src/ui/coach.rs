//! The coach: a strip beside the work, and a page with everything that there is to say.
//!
//! Nothing is cut in silence: a strip with more to say shows a sign and the key of the page.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::cockpit::Model;
use crate::cockpit::coach::Coach;
use crate::cockpit::command::Command;
use crate::cockpit::model::Session;
use crate::domain::base::{Both, Language};
use crate::domain::session::ItemState;
use crate::domain::training::{Act, EXPERT_PRICE, HINT_PRICE, Inject, Move, Task};
use crate::domain::untrusted::Untrusted;
use crate::ui::footer::hint;
use crate::ui::frame::frame;
use crate::ui::glyph::{check_box, signs};
use crate::ui::paper;
use crate::ui::role::Role;
use crate::ui::text::{fit_spans, minutes, pieces, put_all, span};
use crate::ui::theme::Theme;
use crate::ui::wrap::{hanging, wrap_spans};
use crate::words::{Caption, key, session};

/// Cells before the text of the page.
const LEAD: usize = 9;

/// Draws the strip, if somebody is being trained.
pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let (Some(coach), Some(session)) = (&model.coach, &model.session) else { return };
    if area.height == 0 {
        return;
    }
    let title = fit_spans(title(model, theme, coach, session), title_room(area), model.glyphs);
    let inside = frame(theme, model.glyphs, false, title, area, buf);
    let cells = usize::from(inside.width);
    let paragraphs = paragraphs(model, coach, session, theme);
    let lines: Vec<Line<'_>> =
        paragraphs.iter().flat_map(|spans| wrap_spans(spans, cells)).collect();
    let hidden = lines.len().saturating_sub(usize::from(inside.height));
    put_all(buf, inside, lines);
    let page = key::usual(Command::Coach).filter(|_| hidden > 0);
    if let Some(page) = page {
        let (sign, more) = (signs(model.glyphs).down, Caption::MoreLines.text(model.language));
        let text = format!(" {sign} {page}: {hidden} {more} ");
        paper::mark(theme, &text, (area, area.height.saturating_sub(1)), buf);
    }
}

/// Draws the page.
pub(super) fn draw_page(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let (Some(coach), Some(session)) = (&model.coach, &model.session) else { return };
    let page = (title(model, theme, coach, session), lines(model, theme, area));
    paper::draw(model, theme, page, area, buf);
}

/// All that the coach has to say, as wide as the page in `area`.
pub(super) fn lines(model: &Model, theme: &Theme, area: Rect) -> Vec<Line<'static>> {
    let (Some(coach), Some(session)) = (&model.coach, &model.session) else { return Vec::new() };
    let mut page =
        Page { theme, language: model.language, cells: paper::cells(area), lines: Vec::new() };
    page.say(Caption::Story, &said(theme, coach.walkthrough.story.get(model.language)));
    page.blank();
    page.tasks(coach, session);
    for inject in coach.walkthrough.injects.iter().take(coach.injects).rev() {
        page.news(inject);
    }
    if session.state.training.expert_shown {
        page.blank();
        page.say(Caption::Expert, &[]);
        coach.walkthrough.expert.iter().for_each(|it| page.expert(it));
    }
    if session.state.training.score.is_none() {
        page.blank();
        page.prices(session);
    }
    page.lines
}

/// The page under construction.
struct Page<'a> {
    theme: &'a Theme,
    language: Language,
    cells: usize,
    lines: Vec<Line<'static>>,
}

impl Page<'_> {
    fn blank(&mut self) {
        self.lines.push(Line::default());
    }

    /// A label at the left, and a text beside it.
    fn say(&mut self, caption: Caption, text: &[Span<'static>]) {
        let label = span(self.theme, Role::FooterKey, caption.text(self.language));
        self.lines.extend(hanging(vec![label], LEAD, text, self.cells));
    }

    /// Tasks that are done, and the one at hand with the hints that were shown. Later ones would tell too much.
    fn tasks(&mut self, coach: &Coach, session: &Session) {
        let at = coach.task(&session.state);
        for (nth, task) in coach.walkthrough.tasks.iter().enumerate() {
            if at.is_some_and(|at| nth > at) {
                break;
            }
            self.task((nth, task), at == Some(nth), session);
        }
        if at.is_none() {
            let done = Caption::AllTasksDone.text(self.language);
            let text = vec![span(self.theme, Role::Ok, done)];
            self.lines.extend(hanging(Vec::new(), LEAD, &text, self.cells));
        }
        self.blank();
    }

    fn task(&mut self, (nth, task): (usize, &Task), at_hand: bool, session: &Session) {
        let state = if at_hand { ItemState::Open } else { ItemState::Done };
        let (box_role, text_role) =
            if at_hand { (Role::Warn, Role::Title) } else { (Role::Ok, Role::Dim) };
        let lead = vec![span(self.theme, box_role, format!("{}  {}", check_box(state), nth + 1))];
        let text = told(self.theme, text_role, task.text.get(self.language));
        self.lines.extend(hanging(lead, LEAD, &text, self.cells));
        let shown = session.state.training.hints_of(nth).min(task.hints.len());
        for (at, text) in (1..).zip(task.hints.iter().take(shown)).filter(|_| at_hand) {
            let caption = Caption::Hint.text(self.language);
            let mut spans = vec![span(
                self.theme,
                Role::FooterKey,
                format!("{caption} {at}/{}  ", task.hints.len()),
            )];
            spans.extend(said(self.theme, text.get(self.language)));
            self.lines.extend(hanging(Vec::new(), LEAD, &spans, self.cells));
        }
    }

    fn news(&mut self, inject: &Inject) {
        let mut text =
            vec![span(self.theme, Role::Dim, format!("{}  ", minutes(inject.at * 1_000)))];
        text.extend(pieces(self.theme, Role::Warn, &Untrusted::from(inject.from.as_str()), 20));
        text.push(span(self.theme, Role::Text, ": "));
        text.extend(said(self.theme, inject.text.get(self.language)));
        self.say(Caption::News, &text);
    }

    fn expert(&mut self, it: &Move) {
        let time = span(self.theme, Role::Dim, format!("{:>6}", minutes(it.at * 1_000)));
        let mut text = act(self.theme, self.language, it);
        text.extend(said(self.theme, it.why.get(self.language)));
        self.lines.extend(hanging(vec![time], LEAD, &text, self.cells));
    }

    /// What help costs, and how to ask for it.
    fn prices(&mut self, session: &Session) {
        let mut spans = Vec::new();
        let expert = !session.state.training.expert_shown;
        let prices = [
            (Command::Hint, Caption::HintPrice, HINT_PRICE, true),
            (Command::Expert, Caption::ExpertPrice, EXPERT_PRICE, expert),
        ];
        for (command, caption, price, _) in prices.iter().filter(|(.., offered)| *offered) {
            let text = format!("{} -{price}", caption.text(self.language));
            spans.extend(hint(self.theme, &key::usual(*command).unwrap_or_default(), &text));
        }
        self.lines.extend(wrap_spans(&spans, self.cells));
        let help = [span(self.theme, Role::Dim, Caption::CoachPage.text(self.language))];
        self.lines.extend(hanging(Vec::new(), 1, &help, self.cells));
    }
}

fn title(model: &Model, theme: &Theme, coach: &Coach, session: &Session) -> Vec<Span<'static>> {
    let text = |caption: Caption| caption.text(model.language);
    let mut title = vec![span(theme, Role::Title, format!("{} ", text(Caption::Coach)))];
    let walkthrough = Untrusted::from(coach.walkthrough.title.get(model.language).as_str());
    title.extend(pieces(theme, Role::Text, &walkthrough, usize::from(model.size.columns / 2)));
    title.push(span(theme, Role::Dim, format!("  {}", text(Caption::NothingReal))));
    if session.state.training.expert_shown {
        title.push(span(theme, Role::Warn, format!("  * {}", text(Caption::ExpertShown))));
    }
    title
}

/// The frame's corners and a blank on either side are not for its title.
fn title_room(area: Rect) -> usize {
    usize::from(area.width).saturating_sub(4)
}

/// What there is to say, the weightiest first: as much as fits is shown.
fn paragraphs(
    model: &Model,
    coach: &Coach,
    session: &Session,
    theme: &Theme,
) -> Vec<Vec<Span<'static>>> {
    let say = |caption: Caption, extra: &str, text: &Both<String>| {
        paragraph(theme, model.language, (caption, extra), text)
    };
    let walkthrough = &coach.walkthrough;
    let mut all = Vec::new();
    let task = coach.task(&session.state).and_then(|at| Some((at, walkthrough.tasks.get(at)?)));
    if let Some((at, task)) = task {
        let count = format!(" {}/{}", at + 1, walkthrough.tasks.len());
        all.push(say(Caption::Task, &count, &task.text));
        let shown = session.state.training.hints_of(at);
        if let Some(hint) = shown.checked_sub(1).and_then(|last| task.hints.get(last)) {
            let count = format!(" {shown}/{}", task.hints.len());
            all.push(say(Caption::Hint, &count, hint));
        }
    } else {
        let done = Caption::AllTasksDone.text(model.language);
        all.push(vec![span(theme, Role::Ok, format!("[x] {done}"))]);
    }
    if session.state.training.expert_shown {
        all.extend(expert(model, coach, theme));
    }
    let newest = coach.injects.checked_sub(1).and_then(|last| walkthrough.injects.get(last));
    if let Some(inject) = newest {
        let from = Untrusted::from(inject.from.as_str());
        let mut spans = label(theme, model.language, Caption::News, "");
        spans.extend(pieces(theme, Role::Warn, &from, 20));
        spans.push(span(theme, Role::Text, ": "));
        spans.extend(said(theme, inject.text.get(model.language)));
        all.push(spans);
    }
    all.push(say(Caption::Story, "", &walkthrough.story));
    all
}

/// What the expert does next from here on the tape, and why.
fn expert(model: &Model, coach: &Coach, theme: &Theme) -> Option<Vec<Span<'static>>> {
    let seconds = model.source.at_ms / 1_000;
    let moves = &coach.walkthrough.expert;
    let next = moves.iter().find(|it| it.at >= seconds).or_else(|| moves.last())?;
    let mut spans = label(theme, model.language, Caption::Expert, "");
    spans.push(span(theme, Role::Text, format!("{} ", minutes(next.at * 1_000))));
    spans.extend(act(theme, model.language, next));
    spans.extend(said(theme, next.why.get(model.language)));
    Some(spans)
}

/// What the expert does, for a reader who has the flow and the checklists beside it.
fn act(theme: &Theme, language: Language, it: &Move) -> Vec<Span<'static>> {
    let act = match &it.act {
        Act::Choose { node, branch, .. } => format!("{} {}", node.0, branch + 1),
        Act::Mark { item, state } => {
            format!("{} {}", item.0, session::item_state(language, *state))
        }
    };
    let mut spans = pieces(theme, Role::Title, &Untrusted::from(act), 60);
    spans.push(span(theme, Role::Text, ": "));
    spans
}

fn paragraph(
    theme: &Theme,
    language: Language,
    (caption, extra): (Caption, &str),
    text: &Both<String>,
) -> Vec<Span<'static>> {
    let mut spans = label(theme, language, caption, extra);
    spans.extend(said(theme, text.get(language)));
    spans
}

fn label(theme: &Theme, language: Language, caption: Caption, extra: &str) -> Vec<Span<'static>> {
    vec![span(theme, Role::FooterKey, format!("{}{extra}  ", caption.text(language)))]
}

fn said(theme: &Theme, text: &str) -> Vec<Span<'static>> {
    told(theme, Role::Text, text)
}

fn told(theme: &Theme, role: Role, text: &str) -> Vec<Span<'static>> {
    // A walkthrough's text may come with line breaks of its file; the screen has its own.
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    pieces(theme, role, &Untrusted::from(text), usize::MAX)
}
