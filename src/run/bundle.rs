//! `firedamp export ID` and `firedamp import FILE`.
//!
//! Invariant: no file is ever overwritten, and one that could not be written whole is taken away again. A bundle that
//! was written is read once more before it is called written.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::domain::base::Clock;
use crate::domain::session::Anchor;
use crate::domain::session::bundle::{Manifest, ManifestError};
use crate::domain::session::mask::{Mask, MaskError};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::HostClock;
use crate::host::store::Store;
use crate::host::store::bundle::{self, BundleError, Difference, Imported, Outcome, Wanted};
use crate::run::complain::{Complaint, chain};
use crate::run::{printed, reason};
use crate::words::trouble::BadPath;

/// Writes a bundle of a session to a file that is not there yet, to standard output for `-`, or, where nothing is
/// said, to a file named after the session.
pub fn export(
    store: &Store,
    id: &str,
    file: Option<&Path>,
    (redact, names): (bool, &[String]),
    out: &mut dyn Write,
) -> Result<ExitCode, Complaint> {
    let mask =
        Mask::new(names.iter().map(String::as_str)).map_err(|it| cannot_export(&it.into()))?;
    if mask.names() > 0 && !redact {
        return Err(Complaint::new(
            "cannot mask names in a true copy",
            "a copy with names taken out has another chain, and must say so",
            "say --redact too",
        ));
    }
    let wanted = Wanted { redact, mask };
    if file.is_some_and(|file| file.as_os_str() == "-") {
        return to_stdout(store, id, &wanted, out);
    }
    let id = store.resolve(id).map_err(|it| cannot_export(&it.into()))?;
    let path = file.map_or_else(|| PathBuf::from(name(&id, redact)), PathBuf::from);
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    let mut target = made.map_err(|it| cannot_write(&path, &it))?;
    let written = whole(store, &id, &wanted, &mut target, &path);
    let (manifest, bytes) = written.inspect_err(|_| {
        std::fs::remove_file(&path).ok();
    })?;
    let path = Untrusted::new(std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()));
    let told = tell(&manifest, &format!("{}, {bytes} bytes", path.plain(200)), out);
    printed(told.map(|()| ExitCode::SUCCESS))
}

/// Brings the session in a file here. One that differs from what is here gives exit code 1.
pub fn import(store: &Store, file: &Path, out: &mut dyn Write) -> Result<ExitCode, Complaint> {
    let cannot = |error: &BundleError| {
        if let BundleError::Store(error) = error {
            return error.into();
        }
        let next = advice(error, "get the file anew; nothing was brought in");
        Complaint::about("cannot import", file, chain(error), next)
    };
    let mut bundle: Box<dyn Read> = if file.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        // A FIFO without a writer would hold us for ever.
        let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
        let opened = OpenOptions::new().read(true).custom_flags(flags).open(file);
        let bad = |it| Complaint::Path(BadPath::NotRead(reason::refusal(&it)), reason::shown(file));
        Box::new(opened.map_err(bad)?)
    };
    let imported = store.import(&mut bundle).map_err(|it| cannot(&it))?;
    printed(say(&imported, out))
}

/// A file on disk that can be brought in again, and its length.
fn whole(
    store: &Store,
    id: &str,
    wanted: &Wanted,
    target: &mut File,
    path: &Path,
) -> Result<(Manifest, u64), Complaint> {
    let manifest =
        store.export(id, wanted, HostClock.now(), target).map_err(|it| cannot_export(&it))?;
    target.sync_all().map_err(|it| cannot_write(path, &it))?;
    let mut again = File::open(path).map_err(|it| cannot_write(path, &it))?;
    let read = bundle::inspect(&mut again).map_err(|it| cannot_export(&it))?;
    if read != manifest {
        return Err(Complaint::about(
            "cannot write",
            path,
            "what is there is not what was written",
            "name a file on another disk with -o",
        ));
    }
    let bytes = again.metadata().map_err(|it| cannot_write(path, &it))?.len();
    Ok((manifest, bytes))
}

fn to_stdout(
    store: &Store,
    id: &str,
    wanted: &Wanted,
    out: &mut dyn Write,
) -> Result<ExitCode, Complaint> {
    if io::stdout().is_terminal() {
        return Err(Complaint::new(
            "cannot print a bundle",
            "the output is a terminal, and a bundle is no text",
            "name a file: -o FILE",
        ));
    }
    let manifest = match store.export(id, wanted, HostClock.now(), out) {
        Ok(manifest) => manifest,
        Err(BundleError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            return printed(Err(error));
        }
        Err(error) => return Err(cannot_export(&error)),
    };
    // The words about it must not get into it; nobody who does not read them misses anything.
    tell(&manifest, "standard output", &mut io::stderr()).ok();
    Ok(ExitCode::SUCCESS)
}

fn name(id: &str, redact: bool) -> String {
    if redact { format!("{id}-redacted.tar.zst") } else { format!("{id}.tar.zst") }
}

