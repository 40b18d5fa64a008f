//! The card as Markdown, for a ticket.
//!
//! Invariant: what the host or a person said stands in code spans that it cannot end, so that it is neither a link nor
//! a picture, a mention, HTML or a heading; in all other text every character that means something is escaped.

use std::fmt::Write;

use crate::domain::detect::Grade;
use crate::domain::session::{Brief, ItemState};
use crate::domain::untrusted::Untrusted;
use crate::run::handoff::is_training;
use crate::words::Part;
use crate::words::card::{Line, Section, Sign, Text, Tone};

/// Cells of one hostile value.
const VALUE: usize = 4_000;

/// The whole page.
pub(super) fn page(id: &str, brief: &Brief, card: &[Section]) -> String {
    let mut page = String::new();
    if is_training(brief) {
        page.push_str("**\\#TRAINING\\#**\n\n");
    }
    let id = code(&id.into());
    // Writing to a string cannot fail.
    writeln!(page, "# {id}\n\nentry {}, SHA-256 `{}`", brief.seq, brief.head).ok();
    for section in card {
        writeln!(page, "\n## {}\n", escape(section.name)).ok();
        for it in &section.lines {
            let indent = if it.more { "  " } else { "" };
            writeln!(page, "{indent}- {}", line(it)).ok();
        }
    }
    page
}

fn line(line: &Line) -> String {
    let said = text(&line.text);
    match &line.sign {
        Sign::None | Sign::Grade(Grade::Noted) => said,
        Sign::Must(_) | Sign::Grade(Grade::Confirmed) => format!("**!** {said}"),
        Sign::Grade(Grade::Suspect) => format!("\\* {said}"),
        Sign::Item(ItemState::Done) => format!("[x] {said}"),
        Sign::Item(ItemState::Blocked) => format!("[ ] **!** {said}"),
        Sign::Item(ItemState::Open | ItemState::Doing | ItemState::NotApplicable) => {
            format!("[ ] {said}")
        }
        Sign::Label(_, label) => format!("{} · {said}", escape(label)),
    }
}

fn text(text: &Text) -> String {
    let part = |(tone, part): &(Tone, Part)| match (tone, part) {
        (_, Part::Theirs(text)) => code(text),
        (Tone::Strong | Tone::Danger, Part::Ours(text)) => bold(text),
        (_, Part::Ours(text)) => escape(text),
    };
    text.iter().map(part).collect()
}

/// Bold text may neither begin nor end with a blank.
fn bold(text: &str) -> String {
    let inside = text.trim();
    if inside.is_empty() {
        return text.to_owned();
    }
    let before = text.len() - text.trim_start().len();
    let (before, after) =
        (&" ".repeat(before), &" ".repeat(text.trim_start().len() - inside.len()));
    format!("{before}**{}**{after}", escape(inside))
}

/// Somebody else's text as a code span: one more backtick around it than it has in a row anywhere.
fn code(text: &Untrusted) -> String {
    let text = text.plain(VALUE);
    if text.trim().is_empty() {
        return String::new();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // A blank at both ends is taken off again by whoever reads Markdown.
    let edge = |c: Option<char>| c.is_some_and(|c| c == '`' || c == ' ');
    let pad = if edge(text.chars().next()) || edge(text.chars().next_back()) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Text of ours or of the playbook, as it stands.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '$')
        {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_span_cannot_be_ended_from_within() {
        assert_eq!(code(&"xmrig".into()), "`xmrig`");
        assert_eq!(code(&"a`b``c".into()), "```a`b``c```");
        assert_eq!(code(&"`".into()), "`` ` ``");
        assert_eq!(code(&"".into()), "");
    }

    #[test]
    fn what_means_something_is_escaped() {
        assert_eq!(escape("<b>*a*_[x](y)"), "\\<b\\>\\*a\\*\\_\\[x\\](y)");
        assert_eq!(bold(" due "), " **due** ");
    }
}
