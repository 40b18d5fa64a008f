//! Which processes something is said of, by pid and name: as many as fit on a line, and that there are more.

use super::row::Entry;
use crate::domain::untrusted::Untrusted;

/// So many are named.
const NAMED: usize = 8;

/// Some processes, each by its pid and its name, which is empty where it could not be read.
#[derive(Debug, Default)]
pub(in crate::host::probe) struct Whom {
    /// How many they are.
    pub(in crate::host::probe) count: usize,
    named: Vec<(u32, Untrusted)>,
}

impl Whom {
    /// These processes.
    pub(super) fn of<'e>(entries: impl Iterator<Item = &'e Entry>) -> Self {
        let name = |entry: &Entry| entry.row.as_ref().map(|row| row.comm.clone());
        entries.map(|entry| (entry.pid, name(entry).unwrap_or_default())).collect()
    }

    /// The processes of these pids.
    pub(super) fn among(entries: &[Entry], pids: &[u32]) -> Self {
        let row = |pid| {
            let at = entries.binary_search_by_key(&pid, |entry| entry.pid).ok()?;
            entries.get(at)?.row.as_ref()
        };
        let name = |pid| row(pid).map(|row| row.comm.clone()).unwrap_or_default();
        pids.iter().map(|pid| (*pid, name(*pid))).collect()
    }

    /// A file of theirs, so that whoever looks at a single one of them finds it by its path.
    pub(in crate::host::probe) fn file(&self, file: &str) -> Untrusted {
        let (path, names) = if let [(pid, name)] = self.named.as_slice() {
            (format!("/proc/{pid}/{file}"), name.clone())
        } else {
            (format!("/proc/PID/{file}"), self.names())
        };
        if names.is_empty() {
            return Untrusted::new(path.into_bytes());
        }
        // Without a word of any language.
        Untrusted::new([path.as_bytes(), b" (", names.bytes(), b")"].concat())
    }

    /// Their names, and how many more there are.
    pub(in crate::host::probe) fn names(&self) -> Untrusted {
        let mut names = Vec::new();
        for (pid, name) in &self.named {
            if !names.is_empty() {
                names.extend_from_slice(b", ");
            }
            names.extend_from_slice(pid.to_string().as_bytes());
            if !name.is_empty() {
                names.push(b' ');
                names.extend_from_slice(name.bytes());
            }
        }
        let more = self.count - self.named.len();
        if more > 0 {
            names.extend_from_slice(format!(", +{more}").as_bytes());
        }
        Untrusted::new(names)
    }
}

impl FromIterator<(u32, Untrusted)> for Whom {
    fn from_iter<T: IntoIterator<Item = (u32, Untrusted)>>(all: T) -> Self {
        let mut whom = Self::default();
        for one in all {
            whom.count += 1;
            if whom.named.len() < NAMED {
                whom.named.push(one);
            }
        }
        whom
    }
}
