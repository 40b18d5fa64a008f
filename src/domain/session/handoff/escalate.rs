//! The playbook's own criteria for telling others, and what was written down that bears on them.
//!
//! A program cannot know whether an insider did it. So a criterion is *due* only where a figure that somebody wrote
//! down passes the figure that the playbook names; where a note or a reason is about the same thing, the card points
//! to it; and of all others it says that nothing was written.

use crate::domain::playbook::{Block, Playbook, Table, TableKind};
use crate::domain::session::fold::State;
use crate::domain::session::money::Money;
use crate::domain::session::stated::stated;
use crate::domain::untrusted::Untrusted;

/// A criterion for telling others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escalation {
    /// When.
    pub condition: String,
    /// Whom.
    pub to: String,
    /// What is known about it.
    pub standing: Standing,
}

/// What is known about a criterion, the most pressing first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// A figure in this entry passes the one that the playbook names.
    Due(u64),
    /// This entry is about the same thing.
    Mentioned(u64),
    /// Nothing was written about it.
    Silent,
}

/// What a criterion may be about, in words of both languages.
const TOPICS: [&[&str]; 5] = [
    &["billing", "bill", "cost", "invoice", "ค่าใช้จ่าย", "ค่าบริการ", "บิล"],
    &["account", "บัญชี"],
    &["supply chain", "dependency", "dependencies", "registry", "ซัพพลายเชน"],
    &["insider", "employee", "contractor", "คนใน", "พนักงาน"],
    &["iam", "credential", "access key", "กุญแจ", "รหัสผ่าน"],
];

/// The criteria, due ones first.
#[must_use]
pub fn escalations(state: &State, playbook: &Playbook) -> Vec<Escalation> {
    let said = said(state);
    let sections = playbook.sections.iter().flat_map(|section| &section.blocks);
    let tables = sections.filter_map(|block| match block {
        Block::Table(table) if table.kind == TableKind::Escalation => Some(table),
        Block::Table(_)
        | Block::Flow(_)
        | Block::Procedure(_)
        | Block::Checklist(_)
        | Block::Code(_)
        | Block::Diagram(_)
        | Block::Prose(_) => None,
    });
    let mut all: Vec<Escalation> = tables.flat_map(|table| rows(table, &said)).collect();
    all.sort_by_key(|it| match it.standing {
        Standing::Due(_) => 0,
        Standing::Mentioned(_) => 1,
        Standing::Silent => 2,
    });
    all
}

/// What a text has to do with the criteria of any playbook: all that [`escalations`] can ever point to has a bearing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::domain::session) enum Bearing {
    /// It is about a topic, and names a sum.
    Sum,
    /// It is about a topic.
    Mention,
}

/// Whether a text is about one of the topics.
pub(in crate::domain::session) fn bearing(text: &Untrusted) -> Option<Bearing> {
    let text = small(text);
    let is_about_one = TOPICS.into_iter().any(|words| is_about(&text, words));
    let bearing = || if Money::read(&text).is_some() { Bearing::Sum } else { Bearing::Mention };
    is_about_one.then(bearing)
}

fn small(text: &Untrusted) -> String {
    String::from_utf8_lossy(text.bytes()).to_lowercase()
}

/// What somebody wrote: the entry, the text in small letters, and whether it only states a figure.
type Said = (u64, String, bool);

fn rows(table: &Table, said: &[Said]) -> Vec<Escalation> {
    let row = |row: &Vec<crate::domain::playbook::Prose>| {
        let [condition, to, ..] = row.as_slice() else { return None };
        let (condition, to) = (condition.text.clone(), to.text.clone());
        Some(Escalation { standing: standing(&condition, said), condition, to })
    };
    table.rows.iter().filter_map(row).collect()
}

/// What people wrote, in small letters, oldest first.
fn said(state: &State) -> Vec<Said> {
    let notes = state.telling_notes.iter().chain(&state.notes);
    let notes = notes.map(|note| (note.seq, small(&note.text), stated(&note.text).is_some()));
    let reasons = state.items.values().filter(|mark| !mark.reason.is_empty());
    let reasons = reasons.map(|mark| (mark.seq, small(&mark.reason), false));
    let mut said: Vec<Said> = notes.chain(reasons).collect();
    said.sort_unstable();
    said
}

fn standing(condition: &str, said: &[Said]) -> Standing {
    let condition = condition.to_lowercase();
    let topics: Vec<&[&str]> =
        TOPICS.into_iter().filter(|words| is_about(&condition, words)).collect();
    let limit = Money::read(&condition);
    let mut newest = Standing::Silent;
    let about = |(_, text, _): &&Said| topics.iter().any(|it| is_about(text, it));
    for (seq, text, is_figure) in said.iter().filter(about) {
        let passes = limit.as_ref().is_some_and(|limit| {
            Money::each(text).any(|sum| sum.sign == limit.sign && sum.value > limit.value)
        });
        if passes {
            return Standing::Due(*seq);
        }
        // A figure below the limit is no word about it.
        if !is_figure {
            newest = Standing::Mentioned(*seq);
        }
    }
    newest
}

/// English words begin a word of the text; Thai has no spaces, so those stand anywhere.
fn is_about(text: &str, words: &[&str]) -> bool {
    let begins = |word: &str| {
        text.match_indices(word).any(|(at, _)| {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            !word.is_ascii() || !before.is_some_and(|c| c.is_ascii_alphanumeric())
        })
    };
    words.iter().any(|word| begins(word))
}
