//! Finds a command by its name, its key, or a word of its help.

use std::cell::RefCell;

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::cockpit::command::{VERBS, Verb};
use crate::cockpit::keymap::keys_of;
use crate::domain::base::Language;
use crate::words::{command, key};

thread_local! {
    static MATCHER: RefCell<Matcher> = RefCell::new(Matcher::new(Config::DEFAULT));
}

/// The verbs that `query` may mean, the likeliest first. Without a query all of them, group by group.
///
/// The help, the palette and whoever runs the selected row ask this one function, so the row that is shown is
/// the row that runs.
#[must_use]
pub fn search(language: Language, query: &str) -> Vec<&'static Verb> {
    let query = query.trim();
    if query.is_empty() {
        let mut all: Vec<_> = VERBS.iter().collect();
        all.sort_by_key(|verb| verb.group);
        return all;
    }
    let patterns = Patterns::of(query);
    let found = MATCHER.with_borrow_mut(|matcher| {
        let score =
            |verb: &'static Verb| Some((rank(matcher, language, (query, &patterns), verb)?, verb));
        VERBS.iter().filter_map(score).collect()
    });
    in_order(found)
}

/// The query, ready to be looked for in names and in sentences.
struct Patterns {
    fuzzy: Pattern,
    part: Pattern,
}

impl Patterns {
    fn of(query: &str) -> Self {
        let pattern = |kind| Pattern::new(query, CaseMatching::Ignore, Normalization::Smart, kind);
        Self { fuzzy: pattern(AtomKind::Fuzzy), part: pattern(AtomKind::Substring) }
    }
}

fn in_order(mut found: Vec<(u32, &'static Verb)>) -> Vec<&'static Verb> {
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, verb)| verb).collect()
}

/// How well a verb answers: exact key, then name, then a word of the help; `None` if not at all.
fn rank(
    matcher: &mut Matcher,
    language: Language,
    (query, patterns): (&str, &Patterns),
    verb: &Verb,
) -> Option<u32> {
    const KEY: u32 = 1_000_000;
    const NAME: u32 = 10_000;
    if verb.name == query {
        return Some(2 * KEY);
    }
    if keys_of(verb.command).any(|keys| key::chord(keys) == query) {
        return Some(KEY);
    }
    if let Some(score) = score(matcher, &patterns.fuzzy, verb.name) {
        return Some(NAME + score);
    }
    let texts = [
        command::help(language, verb.command),
        command::short(language, verb.command),
        command::help(language.other(), verb.command),
    ];
    texts.into_iter().find_map(|text| score(matcher, &patterns.part, text))
}

fn score(matcher: &mut Matcher, pattern: &Pattern, text: &str) -> Option<u32> {
    let mut letters = Vec::new();
    pattern.score(Utf32Str::new(text, &mut letters), matcher)
}
