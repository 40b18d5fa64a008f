//! Many words looked for at once in many texts.

use aho_corasick::AhoCorasick;

/// No more are told of one text: paths that lie in each other are not worth more time.
const MOST_HITS: usize = 4096;

/// Words that are looked for.
#[derive(Debug, Default)]
pub(super) struct Names {
    words: Vec<Box<[u8]>>,
    engine: Option<AhoCorasick>,
}

impl Names {
    pub(super) fn of<'a>(words: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut words: Vec<Box<[u8]>> = words.map(Into::into).collect();
        words.sort_unstable();
        words.dedup();
        let engine = if words.is_empty() { None } else { AhoCorasick::new(&words).ok() };
        Self { words, engine }
    }

    /// They are these words, which are in order and stand once.
    pub(super) fn are(&self, words: &[&[u8]]) -> bool {
        self.words.len() == words.len()
            && self.words.iter().zip(words).all(|(one, other)| one.as_ref() == *other)
    }

    pub(super) const fn len(&self) -> usize {
        self.words.len()
    }

    /// Which of them this is.
    pub(super) fn place(&self, word: &[u8]) -> Option<usize> {
        self.words.binary_search_by(|it| it.as_ref().cmp(word)).ok()
    }

    /// Which of them stand in the text, each once and in order.
    pub(super) fn within(&self, text: &[u8]) -> Vec<usize> {
        let hits = self.engine.iter().flat_map(|it| it.find_overlapping_iter(text));
        let mut found: Vec<usize> =
            hits.take(MOST_HITS).map(|hit| hit.pattern().as_usize()).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}
