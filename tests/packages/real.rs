//! This machine's own database, only read; and a tool that is really replaced, in a mount namespace of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use firedamp::domain::base::Clock as _;
use firedamp::domain::facts::Packaged;
use firedamp::host::probe::{Eyes, HostClock, Packages, Roots, inspect};

/// Says to the test below that it runs in the namespace.
const INSIDE: &str = "FIREDAMP_TEST_INSIDE";

#[test]
fn the_database_of_this_machine_knows_its_own_files() {
    if !Path::new("/var/lib/dpkg/status").exists() {
        eprintln!("skipped: no dpkg here");
        return;
    }
    let packages = Packages::open(&Roots::live());
    let begun = Instant::now();
    let sources = packages.sources();
    eprintln!("{sources:?} read in {:?}", begun.elapsed());
    assert!(sources[0].files > 1_000 && sources[0].trouble.is_none());
    assert_eq!(packages.judge(Path::new("/bin/cat")), Packaged::Unchanged("coreutils".into()));
    assert_eq!(packages.judge(Path::new("/usr/bin/cat")), Packaged::Unchanged("coreutils".into()));
    assert_eq!(packages.judge(Path::new("/proc/self/stat")), Packaged::No);
}

#[test]
fn a_tool_that_is_really_wrapped_is_seen_by_a_look() {
    if !rustix::process::geteuid().is_root() || !Path::new("/usr/bin/unshare").exists() {
        eprintln!("skipped: needs root and unshare");
        return;
    }
    let Some(tool) = owned_tool() else {
        eprintln!("skipped: no tool here that a package has");
        return;
    };
    let place = tempfile::tempdir().unwrap();
    let wrapper = place.path().join("wrapper");
    fs::write(&wrapper, "#!/bin/sh\nexec true\n").unwrap();
    let script = format!(
        "mount --make-rprivate / && mount --bind {} {tool} && exec \"$0\" --exact real::inside_the_namespace --ignored --nocapture",
        wrapper.display(),
    );
    let me = std::env::current_exe().unwrap();
    let mut unshare = Command::new("/usr/bin/unshare");
    unshare.args(["--mount", "/bin/sh", "-c", &script]).arg(me).env(INSIDE, tool);
    let done = unshare.output().unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{told}{}", String::from_utf8_lossy(&done.stderr));
    assert!(told.contains("1 passed"), "{told}");
}

#[test]
fn a_program_before_a_tool_in_the_search_path_is_seen_by_a_look() {
    let Some(tool) = owned_tool() else {
        eprintln!("skipped: no tool here that a package has");
        return;
    };
    // A folder that this very program has first in its search path.
    let place = tempfile::tempdir().unwrap();
    let before = place.path().join(Path::new(tool).file_name().unwrap());
    fs::write(&before, "#!/bin/sh\nexec true\n").unwrap();
    fs::set_permissions(&before, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", place.path().display());
    let mut inner = Command::new(std::env::current_exe().unwrap());
    inner.args(["--exact", "real::inside_the_namespace", "--ignored", "--nocapture"]);
    let done = inner.env("PATH", path).env(INSIDE, &before).output().unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(told.contains("1 passed"), "{told}{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
#[ignore = "run by the tests above, in a mount namespace of its own or with a search path of its own"]
fn inside_the_namespace() {
    let tool = std::env::var(INSIDE).unwrap();
    let mut eyes = Eyes::open().unwrap();
    let end = Instant::now() + Duration::from_mins(1);
    loop {
        let snapshot = eyes.look(HostClock.now());
        let mut found = snapshot.hiding.contradictions.iter();
        if let Some(found) = found.find(|it| it.what.bytes() == tool.as_bytes()) {
            assert!(found.shown.plain(200).contains("#!/bin/sh"), "{found:?}");
            return;
        }
        assert!(Instant::now() < end, "{tool} was not found: {:?}", snapshot.hiding);
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn tools_of_this_machine_are_as_their_packages_have_them() {
    // Whoever works here may have replaced one on purpose, so this only says what it finds.
    let begun = Instant::now();
    let (tools, found) = inspect(&Roots::live(), &Packages::open(&Roots::live()));
    eprintln!("{} of {tools} tools in doubt after {:?}: {found:?}", found.len(), begun.elapsed());
    assert!(found.iter().all(|it| !it.shown.is_empty()));
}

/// One that this test itself does not need.
fn owned_tool() -> Option<&'static str> {
    let packages = Packages::open(&Roots::live());
    let tools = ["/usr/bin/ps", "/usr/bin/top", "/usr/bin/lsattr", "/usr/bin/strings"];
    let whole = |tool: &&str| matches!(packages.judge(Path::new(tool)), Packaged::Unchanged(_));
    tools.into_iter().find(whole)
}
