//! `train`, `replay` and `debrief`: the same screen over a tape.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use tokio::sync::mpsc::channel;

use crate::cockpit::model::{Condition, NoticeKind, Offer};
use crate::cockpit::trouble::Trouble;
use crate::cockpit::{Msg, Which};
use crate::domain::training::{SHIPPED, Shipped, Walkthrough};
use crate::domain::untrusted::Untrusted;
use crate::host::store::{Damage, Hand, Store, Tape};
use crate::run::args::Options;
use crate::run::cockpit::Happening;
use crate::run::complain::Complaint;
use crate::run::drill::{Drill, Projector, Rerun};
use crate::run::library::editions;
use crate::run::places::Places;
use crate::run::start::{
    First, INBOX, for_new, needs_a_terminal, newest_first, refused, show, who,
};
use crate::run::{guard, reason};
use crate::ui;
use crate::ui::debrief::Sheet;
use crate::ui::theme::Theme;
use crate::words::trouble::Refused;

/// Cells of a printed line.
const PRINTED: usize = 100;

/// Prints the walkthroughs: name, playbook, length, title.
pub(super) fn walkthroughs(
    options: &Options,
    out: &mut impl Write,
) -> Result<io::Result<ExitCode>, Complaint> {
    for shipped in &SHIPPED {
        let walkthrough = read(shipped)?;
        let length = length(shipped);
        let title = walkthrough.title.get(options.language());
        let (name, playbook) = (&walkthrough.name, &walkthrough.playbook);
        let (minutes, seconds) = (length / 60, length % 60);
        let printed = writeln!(out, "{name}  {playbook}  {minutes}:{seconds:02}  {title}");
        if let Err(error) = printed {
            return Ok(Err(error));
        }
    }
    Ok(Ok(ExitCode::SUCCESS))
}

/// Trains with a walkthrough: offers to go on with what was begun, or begins a new one.
pub(super) fn train(options: &Options, name: &str) -> Result<ExitCode, Complaint> {
    if let Some(code) = guard::stand(options.language(), options.to_go_on()) {
        return Ok(code);
    }
    let (walkthrough, tape) = meant(name)?;
    let places = Places::find(options)?;
    let (store, told) = for_new(options, &places)?;
    let begun = if options.new { Vec::new() } else { begun(&store, &walkthrough.name)? };
    let over = begun.iter().all(is_over);
    let first = if over { First::Open(Which::New) } else { First::Trainings(begun) };
    drill(options, &places, (first, told), (store, walkthrough, tape))
}

/// Goes on with this training; one that is over shows its debrief.
pub(super) fn resume(options: &Options, name: &str, id: String) -> Result<ExitCode, Complaint> {
    let (walkthrough, tape) = find(name)?;
    let places = Places::find(options)?;
    let store = places.kept(options)?;
    let first = First::Open(Which::Existing(id));
    drill(options, &places, (first, None), (store, walkthrough, tape))
}

