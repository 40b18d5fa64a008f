//! What `nvidia-smi` says of devices, of parts of them, and of processes.

use std::time::Duration;

use std::sync::Arc;

use firedamp::domain::base::Pid;
use firedamp::domain::facts::{Gpu, GpuOutcome, GpuSourceKind, Reading};

use super::{Recorded, holder, outcome};

/// Looks, five seconds of the recorded boot apart, until the tool has answered; and when that was.
pub(super) fn answered(host: &mut Recorded) -> (Arc<Gpu>, u64) {
    let program = host.at("usr/bin/nvidia-smi");
    assert!(host.eyes.allow(&program) && host.eyes.allow(&program), "allowed twice is allowed");
    for turn in 1..100 {
        let gpu = host.gpu(turn * 5);
        if outcome(&gpu, GpuSourceKind::NvidiaSmi) == Some(&GpuOutcome::Answered) {
            return (gpu, turn * 5);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("it never answered")
}

#[test]
fn devices_are_joined_by_their_place_on_the_bus_and_not_by_their_number() {
    let mut host = Recorded::host("mig");
    let before = host.gpu(0);
    assert_eq!(before.devices.len(), 2);
    assert!(before.devices.iter().all(|device| device.busy == Reading::Unknown));
    let (gpu, _) = answered(&mut host);
    let named = |name: &[u8]| gpu.devices.iter().find(|it| it.name.bytes() == name).unwrap();
    assert_eq!(gpu.devices.len(), 2, "{:?}", gpu.devices);
    let (whole, cut) = (named(b"nvidia0"), named(b"nvidia1"));
    assert_eq!((whole.busy, whole.power), (Reading::Known(98.0), Reading::Known(249.73)));
    assert_eq!((whole.clock, whole.power_limit), (Reading::Known(1410), Reading::Known(250.0)));
    assert_eq!(cut.memory_used, Reading::Known(12_345 << 20));
    assert_eq!((cut.busy, cut.power_limit), (Reading::Unknown, Reading::Unknown), "[N/A] is no 0");
}

#[test]
fn a_process_has_the_share_of_one_answer_and_the_memory_of_another() {
    let mut host = Recorded::host("mig");
    let (gpu, _) = answered(&mut host);
    let miner = holder(&gpu, 1300);
    assert_eq!(miner.device.bytes(), b"/dev/nvidia0", "joined to the file that it has open");
    assert_eq!((miner.busy, miner.memory), (Reading::Known(97.0), Reading::Known(3700 << 20)));
    let trainer = holder(&gpu, 1234);
    assert_eq!(trainer.card.bytes(), b"nvidia1", "a part of a device is on that device");
    assert_eq!((trainer.busy, trainer.memory), (Reading::Unknown, Reading::Known(9876 << 20)));
}

#[test]
fn a_process_that_the_tool_reports_and_the_list_lacks_is_said_after_a_while() {
    let mut host = Recorded::host("mig");
    let (first, second) = answered(&mut host);
    assert_eq!(first.unlisted, []);
    assert_eq!(host.gpu(second + 6).unlisted, [], "it may have ended");
    let gpu = host.gpu(second + 12);
    let [stranger] = gpu.unlisted.as_slice() else { panic!("{:?}", gpu.unlisted) };
    assert_eq!((stranger.pid, stranger.card.bytes()), (Pid(1399), &b"nvidia0"[..]));
    assert_eq!((stranger.busy, stranger.memory), (Reading::Known(1.0), Reading::Known(512 << 20)));
}

#[test]
fn a_tool_that_cannot_tell_shares_tells_the_rest() {
    let mut host = Recorded::host("nvidia");
    let (gpu, _) = answered(&mut host);
    let user = holder(&gpu, 777);
    assert_eq!((user.busy, user.memory), (Reading::Unknown, Reading::Known(3700 << 20)));
    assert_eq!(user.source, GpuSourceKind::NvidiaSmi);
}

#[test]
fn a_tool_that_knows_no_such_field_fails_aloud() {
    let mut host = Recorded::host("nvidia");
    let program = host.at("usr/bin/nvidia-smi");
    let script = "#!/bin/sh\necho 'Field \"power.draw\" is not a valid field to query.'\nexit 2\n";
    std::fs::write(&program, script).unwrap();
    assert!(host.eyes.allow(&program));
    let failed = (0..100).any(|turn| {
        std::thread::sleep(Duration::from_millis(50));
        let gpu = host.gpu(turn * 5);
        let said = outcome(&gpu, GpuSourceKind::NvidiaSmi);
        matches!(said, Some(GpuOutcome::Failed(why)) if why.bytes().ends_with(b"2"))
    });
    assert!(failed);
}
