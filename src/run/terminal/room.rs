//! Waiting until a terminal that was full takes bytes again.
//!
//! Invariant: never longer than [`LONGEST`], whatever the kernel says: a terminal that a shell has takes nothing from
//! us though it has room.

use std::fs::File;
use std::io;
use std::time::Duration;

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::time::timeout;

/// After this long it is tried again anyway.
const LONGEST: Duration = Duration::from_millis(50);

/// Room in a terminal.
#[derive(Debug)]
pub struct Room(AsyncFd<File>);

impl Room {
    /// The room of the terminal that is open here.
    #[expect(
        deprecated,
        reason = "sound here, the file is owned and lives as long; its successor is unsafe to call"
    )]
    pub(super) fn of(out: File) -> io::Result<Self> {
        AsyncFd::with_interest(out, Interest::WRITABLE).map(Self)
    }

    /// Waits until there may be some. To be asked after a write that found none.
    pub(in crate::run) async fn again(&self) {
        if let Ok(Ok(mut ready)) = timeout(LONGEST, self.0.writable()).await {
            // What becomes free after this is told anew.
            ready.clear_ready();
        }
    }
}
