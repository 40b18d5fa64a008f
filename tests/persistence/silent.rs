//! Where a file system does not answer.

use std::path::Path;
use std::time::{Duration, Instant};

use firedamp::domain::base::Clock;
use firedamp::domain::facts::Packaged;
use firedamp::host::probe::{Eyes, HostClock, Hunt, Roots};
use tempfile::tempdir;

use super::live::has;
use super::write;

/// Mounts a FUSE file system that answers nothing but its first message over a folder, and runs a test again.
const SILENT: &str = r"
import os, ctypes, struct, subprocess, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
home, exe, name = sys.argv[1:4]
fd = os.open('/dev/fuse', os.O_RDWR)
opts = f'fd={fd},rootmode=40000,user_id=0,group_id=0,allow_other'.encode()
if libc.mount(b'silent', home.encode(), b'fuse.silent', 0, opts): sys.exit(77)
request = os.read(fd, 1 << 17)
unique = struct.unpack('<IIQ', request[:16])[2]
readahead = struct.unpack('<IIII', request[40:56])[2]
body = struct.pack('<IIIIHHII', 7, 31, readahead, 0, 12, 1, 1 << 16, 1) + bytes(32)
os.write(fd, struct.pack('<IiQ', 16 + len(body), 0, unique) + body)
def drain():
    while True:
        try: os.read(fd, 1 << 17)
        except OSError: return
threading.Thread(target=drain, daemon=True).start()
done = os.path.join(os.environ['SILENT_ROOT'], 'done')
test = subprocess.Popen([exe, '--exact', name, '--nocapture'])
end = time.time() + 30
while test.poll() is None and time.time() < end and not os.path.exists(done): time.sleep(0.05)
late = test.poll() is None and not os.path.exists(done)
# Whoever waits for an answer cannot even end before the mount is given up.
libc.umount2(home.encode(), 1)
code = test.wait()
os._exit(1 if late else code)
";

#[test]
fn a_home_on_a_silent_mount_is_left_alone_and_said() {
    if let Some(root) = std::env::var_os("SILENT_ROOT") {
        return inside(Path::new(&root));
    }
    let root = tempdir().unwrap();
    write(
        root.path(),
        "etc/passwd",
        "a:x:1000:1000::/home/a:/bin/sh\nb:x:1001:1001::/home/b:/bin/sh\n",
    );
    write(root.path(), "home/b/.bashrc", "/home/b/x\n");
    std::fs::create_dir_all(root.path().join("home/a")).unwrap();
    // Links to the silent mount, from a home and from places of the machine.
    std::os::unix::fs::symlink("/home/a/x", root.path().join("home/b/tool")).unwrap();
    std::os::unix::fs::symlink("../a/config", root.path().join("home/b/.config")).unwrap();
    write(root.path(), "etc/crontab", "1 * * * * b /home/b/tool/run\n");
    std::os::unix::fs::symlink("../home/b/tool/d", root.path().join("etc/cron.d")).unwrap();
    again(root.path(), "home/a", "silent::a_home_on_a_silent_mount_is_left_alone_and_said");
}

/// Runs this test again where `folder` of the root does not answer.
fn again(root: &Path, folder: &str, name: &str) {
    let status = std::process::Command::new("unshare")
        .args(["-m", "--propagation", "private", "python3", "-c", SILENT])
        .args([root.join(folder).as_os_str(), std::env::current_exe().unwrap().as_os_str()])
        .arg(name)
        .env("SILENT_ROOT", root)
        .status();
    match status.ok().and_then(|it| it.code()) {
        Some(0) => {}
        Some(1) | None => panic!("it hung, or did not say what it left out"),
        Some(code) => eprintln!("skipped: no FUSE mount can be made here ({code})"),
    }
}

fn inside(root: &Path) {
    let mut hunt = Hunt::new(&Roots::recorded(root), Box::new(|_| Packaged::Unknown));
    let begun = Instant::now();
    hunt.everywhere();
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert!(has(&hunt.found(), "/home/b/x"), "others are read all the same");
    let said: Vec<String> = hunt.unread().map(|it| it.what.printable()).collect();
    assert!(said.contains(&"/home/a".to_owned()), "{said:?}");
    assert!(
        said.contains(&"/etc/cron.d".to_owned()),
        "a link is held against the mounts: {said:?}"
    );
}

#[test]
fn a_list_of_users_on_a_silent_mount_holds_no_look_and_that_is_said() {
    if let Some(root) = std::env::var_os("SILENT_ROOT") {
        return looks(Path::new(&root));
    }
    let root = tempdir().unwrap();
    for folder in ["etc", "proc"] {
        std::fs::create_dir_all(root.path().join(folder)).unwrap();
    }
    let name = "silent::a_list_of_users_on_a_silent_mount_holds_no_look_and_that_is_said";
    again(root.path(), "etc", name);
}

fn looks(root: &Path) {
    let begun = Instant::now();
    let mut eyes = Eyes::open_at(&Roots::recorded(root)).unwrap();
    let mut said = Vec::new();
    while begun.elapsed() < Duration::from_secs(4) {
        let look = Instant::now();
        let snapshot = eyes.look(HostClock.now());
        assert!(look.elapsed() < Duration::from_secs(1), "{:?}", look.elapsed());
        said = snapshot.unread.iter().map(|it| it.what.printable()).collect();
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(said.contains(&"/etc/passwd".to_owned()), "{said:?}");
    std::fs::write(root.join("done"), "").unwrap();
}
