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
    // Whoever reads one language may know the word of the other.
    let both = [language, language.other()];
    let shorts = both.map(|it| command::short(it, verb.command));
    let exact = |text: &str| text.to_lowercase() == query.to_lowercase();
    if shorts.into_iter().any(exact) {
        return Some(NAME);
    }
    let helps = both.map(|it| command::help(it, verb.command));
    let names: Vec<String> = keys_of(verb.command).map(key::chord).collect();
    let texts = shorts.into_iter().chain(helps).chain(names.iter().map(String::as_str));
    let fits = |text: &str| score(matcher, &patterns.part, text).or_else(|| holds(text, query));
    texts.filter_map(fits).max()
}

/// The text holds the query as it is written: the matcher knows a Thai letter only without its marks.
fn holds(text: &str, query: &str) -> Option<u32> {
    text.to_lowercase().contains(&query.to_lowercase()).then_some(1)
}

fn score(matcher: &mut Matcher, pattern: &Pattern, text: &str) -> Option<u32> {
    let mut letters = Vec::new();
    pattern.score(Utf32Str::new(text, &mut letters), matcher)
}
