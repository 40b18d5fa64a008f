//! What is printed as drivers and tools print it is read as it was meant, whatever the figures are.

use proptest::prelude::*;

use super::super::devices::information;
use super::super::fdinfo::Client;
use super::super::{kfd, smi};
use crate::domain::facts::Reading;
use crate::domain::untrusted::Untrusted;

/// Names of columns that some driver has; their order differs from driver to driver.
const COLUMNS: [&str; 8] = ["pid", "type", "sm", "mem", "enc", "dec", "fb", "ccpm"];

fn a_name() -> impl Strategy<Value = String> {
    "[A-Za-z0-9][A-Za-z0-9 ,()-]{0,30}[A-Za-z0-9]"
}

/// What an engine counted: busy nanoseconds at first, those since, the milliseconds that went by, and how many engines
/// are counted together.
fn an_engine() -> impl Strategy<Value = (u64, u64, u64, u64)> {
    (0..1_u64 << 50, 0..1_u64 << 40, 1..100_000_u64, 1..16_u64)
}

fn client(nanoseconds: u64, capacity: u64, kib: u64) -> Client {
    let text = format!(
        "pos:\t0\nflags:\t02100002\ndrm-driver:\tamdgpu\ndrm-client-id:\t7\ndrm-pdev:\t0000:03:00.0\n\
         drm-engine-gfx:\t{nanoseconds} ns\ndrm-engine-capacity-gfx:\t{capacity}\n\
         drm-memory-vram:\t{kib} KiB\ndrm-shared-vram:\t99 KiB\ndrm-purgeable-vram:\t7 KiB\n"
    );
    Client::parse(text.as_bytes()).unwrap()
}

