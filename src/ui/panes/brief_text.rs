//! The handoff card as lines: each part under its name at the left, in two columns where there is room for both.

use std::collections::BTreeSet;

use crate::cockpit::model::Glyphs;
use crate::domain::session::ItemState;
use crate::ui::glyph::{check_box, signs};
use crate::ui::panes::grade;
use crate::ui::panes::sheet::{self, Piece, Sheet, theirs};
use crate::ui::role::Role;
use crate::ui::text::{pad_right, width};
use crate::words::Part;
use crate::words::card::{Line, Section, Sign, Tone};

/// Cells of the names at the left.
const NAMES: usize = 10;
/// Below this the names stand on lines of their own.
const NARROW: usize = 50;
/// From here on there are two columns.
const WIDE: usize = 150;
/// Signs up to this width stand in a column.
const SIGNS: usize = 13;
/// Between two columns.
const BETWEEN: usize = 3;

/// A card that was laid out.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Laid {
    /// Its lines.
    pub lines: Vec<Vec<Piece>>,
    /// Where each part stands that must be read: its entry, its first line, and the line after its last.
    pub must: Vec<(u64, usize, usize)>,
    /// Cells of the column that those stand in.
    pub column: usize,
}

/// The card as plain text.
#[must_use]
pub fn card_text(
    card: &[Section],
    cells: usize,
    read: &BTreeSet<u64>,
    glyphs: Glyphs,
) -> Vec<String> {
    lay(card, cells, read, glyphs).lines.iter().map(|line| sheet::plain(line)).collect()
}

/// The card when it has `cells` of room and the lines in `read` are marked.
pub(super) fn lay(card: &[Section], cells: usize, read: &BTreeSet<u64>, glyphs: Glyphs) -> Laid {
    if cells < WIDE {
        let all: Vec<&Section> = card.iter().collect();
        return column(&all, cells, read, glyphs);
    }
    let (first, second): (Vec<&Section>, Vec<&Section>) = card.iter().partition(|it| it.first);
    let half = (cells - BETWEEN) / 2;
    let left = column(&first, half, read, glyphs);
    let right = column(&second, cells - BETWEEN - half, read, glyphs);
    let rows = left.lines.len().max(right.lines.len());
    let mut beside = right.lines.into_iter();
    let mut lines = left.lines;
    lines.resize(rows, Vec::new());
    for line in &mut lines {
        let taken: usize = line.iter().map(|(_, text)| width(text)).sum();
        line.push((Role::Text, " ".repeat(half.saturating_sub(taken))));
        line.push((Role::Border, format!(" {} ", signs(glyphs).separator)));
        line.extend(beside.next().unwrap_or_default());
    }
    Laid { lines, must: left.must, column: half }
}

fn column(sections: &[&Section], cells: usize, read: &BTreeSet<u64>, glyphs: Glyphs) -> Laid {
    let mut laid = Laid { column: cells, ..Laid::default() };
    let mut short = true;
    for section in sections {
        let mut sheet = Sheet::new(cells, glyphs);
        let mut must = Vec::new();
        let mut name = Some(section.name);
        let signs = widest_sign(section);
        for line in &section.lines {
            let from = sheet.lines.len();
            add(&mut sheet, &mut name, line, (signs, read));
            let to = sheet.lines.len();
            match (&line.sign, must.last_mut()) {
                (Sign::Must(seq), _) => must.push((*seq, from, to)),
                // What says more about a line is read with it.
                (_, Some((_, _, end))) if line.more && *end == from => *end = to,
                (_, _) => {}
            }
        }
        // Short parts stand together; a long one has air around it.
        let long = sheet.lines.len() > 2;
        if (long || !short) && !laid.lines.is_empty() {
            laid.lines.push(Vec::new());
        }
        short = !long;
        let start = laid.lines.len();
        laid.must.extend(must.iter().map(|(seq, from, to)| (*seq, start + from, start + to)));
        laid.lines.append(&mut sheet.lines);
    }
    laid
}

/// One line of the card: its name, if it is the first of its part, its sign, and text that wraps beside them.
fn add(
    sheet: &mut Sheet,
    name: &mut Option<&'static str>,
    line: &Line,
    (signs, read): (usize, &BTreeSet<u64>),
) {
    let name = name.take().unwrap_or_default();
    let cells = if sheet.cells < NARROW { 0 } else { NAMES };
    let mut lead = Vec::new();
    if cells == 0 && !name.is_empty() {
        sheet.line(vec![(Role::Title, name.to_owned())]);
    } else if cells > 0 {
        lead.push((Role::Title, pad_right(name, cells, sheet.glyphs)));
    }
    let before = |lead: &[Piece]| lead.iter().map(|(_, text)| width(text)).sum::<usize>();
    let edge = before(&lead);
    lead.extend(sign(&line.sign, read));
    let taken = before(&lead) - edge;
    let gap = signs.max(taken);
    lead.push((Role::Text, " ".repeat(gap - taken + usize::from(gap > 0))));
    let indent = before(&lead);
    if line.more && signs > SIGNS {
        lead.truncate(1);
    } else if indent > sheet.cells / 2 {
        // A sign that leaves no room for text is followed by it.
        lead.retain(|(_, text)| !text.trim().is_empty());
        lead.push((Role::Text, String::from(" ")));
    }
    let text: Vec<Piece> = line.text.iter().flat_map(|(tone, part)| pieces(*tone, part)).collect();
    sheet.wrapped(lead, &text);
}

/// Cells of the widest sign that stands in the column of signs.
fn widest_sign(section: &Section) -> usize {
    let none = BTreeSet::new();
    let signs = section.lines.iter().map(|line| sign(&line.sign, &none));
    let widths = signs.map(|sign| sign.iter().map(|(_, text)| width(text)).sum::<usize>());
    widths.filter(|cells| *cells <= SIGNS).max().unwrap_or(0)
}

fn sign(sign: &Sign, read: &BTreeSet<u64>) -> Vec<Piece> {
    match sign {
        Sign::None => Vec::new(),
        Sign::Must(seq) => {
            let (state, role) = if read.contains(seq) {
                (ItemState::Done, Role::Ok)
            } else {
                (ItemState::Open, Role::Crit)
            };
            vec![(Role::Crit, String::from("! ")), (role, check_box(state).to_owned())]
        }
        Sign::Grade(of) => {
            let (sign, role) = grade(*of);
            vec![(role, sign.to_owned())]
        }
        Sign::Item(state) => {
            let role = if *state == ItemState::Blocked { Role::Crit } else { Role::Text };
            vec![(role, check_box(*state).to_owned())]
        }
        Sign::Label(tone, text) => vec![(role(*tone), text.clone())],
    }
}

const fn role(tone: Tone) -> Role {
    match tone {
        Tone::Plain => Role::Text,
        Tone::Quiet => Role::Dim,
        Tone::Strong => Role::Mark,
        Tone::Good => Role::Ok,
        Tone::Watch => Role::Warn,
        Tone::Danger => Role::Crit,
    }
}

fn pieces(tone: Tone, part: &Part) -> Vec<Piece> {
    match part {
        Part::Ours(text) => vec![(role(tone), text.to_string())],
        Part::Theirs(text) => theirs(Role::Untrusted, text),
    }
}
