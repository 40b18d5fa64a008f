//! What the list shows: words, `!` for not, `user:www`, `kind:cron`, `new`, `tricks` and `runs`. Total: any text is one.

use crate::cockpit::persistence::runs_as;
use crate::domain::facts::{Autostart, AutostartChange};
use crate::domain::untrusted::Untrusted;

/// A filter; the default shows everything. All of its terms must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    text: String,
    terms: Vec<(bool, Test)>,
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    /// Stands somewhere in the entry, in any case.
    Text(String),
    User(String),
    Kind(String),
    New,
    Tricks,
    Runs,
}

impl Filter {
    /// Reads what the responder typed.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let terms = text.split_whitespace().filter_map(|word| {
            let (not, rest) = word.strip_prefix('!').map_or((false, word), |rest| (true, rest));
            let sort = match rest.split_once(':') {
                Some(("user", user)) => Test::User(user.to_lowercase()),
                Some(("kind", kind)) => Test::Kind(kind.to_lowercase()),
                _ if rest == "new" => Test::New,
                _ if rest == "tricks" => Test::Tricks,
                _ if rest == "runs" => Test::Runs,
                _ => Test::Text(rest.to_lowercase()),
            };
            (!rest.is_empty()).then_some((not, sort))
        });
        Self { text: text.trim().to_owned(), terms: terms.collect() }
    }

    /// As the responder typed it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// It hides something.
    #[must_use]
    pub const fn is_set(&self) -> bool {
        !self.terms.is_empty()
    }

    /// The entry is shown.
    #[must_use]
    pub fn shows(&self, entry: &Autostart, change: Option<AutostartChange>, runs: bool) -> bool {
        self.terms.iter().all(|(not, test)| {
            *not != match test {
                Test::Text(text) => {
                    let program = entry.runs.as_ref().map(|runs| &runs.program);
                    holds(&entry.path, text)
                        || holds(&entry.text, text)
                        || program.is_some_and(|it| holds(it, text))
                        || entry.kind.name().contains(text.as_str())
                }
                Test::User(user) => runs_as(entry).is_some_and(|it| holds(&it, user)),
                Test::Kind(kind) => entry.kind.name().contains(kind.as_str()),
                Test::New => change.is_some(),
                Test::Tricks => !entry.tricks.is_empty(),
                Test::Runs => runs,
            }
        })
    }
}

fn holds(text: &Untrusted, word: &str) -> bool {
    String::from_utf8_lossy(text.bytes()).to_lowercase().contains(word)
}
