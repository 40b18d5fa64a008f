//! The looker: a thread that looks at this host at its own pace. A look that takes long delays the next one;
//! nothing piles up, and nobody waits for it.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

use crate::cockpit::Msg;
use crate::cockpit::model::NoticeKind;
use crate::domain::base::{Clock, ProcessId};
use crate::domain::detect;
use crate::domain::facts::Snapshot;
use crate::domain::playbook::Indicators;
use crate::domain::untrusted::Untrusted;
use crate::domain::wire::Ear;
use crate::host::probe::{Eyes, Sieve, Worthy, raise};
use crate::host::store::{Recorder, Stopped};
use crate::run::cockpit::Happening;
use crate::run::reason;

/// What is kept of processes that are read in full without being asked.
pub(super) const SIEVE: Sieve =
    Sieve { keeps: detect::keeps, texts: detect::strings::texts, variable: detect::kept_variable };
/// Which processes are, by what is looked for.
pub(super) fn worthy(look_for: Indicators) -> Worthy {
    Box::new(move |process| detect::worth(process, &look_for))
}

/// Time from one look to the next.
const PERIOD: Duration = Duration::from_secs(1);
/// Where something else starts by itself a look is taken at once, but not sooner than this after the last one.
const SOONEST: Duration = Duration::from_millis(300);
/// Orders that may wait.
const WAITING: usize = 8;

/// What the looker can be told.
#[derive(Debug)]
pub(super) enum Order {
    /// Record what is seen from here on.
    Record(Recorder),
    /// Record nothing from here on: somebody else does.
    StopRecording,
    /// This program of the host may run as a source.
    Allow(Untrusted),
    /// Listen on the wire with this ear, or not any more.
    Listen(Option<Box<Ear>>),
    /// Read this process in full.
    Examine(ProcessId),
    /// This is what the playbook looks for.
    LookFor(Box<Indicators>),
    /// Something else starts by itself: look soon.
    Look,
}

/// How long leaving waits for a look and a recording to end.
const PATIENCE: Duration = Duration::from_secs(1);

/// The way to the looker. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Looker {
    orders: Arc<SyncSender<Order>>,
    done: Receiver<()>,
}

impl Looker {
    /// Opens the eyes and begins to look.
    pub(super) fn start(
        mut eyes: Eyes,
        clock: impl Clock + 'static,
        inbox: Sender<Happening>,
    ) -> std::io::Result<Self> {
        let (orders, waiting) = sync_channel(WAITING);
        let orders = Arc::new(orders);
        // Who hunts does not keep the looker alive; where it has too many orders to take another, a look is near.
        let told = Arc::downgrade(&orders);
        eyes.tell(move || {
            if let Some(orders) = told.upgrade() {
                orders.try_send(Order::Look).ok();
            }
        });
        let (finished, done) = sync_channel(1);
        thread::Builder::new().name("looker".into()).spawn(move || {
            // Dropped after the recorder, whose end is what leaving waits for.
            let _finished: SyncSender<()> = finished;
            // And so are the eyes, which put back what they changed of others.
            let mut eyes = eyes;
            raise::looks();
            let mut recorder = None;
            loop {
                let begun = Instant::now();
                let snapshot = Arc::new(eyes.look(clock.now()));
                if recorder.as_ref().is_some_and(|tape| !record(tape, &snapshot, &inbox)) {
                    recorder = None;
                }
                match inbox.try_send(Happening::Msg(Msg::Seen(snapshot))) {
                    // The screen is behind: it gets the next one instead.
                    Ok(()) | Err(TrySendError::Full(_)) => {}
                    Err(TrySendError::Closed(_)) => return,
                }
                let mut examine = |eyes: &mut Eyes, process| {
                    if let Some(found) = eyes.examine(process, clock.now()) {
                        // A screen that is behind asks again.
                        inbox.try_send(Happening::Msg(Msg::Examined(Arc::new(found)))).ok();
                    }
                };
                if !wait(&waiting, begun, &mut eyes, (&mut recorder, &clock), &mut examine) {
                    return;
                }
            }
        })?;
        Ok(Self { orders, done })
    }

    /// Tells the looker something; `false` if it does not listen, because a look hangs or it has ended.
    pub(super) fn tell(&self, order: Order) -> bool {
        self.orders.try_send(order).is_ok()
    }

    /// Ends it, and waits until the recording is closed, but not for ever.
    pub(super) fn stop(self) {
        drop(self.orders);
        match self.done.recv_timeout(PATIENCE) {
            Ok(()) | Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
    }
}

/// Waits for the next look and takes orders meanwhile; `false` when nobody gives any more.
fn wait(
    orders: &Receiver<Order>,
    begun: Instant,
    eyes: &mut Eyes,
    (recorder, clock): (&mut Option<Recorder>, &impl Clock),
    examine: &mut dyn FnMut(&mut Eyes, ProcessId),
) -> bool {
    let mut period = PERIOD;
    loop {
        let left = period.saturating_sub(begun.elapsed());
        match orders.recv_timeout(left) {
            Ok(Order::Record(new)) => *recorder = Some(new),
            Ok(Order::StopRecording) => *recorder = None,
            Ok(Order::Allow(path)) => {
                eyes.allow(Path::new(OsStr::from_bytes(path.bytes())));
                return true;
            }
            Ok(Order::Listen(ear)) => {
                eyes.listen(ear.map(|ear| *ear), clock.now());
                return true;
            }
            Ok(Order::Examine(process)) => examine(eyes, process),
            Ok(Order::LookFor(it)) => eyes.seek(SIEVE, worthy(*it)),
            Ok(Order::Look) => period = SOONEST,
            Err(RecvTimeoutError::Timeout) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
}

/// Hands the snapshot to the recorder; `false` when the recorder writes no more, which is said once.
fn record(recorder: &Recorder, snapshot: &Arc<Snapshot>, inbox: &Sender<Happening>) -> bool {
    recorder.offer(Arc::clone(snapshot));
    let Some(trouble) = recorder.status().trouble else { return true };
    say_stopped(&trouble, inbox);
    false
}

/// Said once, so it must arrive: a screen that is behind is waited for, and the next look with it.
fn say_stopped(why: &Stopped, inbox: &Sender<Happening>) {
    let notice = NoticeKind::NotRecording(reason::of_recording(why));
    inbox.blocking_send(Happening::Msg(Msg::Notice(notice))).ok();
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::channel;

    use super::*;
    use crate::cockpit::storage::Refusal;

    #[test]
    fn that_nothing_is_recorded_arrives_though_the_screen_is_behind() {
        let (outbox, mut inbox) = channel(1);
        assert!(outbox.try_send(Happening::ThemesChanged).is_ok());
        let says = thread::spawn(move || say_stopped(&Stopped::LittleRoom, &outbox));
        thread::sleep(Duration::from_millis(50));
        assert!(!says.is_finished(), "it waits for room");
        assert!(matches!(inbox.blocking_recv(), Some(Happening::ThemesChanged)));
        let Some(Happening::Msg(Msg::Notice(said))) = inbox.blocking_recv() else {
            panic!("it was lost")
        };
        assert_eq!(said, NoticeKind::NotRecording(Refusal::LittleRoom));
    }

    #[test]
    fn a_screen_that_is_gone_is_not_waited_for() {
        let (outbox, inbox) = channel(1);
        assert!(outbox.try_send(Happening::ThemesChanged).is_ok());
        drop(inbox);
        say_stopped(&Stopped::LittleRoom, &outbox);
    }
}
