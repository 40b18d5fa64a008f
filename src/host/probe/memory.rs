//! The program's own memory, on a host that may be short of it: the C library keeps a heap for each thread and gives little
//! of it back, and here most threads work once and then rest.

/// Heaps for all threads together; more than one, so that who looks seldom waits for who draws.
#[cfg(target_env = "gnu")]
const HEAPS: libc::c_int = 2;

/// Keeps the number of heaps small. It has to be called before there are threads.
#[cfg(target_env = "gnu")]
#[expect(unsafe_code, reason = "there is no safe way to tell the C library's allocator anything")]
pub fn keep_small() {
    // SAFETY: `mallopt` takes two numbers and changes how the allocator works from here on; a value that it does not like
    // is refused. No other thread runs yet.
    unsafe { libc::mallopt(libc::M_ARENA_MAX, HEAPS) };
}

/// Gives back what is free, after work that needed much.
#[cfg(target_env = "gnu")]
#[expect(unsafe_code, reason = "there is no safe way to tell the C library's allocator anything")]
pub(super) fn give_back() {
    // SAFETY: `malloc_trim` takes the allocator's own locks, and touches nothing that is in use.
    unsafe { libc::malloc_trim(0) };
}

/// Other C libraries have one heap.
#[cfg(not(target_env = "gnu"))]
pub const fn keep_small() {}

/// Other C libraries give back by themselves.
#[cfg(not(target_env = "gnu"))]
pub(super) const fn give_back() {}
