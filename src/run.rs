//! The loop, the terminal, the settings, and one file a subcommand. The only room that knows tokio.

mod args;
mod assess;
pub mod bundle;
mod canvas;
mod clip;
mod cockpit;
pub mod complain;
mod doctor;
mod drill;
mod forks;
pub mod guard;
mod handoff;
mod hands;
mod incident;
mod input;
mod library;
mod looker;
mod moved;
mod note;
mod places;
pub mod playbook;
mod reason;
mod rules;
mod scan;
mod scribe;
pub mod sessions;
mod sign;
mod start;
mod tape;
pub mod terminal;
mod themes;
pub mod timeline;
mod train;
mod verdicts;
pub mod verify;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rustix::fs::Mode;

use crate::host::probe::memory;
use crate::host::store::Store;
use crate::run::args::{Arguments, Command, Options, PlaybookCommand, RulesCommand};
use crate::run::complain::Complaint;
use crate::run::handoff::Handing;
use crate::run::places::Places;
use crate::run::sessions::SessionsError;
use crate::run::sign::Signing;
use crate::run::start::Wanted;
use crate::run::timeline::Form;
use crate::run::verify::Asked;
use crate::words::trouble;

/// Exit code of a complaint.
const TROUBLE: u8 = 2;

/// Reads the arguments and does what they say.
#[must_use]
pub fn main() -> ExitCode {
    memory::keep_small();
    let arguments = match args::parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            error.print().ok();
            let scans = std::env::args_os().any(|it| it == "scan");
            let trouble = if scans { scan::TROUBLE } else { TROUBLE };
            return if error.use_stderr() { ExitCode::from(trouble) } else { ExitCode::SUCCESS };
        }
    };
    // Whatever is written from here on is for us alone.
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    let language = arguments.options.language();
    // Its exit code says what was found, so that another one says that it could not look.
    let scans = matches!(arguments.command, Some(Command::Scan(_)));
    let trouble = if scans { scan::TROUBLE } else { TROUBLE };
    let done = obey(arguments);
    done.unwrap_or_else(|complaint| {
        // Nobody to complain to is no reason to complain.
        io::stderr().write_all(complaint.told(language).as_bytes()).ok();
        ExitCode::from(trouble)
    })
}

fn obey(arguments: Arguments) -> Result<ExitCode, Complaint> {
    let Arguments { options, command } = arguments;
    let out = &mut io::stdout().lock();
    match command {
        None => start::cockpit(&options, Wanted::Choice),
        Some(Command::Resume { id }) => {
            start::cockpit(&options, id.as_deref().map_or(Wanted::Newest, Wanted::Session))
        }
        Some(Command::Note { id, text }) => note::note(&options, &id, &text, out),
        Some(Command::Replay { id }) => train::replay(&options, &id),
        Some(Command::Train { name: None }) => printed(train::walkthroughs(&options, out)?),
        Some(Command::Train { name: Some(name) }) => train::train(&options, &name),
        Some(Command::Debrief { id }) => printed(train::debrief(&options, &id, out)?),
        Some(Command::Sessions { json }) => {
            let form = form(json, &options);
            told(sessions::list(&store(&options)?, form, out).map(|()| ExitCode::SUCCESS))
        }
        Some(Command::Verify { id, each, anchor }) => {
            let asked = Asked { each, anchor, language: options.language() };
            let done = told(verify::verify(&copies(&options)?, &id, asked, out));
            say_where(&options, &id, "verify", done)
        }
        Some(Command::Timeline { id, json }) => {
            let form = form(json, &options);
            let store = copies(&options)?;
            let done = told(timeline::print(&store, &id, form, out, &mut io::stderr()));
            say_where(&options, &id, "timeline", done)
        }
        Some(Command::Export { id, output, redact, masked }) => {
            bundle::export(&copies(&options)?, &id, output.as_deref(), (redact, &masked), out)
        }
        Some(Command::Import { file }) => import(&options, &file, out),
        Some(Command::Handoff { id, to, note, read }) => {
            let note = note.as_deref();
            handoff::hand_off(&options, Handing { id: &id, to: &to, note, read }, out)
        }
        Some(Command::Takeover { id, read }) => handoff::take_over(&options, &id, read, out),
        Some(Command::Brief { id, format }) => {
            let done = handoff::print_brief(&options, &id, format, out);
            say_where(&options, &id, "brief", done)
        }
        Some(Command::Sign { id, entry, key, add, print: _ }) => {
            let it = Signing { id: &id, entry, key: key.as_ref(), add: add.as_ref() };
            sign::sign(&options, it, out, &mut io::stderr())
        }
        Some(Command::Playbook { command: PlaybookCommand::Check { files, json } }) => {
            printed(playbook::check(&files, json, out))
        }
        Some(Command::Playbook { command: PlaybookCommand::Show { which } }) => {
            printed(playbook::show(&which, options.language(), out, &mut io::stderr()))
        }
        Some(Command::Scan(asked)) => scanned(&asked, &options, out),
        Some(Command::Assess { files, given, json }) => judged(&files, given, json, &options, out),
        Some(Command::Rules { command }) => ruled(&command, &options, out),
        Some(Command::Doctor { json }) => printed(doctor::doctor(&options, json, out)?),
        Some(Command::Paths) => {
            let places = Places::find(&options)?.show(options.language());
            printed(out.write_all(places.as_bytes()).map(|()| ExitCode::SUCCESS))
        }
    }
}

