//! A terminal's screen as SVG: text in runs of one style on an exact grid, lines and blocks as shapes.
//!
//! Invariant: a column is where the emulator put it. Every cluster has its own place, so no font can shift a
//! row, and box drawing is drawn here, because fonts leave gaps between rows.

use std::fmt::Write;

use vt100::{Cell, Color, Screen};

/// A cell, in units of the picture: the advance of its first font at this size, and room for Thai marks.
const WIDTH: f64 = 9.632;
const HEIGHT: f64 = 22.0;
const SIZE: f64 = 16.0;
/// From a row's top to where its letters stand.
const BASELINE: f64 = 16.5;
const MARGIN: f64 = 12.0;
const FONTS: &str = "DejaVu Sans Mono, Noto Sans Thai, Symbola, monospace";
const FOREGROUND: &str = "#d8dee9";
const BACKGROUND: &str = "#11151c";
/// The sixteen colours that have no values of their own.
const PALETTE: [&str; 16] = [
    "#1c212b", "#e05f65", "#78b892", "#e0b35f", "#6a9fe0", "#b28fd6", "#5fb8c4", "#c8ced9",
    "#5b6475", "#ff7b81", "#94d6ae", "#ffd07a", "#8bbcff", "#cfaef2", "#7ad6e2", "#ffffff",
];

/// What a run of text has in common.
#[derive(PartialEq, Eq)]
struct Style {
    ink: String,
    paper: String,
    underline: bool,
    /// Of every text in the run, the ink among them.
    attributes: String,
}

impl Style {
    fn of(cell: &Cell) -> Self {
        let ink = colour(cell.fgcolor(), FOREGROUND);
        let paper = colour(cell.bgcolor(), BACKGROUND);
        let (ink, paper) = if cell.inverse() { (paper, ink) } else { (ink, paper) };
        let mut attributes = format!(" fill=\"{ink}\"");
        for (on, attribute) in [
            (cell.bold(), " font-weight=\"bold\""),
            (cell.dim(), " opacity=\"0.6\""),
            (cell.italic(), " font-style=\"italic\""),
            (cell.underline(), " text-decoration=\"underline\""),
        ] {
            attributes.push_str(if on { attribute } else { "" });
        }
        Self { ink, paper, underline: cell.underline(), attributes }
    }
}

