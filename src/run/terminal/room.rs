//! Waiting until a terminal that was full takes bytes again.
//!
//! Invariant: never longer than [`LONGEST`], whatever the kernel says: a terminal that a shell has takes nothing from
//! us though it has room.

use std::fs::File;
use std::os::fd::AsFd;
use std::time::Duration;

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::time::{sleep, timeout};

/// After this long it is tried again anyway.
const LONGEST: Duration = Duration::from_millis(50);

/// Room in a terminal.
#[derive(Debug)]
pub struct Room(File);

impl Room {
    /// The room of the terminal that is open here.
    pub(super) const fn of(out: File) -> Self {
        Self(out)
    }

    /// Waits until there may be some. Listened to only for so long, or each frame that is taken would wake the program.
    #[expect(
        deprecated,
        reason = "sound here, the file outlives what listens to it; its successor is unsafe to call"
    )]
    pub(in crate::run) async fn again(&self) {
        let Ok(out) = AsyncFd::with_interest(self.0.as_fd(), Interest::WRITABLE) else {
            return sleep(LONGEST).await;
        };
        // Either way it is tried again.
        timeout(LONGEST, out.writable()).await.ok();
    }
}
