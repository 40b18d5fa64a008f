//! The parsers of this room, on what drivers and tools really print and on anything else.

mod properties;

use proptest::prelude::*;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::asker::Asker;
use super::devices::information;
use super::fdinfo::Client;
use super::smi;
use crate::domain::facts::Reading;
use crate::domain::untrusted::Untrusted;
use crate::host::probe::commands::Stuck;

#[test]
fn a_client_is_as_busy_as_its_busiest_engine() {
    let at = |gfx: u64, compute: u64| {
        let text = format!(
            "drm-driver:\tamdgpu\ndrm-client-id:\t27\ndrm-pdev:\t0000:03:00.0\n\
             drm-memory-vram:\t2048 KiB\ndrm-memory-gtt:\t512 KiB\n\
             drm-engine-gfx:\t{gfx} ns\ndrm-engine-compute:\t{compute} ns\n"
        );
        Client::parse(text.as_bytes()).unwrap()
    };
    let (before, now) = (at(0, 1_000_000_000), at(100_000_000, 1_750_000_000));
    assert_eq!(now.busy(&before, 1000), Some(75.0));
    assert_eq!(now.bytes(), Some(2 << 20));
    assert_eq!(now.busy(&now, 0), None);
    assert_eq!(before.busy(&now, 1000), None, "a count that fell back says nothing");
}

#[test]
fn cycles_and_capacity_count_too() {
    let at = |cycles: u64, total: u64| {
        let text = format!(
            "drm-driver: xe\ndrm-cycles-ccs: {cycles}\ndrm-total-cycles-ccs: {total}\n\
             drm-engine-capacity-ccs: 4\ndrm-resident-system: 3 MiB\n"
        );
        Client::parse(text.as_bytes()).unwrap()
    };
    let now = at(3000, 2000);
    assert_eq!(now.busy(&at(1000, 1000), 1), Some(50.0));
    assert_eq!(now.bytes(), Some(3 << 20));
    assert_eq!(Client::parse(b"pos:\t0\nflags:\t02\n"), None);
}

const GPUS: &[u8] = b"0, GPU-1, Example T1000, 97, 3801, 4096, 81, 49.50, 50.00, 1395, 00000000:01:00.0\n\
    1, GPU-2, B, C, [N/A], 1, 2, [N/A], [Not Supported], [Unknown Error], N/A, 00000001:0A:00.0\r\n";
const PMON: &[u8] =
    b"# gpu         pid  type    sm    mem    enc    dec     fb   ccpm    command\n\
    # Idx           #   C/G     %      %      %      %     MB     MB    name\n    \
    0     155367     G      -      -      -      -     34      0    a browser\n    \
    1       4242     C     99     30      -      -    382      0    python\n";

#[test]
fn what_nvidia_smi_says_is_read_and_what_it_does_not_know_is_unknown() {
    let holders = b"GPU-2, 4242, 3700\nGPU-9, 7, [N/A]\nnonsense\n";
    let said = smi::parse(GPUS, holders, b"", b"");
    let [first, second] = said.devices.as_slice() else { panic!("{said:?}") };
    assert_eq!((first.busy, first.memory_total), (Reading::Known(97.0), Reading::Known(4 << 30)));
    assert_eq!((first.power, first.clock), (Reading::Known(49.5), Reading::Known(1395)));
    assert_eq!(second.model.as_ref().unwrap().bytes(), b"B, C", "a name may hold commas");
    assert_eq!(second.bus.bytes(), b"0001:0a:00.0");
    assert_eq!((second.busy, second.temperature), (Reading::Unknown, Reading::Unknown));
    assert_eq!((second.power, second.power_limit), (Reading::Unknown, Reading::Unknown));
    let [known, other] = said.reports.as_slice() else { panic!("{said:?}") };
    assert_eq!((known.card.bytes(), known.busy), (&b"nvidia1"[..], Reading::Unknown));
    assert_eq!(other.card.bytes(), b"GPU-9");
    assert_eq!((other.pid, other.memory), (7, Reading::Unknown));
}

