//! `firedamp handoff`, `firedamp takeover` and `firedamp brief`.
//!
//! Invariant: where there is no screen to mark lines on, nothing is signed or accepted but by an option that says that
//! the card was read, and the card is printed with it.

mod markdown;

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;

use crate::cockpit::model::Glyphs;
use crate::domain::base::{Clock, Digest, Language};
use crate::domain::playbook::Playbook;
use crate::domain::session::{Anchor, Brief, Entry, Event, PROGRAM, State, brief};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::HostClock;
use crate::host::store::{Hand, Journal, Opened};
use crate::run::args::{Format, Options};
use crate::run::complain::{Complaint, chain};
use crate::run::library::editions;
use crate::run::places::Places;
use crate::run::start::{self, Wanted};
use crate::run::{printed, store};
use crate::ui::panes::card_text;
use crate::words::card::{Section, card};
use crate::words::question::accepted_instead;
use crate::words::trouble::Refused;

/// Cells of a card that is printed, as wide as a ticket.
const CELLS: usize = 100;

/// What `firedamp handoff` was given.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handing<'a> {
    /// Which session.
    pub id: &'a str,
    /// To whom.
    pub to: &'a str,
    /// In which words.
    pub note: Option<&'a str>,
    /// The card was read.
    pub read: bool,
}

/// Opens the card to be signed, or signs it where it was read.
pub(super) fn hand_off(
    options: &Options,
    it: Handing<'_>,
    out: &mut dyn Write,
) -> Result<ExitCode, Complaint> {
    let (to, words) =
        (Untrusted::from(it.to.trim()), Untrusted::from(it.note.unwrap_or("").trim()));
    if to.is_empty() || it.to.trim().contains(char::is_whitespace) {
        return Err(Complaint::new(
            "cannot sign the handoff",
            "the name of who takes it is one word",
            "name them: --to NAME",
        ));
    }
    if !it.read && has_terminal() {
        return start::cockpit(options, Wanted::Card(it.id, &to, &words));
    }
    let (mut desk, told) = Desk::sit_down(options, it.id)?;
    let brief = desk.brief(options.language());
    desk.print(&brief, options.language(), out).map_or_else(failed, Ok)?;
    let must = brief.must_read();
    let asks = "firedamp handoff ID --to NAME --note TEXT --i-have-read-it";
    agreed(it.read, must.len(), asks)?;
    if words.is_empty() {
        return Err(Refused::NoWords.into());
    }
    let signed = desk.write(Event::HandedOff { words, to, read: must })?;
    desk.put_down(told)?;
    tell(out, "signed", signed)
}

/// Opens the card to be accepted, or accepts it where it was read.
pub(super) fn take_over(
    options: &Options,
    id: &str,
    read: bool,
    out: &mut dyn Write,
) -> Result<ExitCode, Complaint> {
    if !read && has_terminal() {
        let nobody = Untrusted::default();
        return start::cockpit(options, Wanted::Card(id, &nobody, &nobody));
    }
    let (mut desk, told) = Desk::sit_down(options, id)?;
    let brief = desk.brief(options.language());
    desk.print(&brief, options.language(), out).map_or_else(failed, Ok)?;
    let must = brief.must_read();
    let Some(handoff) = brief.handoff.as_ref().filter(|it| it.accepted.is_none()) else {
        return Err(Refused::NoHandoff.into());
    };
    if handoff.by == desk.who {
        return Err(Refused::OwnHandoff.into());
    }
    agreed(read, must.len(), "firedamp takeover ID --i-have-read-it")?;
    let instead_of = handoff.instead_of(&desk.who);
    let named = Some(instead_of.clone()).filter(|it| !it.is_empty());
    let accepted = desk.write(Event::Accepted { handoff: handoff.seq, read: must, instead_of })?;
    if let Some(to) = named {
        // A screen asks first; here the option is the answer, and both names are said.
        let said = accepted_instead(options.language(), &to, &desk.who).plain(80);
        writeln!(io::stderr(), "{said}").ok();
    }
    desk.put_down(told)?;
    tell(out, "accepted", accepted)
}

/// Prints the card. Only reads.
pub(super) fn print_brief(
    options: &Options,
    id: &str,
    format: Format,
    out: &mut dyn Write,
) -> Result<ExitCode, Complaint> {
    let opened = store(options)?.observe(id).map_err(|error| Complaint::from(&error))?;
    let language = options.language();
    let playbook = editions(&opened.playbook);
    let playbook = playbook.get(language);
    let brief = brief(&opened.state, playbook, HostClock.now().at);
    let card = sections(&brief, playbook, language);
    let text = match format {
        Format::Text => text(&opened.id, &brief, &card),
        Format::Md => markdown::page(&opened.id, &brief, &card),
    };
    printed(out.write_all(text.as_bytes()).map(|()| ExitCode::SUCCESS))
}

