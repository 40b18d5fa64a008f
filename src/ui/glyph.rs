//! Signs that the screen draws with, for terminals that can draw much or little.

use ratatui::symbols::border;

use crate::cockpit::model::Glyphs;
use crate::domain::session::ItemState;

/// The signs of one glyph set. Every sign takes one cell; boxes take three.
#[derive(Debug)]
pub struct Signs {
    /// Frame of a pane.
    pub frame: border::Set<'static>,
    /// Frame of the pane that has the keyboard.
    pub focus: border::Set<'static>,
    /// A child that has siblings below it: two cells.
    pub branch: &'static str,
    /// The last child: two cells.
    pub last: &'static str,
    /// Beside the children of a node that has siblings below it: two cells.
    pub trunk: &'static str,
    /// Leads to.
    pub arrow: &'static str,
    /// Here we are.
    pub here: &'static str,
    /// The line under the cursor.
    pub cursor: &'static str,
    /// Between parts of a line.
    pub separator: &'static str,
    /// Part of a bar that is full.
    pub full: &'static str,
    /// Part of a bar that is empty.
    pub empty: &'static str,
    /// More above.
    pub up: &'static str,
    /// More below.
    pub down: &'static str,
}

const ASCII_FRAME: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

static ASCII: Signs = Signs {
    frame: ASCII_FRAME,
    focus: border::Set { horizontal_top: "=", horizontal_bottom: "=", ..ASCII_FRAME },
    branch: "|-",
    last: "`-",
    trunk: "| ",
    arrow: ">",
    here: "<",
    cursor: ">",
    separator: "|",
    full: "#",
    empty: "_",
    up: "^",
    down: "v",
};

static BLOCK: Signs = Signs {
    frame: border::PLAIN,
    focus: border::DOUBLE,
    branch: "├─",
    last: "└─",
    trunk: "│ ",
    arrow: "→",
    here: "◀",
    cursor: "▶",
    separator: "│",
    full: "█",
    empty: "░",
    up: "▲",
    down: "▼",
};

/// The signs for `glyphs`.
#[must_use]
pub fn signs(glyphs: Glyphs) -> &'static Signs {
    match glyphs {
        Glyphs::Ascii => &ASCII,
        Glyphs::Block | Glyphs::Braille => &BLOCK,
    }
}

/// The box of an item. ASCII in every set: it is the state itself, not decoration.
#[must_use]
pub const fn check_box(state: ItemState) -> &'static str {
    match state {
        ItemState::Open => "[ ]",
        ItemState::Doing => "[>]",
        ItemState::Done => "[x]",
        ItemState::Blocked => "[!]",
        ItemState::NotApplicable => "[-]",
    }
}

/// A bar of `cells`, `share` of it full.
#[must_use]
pub fn bar(share: f32, cells: usize, glyphs: Glyphs) -> String {
    let full = part(share, cells);
    let signs = signs(glyphs);
    let mut bar = signs.full.repeat(full);
    bar.push_str(&signs.empty.repeat(cells - full));
    bar
}

/// How many of `steps` a share from 0 to 1 fills; something that is not nothing fills at least one.
#[must_use]
pub fn part(share: f32, steps: usize) -> usize {
    if share.is_nan() || share <= 0.0 || steps == 0 {
        return 0;
    }
    // A screen is never so wide that the float loses a step.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "steps are few and the share is positive"
    )]
    let filled = (share.min(1.0) * steps as f32).round() as usize;
    filled.clamp(usize::from(share > 0.005), steps)
}
