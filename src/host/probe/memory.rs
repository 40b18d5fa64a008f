//! The program's own memory, on a host that may be short of it: the C library keeps a heap for each thread and gives little
//! of it back, and here most threads work once and then rest.

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

/// Other C libraries have one heap.
#[cfg(not(target_env = "gnu"))]
pub const fn keep_small() {}

/// Other C libraries give back by themselves.
#[cfg(not(target_env = "gnu"))]
pub(super) const fn give_back() {}

#[cfg(test)]
#[cfg(target_env = "gnu")]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// Kibibytes that are in memory.
    fn resident() -> u64 {
        let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
        statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4
    }

    fn is_held() -> bool {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let held = status.lines().find_map(|line| line.strip_prefix("VmLck:")).unwrap();
        held.split_whitespace().next() != Some("0")
    }

    /// Other tests of this program give memory back too; while one is at it, others leave it, and nothing is held.
    fn until(mut so: impl FnMut() -> bool) -> bool {
        (0..2_000).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(5));
            so()
        })
    }

    #[test]
    fn what_is_free_goes_back_though_memory_is_held() {
        let holds = raise::hold_now();
        if let Err(why) = holds {
            writeln!(
                std::io::stderr(),
                "skipped that memory is held: {why}. All goes back as it is"
            )
            .ok();
        }
        assert!(holds.is_err() || until(is_held));
        let mut pieces: Vec<Option<Vec<u8>>> = (0..48_000).map(|_| Some(vec![7; 1024])).collect();
        let before = resident();
        // Every hundredth stays, so that no heap ends where they were.
        for (at, piece) in pieces.iter_mut().enumerate() {
            piece.take_if(|_| at % 100 != 0);
        }
        let mut after = before;
        let gone = until(|| {
            give_back();
            after = resident();
            after + 16_000 < before
        });
        assert!(gone, "{before} KiB, then {after} KiB");
        // What is in use is held again.
        assert!(holds.is_err() || until(is_held));
        raise::let_go();
        drop(pieces);
    }
}
