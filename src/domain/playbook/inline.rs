//! Text of a block under construction: words, breaks and links, as the Markdown parser hands them out.

use crate::domain::playbook::document::{Link, Prose};
use crate::domain::playbook::headings;
use crate::domain::playbook::printable;

/// Stands for a break that the author asked for; a plain `\n` is where the source happened to wrap.
const HARD: char = '\r';

/// Text as written so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Inline {
    text: String,
    links: Vec<(String, String)>,
    open: Vec<(usize, String)>,
}

impl Inline {
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn soft_break(&mut self) {
        self.text.push('\n');
    }

    pub(super) fn hard_break(&mut self) {
        self.text.push(HARD);
    }

    pub(super) fn start_link(&mut self, target: &str) {
        self.open.push((self.text.len(), target.to_owned()));
    }

    pub(super) fn end_link(&mut self) {
        if let Some((start, target)) = self.open.pop() {
            let text = self.text.get(start..).unwrap_or_default().to_owned();
            self.links.push((text, target));
        }
    }

    /// As written, with both kinds of break as `\n`.
    pub(super) fn raw(&self) -> String {
        self.text.replace(HARD, "\n")
    }

    /// One printable line.
    pub(super) fn line(&self) -> String {
        printable::line(&self.text)
    }

    /// Printable lines; only breaks that the author asked for stay, unless `wraps` are kept too.
    pub(super) fn prose(&self, wraps: bool) -> Prose {
        let text =
            if wraps { self.raw() } else { self.text.replace('\n', " ").replace(HARD, "\n") };
        Prose { text: printable::lines(&text), links: self.links() }
    }

    pub(super) fn links(&self) -> Vec<Link> {
        let link = |(text, target): &(String, String)| Link {
            text: printable::line(text),
            target: printable::line(target),
            playbook: headings::playbook_id(text).or_else(|| headings::playbook_id(target)),
        };
        self.links.iter().map(link).collect()
    }
}