/// The whole screen.
pub(crate) fn draw(screen: &Screen) -> String {
    let (rows, cols) = screen.size();
    let (width, height) = (f64::from(cols.get()) * WIDTH, f64::from(rows.get()) * HEIGHT);
    let (outer_width, outer_height) = (width + 2.0 * MARGIN, height + 2.0 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{outer_width:.0}\" height=\"{outer_height:.0}\" \
         font-family=\"{FONTS}\" font-size=\"{SIZE}\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n\
         <g transform=\"translate({MARGIN} {MARGIN})\" xml:space=\"preserve\">\n"
    );
    for row in 0..rows.get() {
        let cells: Vec<(u16, &Cell)> = (0..cols.get())
            .filter_map(|col| Some((col, screen.cell(row, col)?)))
            .filter(|(_, cell)| !cell.is_wide_continuation())
            .collect();
        let runs = || cells.chunk_by(|(_, one), (_, next)| Style::of(one) == Style::of(next));
        runs().for_each(|run| paper(&mut svg, row, run));
        runs().for_each(|run| ink(&mut svg, row, run));
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

fn line(svg: &mut String, text: &str) {
    svg.push_str(text);
    svg.push('\n');
}

/// The background of a run.
fn paper(svg: &mut String, row: u16, run: &[(u16, &Cell)]) {
    let style = Style::of(run[0].1);
    if style.paper != BACKGROUND {
        let (x, y, width) = (left(run[0].0), top(row), left(after(run)) - left(run[0].0));
        let fill = &style.paper;
        line(
            svg,
            &format!(
                "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{HEIGHT}\" fill=\"{fill}\" shape-rendering=\"crispEdges\"/>"
            ),
        );
    }
}

/// The letters of a run, and its lines and blocks.
fn ink(svg: &mut String, row: u16, run: &[(u16, &Cell)]) {
    let style = Style::of(run[0].1);
    let y = top(row);
    let mut words = Words { x: left(run[0].0), letters: String::new() };
    let mut at = 0;
    while let Some((col, cell)) = run.get(at) {
        at += 1;
        let x = left(*col);
        let contents = cell.contents();
        if contents.is_ascii() {
            words.push(x, contents);
            continue;
        }
        words.flush(svg, y, &style);
        if let Some(shape) = contents.chars().next().and_then(|c| shape(c, x, y)) {
            line(svg, &shape.replace("INK", &style.ink));
            continue;
        }
        // SARA AM has a cell of its own, and half of it stands on the letter before: one text for both.
        let am = run.get(at).map(|(_, next)| next.contents());
        let am = am.filter(|am| matches!(*am, "\u{e33}" | "\u{eb3}")).unwrap_or_default();
        at += usize::from(!am.is_empty());
        let columns = 1 + u8::from(cell.is_wide()) + u8::from(!am.is_empty());
        cluster(svg, (x, y), columns, &style, &format!("{contents}{am}"));
    }
    words.flush(svg, y, &style);
}

/// ASCII text, whose letters are all as wide as a cell.
struct Words {
    x: f64,
    letters: String,
}

impl Words {
    fn push(&mut self, x: f64, letter: &str) {
        if self.letters.is_empty() {
            self.x = x;
        }
        // Renderers fold spaces, but not this one.
        self.letters.push_str(if letter.trim().is_empty() { "\u{a0}" } else { letter });
    }

    /// `textLength` keeps to the grid where the font is another one.
    fn flush(&mut self, svg: &mut String, y: f64, style: &Style) {
        let letters = std::mem::take(&mut self.letters);
        let kept = if style.underline { &letters } else { letters.trim_end_matches('\u{a0}') };
        if !kept.is_empty() {
            let columns = kept.chars().count();
            let length = WIDTH * f64::from(u16::try_from(columns).unwrap_or(u16::MAX));
            let (x, y, attributes) = (self.x, y + BASELINE, &style.attributes);
            line(
                svg,
                &format!(
                    "<text x=\"{x:.2}\" y=\"{y:.2}\" textLength=\"{length:.2}\"{attributes}>{}</text>",
                    escaped(kept)
                ),
            );
        }
    }
}

/// What is not ASCII, in the middle of its columns and no wider than they are.
fn cluster(svg: &mut String, (x, y): (f64, f64), columns: u8, style: &Style, letters: &str) {
    let room = f64::from(columns) * WIDTH;
    let squeeze = (room / thai_width(letters)).min(1.0);
    let (middle, y, attributes) = (x + room / 2.0, y + BASELINE, &style.attributes);
    line(
        svg,
        &format!(
            "<text transform=\"translate({middle:.2} {y:.2}) scale({squeeze:.3} 1)\" \
         text-anchor=\"middle\"{attributes}>{letters}</text>"
        ),
    );
}

/// How wide Noto Sans Thai draws it; nothing for other scripts.
fn thai_width(letters: &str) -> f64 {
    let thousandths = |c: char| match c {
        'ฌ' | 'ญ' | 'ฒ' | 'ณ' | '๛' => 900.0,
        'พ' | 'ฟ' | 'ฬ' | '๗' | '๚' => 720.0,
        'า' | 'ำ' | 'ๅ' => 410.0,
        'เ'..='ไ' | 'ะ' => 320.0,
        '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}' => 0.0,
        'ก'..='๙' => 650.0,
        _ => 0.0,
    };
    letters.chars().map(thousandths).sum::<f64>().max(1.0) * SIZE / 1000.0
}

/// Box drawing and blocks as shapes that fill their cells; `INK` is the colour.
fn shape(c: char, x: f64, y: f64) -> Option<String> {
    let (middle_x, middle_y) = (x + WIDTH / 2.0, y + HEIGHT / 2.0);
    let (right, bottom) = (x + WIDTH, y + HEIGHT);
    let block = |x: f64, y: f64, width: f64, height: f64, opacity: f64| {
        format!(
            "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{height:.2}\" fill=\"INK\" opacity=\"{opacity}\" shape-rendering=\"crispEdges\"/>"
        )
    };
    let stroke = |path: String, width: f64, dash: &str| {
        format!("<path d=\"{path}\" fill=\"none\" stroke=\"INK\" stroke-width=\"{width}\"{dash}/>")
    };
    let code = u32::from(c);
    if let Some((arms, width, dash)) = arms(c) {
        let ends = [(middle_x, y), (right, middle_y), (middle_x, bottom), (x, middle_y)];
        let arm = |(on, (to_x, to_y)): (bool, (f64, f64))| {
            on.then(|| format!("M{middle_x:.2} {middle_y:.2}L{to_x:.2} {to_y:.2}"))
        };
        let path = arms.into_iter().zip(ends).filter_map(arm).collect();
        return Some(stroke(path, width, if dash { " stroke-dasharray=\"3 2\"" } else { "" }));
    }
    let corner = |from_y: f64, to_x: f64| {
        format!("M{middle_x:.2} {from_y:.2}Q{middle_x:.2} {middle_y:.2} {to_x:.2} {middle_y:.2}")
    };
    let eighth = |from: u32| f64::from(code - from) / 8.0;
    match c {
        '\u{256d}' => Some(stroke(corner(bottom, right), 1.2, "")),
        '\u{256e}' => Some(stroke(corner(bottom, x), 1.2, "")),
        '\u{256f}' => Some(stroke(corner(y, x), 1.2, "")),
        '\u{2570}' => Some(stroke(corner(y, right), 1.2, "")),
        '\u{2580}' => Some(block(x, y, WIDTH, HEIGHT / 2.0, 1.0)),
        '\u{2581}'..='\u{2588}' => {
            let height = HEIGHT * eighth(0x2580);
            Some(block(x, bottom - height, WIDTH, height, 1.0))
        }
        '\u{2589}'..='\u{258f}' => Some(block(x, y, WIDTH * (1.0 - eighth(0x2588)), HEIGHT, 1.0)),
        '\u{2590}' => Some(block(middle_x, y, WIDTH / 2.0, HEIGHT, 1.0)),
        '\u{2591}'..='\u{2593}' => Some(block(x, y, WIDTH, HEIGHT, 2.0 * eighth(0x2590))),
        '\u{2801}'..='\u{28ff}' => Some(dots(code - 0x2800, x, y)),
        _ => None,
    }
}

/// Which ways a line goes from the middle (up, right, down, left), how thick, and whether dashed.
fn arms(c: char) -> Option<([bool; 4], f64, bool)> {
    const GROUPS: [(&str, [bool; 4]); 11] = [
        ("─━═╌┄┈", [false, true, false, true]),
        ("│┃║╎┆┊", [true, false, true, false]),
        ("┌┏╔", [false, true, true, false]),
        ("┐┓╗", [false, false, true, true]),
        ("└┗╚", [true, true, false, false]),
        ("┘┛╝", [true, false, false, true]),
        ("├┣╠", [true, true, true, false]),
        ("┤┫╣", [true, false, true, true]),
        ("┬┳╦", [false, true, true, true]),
        ("┴┻╩", [true, true, false, true]),
        ("┼╋╬", [true, true, true, true]),
    ];
    let (_, ways) = GROUPS.into_iter().find(|(group, _)| group.contains(c))?;
    let light = "─╌┄┈│╎┆┊┌┐└┘├┤┬┴┼".contains(c);
    Some((ways, if light { 1.2 } else { 2.4 }, "╌┄┈╎┆┊".contains(c)))
}

/// Braille: two columns of four dots, numbered as Unicode does.
fn dots(bits: u32, x: f64, y: f64) -> String {
    let places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)];
    let mut group = String::from("<g fill=\"INK\">");
    for (bit, (col, row)) in places.into_iter().enumerate() {
        if bits >> bit & 1 == 1 {
            let (x, y) = (
                x + WIDTH * (0.27 + 0.46 * f64::from(col)),
                y + HEIGHT * (0.125 + 0.25 * f64::from(row)),
            );
            let _infallible = write!(group, "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"1.5\"/>");
        }
    }
    group + "</g>"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn left(col: u16) -> f64 {
    f64::from(col) * WIDTH
}

fn top(row: u16) -> f64 {
    f64::from(row) * HEIGHT
}

/// The column after a run.
fn after(run: &[(u16, &Cell)]) -> u16 {
    run.last().map_or(0, |(col, cell)| col + 1 + u16::from(cell.is_wide()))
}

fn colour(colour: Color, default: &str) -> String {
    match colour {
        Color::Default => default.to_owned(),
        Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
        Color::Idx(index @ 0..=15) => PALETTE[usize::from(index)].to_owned(),
        Color::Idx(index @ 16..=231) => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            let cube = index - 16;
            let [red, green, blue] = [cube / 36, cube / 6 % 6, cube % 6].map(level);
            format!("#{red:02x}{green:02x}{blue:02x}")
        }
        Color::Idx(index) => {
            let grey = 8 + 10 * (index - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
    }
}
