//! What a terminal shows of what is drawn, judged by an emulator.

use std::fs;
use std::num::NonZero;

use proptest::prelude::*;
use ratatui::style::{Color, Modifier, Style};
use tempfile::NamedTempFile;
use unicode_width::UnicodeWidthStr;

use super::{Buffer, Canvas, Line, Rect};
use crate::ui::text::spread;

/// Letters of all widths, marks that stand above and below them, and what hostile text is drawn as.
const TEXTS: [&str; 12] = [
    "kworkerd",
    "x",
    " ",
    "น้ำมัน",
    "กู้คืน",
    "ที่",
    "漢字",
    "é e\u{301}",
    "│ ██ ░ →",
    "^[[2K",
    "한",
    "<U+202E>",
];
const COLOURS: [Color; 6] = [
    Color::Reset,
    Color::Red,
    Color::White,
    Color::DarkGray,
    Color::Indexed(202),
    Color::Rgb(16, 20, 24),
];
const MODIFIERS: [Modifier; 5] =
    [Modifier::BOLD, Modifier::DIM, Modifier::ITALIC, Modifier::UNDERLINED, Modifier::REVERSED];

/// A text somewhere on the sheet.
#[derive(Clone, Debug)]
struct Word {
    at: (u16, u16),
    text: &'static str,
    style: Style,
}

/// What comes next.
#[derive(Clone, Debug)]
enum Step {
    /// A whole frame.
    Frame(Vec<Word>),
    /// A frame in which only these parts differ: the upper left, and the last line.
    Cursor(Vec<Word>),
    /// The terminal has another size.
    Resize(u16, u16),
    /// The terminal shows something else, and is cleared.
    Forget,
}

/// A canvas, and the terminal that it writes to.
struct Stage {
    canvas: Canvas,
    file: NamedTempFile,
    read: usize,
    terminal: vt100::Parser,
    area: Rect,
}

impl Stage {
    fn new() -> Self {
        let file = NamedTempFile::new().unwrap();
        let mut canvas = Canvas::new(Line::new(file.reopen().unwrap()));
        canvas.line.take().unwrap();
        let area = Rect::new(0, 0, 24, 6);
        let terminal = vt100::Parser::new(cells(area.height), cells(area.width), 0);
        Self { canvas, file, read: 0, terminal, area }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Frame(words) => {
                self.canvas.show(self.area, |next| write(&words, next)).unwrap();
            }
            Step::Cursor(words) if self.canvas.shown.area == self.area => {
                let areas = [
                    Rect { width: self.area.width / 2, height: self.area.height - 1, ..self.area },
                    Rect { y: self.area.bottom() - 1, height: 1, ..self.area },
                ];
                // A letter of two cells is never cut by the frame of a pane.
                clear_edge(&mut self.canvas, areas[0]);
                self.canvas.show_parts(areas.into_iter(), |after| write(&words, after)).unwrap();
            }
            Step::Cursor(_) => {}
            Step::Resize(columns, rows) => {
                self.area = Rect::new(0, 0, columns, rows);
                self.terminal.screen_mut().set_size(cells(rows), cells(columns));
                // What is on the terminal is not ours until it is drawn again.
                self.canvas.show(self.area, |next| write(&[], next)).unwrap();
            }
            Step::Forget => {
                self.terminal.process(b"\x1b[3;3Hsomebody else was here");
                self.canvas.forget().unwrap();
                self.canvas.show(self.area, |next| write(&[], next)).unwrap();
            }
        }
        let bytes = fs::read(self.file.path()).unwrap();
        self.terminal.process(&bytes[self.read..]);
        self.read = bytes.len();
    }

    /// The terminal shows what the canvas thinks that it shows.
    fn is_true(&self) -> Result<(), TestCaseError> {
        let (screen, shown) = (self.terminal.screen(), &self.canvas.shown);
        prop_assert!(screen.hide_cursor());
        for y in 0..shown.area.height {
            let mut x = 0;
            while x < shown.area.width {
                let (cell, drawn) = (&shown[(x, y)], screen.cell(y, x).unwrap());
                let contents = if drawn.has_contents() { drawn.contents() } else { " " };
                prop_assert_eq!(contents, cell.symbol(), "at {},{}", x, y);
                prop_assert_eq!(drawn.fgcolor(), colour(cell.fg), "at {},{}", x, y);
                prop_assert_eq!(drawn.bgcolor(), colour(cell.bg), "at {},{}", x, y);
                let has =
                    [drawn.bold(), drawn.dim(), drawn.italic(), drawn.underline(), drawn.inverse()];
                for (modifier, has) in MODIFIERS.into_iter().zip(has) {
                    prop_assert_eq!(
                        has,
                        cell.modifier.contains(modifier),
                        "{:?} at {},{}",
                        modifier,
                        x,
                        y
                    );
                }
                x += u16::try_from(cell.symbol().width().max(1)).unwrap();
            }
        }
        Ok(())
    }
}