fn drill(
    options: &Options,
    places: &Places,
    (first, told): (First, Option<NoticeKind>),
    (store, walkthrough, tape): (Store, Arc<Walkthrough>, &'static [u8]),
) -> Result<ExitCode, Complaint> {
    needs_a_terminal()?;
    let (outbox, inbox) = channel(INBOX);
    let who = who(options);
    if let Some(notice) = told {
        outbox.try_send(Happening::Msg(Msg::Notice(notice))).ok();
    }
    let training = Drill::new(store, who.clone(), walkthrough, tape);
    let mut hands = Projector::new(training, outbox.clone());
    show(options, places, who, first, &mut hands, outbox, inbox)
}

/// Prints the debrief of a training that is over, as the screen shows it.
pub(super) fn debrief(
    options: &Options,
    id: &str,
    out: &mut impl Write,
) -> Result<io::Result<ExitCode>, Complaint> {
    let places = Places::find(options)?;
    let store = Store::existing(&places.sessions).map_err(|error| refused(&error))?;
    // A replay shows any moment of the session, and a debrief asks when each act was.
    let store = store.keeping(usize::MAX);
    let id = store.resolve_training(id).map_err(|error| refused(&error))?;
    let opened = store.observe(&id).map_err(|error| refused(&error))?;
    let training = opened.state.opening.as_ref().and_then(|opening| opening.training.as_deref());
    let (walkthrough, _) = find(training.ok_or(Refused::NoTraining)?)?;
    if opened.state.training.score.is_none() {
        return Err(Refused::NotOver.into());
    }
    let when = |seq: u64| opened.entries.iter().find(|it| it.seq == seq).map(|it| it.boot.ms);
    let language = options.language();
    let playbook = editions(&opened.playbook);
    let sheet = Sheet {
        walkthrough: &walkthrough,
        state: &opened.state,
        playbook: playbook.get(language),
        language,
        glyphs: options.glyphs(),
        when: &when,
    };
    let by = opened.state.last_by.clone().unwrap_or_default();
    let title = Untrusted::from(walkthrough.title.get(language).as_str());
    let head = format!("#TRAINING#  {}  {}  {}", opened.id, title.plain(80), by.plain(40));
    let lines = ui::debrief::lines(&sheet, &Theme::of_name("mono"), PRINTED);
    let lines = lines.iter().map(|line| line.to_string().trim_end().to_owned());
    let mut all = [head, String::new()].into_iter().chain(lines);
    Ok(all.try_for_each(|line| writeln!(out, "{line}")).map(|()| ExitCode::SUCCESS))
}

/// Plays a session's recording back.
pub(super) fn replay(options: &Options, id: &str) -> Result<ExitCode, Complaint> {
    if let Some(code) = guard::stand(options.language(), options.to_go_on()) {
        return Ok(code);
    }
    let places = Places::find(options)?;
    let store = Store::existing(&places.sessions).map_err(|error| refused(&error))?;
    // A replay shows any moment of the session, and a debrief asks when each act was.
    let store = store.keeping(usize::MAX);
    let opened = store.observe(id).map_err(|error| refused(&error))?;
    let tape = store.tape(&opened.id).map_err(|error| refused(&error))?;
    let damage = tape.damage().to_vec();
    let is_written = matches!(opened.hand, Hand::Observer(_, Some(_)));
    let newest = tape.len().checked_sub(1).and_then(|last| tape.file_of(last).cloned());
    // Whoever writes does so into the newest file.
    let goes_on = |it: &Damage| {
        it.torn && is_written && newest.as_ref().is_none_or(|last| it.file.bytes() >= last.bytes())
    };
    let (outbox, inbox) = channel(INBOX);
    let which = Which::Existing(opened.id.clone());
    let mut hands = Projector::new(Rerun::new(opened, tape)?, outbox.clone());
    needs_a_terminal()?;
    // The screen has one line for it; the whole stands in the terminal when the screen is gone.
    for damage in &damage {
        let part = reason::bad_part(damage, goes_on(damage));
        let said = Complaint::from(Trouble::BadPart(Box::new(part)));
        io::stderr().write_all(said.told(options.language()).as_bytes()).ok();
    }
    // A recording that was cut off has nothing damaged in it.
    if let Some(damage) = damage.into_iter().find(|damage| !damage.torn) {
        let notice = NoticeKind::TapeDamaged(damage.file, damage.until);
        outbox.try_send(Happening::Msg(Msg::Notice(notice))).ok();
    }
    let who = who(options);
    show(options, &places, who, First::Open(which), &mut hands, outbox, inbox)
}

/// The walkthrough of this name, else the only one whose name begins so, and its tape.
fn meant(given: &str) -> Result<(Arc<Walkthrough>, &'static [u8]), Trouble> {
    let mut begins = None;
    for shipped in &SHIPPED {
        let name = read(shipped)?.name;
        let is_one = !given.is_empty() && name.starts_with(given);
        if is_one && begins.replace(name).is_some() {
            return find(given);
        }
    }
    find(begins.as_deref().unwrap_or(given))
}

/// The walkthrough of this name, and its tape.
fn find(name: &str) -> Result<(Arc<Walkthrough>, &'static [u8]), Trouble> {
    let mut names = Vec::new();
    for shipped in &SHIPPED {
        let walkthrough = read(shipped)?;
        if walkthrough.name == name {
            return Ok((Arc::new(walkthrough), shipped.tape));
        }
        names.push(walkthrough.name);
    }
    Err(Trouble::NoWalkthrough(name.into(), names))
}

fn read(shipped: &Shipped) -> Result<Walkthrough, Trouble> {
    let opened = Walkthrough::parse(shipped.text);
    opened.map_err(|error| Trouble::BadWalkthrough(error.to_string().into()))
}

/// Seconds on the tape.
fn length(shipped: &Shipped) -> u64 {
    let tape = Tape::of([Arc::from(shipped.tape)]);
    let mut moments = tape.moments();
    let first = moments.next();
    let last = moments.last();
    first.zip(last).map_or(0, |(first, last)| last.ms_since(first) / 1_000)
}

const fn is_over(offer: &Offer) -> bool {
    matches!(offer.condition, Condition::Debriefed(_))
}

/// Trainings with this walkthrough: those that can be gone on with, then those that can be looked at, the newest first.
fn begun(store: &Store, name: &str) -> Result<Vec<Offer>, Trouble> {
    let mut list = store.list().map_err(|error| refused(&error))?;
    list.retain(|it| it.training.as_ref().is_some_and(|it| it.bytes() == name.as_bytes()));
    let free = |it: &Offer| {
        let busy = matches!(it.condition, Condition::Held | Condition::Moved(_));
        !busy && !matches!(it.condition, Condition::Broken(_))
    };
    let mut begun = newest_first(list);
    begun.retain(free);
    begun.sort_by_key(is_over);
    Ok(begun)
}
