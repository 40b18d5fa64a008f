//! A library that the loader puts into programs and that hides a process from them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use firedamp::domain::detect::{Grade, Rule, Subject, Watch};
use firedamp::domain::facts::{ContradictionKind, Packaged};
use firedamp::domain::playbook::Indicators;
use firedamp::host::probe::{Eyes, Packages, Roots};

use crate::{Running, about, can, compiled, inside, is_root, look_until, of_pid};

/// By the name of one that many hosts have: a name says nothing.
fn library(home: &Path) -> Option<PathBuf> {
    compiled("hider.c", &home.join("libsnoopy.so"), &["-shared", "-fPIC"])
}

/// The pids that `ps` prints.
fn listed(printed: &[u8]) -> Vec<u32> {
    let text = String::from_utf8_lossy(printed);
    text.split_whitespace().map(|pid| pid.parse().unwrap()).collect()
}

#[test]
fn a_library_hides_a_process_from_ps_and_not_from_us() {
    let home = tempfile::tempdir().unwrap();
    let Some(library) = library(home.path()) else { return };
    let child = Running::sleeping();
    let pid = child.pid();
    let ps = |hider: Option<&Path>| {
        let mut ps = Command::new("ps");
        ps.args(["-e", "-o", "pid="]).env("STANDIN_HIDES", pid.to_string());
        ps.envs(hider.map(|it| ("LD_PRELOAD", it)));
        ps.output().map_or_else(|_| Vec::new(), |it| listed(&it.stdout))
    };
    if !can("it needs ps", ps(None).contains(&pid)) {
        return;
    }
    assert!(!ps(Some(&library)).contains(&pid), "the library hides nothing");
    let mut eyes = Eyes::open().unwrap();
    look_until(&mut eyes, |it| of_pid(it, pid).is_some());
}

/// In the order of their names, which is that of the environment.
#[test]
fn a_variable_behind_a_long_environment_is_seen() {
    let long = "x".repeat(100 << 10);
    let before = (0..9).map(|number| (format!("A{number}"), &long));
    let mut sleep = Command::new("/bin/sleep");
    sleep.arg("120").envs(before).env("LD_PRELOAD", "/nowhere/of.example.so");
    let child = Running::start(&mut sleep);
    let mut eyes = Eyes::open().unwrap();
    look_until(&mut eyes, |it| about(it, child.pid(), ContradictionKind::Preloaded).is_some());
}

#[test]
fn a_process_with_a_library_of_a_folder_that_is_open_to_all_is_suspect() {
    let home = tempfile::tempdir_in("/tmp").unwrap();
    let Some(library) = library(home.path()) else { return };
    let child = Running::start(Command::new("/bin/sleep").arg("120").env("LD_PRELOAD", &library));
    let pid = child.pid();
    let mut eyes = Eyes::open().unwrap();
    let kind = ContradictionKind::Preloaded;
    let seen = look_until(&mut eyes, |it| about(it, pid, kind).is_some());
    let told = about(&seen, pid, kind).unwrap();
    assert_eq!(told.what.bytes(), format!("LD_PRELOAD={}", library.display()).as_bytes());
    assert_eq!(told.shown.bytes(), format!("/proc/{pid}/environ").as_bytes());
    let findings = Watch::default().see(&seen, &Indicators::default());
    let finding = &findings[&Subject::Process(told.process.unwrap())];
    assert_eq!((finding.grade, finding.reasons[0].rule), (Grade::Suspect, Rule::Preload));
}

#[test]
fn the_file_of_the_loader_is_read_where_it_hides_from_every_program() {
    if !is_root() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let Some(library) = library(home.path()) else { return };
    let child = Running::sleeping();
    let pid = child.pid();
    // An /etc of its own, with the little that programs need, and the file.
    let script = format!(
        "cd {home}; mkdir etc; cp /etc/passwd /etc/ld.so.cache etc/; echo {library} > etc/ld.so.preload; \
         mount --bind etc /etc; export STANDIN_HIDES={pid}; ps -e -o pid= > listed || true; \
         sleep 60 & echo $! > loaded; {inner}; kill $(cat loaded)",
        home = home.path().display(),
        library = library.display(),
        inner = inside::command()
    );
    let seen = inside::seen_by(&script, &BTreeMap::new(), 18);
    let read = |name: &str| listed(&std::fs::read(home.path().join(name)).unwrap());
    let all = &seen.hiding.contradictions;
    let file = all.iter().find(|it| it.kind == ContradictionKind::Preload).expect("it is told of");
    assert_eq!(file.what.bytes(), b"/etc/ld.so.preload");
    assert_eq!(file.shown.bytes(), library.to_str().unwrap().as_bytes());
    assert_eq!(file.packaged, Packaged::No);
    let loaded = read("loaded")[0];
    let told = about(&seen, loaded, ContradictionKind::Preloaded).expect("who has it mapped too");
    assert_eq!(told.shown.bytes(), format!("/proc/{loaded}/maps").as_bytes());
    let by_ps = read("listed");
    if can("it needs ps", !by_ps.is_empty()) {
        assert!(!by_ps.contains(&pid), "the library hides nothing");
    }
    assert!(of_pid(&seen, pid).is_some_and(|it| it.hidden.is_none()), "we see it as any other");
    let findings = Watch::default().see(&seen, &Indicators::default());
    let finding = &findings[&Subject::of_contradiction(file)];
    assert_eq!((finding.grade, finding.reasons[0].rule), (Grade::Suspect, Rule::Unpackaged));
}

#[test]
fn a_library_that_a_package_brought_and_nobody_changed_is_noted() {
    if !is_root() {
        return;
    }
    let packages = Packages::open(&Roots::live());
    let folders = ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64"];
    let places = folders.map(|it| format!("{it}/libdl.so.2"));
    let unchanged = |it: &&String| matches!(packages.judge(Path::new(it)), Packaged::Unchanged(_));
    let Some(library) = places.iter().find(unchanged) else {
        can("it needs a library that a package has", false);
        return;
    };
    let home = tempfile::tempdir().unwrap();
    // As the file of some systems has it: the loader knows the folder.
    let named = library.replace("/lib/x86_64-linux-gnu/", "/$LIB/");
    let script = format!(
        "cd {home}; mkdir etc; cp /etc/passwd /etc/ld.so.cache etc/; echo '{named}' > etc/ld.so.preload; \
         mount --bind etc /etc; {inner}",
        home = home.path().display(),
        inner = inside::command()
    );
    let seen = inside::seen_by(&script, &BTreeMap::new(), 18);
    let all = &seen.hiding.contradictions;
    let file = all.iter().find(|it| it.kind == ContradictionKind::Preload).expect("it is told of");
    assert_eq!(file.packaged, packages.judge(Path::new(library)));
    let findings = Watch::default().see(&seen, &Indicators::default());
    assert_eq!(findings[&Subject::of_contradiction(file)].grade, Grade::Noted);
}
