//! JSON that any terminal can be shown.
//!
//! Invariant: the text holds printable characters only. `serde_json` escapes C0 alone; C1, DEL, bidi and
//! zero-width characters would go out raw, so here they leave as `\u` escapes, which read back as the same.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use crate::domain::untrusted::Untrusted;

/// `value` as one line of JSON without a line end, terminal-safe.
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<String, serde_json::Error> {
    let mut bytes = Vec::with_capacity(256);
    value.serialize(&mut Serializer::with_formatter(&mut bytes, Printable))?;
    String::from_utf8(bytes).map_err(serde::ser::Error::custom)
}

/// Compact, and everything that does not print is an escape.
struct Printable;

impl Formatter for Printable {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let is_plain = |byte: u8| (b' '..=b'~').contains(&byte);
        if fragment.bytes().all(is_plain) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut units = [0; 2];
        for c in fragment.chars() {
            if prints(c) {
                writer.write_all(c.encode_utf8(&mut [0; 4]).as_bytes())?;
            } else {
                for unit in c.encode_utf16(&mut units) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

/// The one who knows is [`Untrusted`]; the letter before gives a combining mark its base.
fn prints(c: char) -> bool {
    (' '..='~').contains(&c) || {
        let mut with_base = String::from("a");
        with_base.push(c);
        !Untrusted::from(with_base).has_escapes()
    }
}
