//! Whoever makes much to read takes nobody else's turn, and what was not read is said.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use firedamp::domain::detect::Rule;
use firedamp::domain::facts::{Gap, NotRead, Snapshot, Unread};
use tempfile::TempDir;

use crate::live::remembers;
use crate::{Looker, Running, WALLET, alone, configuration, copied};

/// So many stand-ins under the name of a miner, all of them worth every reading.
fn decoys(count: u32, folder: &std::path::Path) -> Running {
    let exe = copied("/bin/sleep", folder, "xmrig");
    let script = format!("for i in $(seq {count}); do \"$0\" 60 & done; echo there; wait");
    let mut command = Command::new("/bin/sh");
    command.args(["-c", &script]).arg(exe).stdout(Stdio::piped());
    let mut shell =
        std::os::unix::process::CommandExt::process_group(&mut command, 0).spawn().unwrap();
    let mut said = String::new();
    let out = shell.stdout.take().unwrap();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut said).unwrap();
    assert_eq!(said, "there\n");
    Running(shell)
}

fn not_read(unread: &[Unread], what: NotRead) -> Option<(u32, String)> {
    unread.iter().find_map(|it| match it.gap {
        Some(Gap::NotRead(kind, count)) if kind == what => Some((count, it.what.plain(400))),
        _ => None,
    })
}

/// Looks until nothing is read any more that may be read now.
fn settled(looker: &mut Looker) -> Snapshot {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let (snapshot, _) = looker.look();
        if !looker.eyes.is_reading() || Instant::now() > end {
            return snapshot;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_decoy_that_forks_takes_nobodys_turn_and_who_waits_is_said() {
    let Some(_alone) = alone() else { return };
    let place = TempDir::new().unwrap();
    let _decoys = decoys(150, place.path());
    let mut looker = Looker::open();
    looker.look();
    // It comes later than all of them, and there is time for six.
    let exe = copied("/bin/bash", place.path(), "networkd0");
    let told = ["stratum+tcp://gw.example:3333".to_owned(), WALLET.to_owned()];
    let (child, more) = remembers(&exe, &told, None);
    // It has read all of it, and keeps it.
    while rustix::io::ioctl_fionread(&more).unwrap() > 0 {
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(200));
    let (snapshot, found) = looker.find(child.pid(), Rule::PaidInMemory);
    assert!(found.is_some(), "it is read all the same");
    let (count, names) = not_read(&looker.eyes.left_unread(&snapshot), NotRead::Memory).unwrap();
    assert!((100..=151).contains(&count), "{count}");
    assert!(names.contains("xmrig"), "{names}");
}

#[test]
fn one_process_keeps_no_more_than_its_share_and_that_is_said() {
    let Some(_alone) = alone() else { return };
    let place = TempDir::new().unwrap();
    let exe = copied("/bin/sleep", place.path(), "rtkit0");
    for number in 0..12 {
        let padded = format!("{}{}", configuration(), " ".repeat(100_000));
        std::fs::write(place.path().join(format!("c{number}.json")), padded).unwrap();
    }
    let child = Running::start(Command::new(&exe).arg("60").current_dir("/"));
    let mut looker = Looker::open();
    looker.find(child.pid(), Rule::ConfigFile);
    let snapshot = settled(&mut looker);
    let trace = snapshot.evidence.traces.iter().find(|it| it.process.pid.0 == child.pid()).unwrap();
    let bytes: usize = trace.files.iter().map(|it| it.content.bytes().len()).sum();
    assert!((1..=512 << 10).contains(&bytes), "{bytes} bytes of {} files", trace.files.len());
    let (count, names) = not_read(&snapshot.unread, NotRead::LetGo).expect("it is said");
    assert!(count == 1 && names.contains("rtkit0"), "{count} {names}");
}

#[test]
fn decoys_beside_a_configuration_hide_it_no_more_and_where_they_are_too_many_that_is_said() {
    let Some(_alone) = alone() else { return };
    for (decoys, is_said) in [(200, false), (1_100, true)] {
        let place = TempDir::new().unwrap();
        let exe = copied("/bin/sleep", place.path(), "rtkit1");
        for number in 0..decoys {
            let name = format!("config-a{number:04}.json");
            std::fs::write(place.path().join(name), r#"{"name":"a","version":"1.0.0"}"#).unwrap();
        }
        let real = if is_said { "config-a0500.json" } else { "zz.json" };
        std::fs::write(place.path().join(real), configuration()).unwrap();
        let child = Running::start(Command::new(&exe).arg("60").current_dir("/"));
        let mut looker = Looker::open();
        let (_, found) = looker.find(child.pid(), Rule::ConfigFile);
        assert!(found.is_some(), "among {decoys}");
        let snapshot = settled(&mut looker);
        let said = not_read(&snapshot.unread, NotRead::ManyFiles);
        let is_named = said.is_some_and(|(_, names)| names.contains("rtkit1"));
        assert_eq!(is_named, is_said, "{decoys}: {:?}", snapshot.unread);
    }
}

#[test]
fn a_scan_says_of_whom_it_had_no_time_to_read_the_memory() {
    let Some(_alone) = alone() else { return };
    let place = TempDir::new().unwrap();
    let _decoys = decoys(30, place.path());
    let mut command = Command::new(env!("CARGO_BIN_EXE_firedamp"));
    let scan = command.args(["scan", "--for", "1s"]).env_remove("FIREDAMP_DIR").output().unwrap();
    let said = String::from_utf8(scan.stdout).unwrap();
    let line = said.lines().find(|it| it.starts_with("memory not read yet: of "));
    let line = line.unwrap_or_else(|| panic!("{said}"));
    assert!(line.contains("processes: ") && line.contains("xmrig"), "{line}");
    // That ends it as what was found says, and not as if nothing had been seen.
    assert_eq!(scan.status.code(), Some(1), "{said}");
}
