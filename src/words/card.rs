//! The handoff card in words: one text that the screen, plain text and Markdown all show in their own way.
//!
//! Invariant: what the host or a person said is a [`Part`] of its own up to the end, so that each of the three can
//! make it harmless in the way that it needs.

mod done;
mod due;
mod here;

use crate::domain::base::{Language, Timestamp};
use crate::domain::detect::Grade;
use crate::domain::playbook::{ItemId, Playbook};
use crate::domain::session::{Anchor, Brief, ItemState};
use crate::domain::untrusted::Untrusted;
use crate::words::panes::{Word, word};
use crate::words::{Part, Phrase, pick, short};

/// Characters that an item is called by where it stands among others.
const NAME: usize = 40;
/// The same where it stands among many.
const SHORT_NAME: usize = 28;
/// No more items than this are few.
const FEW: usize = 3;

/// A part of the card.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// What it is called.
    pub name: &'static str,
    /// It belongs to what must be known first; where there is room for two columns, to the left one.
    pub first: bool,
    /// What it says.
    pub lines: Vec<Line>,
}

/// A line of the card, as long as it needs to be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// What stands before it.
    pub sign: Sign,
    /// What it says.
    pub text: Text,
    /// It says more about the line above.
    pub more: bool,
}

/// Text whose parts weigh differently.
pub type Text = Vec<(Tone, Part)>;

/// How much a part weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Plain.
    Plain,
    /// Matters less.
    Quiet,
    /// Here is where we are.
    Strong,
    /// In order.
    Good,
    /// Worth a look.
    Watch,
    /// Look now.
    Danger,
}

/// What stands before a line.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Sign {
    /// Nothing.
    #[default]
    None,
    /// Both sides must mark it as read; the entry that it rests on.
    Must(u64),
    /// A grade, among lines of which some must be read.
    Grade(Grade),
    /// State of an item.
    Item(ItemState),
    /// A number, a time, a count or an id.
    Label(Tone, String),
}

/// The whole card, in the order of what matters.
#[must_use]
pub fn card(
    language: Language,
    brief: &Brief,
    anchor: Option<Anchor>,
    playbook: &Playbook,
) -> Vec<Section> {
    let teller = Teller { language, brief, playbook };
    let mut notes = done::earlier_notes(teller);
    notes.extend(done::notes(teller, &brief.notes));
    let mut sections = vec![
        teller.section(Word::Now, true, here::now(teller)),
        teller.section(Word::Since, true, here::since(teller)),
        teller.section(Word::Risks, true, due::risks(teller)),
        teller.section(Word::Escalate, true, due::escalations(teller)),
        teller.section(Word::Blocked, false, due::blocked(teller)),
        teller.section(Word::Next, true, due::next(teller)),
        teller.section(Word::StillOpen, false, due::open(teller)),
        teller.section(Word::Guesses, false, done::notes(teller, &brief.hypotheses)),
        teller.section(Word::Notes, false, notes),
        teller.section(Word::Worked, false, done::people(teller)),
    ];
    if let Some(anchor) = anchor {
        let help =
            pick(language, "  read it out, or paste it in the ticket", "  อ่านให้ฟัง หรือใส่ใน ticket");
        let text = vec![strong(anchor.to_string()), quiet(help)];
        sections.push(teller.section(Word::Anchor, true, vec![Line::of(text)]));
    }
    sections.push(teller.section(Word::Signed, true, done::signed(teller)));
    // The words of the last handoff are the first thing that the next one reads, and stay there until another is signed.
    let waits = brief.handoff.as_ref().is_some_and(|it| it.accepted.is_none());
    let name = if waits { Word::Signed } else { Word::LastHandoff };
    sections.insert(0, teller.section(name, true, done::last_handoff(teller)));
    // What is not there yet takes no room, but for the two that everybody looks for.
    let wanted = [Word::Now, Word::Risks].map(|it| word(language, it));
    sections.retain(|it| !it.lines.is_empty() || wanted.contains(&it.name));
    for section in sections.iter_mut().filter(|it| it.lines.is_empty()) {
        section.lines.push(Line::of(vec![quiet(word(language, Word::NoneYet))]));
    }
    sections
}

/// What a line is made from.
#[derive(Clone, Copy)]
struct Teller<'a> {
    language: Language,
    brief: &'a Brief,
    playbook: &'a Playbook,
}

impl<'a> Teller<'a> {
    /// What the playbook says of an item.
    fn item(self, id: &ItemId) -> Option<&'a str> {
        let items = self.playbook.checklists().flat_map(|list| &list.items);
        items.into_iter().find(|item| item.id == *id).map(|item| item.text.as_str())
    }

    /// Items by their ids, each with the beginning of its words: of many a shorter one.
    fn items(self, ids: &[&ItemId]) -> Text {
        let most = if ids.len() > FEW { SHORT_NAME } else { NAME };
        let named = |id: &&ItemId| {
            let mut text = vec![quiet(id.0.as_str())];
            text.extend(self.item(id).map(|it| plain(format!(" {}", short(it, most)))));
            text
        };
        ids.iter().map(named).collect::<Vec<Text>>().join(&quiet("; "))
    }

    const fn say(self, en: &'static str, th: &'static str) -> &'static str {
        pick(self.language, en, th)
    }

    const fn section(self, name: Word, first: bool, lines: Vec<Line>) -> Section {
        Section { name: word(self.language, name), first, lines }
    }
}

impl Line {
    const fn of(text: Text) -> Self {
        Self { sign: Sign::None, text, more: false }
    }

    const fn with(sign: Sign, text: Text) -> Self {
        Self { sign, text, more: false }
    }

    const fn more(text: Text) -> Self {
        Self { sign: Sign::None, text, more: true }
    }
}

fn part(tone: Tone, text: impl Into<String>) -> (Tone, Part) {
    (tone, Part::Ours(text.into().into()))
}

fn plain(text: impl Into<String>) -> (Tone, Part) {
    part(Tone::Plain, text)
}

fn quiet(text: impl Into<String>) -> (Tone, Part) {
    part(Tone::Quiet, text)
}

fn strong(text: impl Into<String>) -> (Tone, Part) {
    part(Tone::Strong, text)
}

fn theirs(text: &Untrusted) -> (Tone, Part) {
    (Tone::Plain, Part::Theirs(text.clone()))
}

fn toned(tone: Tone, phrase: Phrase) -> Text {
    phrase.0.into_iter().map(|part| (tone, part)).collect()
}

/// A label of the playbook on one line.
fn one_line(text: &str) -> String {
    text.replace('\n', " ")
}

fn moment(at: Timestamp) -> String {
    at.strftime("%m-%d %H:%M").to_string()
}
