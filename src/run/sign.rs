//! `firedamp sign`: a signature with an SSH key over what the journal says up to an entry.
//!
//! The usual way is by copy and paste, so that no key and no agent ever comes near the host: `--print` gives the text and
//! the command for one's own machine, `--add` takes back what that prints. Invariant: only a signature that is over that
//! text goes into the journal.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::domain::base::Digest;
use crate::domain::session::{
    Entry, Event, NAMESPACE, Signature, SignatureProblem, State, Statement,
};
use crate::run::args::Options;
use crate::run::complain::Complaint;
use crate::run::handoff::Desk;
use crate::run::{printed, store, store_complaint};

/// No key and no pasted signature is longer.
const LONGEST: u64 = 64 * 1024;
/// Entries that are tried, the newest first, where nobody says which one was signed.
const TRIED: usize = 100;

/// What `firedamp sign` was given.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signing<'a> {
    /// Which session.
    pub id: &'a str,
    /// Up to which entry.
    pub entry: Option<u64>,
    /// Where a private key is.
    pub key: Option<&'a PathBuf>,
    /// Where a signature is; `-` for what is typed or pasted.
    pub add: Option<&'a PathBuf>,
}

/// Signs with a local key, takes a signature in, or else says what to sign and how.
pub(super) fn sign(
    options: &Options,
    it: Signing<'_>,
    out: &mut dyn Write,
    help: &mut dyn Write,
) -> Result<ExitCode, Complaint> {
    match (it.key, it.add) {
        (Some(key), _) => with_key(options, it, key, out, help),
        (None, Some(file)) => add(options, it, file, help),
        (None, None) => print(options, it, out, help),
    }
}

/// The text goes to standard output as it is to be signed, what to do with it to standard error.
fn print(
    options: &Options,
    it: Signing<'_>,
    out: &mut dyn Write,
    help: &mut dyn Write,
) -> Result<ExitCode, Complaint> {
    let opened = store(options)?.observe(it.id).map_err(|error| store_complaint(&error))?;
    let statement = chosen(&opened.id, &opened.entries, &opened.state.head(), it.entry)?;
    let done = out.write_all(statement.to_string().as_bytes()).and_then(|()| out.flush());
    printed(done.map(|()| ExitCode::SUCCESS))?;
    printed(explain(&statement, help).map(|()| ExitCode::SUCCESS))
}

/// What is typed where the key is, in one line that can be pasted.
fn explain(statement: &Statement, help: &mut dyn Write) -> io::Result<()> {
    let lines: Vec<String> = statement.lines().iter().map(|line| format!("'{line}'")).collect();
    let Statement { session, anchor, .. } = statement;
    writeln!(help)?;
    writeln!(help, "On your own machine, with your own key (this host never sees it):")?;
    writeln!(help)?;
    writeln!(
        help,
        "  printf '%s\\n' {} | ssh-keygen -Y sign -n {NAMESPACE} -f ~/.ssh/id_ed25519",
        lines.join(" ")
    )?;
    writeln!(help)?;
    writeln!(help, "Then, here, paste what it prints and end with Ctrl-D:")?;
    writeln!(help)?;
    writeln!(help, "  firedamp sign {session} --entry {} --add -", anchor.seq)
}

fn with_key(
    options: &Options,
    it: Signing<'_>,
    key: &Path,
    out: &mut dyn Write,
    help: &mut dyn Write,
) -> Result<ExitCode, Complaint> {
    let bytes = read(key)?;
    let (desk, left) = Desk::sit_down(options, it.id)?;
    let statement = chosen(&desk.id, &desk.entries, &desk.head(), it.entry)?;
    let signature = statement.sign(&bytes).map_err(|problem| complaint(&problem))?;
    keep(desk, left, &statement, &signature, help)?;
    printed(out.write_all(signature.armour().as_bytes()).map(|()| ExitCode::SUCCESS))
}

fn add(
    options: &Options,
    it: Signing<'_>,
    file: &Path,
    help: &mut dyn Write,
) -> Result<ExitCode, Complaint> {
    let text = String::from_utf8_lossy(&read(file)?).into_owned();
    let signature = Signature::read(&text).map_err(|problem| complaint(&problem))?;
    let (desk, left) = Desk::sit_down(options, it.id)?;
    let statement = match it.entry {
        Some(_) => {
            let statement = chosen(&desk.id, &desk.entries, &desk.head(), it.entry)?;
            signature.check(&statement).map(|()| statement)
        }
        None => found(&desk, &signature).ok_or(SignatureProblem::OtherText),
    };
    let statement = statement.map_err(|problem| complaint(&problem))?;
    keep(desk, left, &statement, &signature, help)?;
    Ok(ExitCode::SUCCESS)
}

