//! Reads a line that looks as nearly every line does, in one pass.
//!
//! A line counts only if writing its entry again gives the same bytes. For a line of plain text that can be seen while it
//! is read: each piece stands where it is always written, and is written in the one way that it can be.
//!
//! Invariant: what is read here is what [`chain`](super::chain) reads of the same line, and anything that is not quite
//! plain (an escape, a byte beyond ASCII, a member more) is left to it.

use std::str::FromStr;

use crate::domain::base::{Digest, Timestamp};
use crate::domain::session::event::{Entry, Event, Stamp};
use crate::domain::session::json::to_json;
use crate::domain::untrusted::Untrusted;

/// The entry in a line without its `sum` and the brace behind that; `None` if the line has to be read with more care.
pub(super) fn entry(content: &[u8]) -> Option<Entry> {
    let mut rest = Rest(content);
    rest.skip(br#"{"seq":"#)?;
    let seq = rest.number()?;
    rest.skip(br#","at":""#)?;
    let at = time(rest.text()?)?;
    rest.skip(br#","boot":{"id":""#)?;
    let id = rest.text()?.to_owned();
    rest.skip(br#","ms":"#)?;
    let ms = rest.number()?;
    rest.skip(br#"},"by":""#)?;
    let by = Untrusted::from(rest.text()?);
    rest.skip(br#","prev":""#)?;
    let prev = Digest::from_str(rest.text()?).ok()?;
    rest.skip(br#","event":"#)?;
    let event = event(rest.0)?;
    Some(Entry { seq, at, boot: Stamp { id, ms }, by, prev, event })
}

/// Notes are what people and programs write most; the others are read as JSON is.
fn event(text: &[u8]) -> Option<Event> {
    if let Some(note) = note(text) {
        return Some(note);
    }
    let event: Event = serde_json::from_slice(text).ok()?;
    if matches!(event, Event::Unknown(_)) {
        // How deep it may go depends on where it stands in the line.
        return None;
    }
    let written = to_json(&event).ok()?;
    (written.as_bytes() == text).then_some(event)
}

fn note(text: &[u8]) -> Option<Event> {
    let mut rest = Rest(text);
    rest.skip(br#"{"kind":"noted","text":""#)?;
    let text = Untrusted::from(rest.text()?);
    (rest.0 == b"}").then_some(Event::Noted { text, about: None })
}

fn time(text: &str) -> Option<Timestamp> {
    let at: Timestamp = text.parse().ok()?;
    // There are many ways to write a moment, and one in which it is written.
    let mut again = Same(text);
    std::fmt::write(&mut again, format_args!("{at}")).ok()?;
    again.0.is_empty().then_some(at)
}

/// What is still to be read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    /// What stands there in every line.
    fn skip(&mut self, known: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(known)?;
        Some(())
    }

    /// Digits, as a number is written.
    fn number(&mut self) -> Option<u64> {
        let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = self.0.split_at_checked(digits)?;
        if number.len() > 1 && number.first() == Some(&b'0') {
            return None;
        }
        self.0 = rest;
        std::str::from_utf8(number).ok()?.parse().ok()
    }

    /// Text up to its closing quote, if every character of it stands for itself.
    fn text(&mut self) -> Option<&'a str> {
        let plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
        let end = self.0.iter().position(|byte| !plain(byte))?;
        let (text, rest) = self.0.split_at_checked(end)?;
        self.0 = rest.strip_prefix(b"\"")?;
        std::str::from_utf8(text).ok()
    }
}

/// Takes a text piece by piece, as long as it is the one that is expected.
struct Same<'a>(&'a str);

impl std::fmt::Write for Same<'_> {
    fn write_str(&mut self, piece: &str) -> std::fmt::Result {
        self.0 = self.0.strip_prefix(piece).ok_or(std::fmt::Error)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::playbook::ItemId;
    use crate::domain::session::chain::{self, LineProblem};
    use crate::domain::session::event::{ItemState, Place};

    /// Read in the other way, which asks nothing but that writing it again gives the same bytes.
    fn with_care(content: &[u8]) -> Result<Entry, LineProblem> {
        chain::read_with_care(content)
    }

    fn any_event() -> impl Strategy<Value = Event> {
        let text = prop_oneof![4 => "[ -~]{0,30}", 1 => any::<String>()].prop_map(Untrusted::from);
        (text, 0_u8..6).prop_map(|(text, kind)| match kind {
            0..3 => Event::Noted { text, about: None },
            3 => Event::Noted { text, about: Some(Place::Item(ItemId("1.3/1".into()))) },
            4 => {
                let item = ItemId("1.3/1".into());
                Event::Marked { item, state: ItemState::Blocked, reason: text, undoes: None }
            }
            _ => Event::Left,
        })
    }

    fn content(seq: u64, ns: i64, by: String, id: String, event: Event) -> Vec<u8> {
        let at = Timestamp::from_nanosecond(i128::from(ns)).unwrap();
        let boot = Stamp { id, ms: seq / 3 };
        let entry = Entry { seq, at, boot, by: by.into(), prev: Digest([7; 32]), event };
        let mut text = to_json(&entry).unwrap().into_bytes();
        text.pop();
        text
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn both_ways_read_the_same(
            seq in any::<u64>(),
            ns in any::<i64>(),
            by in "[ -~]{0,12}|\\PC{0,4}",
            id in "[0-9a-f-]{0,36}",
            event in any_event(),
        ) {
            let text = content(seq, ns, by, id, event);
            let careful = with_care(&text).unwrap();
            if let Some(quick) = entry(&text) {
                prop_assert_eq!(quick, careful);
            }
        }

        #[test]
        fn what_is_read_quickly_of_a_changed_line_is_what_care_reads(
            seq in 0_u64..2_000,
            ns in any::<i64>(),
            event in any_event(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![
                Just(b'0'), Just(b'"'), Just(b'\\'), Just(b' '), Just(b'+'), Just(b'}'), Just(b','), any::<u8>(),
            ], 0_u8..3), 1..3),
        ) {
            let mut text = content(seq, ns, "ploy".into(), "b007".into(), event);
            for (at, byte, how) in changes {
                let at = at.index(text.len());
                match how {
                    0 => text[at] = byte,
                    1 => text.insert(at, byte),
                    _ => { text.remove(at); }
                }
            }
            if let Some(quick) = entry(&text) {
                prop_assert_eq!(Ok(quick), with_care(&text));
            }
        }
    }

    #[test]
    fn a_usual_note_is_read_quickly() {
        let event = Event::Noted { text: "talks to 192.0.2.1:3333".into(), about: None };
        let text = content(7, 1_795_282_200_123_456_789, "ploy".into(), "b007".into(), event);
        assert!(entry(&text).is_some());
    }
}
