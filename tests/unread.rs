//! What cannot be seen is said: the same eyes, in children that stand otherwise on this machine.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first thing that is not as it must be, starts its own children, and reads what they print"
)]

#[path = "support/silent.rs"]
mod silent;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use firedamp::domain::base::{Clock, Language};
use firedamp::domain::facts::{Gap, Weight};
use firedamp::host::probe::{Eyes, HostClock};
use firedamp::words::gap::{Way, gap, mark, missing, ways};

/// What a child prints before each gap.
const SIGN: &str = "GAP ";
/// In the environment of a child.
const CHILD: &str = "FIREDAMP_TEST_UNREAD_CHILD";

/// Not a test of its own: it is this file in a child, as somebody else, somewhere else.
#[test]
fn child() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let mut eyes = Eyes::open().unwrap();
    let begun = Instant::now();
    let snapshot = eyes.look(HostClock.now());
    let mut longest = begun.elapsed();
    if std::env::var_os(LOOKS).is_some() {
        for _ in 0..70 {
            let begun = Instant::now();
            eyes.look(HostClock.now());
            longest = longest.max(begun.elapsed());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    println!("\nLONGEST {}", longest.as_millis());
    for gap in snapshot.unread.iter().filter_map(|it| it.gap.as_ref()) {
        println!("{SIGN}{gap:?}");
    }
    for other in snapshot.unread.iter().filter(|it| it.gap.is_none()) {
        println!("UNREAD {}: {}", other.what.plain(80), other.why.plain(80));
    }
    println!("BLIND {:?}", snapshot.blindness());
    println!("PROCESSES {}", snapshot.processes.len());
    println!("DONE");
}

/// The same, of a child that looks many times.
const LOOKS: &str = "FIREDAMP_TEST_UNREAD_LOOKS";

/// What the eyes lack in a child that `shell` starts: `$EYES` in it runs them. `None`, and a word on stderr, where this
/// machine does not let a test stand so.
fn gaps(shell: &str) -> Option<String> {
    let home = tempfile::tempdir().unwrap();
    // Whoever the child is, it may run this.
    let eyes = home.path().join("eyes");
    std::fs::copy(std::env::current_exe().unwrap(), &eyes).unwrap();
    let open = |path: &Path| {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    open(home.path());
    open(&eyes);
    let run = format!("{} --exact child --nocapture", eyes.display());
    let mut command = Command::new("/bin/sh");
    command.args(["-c", shell]).env("EYES", run).env(CHILD, "1");
    let out = command.output().unwrap();
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    if !out.status.success() || !said.contains("BLIND ") {
        eprintln!("skipped: {shell}: {}", String::from_utf8_lossy(&out.stderr));
        return None;
    }
    Some(said)
}

const NOBODY: &str = "setpriv --reuid 65534 --regid 65534 --clear-groups --";

fn root_on_the_host() -> bool {
    let host = std::fs::read_link("/proc/self/ns/pid").unwrap();
    let is = rustix::process::geteuid().is_root() && host.as_os_str() == "pid:[4026531836]";
    if !is {
        eprintln!("skipped: this needs root on the host itself");
    }
    is
}

#[test]
fn root_on_the_host_lacks_nothing_that_matters() {
    if !root_on_the_host() {
        return;
    }
    let Some(said) = gaps("$EYES") else { return };
    assert!(said.contains("BLIND None"), "{said}");
}

#[test]
fn somebody_else_says_that_it_is_not_root_and_counts_what_is_closed() {
    if !root_on_the_host() {
        return;
    }
    let Some(said) = gaps(&format!("{NOBODY} $EYES")) else { return };
    assert!(said.contains("GAP NotRoot(65534)\n"), "{said}");
    assert!(said.contains("BLIND Some(NotRoot(65534))"), "{said}");
    assert!(said.contains("GAP Closed(OpenFiles, "), "{said}");
    assert!(!said.contains("GAP Capability"), "one line, not six: {said}");
}

#[test]
fn in_a_process_namespace_the_host_is_outside() {
    if !root_on_the_host() {
        return;
    }
    let Some(said) = gaps("unshare --pid --fork --mount-proc $EYES") else { return };
    assert!(said.contains("BLIND Some(PidNamespace("), "{said}");
    assert!(!said.contains("NetNamespace"), "process 1 is no measure of the host: {said}");
}

#[test]
fn a_proc_that_hides_says_so_unless_we_are_in_its_group() {
    if !root_on_the_host() {
        return;
    }
    let hidden = format!(
        "unshare --mount sh -c 'mount -t proc -o hidepid=2,gid=4 proc /proc && exec {NOBODY} $EYES'"
    );
    let Some(said) = gaps(&hidden) else { return };
    let modes = ["mode: \"invisible\", group: Some(4)", "mode: \"2\", group: Some(4)"];
    assert!(modes.iter().any(|it| said.contains(it)), "{said}");
    assert!(said.contains("BLIND Some(HidePid"), "{said}");
    let processes = said.lines().find_map(|line| line.strip_prefix("PROCESSES "));
    assert!(processes.unwrap().parse::<u32>().unwrap() < 10, "it sees its own alone: {said}");
    let in_group = hidden.replace("--clear-groups", "--groups 4");
    let Some(said) = gaps(&in_group) else { return };
    assert!(!said.contains("HidePid") && said.contains("BLIND Some(NotRoot"), "{said}");
    let as_root = hidden.replace(NOBODY, "");
    let Some(said) = gaps(&as_root) else { return };
    assert!(!said.contains("HidePid"), "{said}");
    assert!(said.contains("GAP MountNamespace"), "{said}");
}

#[test]
fn a_proc_of_processes_alone_is_a_part() {
    if !root_on_the_host() {
        return;
    }
    let part = "unshare --mount sh -c 'mount -t proc -o subset=pid proc /proc && exec $EYES'";
    let Some(said) = gaps(part) else { return };
    assert!(said.contains("BLIND Some(ProcSubset)"), "{said}");
}

#[test]
fn root_without_a_capability_says_which() {
    if !root_on_the_host() {
        return;
    }
    let without = "setpriv --bounding-set -sys_ptrace,-net_raw --inh-caps -all $EYES";
    let Some(said) = gaps(without) else { return };
    assert!(said.contains("GAP Capability(SysPtrace)\nGAP Capability(NetRaw)\n"), "{said}");
    assert!(said.contains("BLIND Some(Capability(SysPtrace))"), "{said}");
}

#[test]
fn the_root_of_a_user_namespace_is_none_of_the_host() {
    if !root_on_the_host() {
        return;
    }
    let Some(said) = gaps("unshare --user --map-root-user $EYES") else { return };
    assert!(said.contains("BLIND Some(UserNamespace)"), "{said}");
    assert!(!said.contains("GAP NotRoot"), "{said}");
}

#[test]
fn a_network_of_our_own_is_said() {
    if !root_on_the_host() {
        return;
    }
    let Some(said) = gaps("unshare --net $EYES") else { return };
    assert!(
        said.contains("GAP NetNamespace") && said.contains("BLIND Some(NetNamespace)"),
        "{said}"
    );
}

#[test]
fn files_of_the_host_that_do_not_answer_let_no_look_wait() {
    if !root_on_the_host() {
        return;
    }
    let mut child = Command::new(std::env::current_exe().unwrap());
    // With one thread the harness does not ask control groups how many there could be.
    child.args(["--exact", "child", "--nocapture", "--test-threads", "1"]);
    child.env(CHILD, "1").env(LOOKS, "1");
    let mut in_peace = child.output().unwrap();
    let peace = longest(&String::from_utf8_lossy(&std::mem::take(&mut in_peace.stdout)));
    let paths = [Path::new("/etc/passwd"), Path::new("/sys/fs/cgroup")];
    let Some(said) = silent::beside(&paths, &mut child) else { return };
    let longest = longest(&said);
    eprintln!("the longest of 71 looks: {peace:?} in peace, {longest:?} beside silent files");
    assert!(longest < Duration::from_millis(250).max(peace * 4), "{said}");
    assert!(said.contains("GAP Late(Standing)"), "{said}");
}

fn longest(said: &str) -> Duration {
    let number = said.lines().find_map(|line| line.strip_prefix("LONGEST ")).unwrap();
    Duration::from_millis(number.parse().unwrap())
}

#[test]
fn a_want_of_descriptors_is_said_and_breaks_no_look() {
    // So many are enough to open the eyes; the threads that look beside them and each other take them away.
    let wanting = |most: u32| gaps(&format!("ulimit -n {most}; $EYES --test-threads 1"));
    let said: Vec<String> = (14..=32).step_by(3).filter_map(wanting).collect();
    if said.is_empty() {
        return;
    }
    let want = |it: &String| it.contains("Too many open files");
    assert!(said.iter().any(want), "{said:?}");
    let processes = |said: &str| -> usize {
        let line = said.lines().find_map(|line| line.strip_prefix("PROCESSES "));
        line.unwrap().parse().unwrap()
    };
    let told = |it: &String| processes(it) > 1 || want(it);
    assert!(said.iter().all(told), "no process is missing in silence: {said:?}");
    assert!(!said.iter().any(|it| it.contains("UNREAD /proc: ")), "the list is there: {said:?}");
}

#[test]
fn every_gap_says_what_is_missing_and_how_to_get_it_in_both_languages() {
    let all = every_gap();
    let weights: Vec<Weight> = all.iter().map(Gap::weight).collect();
    assert!([Weight::Note, Weight::Part, Weight::Much].iter().all(|it| weights.contains(it)));
    for one in &all {
        let texts = |language| {
            let said = [gap(language, one), missing(language, one)].map(|it| it.plain(40));
            let ways: Vec<String> = ways(language, one)
                .into_iter()
                .map(|way| match way {
                    Way::Words(words) => words.plain(40),
                    Way::Command(typed) => typed.to_owned(),
                })
                .collect();
            assert!(!ways.is_empty(), "{one:?} says no way");
            (said, ways, mark(language, one))
        };
        let (english, thai) = (texts(Language::En), texts(Language::Th));
        assert_ne!(english.0, thai.0, "{one:?}");
        for said in english.0.iter().chain(english.1.iter().filter(|it| !it.contains("sudo "))) {
            assert!(said.split(' ').count() <= 12, "{said}");
        }
    }
}

/// What of a closer look can be missing, of one and of many.
fn not_read() -> [Gap; 9] {
    use firedamp::domain::facts::NotRead::{
        Files, Large, LetGo, LongMemory, ManyFiles, Memory, Programs, Room,
    };
    [
        (Files, 1),
        (Files, 37),
        (Programs, 2),
        (Memory, 37),
        (Room, 900),
        (Large, 1),
        (LetGo, 3),
        (ManyFiles, 2),
        (LongMemory, 1),
    ]
    .map(|(what, count)| Gap::NotRead(what, count))
}

/// What did not answer in time.
fn late() -> Vec<Gap> {
    use firedamp::domain::facts::Late;
    vec![
        Gap::Late(Late::Graphics("card0".into())),
        Gap::Late(Late::Processes(1)),
        Gap::Late(Late::Processes(37)),
        Gap::Late(Late::Standing),
        Gap::Late(Late::Modules),
        Gap::Late(Late::Namespaces),
        Gap::Late(Late::Tables),
        Gap::Late(Late::Tools),
        Gap::Late(Late::Hunt),
        Gap::Late(Late::Threads(1)),
        Gap::Late(Late::Threads(9)),
    ]
}

fn every_gap() -> Vec<Gap> {
    use firedamp::domain::facts::{
        Capability, Closed, DiagModule, Lockdown, NotEntered, NotWhole, Runtime,
    };
    let mut all = vec![
        Gap::PidNamespace(None),
        Gap::HidePid { mode: "2".into(), group: Some(4) },
        Gap::NotRoot(1000),
        Gap::UserNamespace,
        Gap::ProcSubset,
        Gap::NetNamespace,
        Gap::MountNamespace,
        Gap::Closed(Closed::Stat, 1),
        Gap::Closed(Closed::OpenFiles, 37),
        Gap::NotEntered(NotEntered::Refused, 1),
        Gap::NotEntered(NotEntered::TooMany, 3),
        Gap::NotEntered(NotEntered::NotAsked, 3),
        Gap::NotEntered(NotEntered::Files, 37),
        Gap::NotEntered(NotEntered::NotYet, 2),
        Gap::NotEntered(NotEntered::Marked, 5),
        Gap::Seccomp,
        Gap::Confined("example (enforce)".into()),
        Gap::Lockdown(Lockdown::Integrity),
        Gap::Lockdown(Lockdown::Confidentiality),
        Gap::NoPtrace,
        Gap::NoCgroup2,
    ];
    let parts = [
        NotWhole::Late,
        NotWhole::Unreadable,
        NotWhole::Long,
        NotWhole::Names,
        NotWhole::Entries,
        NotWhole::Homes,
        NotWhole::Directories,
        NotWhole::InParts,
        NotWhole::Remote,
        NotWhole::Covered,
        NotWhole::CoveredBy,
        NotWhole::CoveredLate,
        NotWhole::NoProcessors,
        NotWhole::CountsOthers,
        NotWhole::HidePid,
        NotWhole::Etcd,
        NotWhole::Database,
    ];
    all.extend(late());
    all.extend(parts.map(Gap::NotWhole).into_iter().chain(not_read()));
    all.extend([DiagModule::Tcp, DiagModule::Udp].map(Gap::NoModule));
    all.extend(Capability::ALL.map(Gap::Capability));
    let runtimes = [Runtime::Docker, Runtime::Podman, Runtime::Kubernetes, Runtime::Lxc];
    all.extend(runtimes.map(|runtime| Gap::PidNamespace(Some(runtime))));
    all
}
