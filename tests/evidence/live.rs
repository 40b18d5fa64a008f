//! Stand-ins that only wait: what lies around them and what they remember tells who they are.

use std::fs::File;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;
use std::process::{Command, Stdio};

use firedamp::domain::detect::{FactSource, Grade, Rule};
use firedamp::domain::facts::FoundBy;
use tempfile::TempDir;

use crate::{Looker, Running, WALLET, alone, configuration, copied, python};

#[test]
fn a_configuration_in_the_current_folder_is_confirmed() {
    let Some(_alone) = alone() else { return };
    let (program, place) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let exe = copied("/bin/sleep", program.path(), "kauditd0");
    let config = place.path().join("settings.json");
    std::fs::write(&config, configuration()).unwrap();
    let child = Running::start(Command::new(&exe).arg("60").current_dir(place.path()));
    let (snapshot, found) = Looker::open().find(child.pid(), Rule::ConfigFile);
    let (finding, reason) = found.expect("it is found");
    assert_eq!(finding.grade, Grade::Confirmed);
    assert_eq!(reason.source, FactSource::File);
    let value = reason.value.plain(400);
    assert!(
        value.starts_with(&format!("{}: gw.example:443 {WALLET}", config.display())),
        "{value}"
    );
    let id = finding.subject;
    let firedamp::domain::detect::Subject::Process(id) = id else { panic!("{id:?}") };
    assert_eq!(snapshot.evidence.of(id).unwrap().files.len(), 1);
}

#[test]
fn a_configuration_beside_the_executable_is_confirmed() {
    let Some(_alone) = alone() else { return };
    let program = TempDir::new().unwrap();
    let exe = copied("/bin/sleep", program.path(), "dbus-broker0");
    std::fs::write(program.path().join("c.conf"), "url=gw.example:3333\nuser=acc.rig\nalgo=rx/0\n")
        .unwrap();
    let child = Running::start(Command::new(&exe).arg("60").current_dir("/"));
    let (_, found) = Looker::open().find(child.pid(), Rule::ConfigFile);
    assert_eq!(found.expect("it is found").0.grade, Grade::Confirmed);
}

#[test]
fn calling_itself_a_reader_of_files_hides_nobody() {
    let Some(_alone) = alone() else { return };
    let program = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let exe = copied("/bin/sleep", program.path(), "tail");
    std::fs::write(program.path().join("config.json"), configuration()).unwrap();
    let child = Running::start(Command::new(&exe).arg("60").current_dir("/"));
    let (_, found) = Looker::open().find(child.pid(), Rule::ConfigFile);
    assert_eq!(found.expect("it is found").0.grade, Grade::Confirmed);
}

#[test]
fn what_others_put_where_everybody_may_accuses_nobody_who_does_not_use_it() {
    let Some(_alone) = alone() else { return };
    let everybodys = TempDir::new().unwrap();
    let mode = std::fs::Permissions::from_mode(0o1777);
    std::fs::set_permissions(everybodys.path(), mode).unwrap();
    let config = everybodys.path().join("x_config.json");
    std::fs::write(&config, configuration()).unwrap();
    let may_give = chown(&config, Some(65_534), None).is_ok();
    let exe = copied("/bin/bash", everybodys.path(), "idle");
    let grade_of = |folder: &Path, arguments: &[&str]| {
        let mut command = Command::new(&exe);
        command.args(["-s", "--"]).args(arguments).current_dir(folder).stdin(Stdio::piped());
        let child = Running::start(&mut command);
        let (snapshot, found) = Looker::open().find(child.pid(), Rule::ConfigFile);
        let read = snapshot.evidence.traces.iter().find(|it| it.process.pid.0 == child.pid());
        (found.map(|it| it.0.grade), read.and_then(|it| Some(it.files.first()?.by)))
    };
    let anybodys = Some(FoundBy::Anybodys);
    let beside = grade_of(Path::new("/"), &[]);
    assert!(beside.0 < Some(Grade::Confirmed) && beside.1 == anybodys, "{beside:?}");
    let current = grade_of(everybodys.path(), &[]);
    assert!(current.0 < Some(Grade::Confirmed) && current.1 == anybodys, "{current:?}");
    let name = format!("--config={}", config.display());
    if may_give {
        let anothers = grade_of(Path::new("/"), &[&name]);
        assert!(anothers.0 < Some(Grade::Confirmed) && anothers.1 == anybodys, "{anothers:?}");
        chown(&config, Some(0), None).unwrap();
    }
    let own = grade_of(Path::new("/"), &[&name]);
    assert_eq!(own, (Some(Grade::Confirmed), Some(FoundBy::Named)));
}

#[test]
fn a_configuration_that_was_deleted_and_is_still_open_is_confirmed() {
    let Some(_alone) = alone() else { return };
    let (program, place) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let exe = copied("/bin/sleep", program.path(), "irqbalance0");
    let path = place.path().join("a");
    std::fs::write(&path, configuration()).unwrap();
    let open = File::open(&path).unwrap();
    let child =
        Running::start(Command::new(&exe).arg("60").current_dir("/").stdin(Stdio::from(open)));
    std::fs::remove_file(&path).unwrap();
    let (snapshot, found) = Looker::open().find(child.pid(), Rule::ConfigFile);
    let (finding, _) = found.expect("it is found");
    assert_eq!(finding.grade, Grade::Confirmed);
    let firedamp::domain::detect::Subject::Process(id) = finding.subject else { panic!() };
    let file = &snapshot.evidence.of(id).unwrap().files[0];
    assert!(file.deleted && file.by == FoundBy::Open, "{file:?}");
}

