//! What was copied last, in a file beside the journal, for terminals that swallow it.

use crate::host::store::disk::Access;
use crate::host::store::{Store, StoreError};

/// Directory of the file, below the session's own.
const CLIP: &str = "clip";
/// Its name.
const LAST: &str = "last.txt";

impl Store {
    /// Keeps `text` as what was copied last in the session with this id. What was there before is gone.
    pub fn keep_clip(&self, id: &str, text: &str) -> Result<(), StoreError> {
        let session = self.dir.sub(id)?;
        session.make(CLIP)?;
        let clip = session.sub(CLIP)?;
        let file = clip.file(LAST, Access::Shared)?;
        let path = clip.path().join(LAST);
        let written = file.cut(0).and_then(|()| file.write_at(text.as_bytes(), 0));
        written.map_err(|source| StoreError::io("write", &path, source))
    }
}
