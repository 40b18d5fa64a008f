//! Where things are, without a library of the host being asked.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{PROGRAM, is_root};

#[test]
fn without_a_home_the_list_of_users_says_where_it_is() {
    let told = Command::new(PROGRAM).arg("paths").env_clear().output().unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    let uid = rustix::process::getuid().as_raw().to_string();
    let passwd = fs::read_to_string("/etc/passwd").unwrap();
    let mut lines = passwd.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let Some(line) = lines.find(|line| line[2] == uid) else {
        eprintln!("skipped: this user is not in the list");
        return;
    };
    assert!(told.contains(&format!("{}/.config/firedamp/themes", line[5])), "{told}");
}

#[test]
fn variables_of_the_environment_come_first() {
    let paths = |variables: &[(&str, &str)]| {
        let mut command = Command::new(PROGRAM);
        command.arg("paths").env_clear().envs(variables.iter().copied());
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    assert!(paths(&[("HOME", "/srv/home")]).contains("/srv/home/.config/firedamp/themes"));
    let named = [("HOME", "/srv/home"), ("XDG_CONFIG_HOME", "/srv/config")];
    assert!(paths(&named).contains("/srv/config/firedamp/themes"));
    // The XDG rules: what is not absolute is passed over.
    let relative = [("HOME", "/srv/home"), ("XDG_CONFIG_HOME", "config")];
    assert!(paths(&relative).contains("/srv/home/.config/firedamp/themes"));
}

/// Whoever asks the system for a home directory opens this file first. Here nobody ever writes to it, so that would
/// never end.
#[test]
fn no_library_of_the_host_is_asked_for_a_home() {
    if !is_root() || !Path::new("/usr/bin/unshare").exists() {
        eprintln!("skipped: needs root and unshare");
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let pipe = place.path().join("pipe");
    let mode = rustix::fs::Mode::RUSR;
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    let script = format!(
        "mount --make-rprivate / && touch {0}.there && mount --bind {0} /etc/nsswitch.conf && exec \"$0\" paths",
        pipe.display(),
    );
    let mut unshare = Command::new("/usr/bin/unshare");
    unshare.args(["--mount", "/bin/sh", "-c", &script, PROGRAM]).env_clear();
    unshare.env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin").stdout(Stdio::piped());
    let mut child = unshare.spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(20);
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if Instant::now() > end {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("it asked a library of the host");
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(status.success(), "{status}");
    assert!(place.path().join("pipe.there").exists());
}