#[test]
fn shares_are_read_by_the_names_of_their_columns() {
    let said = smi::parse(GPUS, b"GPU-2, 4242, [N/A]\n", PMON, b"");
    let [computes, draws] = said.reports.as_slice() else { panic!("{said:?}") };
    assert_eq!((computes.busy, computes.memory), (Reading::Known(99.0), Reading::Known(382 << 20)));
    assert_eq!(
        (draws.pid, draws.busy, draws.memory),
        (155_367, Reading::Unknown, Reading::Known(34 << 20))
    );
    let old = b"# gpu        pid  type    fb    sm   mem   enc   dec   command\n\
        # Idx          #   C/G    MB     %     %     %     %   name\n    \
        0     447153     C  7669     40     -     -     -   python3.9\n";
    let said = smi::parse(GPUS, b"", old, b"");
    assert_eq!(
        (said.reports[0].busy, said.reports[0].memory),
        (Reading::Known(40.0), Reading::Known(7669 << 20))
    );
    for silent in [&b"No devices were found\n"[..], b"# gpu pid\n0 -\n", b"0 1 C 5\n"] {
        assert_eq!(smi::parse(GPUS, b"", silent, b"").reports, []);
    }
}

proptest! {
    #[test]
    fn no_bytes_make_a_parser_fall(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        smi::parse(&bytes, &bytes, &bytes, &bytes);
        smi::address(&bytes);
        information(&bytes);
        Client::parse(&bytes);
    }

    #[test]
    fn no_change_of_a_real_answer_makes_a_parser_fall(at in 0..PMON.len(), byte in any::<u8>()) {
        let mut table = PMON.to_vec();
        table[at] = byte;
        let mut gpus = GPUS.to_vec();
        let place = at % gpus.len();
        gpus[place] = byte;
        smi::parse(&gpus, b"GPU-2, 4242, 1\n", &table, b"GPU 0: x (UUID: y)\n  MIG a Device 0: (UUID: z)\n");
        let mut client = b"drm-driver: x\ndrm-engine-a: 99999999999 ns\ndrm-total-b: 7 KiB\n".to_vec();
        let place = at % client.len();
        client[place] = byte;
        Client::parse(&client);
    }
}

/// Looks so often until it is as it must be, a few seconds at most.
fn in_time(mut is: impl FnMut() -> bool) -> bool {
    (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        is()
    })
}

#[test]
fn who_hangs_in_a_driver_is_left_behind_and_the_other_devices_are_read_on() {
    static HANGS: Mutex<()> = Mutex::new(());
    let held = HANGS.lock().unwrap();
    let stuck = Stuck::default();
    let mut asker: Asker<u32, Vec<u32>> = Asker::new("test", stuck.clone(), |number, course| {
        let hangs = || drop(HANGS.lock().unwrap());
        let first = course.read(&"card0".into(), hangs).map(|()| number);
        let second = course.read(&"card1".into(), || number + 1);
        first.into_iter().chain(second).collect()
    });
    let begun = Instant::now();
    asker.ask(0, || 10);
    assert_eq!(asker.take(Duration::ZERO), None);
    assert!(begun.elapsed() < Duration::from_secs(1), "nobody waits");
    assert!(!asker.is_late(10_000) && asker.is_late(10_001), "an answer is overdue at last");
    let told = in_time(|| {
        asker.ask(0, || 20);
        asker.take(Duration::ZERO).is_some_and(|it| it == [21])
    });
    assert!(told, "card1 is read, and nobody goes to card0 again");
    assert_eq!(asker.hangs().collect::<Vec<_>>(), [&Untrusted::from("card0")]);
    assert!(!asker.is_late(60_000));
    drop(held);
    let back = in_time(|| {
        asker.ask(0, || 30);
        asker.take(Duration::ZERO).is_some_and(|it| it == [30, 31])
    });
    assert!(back, "a driver that comes back is read again");
    assert_eq!(asker.hangs().count(), 0);
}

#[test]
fn drivers_do_not_take_all_the_threads_that_may_hang() {
    static HANGS: Mutex<()> = Mutex::new(());
    let held = HANGS.lock().unwrap();
    let stuck = Stuck::default();
    let mut asker: Asker<(), ()> = Asker::new("test", stuck.clone(), |(), course| {
        for card in ["card0", "card1", "card2", "card3"] {
            course.read(&card.into(), || drop(HANGS.lock().unwrap()));
        }
    });
    let two = in_time(|| {
        asker.ask(0, || ());
        asker.hangs().count() == 2
    });
    assert!(two);
    asker.ask(0, || ());
    assert_eq!(asker.take(Duration::from_millis(100)), None, "nobody is sent there any more");
    assert!(!stuck.is_full());
    drop(held);
}
