//! Where a process belongs, what it may do, and what its executable is.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use firedamp::domain::base::Pid;
use firedamp::domain::facts::{Reading, Runtime};
use firedamp::host::probe::Eyes;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::{Running, Talking, alone, is_root, look, look_until, python, row};

#[test]
fn a_process_whose_parent_died_keeps_its_ancestors() {
    let _alone = alone();
    let script = "/bin/sh -c '/bin/sleep 60 & echo $!; read x; exit'; read y";
    let mut child = Talking::start(Command::new("/bin/sh").args(["-c", script]));
    let sleeper: u32 = child.says().unwrap()[0].parse().unwrap();
    let mut eyes = Eyes::open().unwrap();
    let before = look_until(&mut eyes, sleeper, |it| it.comm.bytes() == b"sleep");
    let chain: Vec<_> = before.around.ancestors.iter().map(|it| it.id.pid).collect();
    assert_eq!(chain[0], before.parent);
    assert_eq!(chain[1..3], [Pid(child.child.pid()), Pid(std::process::id())]);
    assert_eq!(before.around.ancestors[0].comm.bytes(), b"sh");
    child.go_on();
    let after = look_until(&mut eyes, sleeper, |it| it.parent != before.parent);
    assert_eq!(after.around.ancestors, before.around.ancestors);
    assert!(row(&look(&mut eyes), before.parent.0).is_none(), "its parent is gone");
}

/// A control group that is removed with the test.
struct Group(PathBuf);

