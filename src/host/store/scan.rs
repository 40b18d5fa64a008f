//! Reads a journal line by line, so that its length does not matter.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use crate::domain::session::{Audit, Chain, Entry, LINE_LIMIT};

/// Takes every line from the start; `told` is given each entry that holds.
pub(super) fn all(file: &mut File, told: impl FnMut(Entry)) -> io::Result<Audit> {
    file.rewind()?;
    lines(&mut BufReader::new(file), Audit::default(), told)
}

/// The first entry, if it holds.
pub(super) fn first(file: &mut File) -> io::Result<Option<Entry>> {
    file.rewind()?;
    let mut first = None;
    let mut line = Vec::new();
    if read_line(&mut BufReader::new(file), &mut line)? {
        first = Chain::default().next(&line).ok();
    }
    Ok(first)
}

/// Takes the whole lines of the last `bytes`, without what goes before them.
pub(super) fn last(file: &mut File, bytes: u64, mut told: impl FnMut(Entry)) -> io::Result<Audit> {
    let start = file.seek(SeekFrom::End(0))?.saturating_sub(bytes);
    file.seek(SeekFrom::Start(start))?;
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    read_line(&mut reader, &mut line)?;
    let start = start + line.len() as u64;
    read_line(&mut reader, &mut line)?;
    let audit = if let Ok((chain, entry)) = Chain::from_middle(&line) {
        told(entry);
        Audit::resumed(chain, start + line.len() as u64)
    } else {
        let mut audit = Audit::resumed(Chain::default(), start);
        audit.line(&line);
        audit
    };
    lines(&mut reader, audit, told)
}

fn lines(
    reader: &mut impl BufRead,
    mut audit: Audit,
    mut told: impl FnMut(Entry),
) -> io::Result<Audit> {
    let mut line = Vec::new();
    while read_line(reader, &mut line)? {
        if let Some(entry) = audit.line(&line) {
            told(entry);
        }
    }
    Ok(audit)
}

/// The next line with its line feed; of one that is too long, a piece that is too long.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let limit = LINE_LIMIT as u64 + 1;
    Ok(reader.by_ref().take(limit).read_until(b'\n', line)? > 0)
}
