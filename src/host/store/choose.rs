//! The first place that takes sessions, of several.
//!
//! Invariant: a place is taken only after something was written there; one that is memory is named so.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::host::store::Store;
use crate::host::store::disk::{Access, Disk, Space};
use crate::host::store::error::StoreError;

/// A name that is there for an instant.
const PROBE: &str = ".probe";

/// The place that was chosen.
#[derive(Debug)]
pub struct Chosen {
    /// The sessions there.
    pub store: Store,
    /// What is left there, and whether it is memory.
    pub space: Space,
    /// Why those before it were passed over.
    pub passed_over: Vec<StoreError>,
}

/// The first of `places` that can be written; all reasons if there is none.
pub(super) fn first_of(
    disk: &Arc<dyn Disk>,
    places: &[PathBuf],
) -> Result<Chosen, Vec<StoreError>> {
    let mut passed_over = Vec::new();
    for place in places {
        match try_at(disk, place) {
            Ok((store, space)) => return Ok(Chosen { store, space, passed_over }),
            Err(error) => passed_over.push(error),
        }
    }
    Err(passed_over)
}

fn try_at(disk: &Arc<dyn Disk>, place: &Path) -> Result<(Store, Space), StoreError> {
    let store = Store::on(Arc::clone(disk), place)?;
    match store.dir.unlink(PROBE) {
        Err(error) if error.is_not_found() => {}
        gone => gone?,
    }
    store.dir.file(PROBE, Access::New)?;
    store.dir.unlink(PROBE)?;
    let space = store.dir.space()?;
    Ok((store, space))
}
