//! A package speaks for the file that it brought, and for no other one under that name.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use firedamp::domain::base::Pid;
use firedamp::domain::detect::{Grade, Rule};
use firedamp::domain::facts::{Packaged, Snapshot, Trace};
use firedamp::host::probe::{Packages, Roots};
use tempfile::TempDir;

use crate::{Looker, Running, alone, configuration, copied, until_runs};

/// A program that a package of this host has; a word about it where there is none.
const PACKAGED: &str = "/usr/bin/env";

fn is_packaged() -> bool {
    let judged = Packages::open(&Roots::live()).judge(Path::new(PACKAGED));
    let is = matches!(judged, Packaged::Unchanged(_));
    if !is {
        eprintln!("left out: {PACKAGED} is of no package here: {judged:?}");
    }
    is
}

/// A shell that makes a mount namespace of its own and has become this program in it.
fn apart(script: &str, arguments: &[&Path], becomes: &str) -> Running {
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private", "/bin/sh", "-ec", script, "sh"]);
    let child = Running::start(command.args(arguments).current_dir("/").stdin(Stdio::piped()));
    until_runs(becomes);
    child
}

fn trace(snapshot: &Snapshot, pid: u32) -> &Arc<Trace> {
    snapshot.evidence.traces.iter().find(|it| it.process.pid == Pid(pid)).unwrap()
}

#[test]
fn a_mount_over_a_packaged_name_makes_nobody_a_program_of_the_package() {
    let Some(_alone) = alone() else { return };
    if !is_packaged() {
        return;
    }
    let place = TempDir::new().unwrap();
    let exe = copied("/bin/bash", place.path(), "x");
    let config = place.path().join("c.json");
    std::fs::write(&config, configuration()).unwrap();
    let script = format!("mount --bind \"$1\" {PACKAGED}; exec {PACKAGED} -s -- --config=\"$2\"");
    let child = apart(&script, &[&exe, &config], "env");
    let (snapshot, found) = Looker::open().find(child.pid(), Rule::ConfigFile);
    let exe = snapshot.processes.iter().find(|it| it.id.pid == Pid(child.pid())).unwrap();
    assert_eq!(exe.exe.known().map(|it| it.plain(80)).as_deref(), Some(PACKAGED));
    assert_eq!(trace(&snapshot, child.pid()).program, Packaged::No);
    assert_eq!(found.expect("it is found").0.grade, Grade::Confirmed);
}

#[test]
fn of_who_lives_in_a_root_with_packages_of_its_own_the_hosts_packages_say_nothing() {
    let Some(_alone) = alone() else { return };
    let (place, root) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let exe = copied("/bin/bash", place.path(), "tool");
    std::fs::write(place.path().join("c.json"), configuration()).unwrap();
    let script = "mount -t tmpfs none \"$1\"; cd \"$1\"; mkdir -p usr var/lib/dpkg tmp proc
        mount --rbind /usr usr
        for d in bin lib lib64; do
            if [ -L /$d ]; then cp -P /$d $d; elif [ -d /$d ]; then mkdir $d; mount --bind /$d $d; fi
        done
        echo 'Package: other' > var/lib/dpkg/status
        cp \"$2\" tool; cp \"$3\" c.json
        exec chroot . /tool -s -- --config=/c.json";
    let config = place.path().join("c.json");
    let child = apart(script, &[root.path(), &exe, &config], "tool");
    let (snapshot, found) = Looker::open().find(child.pid(), Rule::ConfigFile);
    assert!(found.is_some(), "its files are read all the same");
    let trace = trace(&snapshot, child.pid());
    assert_eq!(trace.program, Packaged::Unknown);
    assert_eq!(trace.files[0].packaged, Packaged::Unknown);
}
