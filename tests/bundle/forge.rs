//! Makes bundles by hand: right ones, and every way to be wrong that somebody has thought of.

use std::fmt::Write as _;
use std::io::Write as _;

use firedamp::domain::base::{Digest, Moment, Timestamp};
use firedamp::domain::session::{
    Chain, Draft, Event, Opening, Stamp, digest, telemetry::Encoder, to_json,
};
use firedamp::domain::untrusted::Untrusted;
use serde_json::{Value, json};

pub(crate) const ID: &str = "20261121T173000Z-web-03";
const BLOCK: usize = 512;

/// Changes a header.
pub(crate) type Touch = fn(&mut Vec<u8>);

/// A bundle that is being made.
#[derive(Clone)]
pub(crate) struct Forge {
    pub(crate) id: String,
    pub(crate) manifest: Value,
    pub(crate) members: Vec<(String, Vec<u8>)>,
    /// Changes the header of the file with this number; the manifest is 0.
    pub(crate) header: Option<(usize, Touch)>,
    /// The type of the file with this number.
    pub(crate) kind: Option<(usize, u8)>,
    pub(crate) behind: Vec<u8>,
}

/// A whole journal.
pub(crate) fn journal(entries: usize) -> Vec<Vec<u8>> {
    let opening = Opening {
        version: "0.1.0".into(),
        host: "web-03".into(),
        playbook: "PB-31".into(),
        title: "Cryptomining".into(),
        sha256: digest(b"# playbook\n"),
        training: None,
    };
    let notes =
        (1..entries).map(|n| Event::Noted { text: format!("note {n}").into(), about: None });
    lines([Event::Opened(opening)].into_iter().chain(notes))
}

pub(crate) fn lines(events: impl IntoIterator<Item = Event>) -> Vec<Vec<u8>> {
    let mut chain = Chain::default();
    let lines = (1..).zip(events).map(|(ms, event)| {
        let boot = Stamp { id: "4f7c1e0a-0000-4000-8000-000000000000".into(), ms };
        let at: Timestamp = "2026-11-21T17:30:00Z".parse().unwrap();
        let line = chain.line(Draft { at, boot, by: "suda".into(), event }).unwrap();
        chain.accept(&line).unwrap();
        line.bytes
    });
    lines.collect()
}

/// A recording of nothing much.
pub(crate) fn recording() -> Vec<u8> {
    let at: Timestamp = "2026-11-21T17:30:00Z".parse().unwrap();
    let mut encoder = Encoder::default();
    let mut lines = String::new();
    for boot_ms in [1_000, 2_000] {
        let snapshot = firedamp::domain::facts::Snapshot::empty(Moment { at, boot_ms });
        writeln!(lines, "{}", encoder.push(&snapshot).unwrap()).unwrap();
    }
    zstd::encode_all(lines.as_bytes(), 3).unwrap()
}

impl Forge {
    /// A right one.
    pub(crate) fn right() -> Self {
        let members = vec![
            (String::from("journal.jsonl"), journal(4).concat()),
            (String::from("playbook.md"), b"# playbook\n".to_vec()),
            (String::from("telemetry/00001.jsonl.zst"), recording()),
        ];
        let mut forge = Self {
            id: ID.into(),
            manifest: Value::Null,
            members,
            header: None,
            kind: None,
            behind: Vec::new(),
        };
        forge.manifest = forge.described();
        forge
    }

    /// With another journal, of which the manifest tells rightly.
    pub(crate) fn with_journal(lines: &[Vec<u8>]) -> Self {
        let mut forge = Self::right();
        forge.members[0].1 = lines.concat();
        forge.manifest = forge.described();
        forge.manifest["entries"] = lines.len().into();
        let head = lines.last().map(|line| digest(line)).unwrap_or_default();
        forge.manifest["head"] = head.to_string().into();
        forge
    }

    /// With one more file, of which the manifest tells rightly.
    pub(crate) fn with(name: &str, content: Vec<u8>) -> Self {
        let mut forge = Self::right();
        forge.members.retain(|(it, _)| it != name);
        forge.members.push((name.into(), content));
        forge.manifest = forge.described();
        forge
    }

