//! Size of the terminal, and what fits into it.

use crate::cockpit::model::Pane;

/// Cells of the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
}

impl Size {
    /// Below this nothing but a request for more room is drawn.
    pub const LEAST: Self = Self { columns: 40, rows: 10 };

    /// Panes that fit.
    #[must_use]
    pub const fn breakpoint(self) -> Breakpoint {
        match (self.columns, self.rows) {
            (180.., 50..) => Breakpoint::Wide,
            (120.., 36..) => Breakpoint::Standard,
            // 80x24, less a status line or two of a terminal multiplexer.
            (80.., 22..) => Breakpoint::Compact,
            (40.., 10..) => Breakpoint::Tiny,
            _ => Breakpoint::TooSmall,
        }
    }
}

/// How much fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Breakpoint {
    /// Less than 40x10.
    TooSmall,
    /// One pane.
    Tiny,
    /// From 80x24.
    Compact,
    /// From 120x36.
    Standard,
    /// From 180x50: everything.
    Wide,
}

impl Breakpoint {
    /// Panes that the cockpit view shows at this size, in the order in which Tab visits them. A tiny
    /// screen shows the one of them that has the keyboard.
    #[must_use]
    pub const fn panes(self) -> &'static [Pane] {
        match self {
            Self::Compact => {
                &[Pane::Processes, Pane::Network, Pane::Gpu, Pane::Decision, Pane::Checklist]
            }
            Self::Wide => &[
                Pane::Processes,
                Pane::Network,
                Pane::Gpu,
                Pane::Decision,
                Pane::Checklist,
                Pane::Timeline,
                Pane::Playbook,
            ],
            Self::TooSmall | Self::Tiny | Self::Standard => &[
                Pane::Processes,
                Pane::Network,
                Pane::Gpu,
                Pane::Decision,
                Pane::Checklist,
                Pane::Timeline,
            ],
        }
    }
}