/// Whoever holds the pen, without a screen.
pub(super) struct Desk {
    pub(super) id: String,
    pub(super) who: Untrusted,
    /// The newest entries.
    pub(super) entries: Vec<Entry>,
    state: State,
    playbook: crate::domain::base::Both<Arc<Playbook>>,
    journal: Journal,
}

impl Desk {
    /// Takes the pen; says whether the last one to have it had let go in good order.
    pub(super) fn sit_down(options: &Options, id: &str) -> Result<(Self, bool), Complaint> {
        let places = Places::find(options)?;
        let store = places.kept(options)?;
        let who = start::who(options);
        let opened = store.open(id, &who).map_err(|error| Complaint::from(&error))?;
        let Opened { id, playbook, entries, state, hand, recovered, .. } = opened;
        let journal = match hand {
            Hand::Pen(journal) => journal,
            Hand::Observer(_, holder) => return Err(held(holder.map(|it| it.by))),
            Hand::ReadOnly(broken) => return Err(Complaint::damaged(true, broken)),
        };
        let playbook = editions(&playbook);
        let left = state.left;
        let mut desk = Self { id, who, entries, state, playbook, journal };
        for it in recovered {
            let what = format!("{} bytes of a torn line are in {}", it.bytes, it.file);
            desk.append(&Untrusted::from(PROGRAM), Event::Trouble { what: what.into() })?;
        }
        Ok((desk, left))
    }

    /// SHA-256 of the last line.
    pub(super) fn head(&self) -> Digest {
        self.state.head()
    }

    fn brief(&self, language: Language) -> Brief {
        brief(&self.state, self.playbook.get(language), HostClock.now().at)
    }

    fn print(&self, brief: &Brief, language: Language, out: &mut dyn Write) -> io::Result<()> {
        let card = sections(brief, self.playbook.get(language), language);
        out.write_all(text(&self.id, brief, &card).as_bytes())
    }

    /// Writes an event in the name of whoever is at the keyboard; gives its anchor.
    pub(super) fn write(&mut self, event: Event) -> Result<Anchor, Complaint> {
        let who = self.who.clone();
        self.append(&who, event)?;
        Ok(Anchor::of(self.state.seq, self.state.head()))
    }

    fn append(&mut self, by: &Untrusted, event: Event) -> Result<(), Complaint> {
        let entry = self
            .journal
            .append(HostClock.now(), by, event)
            .map_err(|error| Complaint::from(Refused::NotSaved(chain(&error).into())))?;
        self.state.apply(&entry);
        self.entries.push(entry);
        Ok(())
    }

    /// Lets go. A session that was left in good order still is; one that was cut off still says so.
    pub(super) fn put_down(mut self, in_good_order: bool) -> Result<(), Complaint> {
        if in_good_order {
            let who = self.who.clone();
            self.append(&who, Event::Left)?;
        }
        Ok(())
    }
}

fn has_terminal() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

fn held(by: Option<Untrusted>) -> Complaint {
    Refused::PenHeld(by).into()
}

/// Without a screen there are no marks; an option stands for them.
fn agreed(read: bool, must: usize, again: &'static str) -> Result<(), Complaint> {
    if read { Ok(()) } else { Err(Refused::NotRead(must, again).into()) }
}

fn tell(out: &mut dyn Write, what: &str, anchor: Anchor) -> Result<ExitCode, Complaint> {
    let seq = anchor.seq;
    printed(writeln!(out, "{what}: entry {seq}, anchor {anchor}").map(|()| ExitCode::SUCCESS))
}

fn failed(error: io::Error) -> Result<(), Complaint> {
    printed(Err(error)).map(drop)
}

fn sections(brief: &Brief, playbook: &Playbook, language: Language) -> Vec<Section> {
    let anchor = (brief.seq > 0).then(|| Anchor::of(brief.seq, brief.head));
    card(language, brief, anchor, playbook)
}

fn text(id: &str, brief: &Brief, card: &[Section]) -> String {
    let mut lines = vec![id.to_owned(), format!("#{}  {}", brief.seq, brief.head), String::new()];
    if is_training(brief) {
        lines.insert(0, String::from("#TRAINING#"));
    }
    // Marks belong to a screen; on paper the boxes are empty.
    lines.extend(card_text(card, CELLS, &BTreeSet::new(), Glyphs::Block));
    let mut text: String = lines.iter().flat_map(|line| [line.trim_end(), "\n"]).collect();
    text.push('\n');
    text
}

fn is_training(brief: &Brief) -> bool {
    brief.opening.as_ref().is_some_and(|opening| opening.training.is_some())
}
