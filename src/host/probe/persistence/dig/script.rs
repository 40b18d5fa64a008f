//! Scripts of a shell, of which any line may matter: the whole script is one entry, and a line that hides what it does is
//! one of its own, as is one that has something loaded into every program.
//!
//! Invariant: no line that could run something is left out in silence.

use super::{Dig, Draft, LONGEST, Runs, is_binary};
use crate::domain::facts::{AutostartKind, NotWhole, Trick, is_frame, tricks};
use crate::host::probe::persistence::cron::lines;
use crate::host::probe::persistence::ground::File;
use crate::host::probe::persistence::include::joined;
use crate::host::probe::persistence::program;

/// A longer script is as many entries as it takes, and no more than these.
const MOST_PARTS: usize = 8;
/// So many lines of one script are entries of their own.
const MOST_APART: usize = 20;
/// The first line that runs something is looked for among so many.
const FIRST_LINES: usize = 1_024;
/// What is loaded into every program that a shell starts.
const LOADED: [&[u8]; 4] = [b"LD_PRELOAD", b"LD_LIBRARY_PATH", b"LD_AUDIT", b"BASH_ENV"];

/// A line of a script and where it begins.
type Said = (usize, Vec<u8>);

impl Dig<'_> {
    /// A file that is run as a whole.
    pub(in crate::host::probe::persistence) fn add_script(
        &mut self,
        kind: AutostartKind,
        file: &File,
    ) {
        self.add_script_as(Draft::new(kind, file, 0, b"").runs(Runs::Program(&file.path)), file);
    }

    /// The same with what is so about the file.
    pub(in crate::host::probe::persistence) fn add_script_as(
        &mut self,
        draft: Draft<'_>,
        file: &File,
    ) {
        let (kind, user) = (draft.kind, draft.user);
        let (apart, together) = split(kind, file);
        // The others stand among the rest, in which only so much that is hidden is looked behind.
        if together.iter().any(|(_, text)| stands_apart(kind, text)) {
            self.part(&file.path, NotWhole::Entries);
        }
        let mut whole = draft;
        let mut parts = parts(&together);
        if parts.len() > MOST_PARTS {
            self.part(&file.path, NotWhole::Entries);
            parts.truncate(MOST_PARTS);
        }
        let mut parts = parts.iter();
        // Where nothing else stands, the script is what stands by itself too.
        let first = parts.next().or(apart.first());
        whole.text = first.map(|(_, text)| text.as_slice()).unwrap_or_default();
        self.add(whole);
        for (line, text) in parts {
            self.add(Draft::new(kind, file, *line, text).by(user));
        }
        for (line, text) in &apart {
            self.add(Draft::new(kind, file, *line, text).by(user).runs(Runs::Command(text)));
        }
    }

    /// Lines that are entries together, where no more of them are entries by themselves.
    pub(in crate::host::probe::persistence) fn add_rest(
        &mut self,
        kind: AutostartKind,
        file: &File,
        user: Option<&[u8]>,
        rest: &[(usize, &[u8])],
    ) {
        let said: Vec<Said> = rest.iter().map(|(line, text)| (*line, text.to_vec())).collect();
        let parts = parts(&said);
        if parts.len() > MOST_PARTS {
            self.part(&file.path, NotWhole::Entries);
        }
        for (line, text) in parts.iter().take(MOST_PARTS) {
            self.add(Draft::new(kind, file, *line, text).by(user));
        }
    }
}

/// Lines that are entries of their own, and the others. Of the others those that begin a script, up to the first line that
/// runs something, come last: they set something, and whoever reads a row wants to know what runs.
fn split(kind: AutostartKind, file: &File) -> (Vec<Said>, Vec<Said>) {
    let (mut apart, mut together) = (Vec::new(), Vec::new());
    if is_binary(file) {
        return (apart, together);
    }
    for (line, text) in joined(&file.bytes) {
        if apart.len() < MOST_APART && stands_apart(kind, &text) {
            apart.push((line, text));
        } else if !is_frame(&text) {
            together.push((line, spaced(&text)));
        }
    }
    let begin = together.iter().take(FIRST_LINES).position(|(_, text)| runs(text));
    together.rotate_left(begin.unwrap_or(0));
    (apart, together)
}

/// It hides something, and blanks in a row are layout in a script; or has something loaded.
fn stands_apart(kind: AutostartKind, line: &[u8]) -> bool {
    let loads = || LOADED.iter().any(|name| line.windows(name.len()).any(|it| it == *name));
    let hides = || tricks(line).iter().any(|it| *it != Trick::Padding);
    kind == AutostartKind::ShellStart && loads() || hides()
}

/// The words of a line, one blank apart.
fn spaced(line: &[u8]) -> Vec<u8> {
    let words = line.split(|byte| matches!(byte, b' ' | b'\t' | 0x0b | 0x0c));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(&b' ')
}

/// Texts of lines, each as long as an entry may be, and the line that it begins with. A longer line is cut where it has to be.
fn parts(lines: &[Said]) -> Vec<Said> {
    let mut parts: Vec<Said> = Vec::new();
    for (line, text) in lines {
        for piece in text.chunks(LONGEST) {
            match parts.last_mut() {
                Some((_, part)) if part.len() + piece.len() < LONGEST => {
                    part.push(b'\n');
                    part.extend_from_slice(piece);
                }
                _ => parts.push((*line, piece.to_vec())),
            }
            if parts.len() > MOST_PARTS {
                return parts;
            }
        }
    }
    parts
}

/// The line runs something, and does not only begin a function.
fn runs(line: &[u8]) -> bool {
    let named = line.trim_ascii().starts_with(b"function ");
    let is_head = named || line.windows(2).any(|it| it == b"()");
    !is_head && program::program(program::after_label(line)).is_some()
}

/// The first line of a script that runs something, or else the first that says something.
pub(in crate::host::probe::persistence) fn first_words(file: &File) -> &[u8] {
    if is_binary(file) {
        return b"";
    }
    let lines = || lines(&file.bytes).map(|(_, line)| line);
    lines().take(FIRST_LINES).find(|line| runs(line)).or_else(|| lines().next()).unwrap_or_default()
}