/// What is in a bundle that was written.
fn tell(manifest: &Manifest, place: &str, out: &mut dyn Write) -> io::Result<()> {
    let Manifest { id, entries, head, redacted, left_out, members, .. } = manifest;
    writeln!(out, "{id}: {entries} entries, {} files", members.len())?;
    writeln!(out, "  bundle   {place}")?;
    writeln!(out, "  head     {head}")?;
    if let Some(of) = redacted {
        let (anchor, names) = (Anchor::of(of.entries, of.head), of.names);
        writeln!(out, "  REDACTED copy of {anchor}: it has a chain of its own;")?;
        let masked = if names == 1 { "name is" } else { "names are" };
        writeln!(out, "  {names} {masked} masked, evidence and arguments are left out")?;
        writeln!(
            out,
            "  what people wrote and what was found is in it: read it before you send it"
        )?;
    }
    for name in left_out {
        writeln!(out, "  left out {}", name.plain(120))?;
    }
    Ok(())
}

fn say(imported: &Imported, out: &mut dyn Write) -> io::Result<ExitCode> {
    let Manifest { id, entries, head, redacted, .. } = &imported.manifest;
    match &imported.outcome {
        Outcome::New { path, playbook_intact } => {
            let path = Untrusted::new(std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()));
            writeln!(out, "{id}: imported, the chain is whole")?;
            writeln!(out, "  place    {}", path.plain(200))?;
            writeln!(out, "  entries  {entries}")?;
            writeln!(out, "  anchor   {}", Anchor::of(*entries, *head))?;
            if redacted.is_some() {
                writeln!(out, "  this is a REDACTED copy; its first entry says of which journal")?;
            }
            if !playbook_intact {
                writeln!(out, "  but playbook.md is not the one that the session began with")?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Outcome::Same { entries: here } if here == entries => {
            writeln!(out, "{id}: identical to the session that is here; nothing was changed")?;
            Ok(ExitCode::SUCCESS)
        }
        Outcome::Same { entries: here } => {
            writeln!(
                out,
                "{id}: the session here has all {entries} entries and goes on to {here};"
            )?;
            writeln!(out, "  nothing was changed")?;
            Ok(ExitCode::SUCCESS)
        }
        Outcome::Differs(differences) => {
            writeln!(out, "{id}: differs from the session that is here; nothing was changed")?;
            for difference in differences {
                writeln!(out, "  {}", differs(difference))?;
            }
            writeln!(out, "  to have both: import it with another --dir")?;
            Ok(ExitCode::FAILURE)
        }
    }
}

fn differs(difference: &Difference) -> String {
    match difference {
        Difference::Ahead { here, there } => {
            format!("the bundle goes on to entry {there}, the session here ends at {here}")
        }
        Difference::Fork { entry } => {
            format!("entry {entry} is not the same: they go their own ways from there")
        }
        Difference::Broken(why) => {
            format!("the journal here does not hold: {}", Untrusted::from(why.as_str()).plain(160))
        }
        Difference::Content(name) => format!("{name} has other content here"),
        Difference::Missing(name) => format!("{name} is not here"),
    }
}

fn cannot_export(error: &BundleError) -> Complaint {
    if let BundleError::Store(error) = error {
        return error.into();
    }
    let next = advice(error, "try again, or copy the session's directory as it is");
    Complaint::new("cannot export the session", chain(error), next)
}

fn cannot_write(path: &Path, error: &io::Error) -> Complaint {
    if error.kind() == io::ErrorKind::AlreadyExists {
        let next = "name another file with -o; none is overwritten";
        return Complaint::about("cannot write", path, "a file of this name is there", next);
    }
    Complaint::Path(BadPath::NotWritten(reason::refusal(error)), reason::shown(path))
}

fn advice(error: &BundleError, usual: &'static str) -> &'static str {
    match error {
        BundleError::NoRoom { .. } => "free some space, or name another disk with --dir",
        BundleError::Manifest(ManifestError::Form(_)) => "use the version that wrote it",
        BundleError::Mask(MaskError::TooShort(_)) => "mask a longer name",
        BundleError::Mask(MaskError::Place(_)) | BundleError::Recast { .. } => {
            "mask names of hosts and people only"
        }
        BundleError::Broken(_) => "firedamp verify ID says where; copy its directory as it is",
        BundleError::NotZstd | BundleError::NoManifest(_) => {
            "name a file that `firedamp export` wrote"
        }
        BundleError::Ratio
        | BundleError::Misplaced { .. }
        | BundleError::Padding(_)
        | BundleError::Behind => "do not open it by other means: it was made by hand",
        BundleError::Store(_)
        | BundleError::Write(_)
        | BundleError::Read(_)
        | BundleError::Damaged(_)
        | BundleError::Ends
        | BundleError::Manifest(_)
        | BundleError::Sum(_)
        | BundleError::Journal(_)
        | BundleError::Changed(_) => usual,
    }
}
