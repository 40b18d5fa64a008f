//! Who carries the terminal runs before others while miners starve it, and only then.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process, setpriority_process};

use super::is_root;
use super::raised::{Screen, alone, threads};

/// Processes that do nothing but hold a processor each, and were put before others.
struct Burners(Vec<Child>);

impl Burners {
    /// One for every processor.
    fn start() -> Self {
        let count = std::thread::available_parallelism().unwrap().get();
        let mut burners = Self(Vec::new());
        for _ in 0..count {
            let mut shell = Command::new("sh");
            let child = shell.args(["-c", "while :; do :; done"]).stdin(Stdio::null()).spawn();
            let child = child.unwrap();
            let pid = Pid::from_raw(child.id().cast_signed());
            burners.0.push(child);
            setpriority_process(pid, -20).unwrap();
        }
        burners
    }
}

impl Drop for Burners {
    fn drop(&mut self) {
        for child in &mut self.0 {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// The kernel's workers that are bound to no processor and have this nice value.
fn workers(nice: i64) -> BTreeSet<u32> {
    let pids = fs::read_dir("/proc").unwrap().flatten();
    let pids = pids.filter_map(|it| it.file_name().to_str()?.parse::<u32>().ok());
    let is_one = |pid: &u32| {
        threads(*pid).first().is_some_and(|it| it.0.starts_with("kworker/u") && it.1 == nice)
    };
    pids.filter(is_one).collect()
}

#[test]
fn workers_of_the_kernel_that_carry_the_terminal_are_raised_while_it_is_starved() {
    if !is_root() || workers(0).is_empty() {
        eprintln!("skipped: needs root and the first namespace of pids");
        return;
    }
    let _alone = alone();
    let urgent = workers(-20);
    let screen = Screen::start_while(&[]);
    screen.wait_until("it looks", || looks(&screen));
    assert_eq!(workers(-20), urgent, "nobody is starved, nobody is raised");

    let burner = Burners::start();
    let raised = || workers(-20).difference(&urgent).count();
    screen.wait_until("they are raised", || raised() > 0);
    screen.wait_until("it is an entry", || screen.journal().contains("\"carriers\""));
    drop(burner);
    screen.wait_until("that is over, and they are as they were", || raised() == 0);

    let _again = Burners::start();
    drop(screen);
    for (signal, who) in [(Signal::TERM, "who leaves"), (Signal::KILL, "the guard")] {
        let mut screen = Screen::start_while(&[]);
        screen.wait_until("they are raised again", || raised() > 0);
        let told = Pid::from_raw(screen.processes()[1].cast_signed()).unwrap();
        kill_process(told, signal).unwrap();
        screen.leave();
        assert_eq!(raised(), 0, "{who} puts them back");
    }
}

#[test]
fn without_raising_itself_the_program_raises_nobody() {
    if !is_root() {
        eprintln!("skipped: needs root");
        return;
    }
    let _alone = alone();
    let before = workers(-20);
    let _burner = Burners::start();
    let screen = Screen::start_while(&["--no-raise"]);
    screen.wait_until("it looks", || looks(&screen));
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert_eq!(workers(-20).difference(&before).count(), 0);
}

/// A look is on the screen. Where many are found, these stand above what every host has.
fn looks(screen: &Screen) -> bool {
    screen.shown().contains("kthreadd") || screen.journal().contains("\"found\"")
}
