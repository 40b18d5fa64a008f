//! Configurations of miners, and whose they are.
//!
//! Source: where miners look for what they are told: beside the executable, in the current folder, where an option says;
//! what attackers delete after the start stays open. Known false alarms, which are let pass: whoever stands in a folder
//! (a shell, an editor) or runs a program in one that is everybody's, whoever reads all files (a scanner, a log shipper, a backup), files of packages, notes
//! and reports that only speak about miners.

use crate::domain::detect::config::Config;
use crate::domain::detect::gist::Gist;
use crate::domain::detect::place::{Place, place};
use crate::domain::detect::rules::{HARD, LONG_MINUTES, Told, is_text_tool};
use crate::domain::detect::seen::{Seen, last_part};
use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::facts::{FoundBy, FoundFile};
use crate::domain::untrusted::Untrusted;

/// A file, as the rules see it.
#[derive(Clone, Copy, Debug, Default)]
pub struct File<'a> {
    /// Where it lies.
    pub path: &'a [u8],
    /// What it says.
    pub content: &'a [u8],
    /// A package has the file, and has it so.
    pub packaged: Option<bool>,
}

/// What the files that belong to a process say against it: each once, the weightiest of them.
pub(super) fn judge(seen: &Seen<'_>, told: &mut Vec<Told>) {
    let found = seen.files.iter().filter(|file| file.packaged.is_as_packaged() != Some(true));
    let mut found: Vec<Told> = found
        .filter_map(|file| {
            let (gist, is_told) = (Gist::of(file), is_told(file));
            let said = if is_told { &gist.if_told } else { &gist.weightiest };
            let (grade, value) = said.clone()?;
            // What lies there and only speaks about miners is nobody's configuration.
            let is_one = is_told || grade > Grade::Noted;
            let grade = grade.min(reach(seen, file));
            // A starter that lies beside a program says nothing of it, unless it starts it.
            let little = if is_busy(seen) { Grade::Suspect } else { Grade::Noted };
            let grade = if starts_another(seen, file, &gist) { grade.min(little) } else { grade };
            is_one.then(|| (grade, reason(file.path.bytes(), value)))
        })
        .collect();
    found.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
    found.truncate(2);
    told.extend(found);
}

/// Whoever has it was told to read it, or hides that it has it.
fn is_told(file: &FoundFile) -> bool {
    file.by == FoundBy::Named || file.deleted
}

/// It lies there, and starts somebody else.
pub(in crate::domain::detect) fn starts_another(
    seen: &Seen<'_>,
    file: &FoundFile,
    gist: &Gist,
) -> bool {
    let lies =
        !file.deleted && matches!(file.by, FoundBy::Beside | FoundBy::Folder | FoundBy::Anybodys);
    let names = [seen.file(), last_part(seen.title()), seen.name];
    let is_it = |it: &Untrusted| !it.bytes().is_empty() && names.contains(&it.bytes());
    lies && gist.starts.as_ref().is_some_and(|it| !it.iter().any(is_it))
}

/// The weightiest that a file says.
pub(in crate::domain::detect) fn of_file(path: &[u8], read: &Config) -> Option<Told> {
    let (grade, heard) = read.heard().into_iter().next()?;
    Some((grade, reason(path, heard.value)))
}

fn reason(path: &[u8], value: Untrusted) -> Reason {
    let value =
        if path.is_empty() { value } else { Untrusted::new([path, b": ", value.bytes()].concat()) };
    Reason { rule: Rule::ConfigFile, value, source: FactSource::File }
}

/// How far a file can carry against a process that it belongs to in this way.
fn reach(seen: &Seen<'_>, file: &FoundFile) -> Grade {
    if is_reader(seen) {
        return Grade::Noted;
    }
    let little = if is_busy(seen) { Grade::Suspect } else { Grade::Noted };
    // Whoever is called so at home reads what lies elsewhere; what lies beside it is its own.
    // Nobody tells a tool that shows texts where its settings are.
    let told = seen.arguments.iter().any(|it| it.starts_with(b"--config"));
    let called_so = is_text_tool(seen.file()) && !place(seen.exe).is_strange() && !told;
    if is_installed(seen) || called_so && !is_from_there(seen, file) {
        return little;
    }
    // Whoever responds keeps what was found of a case.
    if seen.own {
        return Grade::Suspect;
    }
    match file.by {
        FoundBy::Named | FoundBy::Beside => Grade::Confirmed,
        FoundBy::Open if file.deleted => Grade::Confirmed,
        FoundBy::Open => Grade::Suspect,
        FoundBy::Folder if is_from_there(seen, file) => Grade::Confirmed,
        FoundBy::Folder => little,
        // Whoever may write there decides what lies there, and not who runs a program beside it.
        FoundBy::Anybodys => Grade::Noted,
    }
}

/// Its program lies below the folder of the file, or where no program should be, or nowhere.
fn is_from_there(seen: &Seen<'_>, file: &FoundFile) -> bool {
    let path = file.path.bytes();
    let folder = path.get(..path.len() - last_part(path).len()).unwrap_or_default();
    let below = folder.len() > 1 && seen.exe.starts_with(folder);
    seen.deleted || seen.in_memory || below || !seen.exe.is_empty() && place(seen.exe).is_strange()
}

/// It works, or has worked for long.
pub(super) fn is_busy(seen: &Seen<'_>) -> bool {
    seen.cpu.is_some_and(|it| it >= HARD) || seen.cpu_minutes.is_some_and(|it| it >= LONG_MINUTES)
}

/// It shows files, looks through them, or changes them: a package brought it, since anybody may call a file so.
pub(super) fn is_reader(seen: &Seen<'_>) -> bool {
    is_text_tool(seen.file()) && is_installed(seen)
}

/// A package brought it; where nobody knows, it lies where packages put programs.
pub(super) fn is_installed(seen: &Seen<'_>) -> bool {
    !seen.deleted
        && !seen.in_memory
        && seen.packaged.unwrap_or_else(|| place(seen.exe) == Place::System)
}
