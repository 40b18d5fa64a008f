//! Tells the loop that something changed in a session's directory. The kernel tells first; where it cannot, somebody
//! looks again and again.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::Sender;

use crate::host::store::{self, Part};
use crate::run::cockpit::Happening;

/// From one look to the next, where the kernel does not tell.
const LOOK: Duration = Duration::from_millis(100);

/// Tells until it is dropped.
#[derive(Debug)]
pub(super) struct Watch {
    _told: Option<RecommendedWatcher>,
    /// The kernel tells everything; it is silent about what other machines do on a shared disk.
    tells_all: bool,
    /// The kernel told something that nobody asked about yet.
    news: Arc<AtomicBool>,
    /// Its end is the end of the thread that looks.
    _looking: Option<SyncSender<()>>,
}

/// What a screen waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum For {
    /// Whoever has the pen: who watches and asks, and whether the pen is still here.
    Writer,
    /// Whoever watches: the journal too.
    Watcher,
}

impl Watch {
    /// Watches `dir`. The kernel does not tell what another machine writes on a `shared` disk.
    pub(super) fn on(dir: &Path, what: For, shared: bool, inbox: &Sender<Happening>) -> Self {
        let news = Arc::new(AtomicBool::new(true));
        let told = told(dir, what, Arc::clone(&news), inbox.clone());
        let looks = shared || (told.is_none() && what == For::Watcher);
        let tells_all = told.is_some() && !shared;
        let looking = looks.then(|| looking(inbox.clone())).flatten();
        Self { _told: told, tells_all, news, _looking: looking }
    }

    /// Something may have changed since this was asked before.
    pub(super) fn has_news(&self) -> bool {
        self.news.swap(false, Ordering::AcqRel) || !self.tells_all
    }
}

fn told(
    dir: &Path,
    what: For,
    news: Arc<AtomicBool>,
    inbox: Sender<Happening>,
) -> Option<RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // What could not be told may have been anything.
        if event.map_or(true, |event| event.need_rescan() || matters(&event, what)) {
            news.store(true, Ordering::Release);
            // A full inbox: the loop is awake and will look anyway.
            inbox.try_send(Happening::JournalGrew).ok();
        }
    })
    .ok()?;
    watcher.watch(dir, RecursiveMode::NonRecursive).ok()?;
    Some(watcher)
}

fn looking(inbox: Sender<Happening>) -> Option<SyncSender<()>> {
    let (stop, stopped) = sync_channel::<()>(0);
    let look = move || {
        while stopped.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
            inbox.try_send(Happening::JournalGrew).ok();
        }
    };
    thread::Builder::new().name("look".into()).spawn(look).ok()?;
    Some(stop)
}

/// The event is about something that this screen waits for.
fn matters(event: &notify::Event, what: For) -> bool {
    let part = |path: &Path| path.file_name().and_then(|name: &OsStr| store::part(name));
    let is_change = event.kind.is_modify() || event.kind.is_create() || event.kind.is_remove();
    event.paths.iter().filter_map(|path| part(path)).any(|part| match part {
        Part::Journal => is_change && what == For::Watcher,
        Part::Seat => is_change,
        // Heartbeats are written into it; what matters is another file of its name, or that its holder closed it.
        Part::Lock => match event.kind {
            EventKind::Create(_) | EventKind::Remove(_) => true,
            EventKind::Modify(kind) => matches!(kind, ModifyKind::Name(_)),
            EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
            EventKind::Any | EventKind::Other => false,
        },
    })
}

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, DataChange, RenameMode};
    use tokio::sync::mpsc::channel;

    use super::*;

    #[test]
    fn where_the_kernel_does_not_tell_somebody_looks_ten_times_a_second_until_it_is_dropped() {
        let (outbox, mut inbox) = channel(64);
        let looking = looking(outbox).unwrap();
        let begun = std::time::Instant::now();
        thread::sleep(LOOK * 5);
        let looks = std::iter::from_fn(|| inbox.try_recv().ok()).count();
        let most = begun.elapsed().as_millis() / LOOK.as_millis();
        assert!(looks > 0 && looks as u128 <= most, "{looks} of {most}");
        drop(looking);
        while inbox.blocking_recv().is_some() {}
    }

    #[test]
    fn silence_is_believed_where_the_kernel_tells_everything_and_nowhere_else() {
        let dir = tempfile::tempdir().unwrap();
        let (outbox, mut inbox) = channel(8);
        let watch = Watch::on(dir.path(), For::Writer, false, &outbox);
        assert!(watch.has_news(), "nobody has looked yet");
        assert!(!watch.has_news());
        std::fs::write(dir.path().join("seat-1"), "").unwrap();
        assert!(matches!(inbox.blocking_recv(), Some(Happening::JournalGrew)));
        assert!(watch.has_news());
        let shared = Watch::on(dir.path(), For::Writer, true, &outbox);
        let missing = Watch::on(&dir.path().join("missing"), For::Writer, false, &outbox);
        for watch in [&shared, &missing] {
            assert!(watch.has_news() && watch.has_news());
        }
    }

    fn event(kind: EventKind, name: &str) -> notify::Event {
        notify::Event::new(kind).add_path(Path::new("/s").join(name))
    }

    #[test]
    fn heartbeats_wake_nobody_and_another_lock_wakes_everybody() {
        let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        let renamed = EventKind::Modify(ModifyKind::Name(RenameMode::To));
        let closed = EventKind::Access(AccessKind::Close(AccessMode::Write));
        let created = EventKind::Create(CreateKind::File);
        for what in [For::Writer, For::Watcher] {
            assert!(!matters(&event(written, "lock"), what));
            for kind in [renamed, closed, created] {
                assert!(matters(&event(kind, "lock"), what), "{kind:?}");
            }
            assert!(matters(&event(written, "seat-1"), what));
            assert!(!matters(&event(written, "reserve"), what));
            assert_eq!(matters(&event(written, "journal.jsonl"), what), what == For::Watcher);
            assert_eq!(matters(&event(created, "journal-0002.jsonl"), what), what == For::Watcher);
        }
    }
}
