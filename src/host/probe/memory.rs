//! The program's own memory, on a host that may be short of it: the C library keeps a heap for each thread and gives little
//! of it back, and here most threads work once and then rest.

use rustix::mm::Advice;

use super::raise;

/// Heaps for all threads together; more than one, so that who looks seldom waits for who draws.
#[cfg(target_env = "gnu")]
const HEAPS: libc::c_int = 2;

/// What is larger is a mapping of its own, which goes back when it is freed; of what is free at a heap's end no more is
/// kept. Without that the C library learns from the first large piece to keep all that are smaller.
#[cfg(target_env = "gnu")]
const LARGE: libc::c_int = 512 << 10;

/// Keeps the number of heaps small, and what is kept of them. It has to be called before there are threads.
#[cfg(target_env = "gnu")]
#[expect(unsafe_code, reason = "there is no safe way to tell the C library's allocator anything")]
pub fn keep_small() {
    let wanted = [
        (libc::M_ARENA_MAX, HEAPS),
        (libc::M_MMAP_THRESHOLD, LARGE),
        (libc::M_TRIM_THRESHOLD, LARGE),
    ];
    for (what, value) in wanted {
        // SAFETY: `mallopt` takes two numbers and changes how the allocator works from here on; a value that it does
        // not like is refused. No other thread runs yet.
        unsafe { libc::mallopt(what, value) };
    }
}

/// Gives back what is free, after work that needed much. The kernel takes nothing back that is held in memory, so it is
/// let go for that long.
#[cfg(target_env = "gnu")]
#[expect(unsafe_code, reason = "there is no safe way to tell the C library's allocator anything")]
pub(super) fn give_back() {
    raise::let_go_for(|| {
        // SAFETY: `malloc_trim` takes the allocator's own locks, and touches nothing that is in use.
        unsafe { libc::malloc_trim(0) };
    });
}

/// The same, and what only the start needed of the program's own code: the kernel maps it again, from what it holds of
/// the file, once it runs.
pub(super) fn let_start_go() {
    if let Some((start, length)) = code() {
        raise::let_go_for(|| drop_code(start, length));
    }
    give_back();
}

#[expect(unsafe_code, reason = "no call of `rustix` says that these pages can be read again")]
fn drop_code(start: usize, length: usize) {
    let start = std::ptr::with_exposed_provenance_mut(start);
    // SAFETY: code is mapped from the program's file, read only, and nothing was ever written to it: dropped pages come
    // back from the file as they were. No memory of ours is touched.
    unsafe { rustix::mm::madvise(start, length, Advice::LinuxDontNeed) }.ok();
}

/// Where the program's own code lies: what is mapped from a file to be run, and cannot be written to.
fn code() -> Option<(usize, usize)> {
    let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
    maps.lines().find_map(|line| {
        let mut words = line.split_ascii_whitespace();
        let (range, rights) = (words.next()?, words.next()?);
        let inode = words.nth(2)?;
        let (start, end) = range.split_once('-')?;
        let start = usize::from_str_radix(start, 16).ok()?;
        let end = usize::from_str_radix(end, 16).ok()?;
        (rights == "r-xp" && inode != "0").then_some((start, end.checked_sub(start)?))
    })
}

/// Other C libraries have one heap.
#[cfg(not(target_env = "gnu"))]
pub const fn keep_small() {}

/// Other C libraries give back by themselves.
#[cfg(not(target_env = "gnu"))]
pub(super) const fn give_back() {}

#[cfg(all(test, target_env = "gnu"))]
mod tests {
    use super::*;

    /// Kibibytes that are in memory.
    fn resident() -> u64 {
        let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
        statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4
    }

    #[test]
    fn what_is_free_goes_back_though_memory_is_held() {
        if raise::hold_all().is_err() {
            eprintln!("skipped: this user may not hold so much memory");
            return;
        }
        let mut pieces: Vec<Option<Vec<u8>>> = (0..48_000).map(|_| Some(vec![7; 1024])).collect();
        // Every hundredth stays, so that no heap ends where they were.
        for (at, piece) in pieces.iter_mut().enumerate() {
            piece.take_if(|_| at % 100 != 0);
        }
        let before = resident();
        give_back();
        let after = resident();
        assert!(after + 16_000 < before, "{before} KiB, then {after} KiB");
        raise::let_go();
        drop(pieces);
    }

    #[test]
    fn code_that_was_let_go_runs_again() {
        let (start, length) = code().unwrap();
        assert!((start..start + length).contains(&(resident as fn() -> u64 as usize)));
        let_start_go();
        assert!(resident() > 0);
    }
}