proptest! {
    #[test]
    #[expect(clippy::cast_precision_loss, reason = "a percentage")]
    fn busy_is_the_share_of_all_engines_and_never_above_a_hundred(
        (first, spent, elapsed, capacity) in an_engine(),
        kib in 0..1_u64 << 40,
    ) {
        let (before, now) = (client(first, capacity, kib), client(first + spent, capacity, kib));
        let busy = now.busy(&before, elapsed).unwrap();
        let wanted = spent as f64 / (elapsed as f64 * 1e6 * capacity as f64) * 100.0;
        prop_assert!((f64::from(busy) - wanted.min(100.0)).abs() < 0.01, "{busy} for {wanted}");
        prop_assert_eq!(now.bytes(), Some(kib << 10));
    }

    #[test]
    fn cycles_count_as_time_does(total in 1_u64..1 << 50, part in 0_u64..=100, capacity in 1_u64..8) {
        let at = |cycles: u64, total: u64| {
            let text = format!(
                "drm-driver:\txe\ndrm-pdev:\t0000:03:00.0\ndrm-cycles-ccs:\t{cycles}\n\
                 drm-total-cycles-ccs:\t{total}\ndrm-engine-capacity-ccs:\t{capacity}\n\
                 drm-maxfreq-ccs:\t2400 MHz\ndrm-resident-vram0:\t3 MiB\n"
            );
            Client::parse(text.as_bytes()).unwrap()
        };
        let whole = total.max(1 << 20);
        let cycles = whole / 100 * part * capacity;
        let busy = at(cycles, whole).busy(&at(0, 0), 1).unwrap();
        let wanted = f32::from(u8::try_from(part).unwrap());
        prop_assert!((busy - wanted).abs() < 0.1, "{busy} for {part}");
    }

    #[test]
    fn a_row_of_a_query_is_read_whatever_the_name_of_the_device_is(
        index in 0_u32..64,
        name in a_name(),
        busy in 0_u8..=100,
        mib in 0_u64..1 << 20,
        tenths in 0_u16..7000,
        clock in 0_u32..5000,
        bus in 0_u8..,
    ) {
        let watts = f32::from(tenths) / 10.0;
        let row = format!(
            "{index}, GPU-0a1b, {name}, {busy}, {mib}, {}, 61, {watts:.2}, 700.00, {clock}, \
             00000000:{bus:02X}:00.0\n", mib + 1
        );
        let said = smi::parse(row.as_bytes(), b"", b"", b"");
        let [device] = said.devices.as_slice() else { panic!("{said:?}") };
        prop_assert_eq!(device.name.clone(), Untrusted::from(format!("nvidia{index}")));
        let words = |text: &[u8]| -> Vec<Vec<u8>> {
            let parts = text.split(|byte| *byte == b',').map(|part| part.trim_ascii().to_vec());
            parts.collect()
        };
        prop_assert_eq!(words(device.model.as_ref().unwrap().bytes()), words(name.as_bytes()));
        prop_assert_eq!(device.busy, Reading::Known(f32::from(busy)));
        prop_assert_eq!(device.memory_used, Reading::Known(mib << 20));
        let Reading::Known(power) = device.power else { panic!("{device:?}") };
        prop_assert!((power - watts).abs() < 0.01);
        prop_assert_eq!(device.clock, Reading::Known(clock));
        prop_assert_eq!(device.bus.clone(), Untrusted::from(format!("0000:{bus:02x}:00.0")));
    }

    #[test]
    fn shares_are_read_in_whatever_order_a_driver_prints_them(
        columns in Just(COLUMNS.to_vec()).prop_shuffle(),
        pid in 1_u32..4_194_304,
        sm in 0_u8..=100,
        fb in 0_u64..1 << 20,
    ) {
        let value = |column: &str| match column {
            "pid" => pid.to_string(),
            "type" => "C".to_owned(),
            "sm" => sm.to_string(),
            "fb" => fb.to_string(),
            _ => "-".to_owned(),
        };
        let row: Vec<String> = columns.iter().map(|column| value(column)).collect();
        let table = format!(
            "# gpu {} command\n# Idx  # # name\n    0 {} some tool\n",
            columns.join(" "), row.join(" ")
        );
        let gpus = b"0, GPU-1, Example, 1, 2, 3, 4, 5, 6, 7, 00000000:01:00.0\n";
        let said = smi::parse(gpus, b"", table.as_bytes(), b"");
        let [share] = said.reports.as_slice() else { panic!("{said:?}") };
        prop_assert_eq!(share.pid, pid);
        prop_assert_eq!(share.busy, Reading::Known(f32::from(sm)));
        prop_assert_eq!(share.memory, Reading::Known(fb << 20));
    }

    #[test]
    fn a_process_on_a_part_of_a_device_is_on_that_device(
        index in 0_u32..8,
        part in 0_u32..7,
        pid in 1_u32..4_194_304,
        mib in 0_u64..1 << 20,
    ) {
        let gpus: Vec<String> = (0..8)
            .map(|at| format!("{at}, GPU-{at}, Example, [N/A], 1, 2, 3, 4, 5, 6, 00000000:{at:02}:00.0\n"))
            .collect();
        let listed: Vec<String> = (0..8)
            .map(|at| format!("GPU {at}: Example (UUID: GPU-{at})\n  MIG 1g.10gb     Device  {part}: (UUID: MIG-{at}-{part})\n"))
            .collect();
        let holders = format!("MIG-{index}-{part}, {pid}, {mib}\n");
        let (gpus, listed) = (gpus.concat(), listed.concat());
        let said = smi::parse(gpus.as_bytes(), holders.as_bytes(), b"", listed.as_bytes());
        let [report] = said.reports.as_slice() else { panic!("{said:?}") };
        prop_assert_eq!(report.card.clone(), Untrusted::from(format!("nvidia{index}")));
        prop_assert_eq!(report.device.bytes(), b"1g.10gb");
        prop_assert_eq!((report.pid, report.memory), (pid, Reading::Known(mib << 20)));
    }

    #[test]
    fn the_place_that_the_compute_driver_writes_as_a_number_is_the_one_on_the_bus(
        domain in 0_u64..0x1_0000,
        bus in 0_u64..256,
        device in 0_u64..32,
        function in 0_u64..8,
    ) {
        let place = kfd::bus(domain, bus << 8 | device << 3 | function);
        let wanted = format!("{domain:04x}:{bus:02x}:{device:02x}.{function}");
        prop_assert_eq!(place, Untrusted::from(wanted));
    }

    #[test]
    fn what_the_driver_of_nvidia_writes_of_a_device_is_read(
        name in a_name(),
        minor in 0_u32..64,
        bus in 0_u8..,
    ) {
        let file = format!(
            "Model: \t\t {name}\nIRQ:   \t\t 35\nGPU UUID: \t GPU-0a1b\nVideo BIOS: \t 90.04\n\
             Bus Type: \t PCIe\nDMA Size: \t 47 bits\nBus Location: \t 0000:{bus:02X}:00.0\n\
             Device Minor: \t {minor}\nGPU Excluded:\t No\n"
        );
        let device = information(file.as_bytes()).unwrap();
        prop_assert_eq!(device.name.clone(), Untrusted::from(format!("nvidia{minor}")));
        prop_assert_eq!(device.model.clone(), Some(Untrusted::from(name)));
        prop_assert_eq!(device.bus.clone(), Untrusted::from(format!("0000:{bus:02x}:00.0")));
    }
}
