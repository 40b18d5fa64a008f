//! Loads that stay below a threshold: held at a level, or taken in turns with pauses.

use std::sync::Arc;

use firedamp::domain::detect::{Grade, Rule, Subject, Watch};
use firedamp::domain::facts::{Evidence, Io, Packaged, Process, Reading, Trace};
use proptest::prelude::*;

use super::{id, pb_31, process, snapshot};

/// What is said of the shape, after so many minutes of these loads, looked at every ten seconds.
fn shape(exe: &str, packaged: bool, loads: impl Iterator<Item = f32>) -> Option<Grade> {
    shape_of(exe, packaged, Reading::Unknown, loads)
}

/// The same of one that has read so much.
fn shape_of(
    exe: &str,
    packaged: bool,
    io: Reading<Io>,
    loads: impl Iterator<Item = f32>,
) -> Option<Grade> {
    let mut watch = Watch::default();
    let mut last = None;
    let program = if packaged { Packaged::Unchanged("tool".into()) } else { Packaged::Unknown };
    let trace = Trace { process: id(42), program, ..Trace::default() };
    let evidence = Arc::new(Evidence { traces: vec![Arc::new(trace)] });
    for (minute, cpu) in (0_u64..).zip(loads) {
        for look in 0..6 {
            // A person's, so that no rule for services speaks beside the shape.
            let (uid, user) = (1000, Some("mali".into()));
            let exe = Reading::Known(exe.into());
            let busy = Process { exe, cpu, uid, user, io, ..process(42, "w", b"w") };
            let mut seen = snapshot(minute * 60_000 + look * 10_000, vec![busy], vec![]);
            seen.evidence = Arc::clone(&evidence);
            last = watch.see(&seen, &pb_31()).remove(&Subject::Process(id(42)));
        }
    }
    let finding = last?;
    finding.reasons.iter().any(|it| it.rule == Rule::ShapedLoad).then_some(finding.grade)
}

fn turns(work: u32, rest: u32) -> impl Iterator<Item = f32> {
    (0..12).flat_map(move |_| {
        let work = (0..work).map(|_| 97.0);
        work.chain((0..rest).map(|_| 0.0))
    })
}

#[test]
fn a_load_that_is_held_at_a_part_of_a_processor_is_seen() {
    let held = || (0..40).map(|it| if it % 2 == 0 { 50.0 } else { 50.4 });
    assert_eq!(shape("/home/user/w", false, held()), Some(Grade::Noted));
    assert_eq!(shape("/usr/local/bin/w", false, held()), Some(Grade::Noted));
    assert_eq!(shape("/usr/bin/w", true, held()), None, "a package brought it");
    assert_eq!(shape("/home/user/w", false, held().take(15)), None, "not for long yet");
}

#[test]
fn a_whole_processor_is_what_any_thread_takes() {
    assert_eq!(shape("/home/user/w", false, (0..40).map(|_| 100.0)), None);
    assert_eq!(shape("/home/user/w", false, (0..40).map(|_| 399.0)), None);
}

#[test]
fn who_reads_much_beside_a_shaped_load_is_no_suspect_for_the_shape() {
    let held = || (0..40).map(|it| if it % 2 == 0 { 50.0 } else { 50.4 });
    let grade = |io| shape_of("/srv/.w/w", false, io, held());
    let read = |bytes| Reading::Known(Io { read: bytes, written: 0 });
    let alone = grade(Reading::Unknown);
    assert_eq!(grade(read(4096)), alone, "next to nothing");
    assert!(grade(read(64 << 30)) <= alone);
}

#[test]
fn regular_turns_of_work_and_rest_are_seen() {
    assert_eq!(shape("/home/user/w", false, turns(7, 5)), Some(Grade::Noted));
    assert_eq!(shape("/usr/bin/w", true, turns(7, 5)), None);
    let begins = turns(7, 5).take(12 * 4);
    assert_eq!(shape("/home/user/w", false, begins), None, "too few turns");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// A build, a database, a transcode: it works as there is work.
    #[test]
    fn who_works_as_there_is_work_has_no_shape(
        bursts in prop::collection::vec((1_usize..30, 0.0_f32..400.0, 1.0_f32..60.0), 4..20)
    ) {
        let loads = bursts.iter().flat_map(|(minutes, level, noise)| {
            (0..*minutes).map(move |it| (level + noise * [0.0, 1.0, 0.4, 0.8][it % 4]).max(0.0))
        });
        // Turns that happen to be alike are not what this is about.
        let mut lengths: Vec<usize> = bursts.iter().map(|(minutes, ..)| *minutes).collect();
        lengths.sort_unstable();
        lengths.dedup();
        prop_assume!(lengths.len() > 3);
        let last_noise = bursts.last().map(|it| (it.2, it.1)).unwrap();
        prop_assume!(last_noise.0 > 7.0 && last_noise.0 > last_noise.1 * 0.05);
        prop_assert_eq!(shape("/home/user/w", false, loads), None);
    }
}
