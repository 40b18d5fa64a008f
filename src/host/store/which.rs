//! Which session a responder means.

use crate::host::store::error::StoreError;
use crate::host::store::{Store, is_id, summary};

impl Store {
    /// The id that a responder means.
    pub fn resolve(&self, given: &str) -> Result<String, StoreError> {
        if given == "latest" {
            return self.latest();
        }
        let mut ids = self.ids()?;
        if ids.iter().any(|id| id == given) {
            return Ok(given.to_owned());
        }
        ids.retain(|id| !given.is_empty() && id.starts_with(given));
        match ids.as_slice() {
            [] => Err(StoreError::Unknown(given.into())),
            [id] => Ok(id.clone()),
            _ => Err(StoreError::Ambiguous { given: given.into(), ids }),
        }
    }

    /// The id of the training that a responder means.
    pub fn resolve_training(&self, given: &str) -> Result<String, StoreError> {
        if given != "latest" {
            return self.resolve(given);
        }
        let trainings = self.list()?.into_iter().filter(|it| it.training.is_some());
        let newest = trainings.max_by_key(|it| (it.moved.is_none(), it.last_at, it.id.clone()));
        newest.map_or_else(|| self.latest(), |it| Ok(it.id))
    }

    /// The session that was written last; one that went elsewhere only if nothing else is here, a redacted copy only
    /// if there is no other incident, and a training only if there is no incident at all.
    fn latest(&self) -> Result<String, StoreError> {
        let path = self.path().to_owned();
        let mut ids = self.ids()?;
        if ids.len() < 2 {
            return ids.pop().ok_or(StoreError::Empty { path });
        }
        let all = ids.iter().map(|id| summary::of(&self.dir, id));
        let newest = all.max_by_key(|it| {
            let here = it.moved.is_none();
            (it.training.is_none(), !it.redacted, here, it.last_at, it.id.clone())
        });
        newest.map(|it| it.id).ok_or(StoreError::Empty { path })
    }

    pub(super) fn ids(&self) -> Result<Vec<String>, StoreError> {
        let mut names = self.dir.names()?;
        names.retain(|name| is_id(name));
        Ok(names)
    }
}
