//! What a frame has to draw again. Anything, unless a message knows better.

/// How much of the picture a message changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Touched {
    /// The pane that has the keyboard, and the footer that goes with its cursor.
    Cursor,
    /// Anything.
    Everything,
}
