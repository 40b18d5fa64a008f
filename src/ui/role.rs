//! What a cell on the screen means. Panes name a role; only a theme knows colours.

use crate::domain::untrusted::Piece;

macro_rules! roles {
    ($($(#[$doc:meta])+ $role:ident => $name:literal,)+) => {
        /// What a cell means.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Role { $($(#[$doc])+ $role,)+ }

        impl Role {
            /// All roles, in the order in which a theme lists them.
            pub const ALL: &[Self] = &[$(Self::$role,)+];

            /// What a theme file calls it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$role => $name,)+ }
            }
        }
    };
}

roles! {
    /// What lies under everything.
    Background => "background",
    /// Plain text.
    Text => "text",
    /// Text that matters less.
    Dim => "dim",
    /// Title of a pane, name of a column.
    Title => "title",
    /// Frame of a pane.
    Border => "border",
    /// Frame of the pane that has the keyboard.
    BorderFocus => "border-focus",
    /// First line of the screen.
    Header => "header",
    /// Last line of the screen.
    Footer => "footer",
    /// A key that is named on the screen.
    FooterKey => "footer-key",
    /// The line under the cursor.
    Select => "select",
    /// What a search matched, or a person marked.
    Mark => "mark",
    /// Danger.
    Crit => "crit",
    /// Worth a look.
    Warn => "warn",
    /// In order, done.
    Ok => "ok",
    /// Not known, stale, not readable.
    Unknown => "unknown",
    /// Something hides.
    Hidden => "hidden",
    /// Text that the host or a stranger chose.
    Untrusted => "untrusted",
    /// What stands in for a character that cannot be printed.
    Escape => "escape",
    /// How much of somebody's text was left out for want of room.
    Cut => "cut",
    /// Not on disk yet.
    Pending => "pending",
    /// The program can change the host.
    Armed => "armed",
    /// Nothing here is real.
    Training => "training",
    /// Nothing here is now.
    Replay => "replay",
    /// A low value in a graph.
    GraphLow => "graph-low",
    /// A middling value in a graph.
    GraphMid => "graph-mid",
    /// A high value in a graph.
    GraphHigh => "graph-high",
}

impl Role {
    /// The role with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.name() == name)
    }

    /// The role for a piece of somebody's text that is drawn in `self` where it is plain.
    #[must_use]
    pub const fn of_piece(self, piece: &Piece) -> Self {
        match (piece.cut, piece.escape) {
            (true, _) => Self::Cut,
            (false, true) => Self::Escape,
            (false, false) => self,
        }
    }

    /// The role for a share of the whole, in a graph or a bar.
    #[must_use]
    pub fn of_level(share: f32) -> Self {
        match share {
            ..0.5 => Self::GraphLow,
            0.5..0.8 => Self::GraphMid,
            _ => Self::GraphHigh,
        }
    }
}
