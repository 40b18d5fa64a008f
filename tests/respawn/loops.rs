//! Who starts a miner again while it runs: loops of shells, watchdogs and scripts of units.

use std::sync::Arc;

use firedamp::domain::base::Pid;
use firedamp::domain::detect::{Rule, Subject};
use firedamp::domain::facts::{Ancestor, AutostartKind, Process, Remark};

use super::{by, entry, id, miner, process, see, snapshot};

#[test]
fn a_loop_of_a_shell_that_names_the_miner_is_named() {
    let command = b"bash\0-c\0while :; do pgrep upd || /opt/cache/upd; sleep 9; done";
    let watcher = process(39, "/usr/bin/bash", command);
    let found = see(&snapshot(9_000, vec![watcher, miner(40)], Vec::new()));
    assert_eq!(by(&found, 40, Rule::ComesBack), ["39 bash"]);
}

/// A suspect that lies where programs do not, and whose parent is this.
fn below(parent: u32, pid: u32) -> Process {
    Process { parent: Pid(parent), started_ms: 9, ..process(pid, "/dev/shm/.x/k4", b"./k4\x0090") }
}

#[test]
fn a_loop_that_is_suspect_itself_is_named_too() {
    let command = b"bash\0-c\0while sleep 1; do /dev/shm/.x/k4 90; done";
    let shell = || process(39, "/usr/bin/bash", command);
    let mut apart = below(1, 40);
    for child in [below(39, 40), std::mem::take(&mut apart)] {
        let found = see(&snapshot(9_000, vec![shell(), child], Vec::new()));
        assert!(found.contains_key(&Subject::Process(id(39))), "the loop is a finding: {found:?}");
        assert_eq!(by(&found, 40, Rule::ComesBack), ["39 bash"]);
        assert_eq!(by(&found, 39, Rule::ComesBack), [""; 0], "and does not name itself");
    }
}

#[test]
fn a_loop_in_a_file_a_loop_in_a_folder_and_a_watchdog_are_named() {
    let script = process(39, "/usr/bin/dash", b"sh\0/dev/shm/.x/wd.sh");
    let mut script = vec![Process { comm: "sh".into(), ..script }];
    let looped = b"bash\0-c\0cd /dev/shm/.x; while sleep 1; do ./k4; done";
    let folder = vec![process(39, "/usr/bin/bash", looped)];
    let watchdog = vec![process(39, "/dev/shm/.x/wd", b"./wd")];
    let supervisor = vec![process(39, "/usr/bin/supervisord", b"supervisord\0-n")];
    for parent in [std::mem::take(&mut script), folder.clone(), watchdog, supervisor] {
        let name = format!("39 {}", String::from_utf8_lossy(parent[0].comm.bytes()));
        let all = [parent, vec![below(39, 40)]].concat();
        assert_eq!(by(&see(&snapshot(9_000, all, Vec::new())), 40, Rule::ComesBack), [name]);
    }
    // The loop is known by its folder when it is not the parent any more.
    let all = [folder, vec![below(1, 40)]].concat();
    assert_eq!(by(&see(&snapshot(9_000, all, Vec::new())), 40, Rule::ComesBack), ["39 bash"]);
}

#[test]
fn who_only_waits_for_it_or_runs_another_file_of_that_name_is_not_named() {
    for (exe, command) in [
        ("/usr/bin/bash", &b"-bash"[..]),
        ("/usr/bin/bash", b"bash\0/home/alice/start.sh"),
        ("/usr/bin/bash", b"bash\0-c\0cd /home/alice/tools; ./k4; echo waiting for it"),
        ("/usr/bin/sudo", b"sudo\0/dev/shm/.x/k4"),
        ("/usr/sbin/nginx", b"nginx: worker process"),
        ("/usr/sbin/cron", b"/usr/sbin/cron\0-f"),
    ] {
        let all = vec![process(39, exe, command), below(39, 40)];
        let found = see(&snapshot(9_000, all, Vec::new()));
        assert_eq!(by(&found, 40, Rule::ComesBack), [""; 0], "{exe}");
    }
    let elsewhere = b"bash\0-c\0cd /home/alice/tools; while sleep 1; do ./k4; done";
    let all = vec![process(39, "/usr/bin/bash", elsewhere), below(1, 40)];
    assert_eq!(by(&see(&snapshot(9_000, all, Vec::new())), 40, Rule::ComesBack), [""; 0]);
}

#[test]
fn a_unit_is_named_by_what_its_scripts_begin_and_not_by_who_came_in_through_its_service() {
    let mut unit = entry(AutostartKind::SystemdUnit, "/etc/systemd/system/cache.service", 0, None);
    unit.remarks = vec![Remark::RestartsAlways];
    let within = |above: &str| {
        let around = firedamp::domain::facts::Around {
            cgroup: "/system.slice/cache.service".into(),
            ancestors: vec![
                Ancestor { id: id(39), comm: above.into() },
                Ancestor { id: id(1), comm: "systemd".into() },
            ],
            ..Default::default()
        };
        Process { parent: Pid(39), around: Arc::new(around), ..miner(40) }
    };
    let named = |above: &str| {
        let found = see(&snapshot(9_000, vec![within(above)], vec![unit.clone()]));
        by(&found, 40, Rule::ComesBack)
    };
    let said = ["systemd-unit /etc/systemd/system/cache.service (Restart)"];
    assert_eq!(named("sh"), said);
    assert_eq!(named("java"), [""; 0]);
}
