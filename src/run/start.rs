//! From a command to a screen: what is opened, whose hands carry out, where snapshots come from.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::cockpit::model::{Condition, NoticeKind, Offer, SourceKind};
use crate::cockpit::trouble::{Damage, Trouble, Unusable};
use crate::cockpit::{Model, Msg, Which};
use crate::domain::base::Clock;
use crate::domain::untrusted::Untrusted;
use crate::host::probe::{self, Eyes, HostClock};
use crate::host::store::{ChainState, Chosen, Store, StoreError, Summary};
use crate::run::args::Options;
use crate::run::canvas::Canvas;
use crate::run::cockpit::{self as desk, Desk, Ended, Happening, Signals};
use crate::run::complain::Complaint;
use crate::run::hands::Hands;
use crate::run::incident::Incident;
use crate::run::library::Shelf;
use crate::run::looker::{Looker, SIEVE, worthy};
use crate::run::places::Places;
use crate::run::rules::Rules;
use crate::run::themes::Themes;
use crate::run::{guard, reason, terminal, train};
use crate::ui;
use crate::words::{self, trouble};

/// Messages that may wait for the loop.
pub(super) const INBOX: usize = 256;

/// What the first screen shows.
#[derive(Debug)]
pub(super) enum First {
    /// Sessions to choose from.
    Offers(Vec<Offer>),
    /// Trainings to choose from.
    Trainings(Vec<Offer>),
    /// A session.
    Open(Which),
    /// The card of a session, to be signed or accepted: to whom and in which words.
    Card(Which, Untrusted, Untrusted),
}

