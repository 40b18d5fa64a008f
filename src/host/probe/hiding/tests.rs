//! The parsers and the sums, on what kernels really print and on anything else.

use std::collections::BTreeMap;

use crate::domain::untrusted::Untrusted;
use crate::host::probe::text;
use proptest::prelude::*;

use super::calls;
use super::load::{self, Account};
use super::mounts::{self, Cover};
use super::preload;
use super::space::Space;
use crate::domain::base::{Pid, ProcessId};
use crate::domain::facts::{Process, Reading};

fn cover(pid: Option<u32>, point: &str, what: &str) -> Cover {
    Cover { pid, point: point.into(), what: what.into(), more: 0 }
}

#[test]
fn a_mount_over_the_folder_of_a_process_is_a_cover_and_the_usual_ones_are_not() {
    let mountinfo = b"22 27 0:21 / /proc rw,relatime - proc proc rw\n\
        30 22 0:40 / /proc/sys/fs/binfmt_misc rw shared:9 - binfmt_misc binfmt_misc rw\n\
        31 22 0:41 /4242 /proc/17 rw,relatime - proc proc rw\n\
        32 22 0:42 / /proc/18/cmdline rw master:1 propagate_from:2 - tmpfs a\\040b rw\n\
        33 22 0:43 / /proc/kcore rw - tmpfs tmpfs rw\n\
        34 22 0:44 /proc/stat /proc/stat rw - fuse.lxcfs lxcfs rw\n\
        35 22 0:44 / /proc/loadavg rw - tmpfs tmpfs rw\n\
        36 27 0:45 / /procession/17 rw - tmpfs tmpfs rw\n";
    let expected = [
        cover(None, "/proc/loadavg", "tmpfs tmpfs:/"),
        cover(Some(17), "/proc/17", "proc proc:/4242"),
        cover(Some(18), "/proc/18/cmdline", "tmpfs a b:/"),
    ];
    assert_eq!(mounts::covers(mountinfo), expected);
}

#[test]
fn another_file_system_instead_of_proc_is_a_cover() {
    let covers = mounts::covers(b"40 27 0:50 / /proc rw - tmpfs none rw\n");
    assert_eq!(covers, [cover(None, "/proc", "tmpfs none:/")]);
}

#[test]
fn the_loader_reads_paths_between_blanks_and_colons_without_comments() {
    let content = b"/lib/a.so:/lib/b.so\t/lib/c.so # /lib/d.so\n\n/lib/$LIB/e.so\n";
    let named: Vec<String> =
        preload::libraries(content).into_iter().map(|it| String::from_utf8(it).unwrap()).collect();
    assert_eq!(named, ["/lib/a.so", "/lib/b.so", "/lib/c.so", "/lib/$LIB/e.so"]);
}

#[test]
fn a_library_is_found_among_the_mappings_whatever_stands_for_its_folder() {
    let maps = b"7f00-7f01 r--p 00000000 fe:00 42   /usr/lib/x86_64-linux-gnu/e.so\n\
        7f02-7f03 r--p 00000000 fe:00 43   /tmp/h i.so (deleted)\n7f04-7f05 rw-p 0 00:00 0 [heap]\n";
    let of = |name: &str| vec![name.as_bytes().to_vec()];
    assert!(preload::mapped(maps, &of("/lib/$LIB/e.so")).is_some());
    assert!(preload::mapped(maps, &of("/tmp/h i.so")).is_some());
    assert_eq!(preload::mapped(maps, &of("/tmp/i.so")), None);
    let environ = b"A=1\0LD_PRELOAD=\0LD_AUDIT=/tmp/x.so\0";
    assert_eq!(asked_for(environ, 5).as_deref(), Some(&b"LD_AUDIT=/tmp/x.so"[..]));
    assert_eq!(asked_for(b"MY_LD_PRELOAD=/x\0", 99), None);
}