impl Drop for Group {
    fn drop(&mut self) {
        for _ in 0..50 {
            if fs::remove_dir(&self.0).is_ok() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        self.0.parent().map(fs::remove_dir);
    }
}

#[test]
fn a_process_in_the_group_of_a_container_is_in_that_container() {
    let _alone = alone();
    let id = "4f5c8e1a9b3d7026c4e8f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6";
    let name = format!("firedamp-test-{}.slice/docker-{id}.scope", std::process::id());
    let roots = ["/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd", "/sys/fs/cgroup"];
    let made = roots.iter().map(|root| PathBuf::from(root).join(&name));
    let group = made
        .into_iter()
        .find(|it| fs::create_dir_all(it).is_ok() && it.join("cgroup.procs").exists());
    let Some(group) = group.map(Group) else {
        return eprintln!("left out: no control group can be made here");
    };
    let child = Running::start(Command::new("/bin/sleep").arg("60"));
    let mut eyes = Eyes::open().unwrap();
    look_until(&mut eyes, child.pid(), |it| it.comm.bytes() == b"sleep");
    if fs::write(group.0.join("cgroup.procs"), child.pid().to_string()).is_err() {
        return eprintln!("left out: no process can be put into a control group here");
    }
    let mut later = Eyes::open().unwrap();
    let process = look_until(&mut later, child.pid(), |it| it.around.container.is_some());
    let container = process.around.container.as_ref().unwrap();
    assert_eq!((container.runtime, container.id.bytes()), (Runtime::Docker, id.as_bytes()));
    assert!(process.around.cgroup.bytes().ends_with(format!("/{name}").as_bytes()));
    drop(child);
}

#[test]
fn a_process_on_a_terminal_has_its_session_and_its_terminal() {
    let _alone = alone();
    let pair = native_pty_system().openpty(PtySize::default()).unwrap();
    let mut command = CommandBuilder::new("/bin/sleep");
    command.arg("60");
    let mut child = pair.slave.spawn_command(command).unwrap();
    let pid = child.process_id().unwrap();
    let mut eyes = Eyes::open().unwrap();
    let process = look_until(&mut eyes, pid, |it| it.comm.bytes() == b"sleep");
    let link = fs::read_link(format!("/proc/{pid}/fd/0")).unwrap();
    let name = process.around.terminal.as_ref().unwrap().printable();
    assert_eq!(PathBuf::from("/dev").join(name), link);
    assert_eq!(process.around.session, pid);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn namespaces_capabilities_and_processors_are_those_of_the_process() {
    let _alone = alone();
    if !is_root() {
        return;
    }
    let link = |of: &str, name: &str| fs::read_link(format!("/proc/{of}/ns/{name}")).unwrap();
    let mut eyes = Eyes::open().unwrap();
    let apart =
        Running::start(Command::new("unshare").args(["--uts", "--mount", "/bin/sleep", "60"]));
    let process = look_until(&mut eyes, apart.pid(), |it| it.comm.bytes() == b"sleep");
    let namespaces = process.around.namespaces;
    let pid = apart.pid().to_string();
    for (name, inode) in [
        ("cgroup", namespaces.cgroup),
        ("ipc", namespaces.ipc),
        ("mnt", namespaces.mnt),
        ("net", namespaces.net),
        ("pid", namespaces.pid),
        ("user", namespaces.user),
        ("uts", namespaces.uts),
    ] {
        assert_eq!(link(&pid, name), PathBuf::from(format!("{name}:[{inode}]")));
        assert_eq!(link(&pid, name) != link("self", name), matches!(name, "mnt" | "uts"), "{name}");
    }
    let plain = Running::start(Command::new("/bin/sleep").arg("60").uid(65_534).gid(65_534));
    let process = look_until(&mut eyes, plain.pid(), |it| it.comm.bytes() == b"sleep");
    assert_eq!(process.around.capabilities, Reading::Known(0));
    assert_eq!((process.uid, process.around.seccomp), (65_534, Reading::Known(0)));
    let status = fs::read_to_string(format!("/proc/{}/status", plain.pid())).unwrap();
    let cpus = format!("Cpus_allowed_list:\t{}\n", process.around.cpus.printable());
    assert!(status.contains(&cpus), "{cpus}");
    assert_eq!(process.huge, Reading::Known(0));
    let (one, other) = (process, row(&look(&mut eyes), plain.pid()).cloned().unwrap());
    assert!(std::sync::Arc::ptr_eq(&one.around, &other.around));
}

#[test]
fn a_process_that_locked_itself_in_is_told() {
    let _alone = alone();
    // No call that the strict filter forbids: a wait without letting go of python's own lock.
    let script = "import ctypes\nlibc=ctypes.PyDLL(None)\nbuf=ctypes.create_string_buffer(1)\nlibc.prctl(22,1)\nlibc.read(0,buf,1)";
    let Some(mut script) = python(script) else { return };
    let child = Running::start(script.stdin(Stdio::piped()));
    let mut eyes = Eyes::open().unwrap();
    look_until(&mut eyes, child.pid(), |it| it.around.seccomp == Reading::Known(1));
}

#[test]
fn what_storage_did_is_what_the_kernel_counted() {
    let _alone = alone();
    let home = tempfile::tempdir().unwrap();
    let script = "import os,sys\nsys.stdin.readline()\nf=os.open(sys.argv[1],os.O_WRONLY|os.O_CREAT)\nos.write(f,b'x'*(1<<20))\nos.fsync(f)\nprint('done',flush=True)\nsys.stdin.readline()";
    let Some(mut script) = python(script) else { return };
    let mut child = Talking::start(script.arg(home.path().join("written")));
    let pid = child.child.pid();
    let mut eyes = Eyes::open().unwrap();
    look_until(&mut eyes, pid, |it| it.io.known().is_some());
    child.go_on();
    child.says().unwrap();
    let counted = fs::read_to_string(format!("/proc/{pid}/io")).unwrap();
    look_until(&mut eyes, pid, |it| {
        let Reading::Known(io) = it.io else { return false };
        counted.contains(&format!("\nread_bytes: {}\nwrite_bytes: {}\n", io.read, io.written))
    });
}

#[test]
fn a_program_in_memory_alone_is_told_by_its_file_system_and_not_by_its_name() {
    let _alone = alone();
    let script = "import os\nf=os.memfd_create('kworker',os.MFD_CLOEXEC)\nos.write(f,open('/bin/sleep','rb').read())\nos.execve(f,['sleep','60'],{})";
    let Some(mut script) = python(script) else { return };
    let mut eyes = Eyes::open().unwrap();
    let memory = Running::start(&mut script);
    let process = look_until(&mut eyes, memory.pid(), |it| it.exe_memory);
    assert!(process.exe_deleted);
    assert_eq!(process.exe.known().unwrap().bytes(), b"/memfd:kworker (deleted)");
    let home = tempfile::tempdir().unwrap();
    let (named, gone) = (home.path().join("memfd:x (deleted)"), home.path().join("gone"));
    for path in [&named, &gone] {
        fs::copy("/bin/sleep", path).unwrap();
    }
    let child = Running::start(Command::new(&named).arg("60"));
    let exe = |it: &firedamp::domain::facts::Process| {
        it.exe.known().is_some_and(|exe| exe.bytes().ends_with(b"memfd:x (deleted)"))
    };
    let process = look_until(&mut eyes, child.pid(), exe);
    assert!(!process.exe_deleted && !process.exe_memory, "it is only called so");
    let child = Running::start(Command::new(&gone).arg("60"));
    look_until(&mut eyes, child.pid(), |it| it.comm.bytes() == b"gone");
    fs::remove_file(&gone).unwrap();
    let process = look_until(&mut eyes, child.pid(), |it| it.exe_deleted);
    assert!(!process.exe_memory, "it was on disk once");
}
