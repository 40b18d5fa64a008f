//! English and Thai for every kind of thing that a screen or a report names.
//!
//! Invariant: every kind has its words in an exhaustive match that gives both languages at once, so a phrase
//! that is missing in one of them does not compile. What the host or a person said is a part of its own in a
//! [`Phrase`] and stays [`Untrusted`].

/// A kind whose words are fixed. Each is written once, in both languages.
macro_rules! fixed {
    (#[$what:meta] pub enum $kind:ident; $($(#[$doc:meta])+ $word:ident => $en:literal, $th:literal;)+) => {
        #[$what]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $kind { $($(#[$doc])+ $word,)+ }

        impl $kind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$word,)+];

            /// Its words.
            #[must_use]
            pub const fn text(self, language: crate::domain::base::Language) -> &'static str {
                match self { $(Self::$word => crate::words::pick(language, $en, $th),)+ }
            }
        }
    };
    // Where its English says what a word is for.
    (#[$what:meta] pub enum $kind:ident; $($word:ident => $en:literal, $th:literal;)+) => {
        fixed! { #[$what] pub enum $kind; $(#[doc = $en] $word => $en, $th;)+ }
    };
}

pub mod answer;
pub mod around;
pub mod caption;
pub mod card;
pub mod command;
pub mod debrief;
pub mod doctor;
mod evidence;
pub mod fact;
pub mod finding;
pub mod gap;
pub mod gpu;
pub mod hiding;
pub mod key;
pub mod listing;
pub mod misread;
pub mod notice;
pub mod own;
pub mod panes;
pub mod paths;
pub mod pen;
pub mod persistence;
pub mod question;
pub mod rules;
pub mod search;
pub mod session;
pub mod socket;
pub mod storage;
pub mod trouble;
pub mod wire;

pub use caption::Caption;
pub use search::search;
pub use session::pane;
pub use socket::SocketWord;

use crate::domain::base::Language;
use crate::domain::untrusted::Untrusted;

/// A sentence, some parts of which somebody else wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phrase(pub Vec<Part>);

/// A part of a [`Phrase`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Our own words and numbers.
    Ours(std::borrow::Cow<'static, str>),
    /// What the host, a file or a person said.
    Theirs(Untrusted),
}

impl Phrase {
    /// Our own words alone.
    #[must_use]
    pub fn of(text: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self::default().ours(text)
    }

    /// Goes on in our own words.
    #[must_use]
    pub fn ours(mut self, text: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        self.0.push(Part::Ours(text.into()));
        self
    }

    /// Goes on in somebody else's.
    #[must_use]
    pub fn theirs(mut self, text: &Untrusted) -> Self {
        self.0.push(Part::Theirs(text.clone()));
        self
    }

    /// Goes on with a name from a file, which may hold anything.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        self.theirs(&Untrusted::from(name))
    }

    /// Goes on with what another phrase says.
    #[must_use]
    pub fn then(mut self, phrase: Self) -> Self {
        self.0.extend(phrase.0);
        self
    }

    /// As one printable string, each hostile part at most `cells` wide.
    #[must_use]
    pub fn plain(&self, cells: usize) -> String {
        let part = |part: &Part| match part {
            Part::Ours(text) => text.to_string(),
            Part::Theirs(text) => text.plain(cells),
        };
        self.0.iter().map(part).collect()
    }
}

/// The beginning of a text in at most `most` characters, cut behind a word where there is one.
#[must_use]
pub fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let room = most.saturating_sub(1);
    let ends = text.char_indices().take(room + 1).filter(|(_, c)| !sits_on_another(*c));
    let ends: Vec<(usize, bool)> = ends.map(|(at, c)| (at, c.is_whitespace())).collect();
    let word = ends.iter().rev().take(ends.len() / 2).find(|(_, blank)| *blank);
    let end = word.or(ends.last()).map_or(0, |(at, _)| *at);
    let kept = text.get(..end).unwrap_or_default();
    format!("{}…", kept.trim_end_matches([' ', ',', ';', ':', '(', '.']))
}

/// A sign of Thai that belongs to the letter before it: nothing is cut between the two.
const fn sits_on_another(c: char) -> bool {
    matches!(c, '\u{e31}' | '\u{e33}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}')
}

/// The one of two texts that is in `language`.
#[must_use]
pub const fn pick(language: Language, en: &'static str, th: &'static str) -> &'static str {
    match language {
        Language::En => en,
        Language::Th => th,
    }
}
