//! `train` and `replay`: the same screen over a tape.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use tokio::sync::mpsc::channel;

use crate::cockpit::Which;
use crate::cockpit::model::NoticeKind;
use crate::domain::training::{SHIPPED, Shipped, Walkthrough};
use crate::host::store::{ChainState, Store, Summary, Tape};
use crate::run::args::Options;
use crate::run::cockpit::Happening;
use crate::run::complain::Complaint;
use crate::run::drill::{Drill, Rerun};
use crate::run::places::Places;
use crate::run::start::{First, INBOX, needs_a_terminal, show, who};
use crate::run::store_complaint;

/// Prints the walkthroughs: name, playbook, length, title.
pub(super) fn walkthroughs(options: &Options, out: &mut impl Write) -> io::Result<ExitCode> {
    for shipped in &SHIPPED {
        let walkthrough = read(shipped).map_err(|it| io::Error::other(it.line().plain(400)))?;
        let length = length(shipped);
        let title = walkthrough.title.get(options.language());
        let (name, playbook) = (&walkthrough.name, &walkthrough.playbook);
        writeln!(out, "{name}  {playbook}  {}:{:02}  {title}", length / 60, length % 60)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Trains with a walkthrough: goes on with the newest session of it that was cut off, or begins a new one.
pub(super) fn train(options: &Options, name: &str) -> Result<ExitCode, Complaint> {
    let (walkthrough, tape) = find(name)?;
    needs_a_terminal()?;
    let places = Places::find(options)?;
    let store = Store::at(&places.sessions).map_err(|error| store_complaint(&error))?;
    let which = if options.new { Which::New } else { cut_off(&store, name)? };
    let (outbox, inbox) = channel(INBOX);
    let who = who(options);
    let mut hands = Drill::new(store, who.clone(), walkthrough, tape, outbox.clone());
    show(options, &places, who, First::Open(which), &mut hands, outbox, inbox)
}

/// Plays a session's recording back.
pub(super) fn replay(options: &Options, id: &str) -> Result<ExitCode, Complaint> {
    let places = Places::find(options)?;
    let store = Store::existing(&places.sessions).map_err(|error| store_complaint(&error))?;
    let opened = store.observe(id).map_err(|error| store_complaint(&error))?;
    let tape = store.tape(&opened.id).map_err(|error| store_complaint(&error))?;
    let damage = tape.damage().first().map(|damage| damage.problem.clone());
    let (outbox, inbox) = channel(INBOX);
    let which = Which::Existing(opened.id.clone());
    let mut hands = Rerun::new(opened, tape, outbox.clone())?;
    needs_a_terminal()?;
    if let Some(problem) = damage {
        let notice = NoticeKind::Trouble(problem);
        outbox.try_send(Happening::Msg(crate::cockpit::Msg::Notice(notice))).ok();
    }
    let who = who(options);
    show(options, &places, who, First::Open(which), &mut hands, outbox, inbox)
}

/// The walkthrough of this name, and its tape.
fn find(name: &str) -> Result<(Arc<Walkthrough>, &'static [u8]), Complaint> {
    let mut names = Vec::new();
    for shipped in &SHIPPED {
        let walkthrough = read(shipped)?;
        if walkthrough.name == name {
            return Ok((Arc::new(walkthrough), shipped.tape));
        }
        names.push(walkthrough.name);
    }
    Err(Complaint::new(
        format!("there is no walkthrough `{name}`"),
        format!("there are: {}", names.join(", ")),
        "list them with their titles: firedamp train",
    ))
}

fn read(shipped: &Shipped) -> Result<Walkthrough, Complaint> {
    Walkthrough::parse(shipped.text).map_err(|error| {
        Complaint::new("a built-in walkthrough does not open", error, "report this: it is a bug")
    })
}

/// Seconds on the tape.
fn length(shipped: &Shipped) -> u64 {
    let tape = Tape::of([Arc::from(shipped.tape)]);
    let mut moments = tape.moments();
    let first = moments.next();
    let last = moments.last();
    first.zip(last).map_or(0, |(first, last)| last.ms_since(first) / 1_000)
}

/// The newest session of this walkthrough that nobody left in good order and nobody is in.
fn cut_off(store: &Store, name: &str) -> Result<Which, Complaint> {
    let list = store.list().map_err(|error| store_complaint(&error))?;
    let id = list.into_iter().rev().find(|it| goes_on(it, name)).map(|summary| summary.id);
    Ok(id.map_or(Which::New, Which::Existing))
}

fn goes_on(summary: &Summary, name: &str) -> bool {
    let ours = summary.training.as_ref().is_some_and(|it| it.bytes() == name.as_bytes());
    let whole = summary.problem.is_none() && !matches!(summary.chain, ChainState::Broken { .. });
    ours && whole && !summary.left && summary.holder.is_none()
}
