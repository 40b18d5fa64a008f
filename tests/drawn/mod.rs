//! Cells as text, as a person reads them.

#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use firedamp::ui::text::width;
use ratatui::buffer::Buffer;

/// A line for each row, blanks at the ends cut off.
pub(crate) fn text(buffer: &Buffer) -> String {
    let (columns, rows) = (buffer.area.width, buffer.area.height);
    let mut text = String::new();
    for y in 0..rows {
        let (mut line, mut x) = (String::new(), 0);
        while x < columns {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(width(symbol).max(1)).unwrap();
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