/// The entry that the signature goes up to. What was signed does not say so; there are few to try.
fn found(desk: &Desk, signature: &Signature) -> Option<Statement> {
    let newest = desk.entries.iter().rev().take(TRIED);
    let mut statements = newest
        .filter_map(|entry| chosen(&desk.id, &desk.entries, &desk.head(), Some(entry.seq)).ok());
    statements.find(|statement| signature.check(statement).is_ok())
}

/// Puts a signature that was checked into the journal.
fn keep(
    mut desk: Desk,
    left: bool,
    statement: &Statement,
    signature: &Signature,
    help: &mut dyn Write,
) -> Result<(), Complaint> {
    let entry = statement.anchor.seq;
    let event =
        Event::Signed { entry, key: signature.key().into(), armour: signature.armour().into() };
    let kept = desk.write(event)?.seq;
    let session = desk.id.clone();
    desk.put_down(left)?;
    let told =
        writeln!(help, "signed up to entry {entry}, kept as entry {kept}: {}", signature.key())
            .and_then(|()| {
                writeln!(help, "anybody can check it, with the public key in `signers`:")
            })
            .and_then(|()| writeln!(help, "  echo 'me {}' > signers", signature.public_key()))
            .and_then(|()| {
                writeln!(
                    help,
                    "  firedamp sign {session} --entry {entry} --print 2>/dev/null | \
                 ssh-keygen -Y verify -f signers -I me -n {NAMESPACE} -s FILE"
                )
            });
    printed(told.map(|()| ExitCode::SUCCESS)).map(drop)
}

/// What is signed: up to the entry that was named; else up to the newest handoff or acceptance; else up to the end.
fn chosen(
    id: &str,
    entries: &[Entry],
    head: &Digest,
    entry: Option<u64>,
) -> Result<Statement, Complaint> {
    let handed = |it: &&Entry| matches!(it.event, Event::HandedOff { .. } | Event::Accepted { .. });
    let newest = || entries.iter().rev().find(handed).or(entries.last()).map(|it| it.seq);
    let seq = entry.or_else(newest).unwrap_or(0);
    let after = entries.iter().find(|it| it.seq == seq + 1).map(|it| it.prev);
    let is_last = entries.last().is_some_and(|last| last.seq == seq);
    let digest = after.or_else(|| is_last.then_some(*head)).filter(|_| seq > 0);
    let digest = digest.ok_or_else(|| {
        Complaint::new(
            format!("there is no entry {seq}"),
            format!("the journal has {} that hold", entries.len()),
            "name one that is there: --entry N",
        )
    })?;
    Ok(Statement::of(id, seq, digest))
}

fn read(file: &Path) -> Result<Vec<u8>, Complaint> {
    let mut bytes = Vec::new();
    let done = if file == Path::new("-") {
        io::stdin().take(LONGEST).read_to_end(&mut bytes)
    } else {
        File::open(file).and_then(|file| file.take(LONGEST).read_to_end(&mut bytes))
    };
    done.map_err(|error| {
        Complaint::about("cannot read", file, error, "name a file that is there, or `-` to paste")
    })?;
    Ok(bytes)
}

fn complaint(problem: &SignatureProblem) -> Complaint {
    let next = match problem {
        SignatureProblem::NoArmour | SignatureProblem::Malformed(_) => {
            "paste all that ssh-keygen printed, both lines of dashes too"
        }
        SignatureProblem::Namespace(_) => "sign with the command that --print shows",
        SignatureProblem::KeyKind(_) => "use another key: ssh-keygen -t ed25519",
        SignatureProblem::OtherText => "sign what --print shows, and name the same --entry",
        SignatureProblem::NoKey(_) => "name a private key, or sign on your own machine: --print",
        SignatureProblem::Locked => "sign on your own machine: --print says how",
    };
    Complaint::new("nothing is signed", problem, next)
}

impl Desk {
    /// SHA-256 of the last line.
    fn head(&self) -> Digest {
        let mut state = State::default();
        if let Some(last) = self.entries.last() {
            state.apply(last);
        }
        state.head()
    }
}