#[test]
fn of_many_with_a_preloaded_library_the_rare_and_the_busy_are_told_of() {
    let id = |pid| ProcessId { pid: Pid(pid), start: 1, inode: 0 };
    let common = |pid| (id(pid), Untrusted::from("LD_PRELOAD=/usr/lib/common.so".to_owned()));
    let rare = (id(900), Untrusted::from("LD_PRELOAD=/tmp/rare.so".to_owned()));
    let found: BTreeMap<_, _> = (1..=800).map(common).chain([rare]).collect();
    let used = |it: ProcessId| if it.pid.0 == 700 { 9_000 } else { 1 };
    let told = preload::weightiest(&found, used, 32);
    let has = |pid| told.iter().any(|(it, _)| it.pid.0 == pid);
    assert!(has(900) && has(700), "{told:?}");
    assert_eq!(told.len(), 32);
    assert_eq!(preload::weightiest(&found, used, 900).len(), 801, "all, where there is room");
}

/// What a search finds in an environment that comes in parts of this size.
fn asked_for(environ: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut search = preload::Search::default();
    let over = environ.chunks(size).any(|part| search.take(part));
    let found = search.end();
    assert!(!over || found.is_some(), "it said that it has it");
    found
}

#[test]
fn the_cpus_of_a_process_are_told_as_the_kernel_tells_them() {
    assert_eq!(calls::ranges([0, 1, 2, 3, 8, 10, 11].into_iter()), "0-3,8,10-11");
    assert_eq!(calls::ranges(std::iter::empty()), "");
    let me = std::process::id();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let told = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:\t"));
    assert_eq!(calls::cpus(me).as_deref(), told);
    assert!(calls::nice(me).is_some());
}

#[test]
fn busy_time_has_no_interrupts_and_collected_time_is_that_of_children() {
    let stat = b"cpu  100 20 30 4000 5 60 70 80 90 9\ncpu0 50 10 15 0\ncpu1 50 10 15 0\n\
        intr 1 2\nprocesses 77\n";
    let busy = load::busy(stat).unwrap();
    assert_eq!((busy.ms, busy.cpus, busy.forks), (1_500, 2, 77));
    let stat = b"42 (a) b) S 1 1 1 0 -1 0 0 0 0 0 15 25 35 45 20 0 1 0 99 0 7\n";
    assert_eq!(text::stat(stat).unwrap().collected, 80);
}

/// A process that used so much.
fn process(pid: u32, started_ms: u64, cpu_ms: u64) -> Process {
    let id = ProcessId { pid: Pid(pid), start: started_ms / 10, inode: 0 };
    Process { id, cpu_ms, started_ms, ..Process::default() }
}

fn busy(ms: u64, forks: u64) -> load::Busy {
    load::Busy { ms, cpus: 2, forks }
}

#[test]
fn a_core_that_no_process_uses_is_told_after_ten_seconds_and_not_before() {
    let mut account = Account::default();
    account.known(true);
    for second in 0..=30_u64 {
        account.ran(&process(1, 0, second * 100), Some(0));
        account.settle(second * 1_000, busy(second * 1_100, 5));
        let expected = if second < 5 { Reading::Unknown } else { Reading::Known(100.0) };
        assert_eq!(account.unexplained(), expected, "after {second} s");
        assert_eq!(account.contradicts().is_some(), second >= 15, "after {second} s");
    }
}

#[test]
fn nobody_is_accused_before_it_was_read_again_that_all_processes_are_shown() {
    let mut account = Account::default();
    for second in 0..=30_u64 {
        account.settle(second * 1_000, busy(second * 1_000, 0));
        assert_eq!(account.contradicts(), None, "after {second} s");
    }
    assert_eq!(account.doubts(), Some(5_000));
    account.known(true);
    assert_eq!(account.contradicts(), Some(5_000));
}

