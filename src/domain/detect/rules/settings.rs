//! Settings that are kept where nobody looks: a program is told its file by an option, and the file lies hidden.
//!
//! Source: miners are started with nothing but `-c FILE`, and whoever hides the program hides the file. Known false alarms,
//! which are let pass: what people keep in hidden files of their homes, and programs of packages.

use crate::domain::detect::grammar::Sentence;
use crate::domain::detect::place::{OPEN, Place, is_hidden_file, place};
use crate::domain::detect::rules::{Told, command_line, is_text_tool};
use crate::domain::detect::seen::Seen;
use crate::domain::detect::{FactSource, Grade, Reason, Rule};

/// Folders of people.
const HOMES: [&[u8]; 3] = [b"/home/", b"/root/", b"/Users/"];

/// Where its settings lie.
pub(super) fn judge(seen: &Seen<'_>, read: &Sentence, told: &mut Vec<Told>) {
    if seen.packaged == Some(true) || seen.own || is_text_tool(command_line::tool(seen)) {
        return;
    }
    let long = seen.cpu.is_some_and(|it| it >= 80.0)
        && seen.cpu_minutes.is_none_or(|minutes| minutes >= 30.0);
    let hidden = read.configurations().find(|it| {
        let path = it.bytes();
        let under = |folders: &[&[u8]]| folders.iter().any(|folder| path.starts_with(folder));
        let nowhere = under(&OPEN) && place(path) == Place::Hidden;
        let kept = path.starts_with(b"/") && is_hidden_file(path) && !under(&HOMES);
        nowhere || kept && long
    });
    if let Some(file) = hidden {
        let (value, source) = (file.clone(), FactSource::CommandLine);
        told.push((Grade::Suspect, Reason { rule: Rule::OddPlace, value, source }));
    }
}