/// What the command line asks to be opened.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted<'a> {
    /// Whatever the responder chooses; a new session where there is no other.
    Choice,
    /// The newest incident that can be taken up.
    Newest,
    /// The one with this id, or whose id begins so.
    Session(&'a str),
    /// Its handoff card: to whom, and in which words.
    Card(&'a str, &'a Untrusted, &'a Untrusted),
}

/// Opens the cockpit on this host.
pub(super) fn cockpit(options: &Options, wanted: Wanted<'_>) -> Result<ExitCode, Complaint> {
    needs_a_terminal()?;
    // In the guard as well: whoever starves it holds up every signal.
    if !options.no_raise {
        probe::prepare();
    }
    if let Some(code) = guard::stand(options.language(), options.to_go_on()) {
        return Ok(code);
    }
    let places = Places::find(options)?;
    // Before any directory is made: what nothing can begin with leaves nothing behind.
    let playbook = options.playbook.as_deref().map(Shelf::named).transpose()?;
    let (store, passed_over) = match wanted {
        Wanted::Choice => for_new(options, &places)?,
        Wanted::Newest | Wanted::Session(_) | Wanted::Card(..) => (places.kept(options)?, None),
    };
    let first = match wanted {
        Wanted::Session(id) => {
            let found = store.summary(id).map_err(|it| refused(&it))?;
            if let Some(name) = &found.training {
                return train::resume(options, &name.plain(80), found.id);
            }
            First::Open(Which::Existing(found.id))
        }
        Wanted::Card(id, to, words) => {
            let found = store.resolve(id).map_err(|it| refused(&it))?;
            First::Card(Which::Existing(found), to.clone(), words.clone())
        }
        Wanted::Newest => newest(&store)?,
        Wanted::Choice if options.new => First::Open(Which::New),
        Wanted::Choice => match incidents(&store)? {
            offers if offers.is_empty() => First::Open(Which::New),
            offers => First::Offers(offers),
        },
    };
    let (outbox, inbox) = channel(INBOX);
    let mut eyes = Eyes::open().map_err(|error| reason::no_eyes(&error))?;
    eyes.seek(SIEVE, worthy(Shelf::looks_for(options.playbook.as_deref())?));
    let looker = Looker::start(eyes, HostClock, outbox.clone())
        .map_err(|error| Trouble::NoThread(reason::refusal(&error)))?;
    if let Some(notice) = passed_over {
        outbox.try_send(Happening::Msg(Msg::Notice(notice))).ok();
    }
    let who = who(options);
    let host = Untrusted::new(rustix::system::uname().nodename().to_bytes());
    let mut hands = Incident::new(store, who.clone(), host, playbook, outbox.clone(), looker);
    show(options, &places, who, first, &mut hands, outbox, inbox)
}

/// A place that takes new sessions, and what the responder should know about it.
pub(super) fn for_new(
    options: &Options,
    places: &Places,
) -> Result<(Store, Option<NoticeKind>), Complaint> {
    let new = places.is_new()?;
    let taken = if options.shared_disk {
        places.store(options).map(|store| (store, None))
    } else {
        writable(places)
    };
    let (store, passed_over) = taken.map_err(|why| places.not_made(new, why))?;
    let made = new.then(|| NoticeKind::NewPlace(reason::shown(store.path())));
    Ok((store, passed_over.or(made)))
}

/// The first place that takes sessions; if it is not the usual one, which it is and why.
fn writable(places: &Places) -> Result<(Store, Option<NoticeKind>), Trouble> {
    let told = |errors: &[StoreError]| errors.iter().map(reason::unusable).collect();
    match Store::first_of(&places.candidates()) {
        Ok(Chosen { store, passed_over, .. }) if passed_over.is_empty() => Ok((store, None)),
        Ok(Chosen { store, passed_over, .. }) => {
            let place = reason::shown(store.path());
            let notice = NoticeKind::Elsewhere(place, told(&passed_over));
            Ok((store, Some(notice)))
        }
        Err(errors) => match errors.as_slice() {
            [only] => Err(refused(only)),
            all => Err(Trouble::NoPlace(told(all))),
        },
    }
}

/// The responder's name: as given, else the login name, with the way that led to it.
pub(super) fn who(options: &Options) -> Untrusted {
    options.signer.as_deref().map_or_else(
        || {
            let identity = probe::whoami();
            let mut name = identity.login.bytes().to_vec();
            if name.is_empty() {
                name = format!("uid {}", identity.uid).into_bytes();
            }
            if let Some(origin) = identity.sudo_from {
                name = [origin.bytes(), b" as ", &name].concat();
            }
            if let Some(address) = identity.ssh_from {
                name = [&name, b" from ".as_slice(), address.bytes()].concat();
            }
            Untrusted::new(name)
        },
        Untrusted::from,
    )
}

/// Sessions of incidents, those that were written last first, then those that went elsewhere. Training has a way of
/// its own.
fn incidents(store: &Store) -> Result<Vec<Offer>, Trouble> {
    let mut list = store.list().map_err(|error| refused(&error))?;
    list.retain(|summary| summary.training.is_none());
    Ok(newest_first(list))
}

/// As offers, those that were written last first; redacted copies come after what they are copies of, and what went
/// elsewhere after all that is here.
pub(super) fn newest_first(mut list: Vec<Summary>) -> Vec<Offer> {
    // Of two that were written at the same time, or that nobody can date, the one that began later.
    list.sort_by(|one, other| {
        (one.moved.is_some().cmp(&other.moved.is_some()))
            .then_with(|| one.redacted.cmp(&other.redacted))
            .then_with(|| other.last_at.cmp(&one.last_at))
            .then_with(|| other.id.cmp(&one.id))
    });
    list.into_iter().map(offer).collect()
}

fn newest(store: &Store) -> Result<First, Trouble> {
    let sound = |offer: &Offer| !matches!(offer.condition, Condition::Broken(_));
    let sound = incidents(store)?.into_iter().find(sound);
    match sound.map(|offer| (offer.id, offer.condition)) {
        None => Err(Trouble::NothingToResume),
        // Everything that was here has gone elsewhere.
        Some((_, Condition::Moved(place))) => Err(Trouble::Session(Unusable::Moved(place))),
        Some((id, _)) => Ok(First::Open(Which::Existing(id))),
    }
}

/// A session as the start screen shows it.
pub(super) fn offer(summary: Summary) -> Offer {
    let broken = match summary.chain {
        ChainState::Broken { problem, .. } => Some(Damage::Somewhere(problem)),
        ChainState::Unread
        | ChainState::Whole
        | ChainState::End { .. }
        | ChainState::Torn { .. } => summary.problem.as_ref().map(reason::unlisted),
    };
    let moved = summary.moved.as_ref().map(reason::sessions_of).map(Condition::Moved);
    let here = || match (broken, summary.score) {
        (Some(problem), _) => Condition::Broken(problem),
        (None, _) if summary.held => Condition::Held,
        (None, Some(score)) => Condition::Debriefed(score),
        (None, None) if summary.left => Condition::Left,
        (None, None) => Condition::CutOff,
    };
    let condition = moved.unwrap_or_else(here);
    Offer {
        id: summary.id,
        host: summary.host,
        playbook: summary.playbook.plain(40),
        opened_at: summary.opened,
        last_at: summary.last_at,
        last_by: (!summary.last_by.is_empty()).then_some(summary.last_by),
        entries: summary.entries,
        condition,
    }
}

/// Takes the terminal, runs the loop, and gives the terminal back.
pub(super) fn show(
    options: &Options,
    places: &Places,
    who: Untrusted,
    first: First,
    hands: &mut dyn Hands,
    outbox: Sender<Happening>,
    inbox: Receiver<Happening>,
) -> Result<ExitCode, Complaint> {
    let clock = HostClock;
    let (themes, theme_problem) = Themes::open(places.themes.clone(), options.theme.as_deref());
    let (mut rules, bad_rules) = Rules::open(places)?;
    let mut model = Model::new(who, clock.now(), words::search);
    model.read = ui::read;
    model.language = options.language();
    model.glyphs = options.glyphs();
    themes.current().name().clone_into(&mut model.theme);
    if matches!(first, First::Trainings(_)) {
        model.source.kind = SourceKind::Training;
    }
    let first = messages(first, hands)?;
    terminal::catch_panics(options.language());
    let alarm = outbox.clone();
    terminal::falls_go_to(move |report| {
        let notice = NoticeKind::Trouble(Trouble::Fell(report.into()));
        alarm.try_send(Happening::Msg(Msg::Notice(notice))).ok();
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| no_loop(&error))?;
    let listening = {
        let _runtime = runtime.enter();
        Signals::listen()
    };
    let mut signals = listening.map_err(|error| no_loop(&error))?;
    let canvas = Canvas::new(terminal::take().map_err(|error| no_terminal(&error))?);
    let _watcher = themes.watch(outbox.clone());
    rules.watch(outbox);
    let book = rules.book();
    let mut desk = Desk::new(model, (themes, rules), canvas, hands, &clock);
    desk.apply(Msg::RulesLoaded(book, bad_rules.clone()));
    for msg in first {
        desk.apply(msg);
    }
    if let Some(problem) = theme_problem {
        desk.apply(Msg::Notice(NoticeKind::ThemeBroken(Box::new(problem))));
    }
    desk.say_what_is_wrong(&bad_rules);
    let ended = runtime.block_on(desk::run(&mut desk, &mut signals, inbox));
    terminal::give_back();
    let moved = desk.moved();
    let ended = ended.or_else(terminal_failed);
    hands.put_down(matches!(ended, Ok(Ended::Left)));
    guard::say_if_it_fell(options.language());
    if let Some(place) = moved {
        let told = trouble::follow(options.language(), &place).plain(usize::MAX);
        terminal::say(&format!("{told}\n"));
    }
    ended.map(code).map_err(|error| no_terminal(&error).into())
}

/// What brings the first screen about.
fn messages(first: First, hands: &mut dyn Hands) -> Result<Vec<Msg>, Complaint> {
    let mut open =
        |which| -> Result<Msg, Complaint> { Ok(Msg::Opened(Box::new(hands.open(&which)?))) };
    Ok(match first {
        First::Offers(offers) | First::Trainings(offers) => vec![Msg::Offered(offers)],
        First::Open(which) => vec![open(which)?],
        First::Card(which, to, words) => vec![open(which)?, Msg::HandTo(to, words)],
    })
}

/// As a shell would say it: ended by SIGHUP, by SIGTERM.
fn code(ended: Ended) -> ExitCode {
    match ended {
        Ended::Left => ExitCode::SUCCESS,
        Ended::TerminalGone => ExitCode::from(129),
        Ended::Told => ExitCode::from(143),
    }
}

/// A terminal that takes no more bytes is one that went away.
fn terminal_failed(error: io::Error) -> io::Result<Ended> {
    let gone = [rustix::io::Errno::IO.raw_os_error(), rustix::io::Errno::PIPE.raw_os_error()];
    if error.raw_os_error().is_some_and(|code| gone.contains(&code)) {
        Ok(Ended::TerminalGone)
    } else {
        Err(error)
    }
}

pub(super) fn needs_a_terminal() -> Result<(), Trouble> {
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        return Ok(());
    }
    Err(Trouble::NoTerminal)
}

fn no_loop(error: &io::Error) -> Trouble {
    Trouble::NoLoop(reason::refusal(error))
}

fn no_terminal(error: &io::Error) -> Trouble {
    Trouble::BadTerminal(reason::refusal(error))
}

/// A session, or the place for sessions, that the cockpit cannot use.
pub(super) fn refused(error: &StoreError) -> Trouble {
    Trouble::Session(reason::unusable(error))
}