#[test]
fn what_a_parent_collects_is_accounted_for_and_not_twice() {
    let mut account = Account::default();
    account.known(true);
    // A child lives for ten seconds on a whole core, in sight; then its parent collects it.
    for second in 0..=40_u64 {
        let child = second.min(10) * 1_000;
        account.ran(&process(1, 0, 0), Some(if second > 10 { 10_000 } else { 0 }));
        if second <= 10 {
            account.ran(&process(2, 0, child), Some(0));
        }
        if second == 11 {
            account.ended(process(2, 0, 0).id);
        }
        // From then on another core is used by somebody who is not seen.
        let hidden = second.saturating_sub(11) * 1_000;
        account.settle(second * 1_000, busy(child + hidden, 5));
    }
    assert_eq!(account.unexplained(), Reading::Known(100.0));
    assert!(account.contradicts().is_some());
}

#[test]
fn who_lives_for_less_than_a_look_is_explained_by_whoever_collects_it() {
    let mut account = Account::default();
    for second in 0..=40_u64 {
        account.ran(&process(1, 0, 0), Some(second * 900));
        account.settle(second * 1_000, busy(second * 900, second * 20));
    }
    assert_eq!(account.unexplained(), Reading::Known(0.0));
}

#[test]
fn births_explain_what_nobody_collects() {
    let mut account = Account::default();
    account.known(true);
    for second in 0..=40_u64 {
        account.settle(second * 1_000, busy(second * 900, second * 20));
    }
    assert_eq!(account.unexplained(), Reading::Known(90.0));
    assert_eq!(account.contradicts(), None);
}

proptest! {
    #[test]
    fn every_number_is_tried_in_a_pass(
        end in prop_oneof![20 => 2_u32..300_000, 1 => Just(4_194_304)],
        given in prop::collection::vec(1_u32..300_000, 1..4),
        slow in any::<bool>(),
    ) {
        let mut space = if slow { Space::of_threads() } else { Space::of_processes() };
        for pass in 0..3 {
            let mut seen = vec![false; end as usize];
            space.turn(end, None);
            for turn in 0..302 {
                let given = given.get(turn % given.len()).copied();
                for range in space.turn(end, given.map(|it| it % end)) {
                    prop_assert!(range.end <= end, "{range:?} of {end}");
                    seen[range.start as usize..range.end as usize].fill(true);
                }
            }
            prop_assert!(seen[1..].iter().all(|it| *it), "pass {pass}");
            prop_assert_eq!(space.tried(), (end - 1, end - 1));
        }
    }

    #[test]
    fn what_was_given_out_since_the_last_turn_is_tried_at_once(
        before in 300_u32..4_000_000,
        now in 300_u32..4_000_000,
    ) {
        let end = 4_194_304;
        let mut space = Space::of_processes();
        space.turn(end, Some(before));
        let ranges = space.turn(end, Some(now));
        prop_assert!(before == now || ranges.iter().any(|range| range.contains(&now)));
    }

    #[test]
    fn a_variable_is_found_wherever_it_stands_and_however_the_environment_is_cut(
        before in prop::collection::vec("[A-Z_]{1,9}=[a-z]{0,40}", 0..40),
        after in prop::collection::vec("[A-Z_]{1,9}=[a-z]{0,40}", 0..4),
        there in any::<bool>(),
        size in 1_usize..200,
    ) {
        let wanted = there.then(|| "LD_PRELOAD=/tmp/x.so".to_owned());
        let all: Vec<String> = before.into_iter().chain(wanted.clone()).chain(after).collect();
        let found = asked_for((all.join("\0") + "\0").as_bytes(), size);
        prop_assert_eq!(found, wanted.map(String::into_bytes));
    }

    #[test]
    fn no_bytes_make_a_parser_fall(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        mounts::covers(&bytes);
        let line = [b"1 2 0:3 / /proc/7".as_slice(), &bytes, b" rw - a b c\n"].concat();
        mounts::covers(&line);
        let libraries = preload::libraries(&bytes);
        preload::mapped(&bytes, &libraries);
        load::busy(&bytes);
        text::stat(&bytes);
    }
}