/// No letter of two cells stands across the right edge of `area` on either side.
fn clear_edge(canvas: &mut Canvas, area: Rect) {
    let mut whole = canvas.shown.clone();
    for y in area.top()..area.bottom() {
        for x in [area.right() - 1, area.right()] {
            whole[(x, y)].reset();
        }
    }
    canvas.show(whole.area, |next| next.clone_from(&whole)).unwrap();
}

/// Draws the words that begin inside, each as far as there is room, as the screen does.
fn write(words: &[Word], buffer: &mut Buffer) {
    buffer.reset();
    let area = buffer.area;
    for Word { at: (x, y), text, style } in words {
        let (x, y) = (area.x + x % area.width, area.y + y % area.height);
        // What stood here may have been half of a letter of two cells.
        let room = usize::from(area.right() - x);
        if x > area.x && buffer[(x - 1, y)].symbol().width() > 1 {
            buffer[(x - 1, y)].reset();
        }
        let (end, _) = buffer.set_stringn(x, y, text, room, *style);
        if end < area.right() && buffer[(end, y)].symbol().is_empty() {
            buffer[(end, y)].reset();
        }
    }
    spread(buffer);
}

fn cells(cells: u16) -> NonZero<u16> {
    NonZero::new(cells).unwrap()
}

fn colour(colour: Color) -> vt100::Color {
    const NAMED: [(Color, u8); 3] = [(Color::Red, 1), (Color::DarkGray, 8), (Color::White, 15)];
    if let Color::Indexed(index) = colour {
        return vt100::Color::Idx(index);
    }
    if let Color::Rgb(red, green, blue) = colour {
        return vt100::Color::Rgb(red, green, blue);
    }
    let named = NAMED.iter().find(|(named, _)| *named == colour);
    named.map_or(vt100::Color::Default, |(_, index)| vt100::Color::Idx(*index))
}

fn words() -> impl Strategy<Value = Vec<Word>> {
    let colour = || prop::sample::select(COLOURS.to_vec());
    let modifiers = prop::sample::subsequence(MODIFIERS.to_vec(), 0..=2);
    let style = (colour(), colour(), modifiers).prop_map(|(fg, bg, modifiers)| {
        let style = Style::reset().fg(fg).bg(bg);
        // The emulator has one intensity: what is bold is not dim.
        let both = modifiers.contains(&Modifier::BOLD);
        let modifiers = modifiers.into_iter().filter(|it| !both || *it != Modifier::DIM);
        modifiers.fold(style, Style::add_modifier)
    });
    let word = ((0..40_u16, 0..12_u16), prop::sample::select(TEXTS.to_vec()), style);
    prop::collection::vec(word.prop_map(|(at, text, style)| Word { at, text, style }), 0..20)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => words().prop_map(Step::Frame),
        3 => words().prop_map(Step::Cursor),
        1 => (8..40_u16, 3..12_u16).prop_map(|(columns, rows)| Step::Resize(columns, rows)),
        1 => Just(Step::Forget),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_terminal_shows_what_was_drawn(steps in prop::collection::vec(step(), 1..20)) {
        let mut stage = Stage::new();
        stage.take(Step::Frame(Vec::new()));
        for step in steps {
            stage.take(step);
            stage.is_true()?;
        }
    }
}
