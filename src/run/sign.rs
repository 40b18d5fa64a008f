//! `firedamp sign`: a signature with an SSH key over what the journal says up to an entry.
//!
//! The usual way is by copy and paste, so that no key and no agent ever comes near the host: `--print` gives the text and
//! the command for one's own machine, `--add` takes back what that prints. Invariant: only a signature that is over that
//! text goes into the journal.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::domain::session::{Event, NAMESPACE, Signature, SignatureProblem, Statement, Verdict};
use crate::host::store::Store;
use crate::run::args::Options;
use crate::run::complain::Complaint;
use crate::run::handoff::Desk;
use crate::run::{printed, store};

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
    let statement = chosen(&store(options)?, it.id, it.entry)?;
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
    let statement = chosen(&store(options)?, it.id, it.entry)?;
    let (desk, left) = Desk::sit_down(options, &statement.session)?;
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
    let named = it.entry.map(|_| chosen(&store(options)?, it.id, it.entry)).transpose()?;
    let (desk, left) = Desk::sit_down(options, it.id)?;
    let statement = match named {
        Some(statement) => signature.check(&statement).map(|()| statement),
        None => found(&desk, &signature).ok_or(SignatureProblem::OtherText),
    };
    let statement = statement.map_err(|problem| complaint(&problem))?;
    keep(desk, left, &statement, &signature, help)?;
    Ok(ExitCode::SUCCESS)
}

/// The entry that the signature goes up to. What was signed does not say so; there are few to try.
fn found(desk: &Desk, signature: &Signature) -> Option<Statement> {
    let digests = desk.entries.iter().rev().map(|after| after.prev);
    let digests = std::iter::once(desk.head()).chain(digests);
    let seqs = desk.entries.iter().rev().map(|entry| entry.seq);
    let newest = seqs.zip(digests).take(TRIED);
    let mut statements = newest.map(|(seq, digest)| Statement::of(&desk.id, seq, digest));
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
/// The journal is read for it, for the entry may be one that no screen would keep.
fn chosen(store: &Store, id: &str, entry: Option<u64>) -> Result<Statement, Complaint> {
    let (mut to, mut digest) = (entry.unwrap_or(0), None);
    let verified = store.verify_each(id, |it| {
        if it.seq == to + 1 && to > 0 {
            digest = Some(it.prev);
        }
        let handed = matches!(it.event, Event::HandedOff { .. } | Event::Accepted { .. });
        if handed && entry.is_none() {
            (to, digest) = (it.seq, None);
        }
    });
    let verified = verified.map_err(|error| Complaint::from(&error))?;
    let Verdict { entries, head, .. } = verified.verdict;
    if entry.is_none() && to == 0 {
        to = entries;
    }
    let digest = digest.or_else(|| (to == entries).then_some(head)).filter(|_| to > 0);
    let digest = digest.ok_or_else(|| no_entry(to, entries))?;
    Ok(Statement::of(&verified.id, to, digest))
}

fn no_entry(seq: u64, entries: u64) -> Complaint {
    Complaint::new(
        format!("there is no entry {seq}"),
        format!("the journal has {entries} that hold"),
        "name one that is there: --entry N",
    )
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
