//! What starts by itself: found on recorded trees, on this machine, and while it changes.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test stops where something is wrong, says what it found, and starts what it needs"
)]

#[path = "persistence/changes.rs"]
mod changes;
#[path = "persistence/cockpit.rs"]
mod cockpit;
#[path = "persistence/databases.rs"]
mod databases;
#[path = "persistence/forms.rs"]
mod forms;
#[expect(dead_code, reason = "other tests use the rest")]
mod incident;
#[path = "persistence/lines.rs"]
mod lines;
#[path = "persistence/live.rs"]
mod live;
#[path = "persistence/places.rs"]
mod places;
#[path = "persistence/quick.rs"]
mod quick;
#[path = "persistence/recorded.rs"]
mod recorded;
#[path = "persistence/silent.rs"]
mod silent;
mod support;
#[path = "persistence/unwatched.rs"]
mod unwatched;

use std::path::Path;

use firedamp::domain::facts::{Packaged, Persistence};
use firedamp::host::probe::{Hunt, Roots};

/// Everything that a hunt over a tree finds.
fn hunted(root: &Path) -> Persistence {
    let mut hunt = Hunt::new(&Roots::recorded(root), Box::new(|_| Packaged::Unknown));
    hunt.everywhere();
    hunt.found()
}

/// Writes a file below a root, and what leads to it.
fn write(root: &Path, path: &str, text: impl AsRef<[u8]>) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}