fn ruled(
    command: &RulesCommand,
    options: &Options,
    out: &mut dyn Write,
) -> Result<ExitCode, Complaint> {
    let RulesCommand::Check { files, json } = command;
    printed(rules::check(files, *json, options.language(), out))
}

fn scanned(
    asked: &scan::Asked,
    options: &Options,
    out: &mut dyn Write,
) -> Result<ExitCode, Complaint> {
    let language = options.language();
    let look_for = library::Shelf::looks_for(options.playbook.as_deref())?;
    let (rules, lack) = rules::in_force(&Places::find(options)?, language, &mut io::stderr())?;
    printed(scan::scan(asked, &look_for, (&rules, lack), language, out)?)
}

fn judged(
    files: &[PathBuf],
    given: assess::Given,
    json: bool,
    options: &Options,
    out: &mut dyn Write,
) -> Result<ExitCode, Complaint> {
    let language = options.language();
    let words = assess::Form::Words(language);
    let form = if json { assess::Form::Json } else { words };
    let look_for = library::Shelf::looks_for(options.playbook.as_deref())?;
    let (rules, _) = rules::in_force(&Places::find(options)?, language, &mut io::stderr())?;
    let to = (out, &mut io::stderr() as &mut dyn Write);
    printed(assess::assess(files, given, (form, language), (&look_for, &rules), to))
}

fn form(json: bool, options: &Options) -> Form {
    if json { Form::Json } else { Form::Words(options.language()) }
}

/// The store that commands read; it must be there.
fn store(options: &Options) -> Result<Store, Complaint> {
    let places = Places::find(options)?;
    Store::existing(&places.sessions).map_err(|error| Complaint::from(&error))
}

/// The same where the sessions may be copies that others can read: nothing is written there.
fn copies(options: &Options) -> Result<Store, Complaint> {
    let places = Places::find(options)?;
    Store::of_copies(&places.sessions).map_err(|error| Complaint::from(&error))
}

/// Takes a session in. A place that was not there is named, and is gone again where nothing came into it.
fn import(options: &Options, file: &Path, out: &mut dyn Write) -> Result<ExitCode, Complaint> {
    let places = Places::find(options)?;
    let new = places.is_new()?;
    let made = Store::at(&places.sessions);
    let store = made.map_err(|error| places.not_made(new, start::refused(&error)))?;
    let done = bundle::import(&store, file, out);
    if new && done.is_err() {
        // Whatever is in it keeps it.
        std::fs::remove_dir(store.path()).ok();
    } else if new {
        let made = trouble::made(options.language(), &reason::shown(store.path()));
        writeln!(io::stderr(), "firedamp: {}", made.plain(usize::MAX)).ok();
    }
    done
}

/// What was read here is not all of a session that went on elsewhere.
fn say_where(
    options: &Options,
    id: &str,
    command: &str,
    done: Result<ExitCode, Complaint>,
) -> Result<ExitCode, Complaint> {
    let code = done?;
    if let Some(line) = sessions::elsewhere(&copies(options)?, id, command, options.language()) {
        writeln!(io::stderr(), "firedamp: {line}").ok();
    }
    Ok(code)
}

/// A reader that went away (`firedamp sessions | head`) is the end of the work and no trouble.
fn printed(done: io::Result<ExitCode>) -> Result<ExitCode, Complaint> {
    match done {
        Ok(code) => Ok(code),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::from(141)),
        Err(error) => Err(Complaint::new("cannot print", error, "look at where the output goes")),
    }
}

/// The same for commands that read sessions.
fn told(done: Result<ExitCode, SessionsError>) -> Result<ExitCode, Complaint> {
    match done {
        Ok(code) => Ok(code),
        Err(SessionsError::Store(error)) => Err((&error).into()),
        Err(SessionsError::Out(error)) => printed(Err(error)),
    }
}