#[test]
fn who_only_stands_in_the_folder_is_not_suspected() {
    let Some(_alone) = alone() else { return };
    let place = TempDir::new().unwrap();
    std::fs::write(place.path().join("config.json"), configuration()).unwrap();
    let open = File::open(place.path().join("config.json")).unwrap();
    // A packaged program, with the folder as its own and the file open: a shell, a pager.
    let child = Running::start(
        Command::new("/bin/sleep").arg("60").current_dir(place.path()).stdin(Stdio::from(open)),
    );
    let mut looker = Looker::open();
    let (_, found) = looker.find(child.pid(), Rule::ConfigFile);
    if let Some((finding, _)) = found {
        assert_eq!(finding.grade, Grade::Noted);
    }
}

#[test]
fn a_file_that_its_arguments_name_is_read() {
    let Some(_alone) = alone() else { return };
    let (program, place) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let exe = copied("/bin/bash", program.path(), "polkitd0");
    std::fs::write(place.path().join("x.bin"), configuration()).unwrap();
    let mut command = Command::new(&exe);
    command.arg("-s").arg("--").arg(format!("--config={}", place.path().join("x.bin").display()));
    let child = Running::start(command.current_dir("/").stdin(Stdio::piped()));
    let (_, found) = Looker::open().find(child.pid(), Rule::ConfigFile);
    assert_eq!(found.expect("it is found").0.grade, Grade::Confirmed);
}

/// Its first thread ends, and the second one works on.
const HEADLESS: &str = r"
import ctypes,platform,threading
def second():
    while True: pass
threading.Thread(target=second).start()
ctypes.CDLL(None).syscall({'x86_64':60,'aarch64':93}[platform.machine()],0)
";

#[test]
fn what_tells_the_way_in_is_read_of_a_process_without_its_first_thread_and_no_query_is_kept() {
    let Some(_alone) = alone() else { return };
    if !python::is_here() {
        return;
    }
    let child = Running::start(
        Command::new("python3")
            .args(["-c", HEADLESS])
            .env("REMOTE_ADDR", "203.0.113.9")
            .env("QUERY_STRING", "pw=secret"),
    );
    let (snapshot, found) = Looker::open().find(child.pid(), Rule::FromRequest);
    let (finding, reason) = found.expect("it is found");
    assert_eq!(reason.source, FactSource::Environment);
    let firedamp::domain::detect::Subject::Process(id) = finding.subject else { panic!() };
    assert!(snapshot.process(id).unwrap().headless.is_some());
    let kept = &snapshot.evidence.of(id).unwrap().environment;
    assert!(kept.contains(&"QUERY_STRING=…".into()), "{kept:?}");
}

/// A copy of bash that is told something through a pipe, keeps it, and waits.
pub(crate) fn remembers(
    exe: &std::path::Path,
    what: &[String],
    port: Option<u16>,
) -> (Running, std::process::ChildStdin) {
    let mut command = Command::new(exe);
    let connect = port.map_or(String::new(), |port| format!("exec 3<>/dev/tcp/127.0.0.1/{port}; "));
    // It waits for more lines, which never come.
    let script = format!("{connect}while read -r line; do kept+=(\"$line\"); done");
    command.arg("-c").arg(script).current_dir("/").stdin(Stdio::piped());
    let mut child = Running::start(&mut command);
    let mut to = child.0.stdin.take().unwrap();
    for line in what {
        writeln!(to, "{line}").unwrap();
    }
    (child, to)
}

#[test]
fn a_pool_and_a_wallet_in_its_own_memory_are_confirmed_with_a_conversation() {
    let Some(_alone) = alone() else { return };
    let program = TempDir::new().unwrap();
    let exe = copied("/bin/bash", program.path(), "networkd0");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let told = [format!("stratum+tcp://127.0.0.1:{port}"), WALLET.to_owned()];
    let (child, _more) = remembers(&exe, &told, Some(port));
    let _talks = listener.accept().unwrap();
    let (_, found) = Looker::open().find(child.pid(), Rule::PaidInMemory);
    let (finding, reason) = found.expect("it is found");
    assert_eq!((finding.grade, reason.source), (Grade::Confirmed, FactSource::Memory));
    assert_eq!(reason.value.plain(400), told.join(" "));
}

#[test]
fn a_pool_and_a_wallet_in_memory_alone_are_not_confirmed() {
    let Some(_alone) = alone() else { return };
    let program = TempDir::new().unwrap();
    let exe = copied("/bin/bash", program.path(), "resolved0");
    let told = ["stratum+tcp://gw.example:3333".to_owned(), WALLET.to_owned()];
    let (child, _more) = remembers(&exe, &told, None);
    let (_, found) = Looker::open().find(child.pid(), Rule::PaidInMemory);
    assert_eq!(found.expect("it is found").0.grade, Grade::Suspect);
}

#[test]
fn a_port_that_is_everybodys_is_no_conversation_with_a_pool_that_has_a_name() {
    let Some(_alone) = alone() else { return };
    let program = TempDir::new().unwrap();
    let exe = copied("/bin/bash", program.path(), "timesyncd0");
    let _listener = TcpListener::bind("127.0.0.1:443").unwrap();
    let told = ["stratum+ssl://pool.example:443".to_owned(), WALLET.to_owned()];
    let (child, _more) = remembers(&exe, &told, Some(443));
    let (_, found) = Looker::open().find(child.pid(), Rule::PaidInMemory);
    assert_eq!(found.expect("it is found").0.grade, Grade::Suspect);
}
