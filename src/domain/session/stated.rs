//! Figures that only a responder can state: what a core-hour costs, what the bill says, how many hosts mine.
//!
//! A figure is a note whose text is `NAME: VALUE`, such as `rate: $0.05`. So it is an entry like any other: it is in the
//! timeline and in the handoff card, it can be taken back, it outlives the screen, and older versions read it. The
//! newest one that was not taken back counts.
//!
//! Invariant: what cannot be read as a figure, to its last letter, states nothing: a note may begin with such a name and
//! go on in words. Nobody's silence is a zero.

use crate::domain::base::Timestamp;
use crate::domain::session::fold::State;
use crate::domain::session::money::{self, Money};
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
    /// The sign of money that was written with it; empty if none was.
    pub sign: String,
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
        let bare = Money::written(value).is_some_and(|it| it.sign.is_empty());
        let sign = if self.is_money() && bare { sign } else { "" };
        let note = Untrusted::from(format!("{}: {sign}{value}", self.name()).as_str());
        stated(&note).is_some_and(|it| it.figure == self).then_some(note)
    }
}

/// A figure as a note states it.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// Which.
    pub figure: Figure,
    /// As it was written, without the name.
    pub text: String,
    /// The number in it; `None` for a kind of host.
    pub value: Option<f64>,
    /// The sign of money that was written with it; empty if none was.
    pub sign: String,
}

/// What may stand behind a number of hosts.
const HOSTS: [&str; 7] = ["hosts", "host", "machines", "servers", "instances", "เครื่อง", "อินสแตนซ์"];

/// What a note states, if it states a figure and nothing beside.
#[must_use]
pub fn stated(note: &Untrusted) -> Option<Said> {
    // Most notes are something else, and there may be many.
    let begins = note.bytes().trim_ascii_start().first().map(u8::to_ascii_lowercase)?;
    let text = std::str::from_utf8(note.bytes()).ok().filter(|_| b"rgbh".contains(&begins))?;
    let (name, value) = text.split_once(':')?;
    let name = name.trim();
    let figure = Figure::ALL.into_iter().find(|it| it.name().eq_ignore_ascii_case(name))?;
    let text = value.trim().to_owned();
    let (value, sign) = match figure {
        Figure::HostType => {
            let sign = String::new();
            return (!text.is_empty()).then_some(Said { figure, text, value: None, sign });
        }
        Figure::Hosts => (hosts(&text)?, String::new()),
        Figure::Rate | Figure::GpuRate | Figure::Billing => {
            let sum = Money::written(&text)?;
            (sum.value, sum.sign)
        }
    };
    Some(Said { figure, text, value: Some(value), sign })
}

/// A whole number of hosts; this one is among them.
fn hosts(text: &str) -> Option<f64> {
    let small = text.to_lowercase();
    let (count, rest) = money::number(&small)?;
    let rest = rest.trim();
    let fits = count >= 1.0 && count.fract() == 0.0 && (rest.is_empty() || HOSTS.contains(&rest));
    fits.then_some(count)
}

impl Stated {
    /// The sum that was stated; one without a sign is meant in the playbook's own money, whose sign is `own`.
    #[must_use]
    pub fn sum(&self, own: &str) -> Option<Money> {
        let sign = if self.sign.is_empty() { own } else { &self.sign };
        Some(Money { value: self.value?, sign: sign.to_owned() })
    }
}

impl State {
    /// The newest statement of a figure that stands.
    #[must_use]
    pub fn stated(&self, figure: Figure) -> Option<Stated> {
        let notes = self.notes.iter().rev().chain(self.telling_notes.iter().rev());
        notes.into_iter().find_map(|note| {
            let Said { text, value, sign, .. } =
                stated(&note.text).filter(|it| it.figure == figure)?;
            Some(Stated { seq: note.seq, at: note.at, text, value, sign })
        })
    }
}
