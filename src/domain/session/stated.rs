//! Figures that only a responder can state: what a core-hour costs, what the bill says, how many hosts mine.
//!
//! A figure is a note whose text is `NAME: VALUE`, such as `rate: $0.05`. So it is an entry like any other: it is in the
//! timeline and in the handoff card, it can be taken back, it outlives the screen, and older versions read it. The
//! newest one that was not taken back counts.
//!
//! Invariant: what cannot be read as a figure states nothing; nobody's silence is a zero.

use crate::domain::base::Timestamp;
use crate::domain::session::fold::State;
use crate::domain::untrusted::Untrusted;

/// Something that a responder states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Figure {
    /// What an hour of one core costs.
    Rate,
    /// What an hour of one graphics processor costs.
    GpuRate,
    /// What was billed beyond the usual.
    Billing,
    /// How many hosts mine, this one included.
    Hosts,
    /// What kind of host this is, in the words of the playbook's table.
    HostType,
}

/// What was stated, and by which entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Stated {
    /// The entry.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// As it was written, without the name.
    pub text: String,
    /// The number in it; `None` for a kind of host.
    pub value: Option<f64>,
}

impl Figure {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Rate, Self::GpuRate, Self::Billing, Self::Hosts, Self::HostType];

    /// Its name in a note, and the command that states it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::GpuRate => "gpu-rate",
            Self::Billing => "billing",
            Self::Hosts => "hosts",
            Self::HostType => "host-type",
        }
    }

    /// It is a sum of money.
    #[must_use]
    pub const fn is_money(self) -> bool {
        matches!(self, Self::Rate | Self::GpuRate | Self::Billing)
    }

    /// The note that states it, if `value` can be read. A sum without a sign gets `sign`.
    #[must_use]
    pub fn note(self, value: &str, sign: &str) -> Option<Untrusted> {
        let value = value.trim();
        let bare = value.starts_with(|it: char| it.is_ascii_digit() || it == '.');
        let sign = if self.is_money() && bare { sign } else { "" };
        let note = Untrusted::from(format!("{}: {sign}{value}", self.name()).as_str());
        stated(&note).is_some_and(|(figure, ..)| figure == self).then_some(note)
    }
}

/// What a note states, if it states a figure: which, its text and its number.
#[must_use]
pub fn stated(note: &Untrusted) -> Option<(Figure, String, Option<f64>)> {
    // Most notes are something else, and there may be many.
    let begins = note.bytes().trim_ascii_start().first().map(u8::to_ascii_lowercase)?;
    let text = std::str::from_utf8(note.bytes()).ok().filter(|_| b"rgbh".contains(&begins))?;
    let (name, value) = text.split_once(':')?;
    let name = name.trim();
    let figure = Figure::ALL.into_iter().find(|it| it.name().eq_ignore_ascii_case(name))?;
    let value = value.trim();
    if figure == Figure::HostType {
        return (!value.is_empty()).then(|| (figure, value.to_owned(), None));
    }
    let digits: String = value.chars().filter(|it| *it != ',').collect();
    let start = digits.find(|it: char| it.is_ascii_digit() || it == '.')?;
    let number = digits.get(start..)?;
    let end = number.find(|it: char| !(it.is_ascii_digit() || it == '.')).unwrap_or(number.len());
    let number: f64 = number.get(..end)?.parse().ok()?;
    let below = digits.get(..start).is_some_and(|before| before.contains('-'));
    let fits = number.is_finite() && !below && (figure != Figure::Hosts || number >= 1.0);
    fits.then(|| (figure, value.to_owned(), Some(number)))
}

impl State {
    /// The newest statement of a figure that stands.
    #[must_use]
    pub fn stated(&self, figure: Figure) -> Option<Stated> {
        let notes = self.notes.iter().rev().chain(self.telling_notes.iter().rev());
        notes.into_iter().find_map(|note| {
            let (of, text, value) = stated(&note.text)?;
            (of == figure).then_some(Stated { seq: note.seq, at: note.at, text, value })
        })
    }
}
