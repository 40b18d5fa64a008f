//! What the kernel's own files tell, driver by driver.

use firedamp::domain::base::Pid;
use firedamp::domain::facts::{GpuOutcome, GpuSourceKind, Reading};

use super::{Recorded, holder, only, outcome};

#[test]
fn an_integrated_one_of_intel_tells_by_its_clients_and_by_its_sleep() {
    let mut host = Recorded::host("intel");
    let first = host.gpu(0);
    let card = only(&first);
    assert_eq!((card.name.bytes(), card.bus.bytes()), (&b"card1"[..], &b"0000:00:02.0"[..]));
    assert_eq!((card.clock, card.busy), (Reading::Known(1450), Reading::Unknown));
    assert_eq!(holder(&first, 5100).memory, Reading::Known(125 << 20), "one client, two files");
    for fd in [8, 9] {
        let path = format!("proc/5100/fdinfo/{fd}");
        host.change(&path, "25000000000 ns", "26840000000 ns");
    }
    host.change("proc/900/fdinfo/12", "9000000000 ns", "9060000000 ns");
    host.change("sys/class/drm/card1/gt/gt0/rc6_residency_ms", "1000000", "1000080");
    let next = host.gpu(2);
    assert_eq!(holder(&next, 5100).busy, Reading::Known(92.0));
    assert_eq!(holder(&next, 5100).card.bytes(), b"card1");
    let card = only(&next);
    assert_eq!(card.busy, Reading::Known(95.0), "what its holders cause together");
    assert_eq!(card.awake, Reading::Known(96.0));
}

#[test]
fn a_card_of_intel_tells_by_cycles_and_energy() {
    let mut host = Recorded::host("arc");
    host.gpu(0);
    host.change("proc/6200/fdinfo/5", "drm-cycles-ccs:\t1000000000", "drm-cycles-ccs:\t1320000000");
    host.change(
        "proc/6200/fdinfo/5",
        "drm-total-cycles-ccs:\t7655183225",
        "drm-total-cycles-ccs:\t7755183225",
    );
    let own = "sys/class/drm/card0/device";
    host.change(&format!("{own}/hwmon/hwmon4/energy1_input"), "900000000", "1065000000");
    host.change(&format!("{own}/tile0/gt0/gtidle/idle_residency_ms"), "500000", "500010");
    host.change(&format!("{own}/tile0/gt1/gtidle/idle_residency_ms"), "500000", "501000");
    let gpu = host.gpu(1);
    let user = holder(&gpu, 6200);
    assert_eq!(user.busy, Reading::Known(80.0), "320 of 400 million cycles of four engines");
    assert_eq!(user.memory, Reading::Known(5 << 30));
    let card = only(&gpu);
    assert_eq!(card.power, Reading::Known(165.0));
    assert_eq!(card.power_limit, Reading::Known(190.0));
    assert_eq!(card.awake, Reading::Known(99.0), "the part that is awake most");
    assert_eq!(card.memory_total, Reading::Known(17_079_205_888));
    assert_eq!(card.temperature, Reading::Known(61.0));
    assert_eq!(card.clock, Reading::Known(2050));
}

#[test]
fn a_card_that_computes_says_who_computes_though_no_engine_counts_it() {
    let mut host = Recorded::host("rocm");
    let gpu = host.gpu(0);
    assert_eq!(outcome(&gpu, GpuSourceKind::Kfd), Some(&GpuOutcome::Answered));
    let card = only(&gpu);
    assert_eq!(card.model.as_ref().unwrap().bytes(), b"Example Instinct");
    assert_eq!((card.power, card.power_limit), (Reading::Known(241.0), Reading::Known(300.0)));
    assert_eq!((card.clock, card.busy), (Reading::Known(1700), Reading::Known(99.0)));
    let user = holder(&gpu, 7300);
    assert_eq!(user.source, GpuSourceKind::Kfd);
    assert_eq!(user.device.bytes(), b"/dev/dri/renderD130");
    assert_eq!(user.memory, Reading::Known(16 << 30), "fdinfo counts but what was mapped by hand");
    let Reading::Known(busy) = user.busy else { panic!("{user:?}") };
    assert!((busy - 96.15).abs() < 0.1, "100 of 104 units: {busy}");
}

#[test]
fn a_process_that_the_driver_counts_and_the_list_lacks_is_said_after_a_while() {
    let mut host = Recorded::host("rocm");
    for second in 0..12 {
        assert_eq!(host.gpu(second).unlisted, [], "it may have ended, {second} s");
    }
    let gpu = host.gpu(12);
    let [stranger] = gpu.unlisted.as_slice() else { panic!("{:?}", gpu.unlisted) };
    assert_eq!((stranger.pid, stranger.card.bytes()), (Pid(7399), &b"card2"[..]));
    assert_eq!((stranger.memory, stranger.source), (Reading::Known(2 << 30), GpuSourceKind::Kfd));
    std::fs::remove_dir_all(host.at("sys/class/kfd/kfd/proc/7399")).unwrap();
    assert_eq!(host.gpu(13).unlisted, []);
}

#[test]
fn a_board_without_a_bus_joins_its_files_by_the_name_of_the_part() {
    let mut host = Recorded::host("mali");
    host.gpu(0);
    host.change("proc/811/fdinfo/7", "1846584880 ns", "2346584880 ns");
    let gpu = host.gpu(1);
    assert_eq!(only(&gpu).model.as_ref().unwrap().bytes(), b"panfrost");
    let user = holder(&gpu, 811);
    assert_eq!(user.card, only(&gpu).name);
    assert_eq!((user.busy, user.memory), (Reading::Known(50.0), Reading::Known(36_496 << 10)));
}

#[test]
fn a_driver_that_counts_nothing_gives_no_zero() {
    let mut host = Recorded::host("nouveau");
    host.gpu(0);
    let gpu = host.gpu(1);
    let card = only(&gpu);
    assert_eq!((card.busy, card.power), (Reading::Unknown, Reading::Known(38.5)));
    assert_eq!(card.memory_total, Reading::Unknown);
    let user = holder(&gpu, 333);
    assert_eq!((user.busy, user.memory), (Reading::Unknown, Reading::Unknown));
    assert_eq!(user.source, GpuSourceKind::DrmFdinfo);
}

#[test]
fn counters_that_fall_back_say_nothing() {
    let mut host = Recorded::host("arc");
    host.gpu(0);
    let own = "sys/class/drm/card0/device";
    host.change(&format!("{own}/hwmon/hwmon4/energy1_input"), "900000000", "1");
    host.change(&format!("{own}/tile0/gt0/gtidle/idle_residency_ms"), "500000", "1");
    host.change(&format!("{own}/tile0/gt1/gtidle/idle_residency_ms"), "500000", "nonsense");
    let gpu = host.gpu(1);
    assert_eq!((only(&gpu).power, only(&gpu).awake), (Reading::Unknown, Reading::Unknown));
}

#[test]
fn a_device_that_sleeps_is_named_and_not_asked() {
    let mut host = Recorded::host("arc");
    host.gpu(0);
    host.change("sys/class/drm/card0/device/power/runtime_status", "active", "suspended");
    let gpu = host.gpu(1);
    let card = only(&gpu);
    assert_eq!(card.bus.bytes(), b"0000:03:00.0");
    assert_eq!((card.power_limit, card.temperature), (Reading::Unknown, Reading::Unknown));
    assert_eq!(holder(&gpu, 6200).card, card.name, "who holds it holds it still");
}
