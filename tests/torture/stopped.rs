//! A disk on which a process can be stopped before any of its calls, while others go on.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use firedamp::host::store::disk::{Access, Disk, Folder, LockKind, Medium, Space, Stat};

/// What happens while the process is stopped.
type Meanwhile = Box<dyn FnOnce() + Send>;

/// Counts the calls of one process, and stops it before one of them.
#[derive(Clone)]
pub(crate) struct Process(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    calls: u64,
    stop: Option<(u64, Meanwhile)>,
}

impl std::fmt::Debug for Process {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Process")
    }
}

impl Process {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    /// Calls so far.
    pub(crate) fn calls(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).calls
    }

    /// Before the call with this number everything else happens.
    pub(crate) fn stop_before(&self, call: u64, meanwhile: impl FnOnce() + Send + 'static) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.stop = Some((call, Box::new(meanwhile)));
    }

    /// This disk, as the process sees it.
    pub(crate) fn on(&self, disk: Arc<dyn Disk>) -> Arc<dyn Disk> {
        Arc::new(Seen { of: disk, by: self.clone() })
    }

    fn meet(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.calls += 1;
        let calls = state.calls;
        let now = state.stop.take_if(|(at, _)| *at == calls);
        drop(state);
        if let Some((_, meanwhile)) = now {
            meanwhile();
        }
    }
}

#[derive(Debug)]
struct Seen<T: ?Sized> {
    by: Process,
    of: Arc<T>,
}

impl<T: ?Sized> Seen<T> {
    fn call(&self) -> &T {
        self.by.meet();
        &self.of
    }
}

impl Disk for Seen<dyn Disk> {
    fn folder(&self, path: &Path, create: bool) -> io::Result<Arc<dyn Folder>> {
        let of = self.call().folder(path, create)?;
        Ok(Arc::new(Seen { of, by: self.by.clone() }))
    }
}

impl Folder for Seen<dyn Folder> {
    fn open(&self, name: &str, access: Access) -> io::Result<Arc<dyn Medium>> {
        let of = self.call().open(name, access)?;
        Ok(Arc::new(Seen { of, by: self.by.clone() }))
    }
    fn folder(&self, name: &str) -> io::Result<Arc<dyn Folder>> {
        let of = self.call().folder(name)?;
        Ok(Arc::new(Seen { of, by: self.by.clone() }))
    }
    fn make(&self, name: &str) -> io::Result<()> {
        self.call().make(name)
    }
    fn names(&self) -> io::Result<Vec<String>> {
        self.call().names()
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.call().rename(from, to)
    }
    fn unlink(&self, name: &str) -> io::Result<()> {
        self.call().unlink(name)
    }

    fn replace(&self, from: &str, to: &str) -> io::Result<()> {
        self.call().replace(from, to)
    }
    fn remove(&self, name: &str) -> io::Result<()> {
        self.call().remove(name)
    }
    fn sync(&self) -> io::Result<()> {
        self.call().sync()
    }
    fn stat(&self) -> io::Result<Stat> {
        self.call().stat()
    }
    fn space(&self) -> io::Result<Space> {
        self.call().space()
    }
}

impl Medium for Seen<dyn Medium> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.call().read_at(buffer, offset)
    }
    fn append(&self, bytes: &[u8]) -> io::Result<usize> {
        self.call().append(bytes)
    }
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.call().write_at(bytes, offset)
    }
    fn sync(&self) -> io::Result<()> {
        self.call().sync()
    }
    fn cut(&self, len: u64) -> io::Result<()> {
        self.call().cut(len)
    }
    fn allocate(&self, len: u64) -> io::Result<()> {
        self.call().allocate(len)
    }
    fn stat(&self) -> io::Result<Stat> {
        self.call().stat()
    }
    fn lock(&self, kind: LockKind) -> io::Result<bool> {
        self.call().lock(kind)
    }
}