    /// What the manifest of these files says.
    pub(crate) fn described(&self) -> Value {
        let lines = journal(4);
        let members: Vec<Value> = self
            .members
            .iter()
            .map(|(name, content)| {
                let sha256 = digest(content).to_string();
                json!({"name": name, "bytes": content.len(), "sha256": sha256})
            })
            .collect();
        json!({
            "firedamp_bundle": 1,
            "version": "0.1.0",
            "at": "2026-11-21T18:00:00Z",
            "id": self.id,
            "entries": 4,
            "head": digest(lines.last().unwrap()).to_string(),
            "members": members,
        })
    }

    /// The `tar` file.
    pub(crate) fn tar(&self) -> Vec<u8> {
        let text = to_json(&self.manifest).unwrap().into_bytes();
        let manifest = (String::from("manifest.json"), text);
        let mut tar = Vec::new();
        for (at, (name, content)) in [&manifest].into_iter().chain(&self.members).enumerate() {
            let path = format!("{}/{name}", self.id);
            let (folder, file) = path.rsplit_once('/').unwrap();
            let mut header = header(folder, file, content.len());
            if let Some((_, kind)) = self.kind.filter(|(number, _)| *number == at) {
                header[156] = kind;
                sum(&mut header);
            }
            if let Some((_, change)) = self.header.filter(|(number, _)| *number == at) {
                change(&mut header);
            }
            tar.extend(header);
            tar.extend(content);
            tar.resize(tar.len().next_multiple_of(BLOCK), 0);
        }
        tar.resize(tar.len() + 2 * BLOCK, 0);
        tar.extend(&self.behind);
        tar
    }

    /// The file.
    pub(crate) fn bundle(&self) -> Vec<u8> {
        packed(&self.tar())
    }
}

/// `tar` as one zstd frame.
pub(crate) fn packed(tar: &[u8]) -> Vec<u8> {
    let mut frame = zstd::Encoder::new(Vec::new(), 3).unwrap();
    frame.include_checksum(true).unwrap();
    frame.write_all(tar).unwrap();
    frame.finish().unwrap()
}

/// A right header for a regular file; what does not fit its field is cut.
pub(crate) fn header(folder: &str, file: &str, bytes: usize) -> Vec<u8> {
    let mut header = vec![0; BLOCK];
    put(&mut header, 0, 100, file.as_bytes());
    put(&mut header, 100, 8, b"0000600\0");
    put(&mut header, 108, 8, b"0000000\0");
    put(&mut header, 116, 8, b"0000000\0");
    put(&mut header, 124, 12, format!("{bytes:011o}\0").as_bytes());
    let at: Timestamp = "2026-11-21T18:00:00Z".parse().unwrap();
    put(&mut header, 136, 12, format!("{:011o}\0", at.as_second()).as_bytes());
    header[156] = b'0';
    put(&mut header, 257, 8, b"ustar\x0000");
    put(&mut header, 329, 8, b"0000000\0");
    put(&mut header, 337, 8, b"0000000\0");
    put(&mut header, 345, 155, folder.as_bytes());
    sum(&mut header);
    header
}

/// Writes into a field of a header.
pub(crate) fn put(header: &mut [u8], at: usize, most: usize, text: &[u8]) {
    let text = &text[..text.len().min(most)];
    header[at..at + text.len()].copy_from_slice(text);
}

/// Makes the sum of a header right.
pub(crate) fn sum(header: &mut [u8]) {
    put(header, 148, 8, b"        ");
    let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
    put(header, 148, 8, format!("{sum:06o}\0 ").as_bytes());
}

/// No digest of anything here.
pub(crate) fn other_digest() -> String {
    Digest([7; 32]).to_string()
}

/// Text that a terminal would obey.
pub(crate) fn hostile() -> Untrusted {
    Untrusted::from("\u{1b}]52;c;x\u{7}\u{202e}")
}
