//! What is opened where the kernel does not watch the way, which is no kernel of today.

use std::io::Write as _;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use nix::sched::CloneFlags;
use rustix::mount::{MountPropagationFlags, mount_bind, mount_change};

use super::*;

/// What the step by step way says of a path; fails where it waits.
fn by_steps(root: &Path, path: &'static str) -> Result<Vec<u8>, Errno> {
    let (dir, (answer, answered)) = (open_dir(root).unwrap(), sync_channel(1));
    std::thread::spawn(move || {
        let opened = open_by_steps(dir.as_fd(), path.as_bytes(), OFlags::empty());
        let read = opened.and_then(|file| {
            let mut bytes = Vec::new();
            read_to_end(file.as_fd(), &mut bytes, PAGE).map(|()| bytes)
        });
        answer.send(read).ok();
    });
    answered.recv_timeout(Duration::from_secs(20)).expect("it waits")
}

#[test]
fn a_pipe_without_a_writer_lets_nobody_wait_where_the_kernel_does_not_watch_the_way() {
    let root = tempfile::tempdir().unwrap();
    let dir = open_dir(root.path()).unwrap();
    rustix::fs::mkfifoat(&dir, "meminfo", Mode::from_raw_mode(0o600)).unwrap();
    assert_eq!(by_steps(root.path(), "meminfo"), Ok(Vec::new()));
}

#[test]
fn a_pipe_that_is_mounted_over_a_file_of_proc_is_not_opened() {
    if !rustix::process::geteuid().is_root() {
        writeln!(std::io::stderr(), "skipped: needs root").ok();
        return;
    }
    // In a mount namespace of this thread, and of those that it starts.
    let apart = std::thread::spawn(|| {
        nix::sched::unshare(CloneFlags::CLONE_NEWNS).unwrap();
        let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
        mount_change("/", private).unwrap();
        let root = tempfile::tempdir().unwrap();
        let (dir, pipe) = (open_dir(root.path()).unwrap(), root.path().join("pipe"));
        rustix::fs::mkfifoat(&dir, "pipe", Mode::from_raw_mode(0o600)).unwrap();
        mount_bind(&pipe, "/proc/meminfo").unwrap();
        // Of the same file system, and lets whoever reads it wait for a message of the kernel.
        mount_bind("/proc/kmsg", "/proc/loadavg").unwrap();
        ["meminfo", "loadavg"].map(|name| by_steps(Path::new("/proc"), name))
    });
    assert_eq!(apart.join().unwrap(), [Err(Errno::XDEV), Err(Errno::XDEV)]);
}

#[test]
fn what_is_of_another_file_system_is_not_opened() {
    // `/proc` is mounted over a folder of the root, and over nothing of its own.
    assert_eq!(by_steps(Path::new("/"), "proc/meminfo"), Err(Errno::XDEV));
    assert!(by_steps(Path::new("/proc"), "meminfo").unwrap().starts_with(b"MemTotal"));
}

#[test]
fn links_of_proc_are_followed_and_those_that_lead_out_are_not() {
    assert!(by_steps(Path::new("/proc"), "self/status").unwrap().starts_with(b"Name:"));
    assert!(by_steps(Path::new("/proc"), "net/sockstat").unwrap().starts_with(b"sockets:"));
    let root = tempfile::tempdir().unwrap();
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, root.path().join(name));
    link("/etc/passwd", "out").unwrap();
    link("round", "round").unwrap();
    assert_eq!(by_steps(root.path(), "out"), Err(Errno::XDEV));
    assert_eq!(by_steps(root.path(), "round"), Err(Errno::LOOP));
}
