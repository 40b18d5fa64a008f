//! A thread that reads all tables of `/proc/net` of a namespace when it is asked, one namespace at a time.
//!
//! Here they are read by the path that every program of the host uses, with whatever is mounted there: this is the view
//! that others get. So it may hang, and nobody waits for it.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use rustix::io::Errno;

use super::{Raw, table};
use crate::domain::facts::OtherKind;
use crate::host::probe::tree;

/// More of a table is not read.
const MOST: usize = 64 << 20;
/// More sockets without addresses are not kept.
const MOST_OTHERS: usize = 4096;
/// A thread that is at work for longer hangs.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the tables of one namespace said.
#[derive(Default)]
pub(super) struct Tables {
    /// TCP and UDP.
    pub(super) sockets: Vec<Raw>,
    /// Raw IP.
    pub(super) raw: Vec<Raw>,
    /// Those without addresses, by inode.
    pub(super) others: Vec<(u64, OtherKind)>,
    /// Every table of TCP and UDP could be read to its end.
    pub(super) is_whole: bool,
}

/// What is to be read.
struct Question {
    dir: PathBuf,
    /// The namespace that the directory has to be of, at the end too: a pid may have gone to another process meanwhile.
    inode: u64,
}

/// The thread, and what it was asked.
pub(super) struct Clerk {
    ask: SyncSender<Question>,
    answers: Receiver<Tables>,
    about: Option<(u64, Instant)>,
}

impl Clerk {
    /// Starts the thread; `None` if the system gives us none.
    pub(super) fn new() -> Option<Self> {
        let ((ask, asked), (answer, answers)) = (sync_channel::<Question>(1), sync_channel(1));
        let thread = std::thread::Builder::new().name("tables".to_owned()).spawn(move || {
            while let Ok(question) = asked.recv() {
                if answer.send(read(&question)).is_err() {
                    return;
                }
            }
        });
        thread.ok().map(|_| Self { ask, answers, about: None })
    }

    /// Asks for the tables of a namespace, below the directory `dir`.
    pub(super) fn ask(&mut self, dir: PathBuf, inode: u64) -> bool {
        let free = self.about.is_none() && self.ask.try_send(Question { dir, inode }).is_ok();
        if free {
            self.about = Some((inode, Instant::now()));
        }
        free
    }

    /// The namespace that it was asked about and has not answered yet.
    pub(super) fn about(&self) -> Option<u64> {
        self.about.map(|(inode, _)| inode)
    }

    /// It has let us wait for too long.
    pub(super) fn hangs(&self) -> bool {
        self.about.is_some_and(|(_, since)| since.elapsed() > PATIENCE)
    }

    /// What it found out, if it did.
    pub(super) fn take(&mut self) -> Option<(u64, Tables)> {
        let (inode, _) = self.about?;
        let tables = self.answers.try_recv().ok()?;
        self.about = None;
        Some((inode, tables))
    }
}

fn read(question: &Question) -> Tables {
    let Question { dir, inode } = question;
    let mut tables = Tables { is_whole: true, ..Tables::default() };
    for (name, protocol) in table::FILES {
        match tree::small_file(&dir.join(name), MOST) {
            Ok(text) => tables.sockets.extend(table::rows(&text, protocol)),
            // There is no IPv6 here.
            Err(Errno::NOENT) if name.ends_with('6') => {}
            Err(_) => tables.is_whole = false,
        }
    }
    for (name, protocol) in table::RAW_FILES {
        let text = tree::small_file(&dir.join(name), MOST).unwrap_or_default();
        tables.raw.extend(table::rows(&text, protocol));
    }
    let packets = tree::small_file(&dir.join("packet"), MOST).unwrap_or_default();
    let local = tree::small_file(&dir.join("unix"), MOST).unwrap_or_default();
    tables.others.extend(table::packets(&packets).take(MOST_OTHERS));
    let left = MOST_OTHERS.saturating_sub(tables.others.len());
    tables.others.extend(table::listening(&local).take(left));
    tables.others.sort_unstable_by_key(|(inode, _)| *inode);
    tables.others.dedup_by_key(|(inode, _)| *inode);
    if *inode != 0 && !is_of(dir, *inode) {
        return Tables::default();
    }
    tables
}

fn is_of(dir: &Path, inode: u64) -> bool {
    let link = dir.parent().map(|process| std::fs::read_link(process.join("ns/net")));
    link.is_some_and(|link| link.is_ok_and(|it| *it.as_os_str() == *format!("net:[{inode}]")))
}
