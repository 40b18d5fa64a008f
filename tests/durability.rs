//! A journal on disks that fail, forget and are damaged: the short version of
//! `cargo run --release --example torture -- all`.
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

mod torture;

#[test]
fn a_journal_cut_at_any_byte_keeps_its_whole_lines_and_goes_on() {
    torture::cuts::run(1, 1).unwrap();
}

#[test]
fn a_flip_of_any_bit_is_found_at_its_entry() {
    torture::damage::flips(1, 1).unwrap();
}

#[test]
fn doubled_missing_swapped_and_zeroed_blocks_are_found() {
    torture::damage::blocks(1, 1_000).unwrap();
}

#[test]
fn no_failing_call_loses_or_invents_an_entry() {
    torture::faults::run(1, 1).unwrap();
}

#[test]
fn no_torn_byte_is_lost_wherever_its_recovery_is_broken_off() {
    torture::torn::run(1, 100).unwrap();
}

#[test]
fn no_sequence_of_acts_failures_kills_and_power_cuts_loses_an_entry() {
    torture::model::run(1, 300).unwrap();
}

#[test]
fn no_acknowledged_entry_is_lost_by_a_kill() {
    torture::kills::run(1, 40).unwrap();
}

#[test]
fn no_acknowledged_entry_is_lost_by_a_system_call_that_fails() {
    if torture::calls::possible() {
        torture::calls::run(1, 48).unwrap();
    } else {
        eprintln!("skipped: strace is not here or may not trace");
    }
}

#[test]
fn nothing_that_is_put_in_the_place_of_a_file_is_read_written_or_waited_for() {
    torture::swaps::run(1, 150).unwrap();
}

#[test]
fn a_cockpit_that_is_killed_has_called_nothing_saved_that_is_not() {
    torture::screens::run(1, 2).unwrap();
}
