//! The redacted copy of a session: the same entries under the same numbers, without the names, in a new chain.
//!
//! Invariant: its first entry says of which journal it is a copy. Made twice from the same session it is the same.

use std::io::{BufRead, BufReader, Read, Write};

use zstd::stream::read::Decoder as Decompressor;
use zstd::stream::write::Encoder as Compressor;

use crate::domain::base::Digest;
use crate::domain::session::mask::{Mask, MaskError, without_arguments};
use crate::domain::session::telemetry::{Decoder, Encoder};
use crate::domain::session::{Chain, Draft, Entry, Event, digest, write};
use crate::domain::untrusted::Untrusted;
use crate::host::store::bundle::BundleError;
use crate::host::store::bundle::stream::WINDOW_LOG;
use crate::host::store::dir::{Dir, File};
use crate::host::store::error::StoreError;
use crate::host::store::{host_part, open, scan};

const LEVEL: i32 = 3;
/// A line of a recording; a few bytes of zstd can stand for any number.
const LINE: u64 = 64 << 20;
/// What the id of a redacted copy ends in.
const SUFFIX: &str = "-redacted";
/// Letters of an id that tell when the session began, with the dash.
const TIME: usize = 17;

/// What a redacted copy is made with.
pub(super) struct Recast<'a> {
    mask: &'a Mask,
    /// Entries of the journal that is copied.
    pub(super) entries: u64,
    /// Digest of the last of them.
    pub(super) head: Digest,
    playbook: Vec<u8>,
    host: Untrusted,
}

impl<'a> Recast<'a> {
    /// Looks at the session to be copied.
    pub(super) fn of(dir: &Dir, mask: &'a Mask) -> Result<Self, BundleError> {
        let mut host = Untrusted::default();
        let scan = scan::all(dir, |entry| {
            if let (1, Some(opening)) = (entry.seq, entry.event.opening()) {
                host = opening.host;
            }
        })?;
        let verdict = scan.audit.verdict();
        if let Some(broken) = verdict.problem {
            return Err(BundleError::Broken(broken.to_string().into()));
        }
        let playbook = mask.text(&Untrusted::new(open::playbook(dir)?)).bytes().to_vec();
        let (entries, head, host) = (verdict.entries, verdict.head, mask.text(&host));
        Ok(Self { mask, entries, head, playbook, host })
    }

    /// The playbook without the names.
    pub(super) fn playbook(&self) -> &[u8] {
        &self.playbook
    }

    /// The id of the copy: the name of the host is a part of an id.
    pub(super) fn id(&self, id: &str) -> String {
        let time: String = id.chars().take(TIME).collect();
        format!("{time}{}{SUFFIX}", host_part(&self.host))
    }

    /// Begins the journal anew.
    pub(super) fn journal(&self) -> Anew<'_> {
        Anew { recast: self, chain: Chain::default() }
    }

    /// The first bytes of a part of the recording without the names and without arguments, as far as they can be read.
    pub(super) fn telemetry(
        &self,
        file: &File,
        bytes: u64,
        out: &mut dyn Write,
    ) -> Result<(), BundleError> {
        let problem = |source| StoreError::io("read", file.path(), source);
        let mut frames = Decompressor::new(file.reader(0).take(bytes)).map_err(problem)?;
        frames.window_log_max(WINDOW_LOG).map_err(problem)?;
        let mut lines = BufReader::new(frames);
        let mut anew = Compressor::new(out, LEVEL).map_err(BundleError::Write)?;
        anew.include_checksum(true).map_err(BundleError::Write)?;
        let (mut decoder, mut encoder) = (Decoder::default(), Encoder::default());
        let mut check = Decoder::default();
        let mut line = String::new();
        loop {
            line.clear();
            let read = lines.by_ref().take(LINE).read_line(&mut line);
            // A recording that was cut off ends where it ends.
            let Ok(1..) = read else { break };
            let Ok(snapshot) = decoder.push(line.trim_end()) else { continue };
            let Ok(text) = encoder.push(&without_arguments(snapshot)) else { continue };
            let text = self.mask.line(&text);
            // A name that is also a word of the recording would make it unreadable.
            check.push(&text).map_err(|_| MaskError::Place("recording".into()))?;
            anew.write_all((text + "\n").as_bytes()).map_err(BundleError::Write)?;
        }
        anew.finish().map(drop).map_err(BundleError::Write)
    }
}

/// A journal that is written anew.
pub(super) struct Anew<'a> {
    recast: &'a Recast<'a>,
    chain: Chain,
}

impl Anew<'_> {
    /// The next line, and its digest.
    pub(super) fn line(&mut self, entry: Entry) -> Result<(Vec<u8>, Digest), BundleError> {
        let Recast { mask, entries, head, playbook, .. } = self.recast;
        let Entry { seq, at, boot, by, event, .. } = entry;
        let event = match (seq, event.opening()) {
            (1, Some(mut opening)) => {
                opening.sha256 = digest(playbook);
                Event::Redacted { opening, head: *head, entries: *entries }
            }
            _ => event,
        };
        let draft = Draft { at, boot, by: mask.text(&by), event: mask.event(event)? };
        let problem = |problem| BundleError::Recast { seq, problem };
        let line = self.chain.line(draft).map_err(problem)?;
        self.chain.accept(&line).map_err(problem)?;
        Ok((line.bytes, self.chain.head()))
    }
}

/// A line as it stands in the journal: writing an entry again gives the bytes that it was read from.
pub(super) fn as_it_is(entry: &Entry) -> Result<(Vec<u8>, Digest), BundleError> {
    let line = write(entry).map_err(|it| BundleError::Broken(it.to_string().into()))?;
    let head = digest(&line);
    Ok((line, head))
}
