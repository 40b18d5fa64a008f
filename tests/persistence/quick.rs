//! How soon a change is seen: one after the other, and while somebody makes a storm.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use firedamp::host::probe::{Eyes, Roots};
use tempfile::{TempDir, tempdir};

use super::live::{has, look_until};
use super::write;

/// Changes of each place, unless `CHANGES` says how many.
const CHANGES: usize = 8;
/// The next whole hunt is ten minutes away: what is seen before was told by the watch.
const PATIENCE: Duration = Duration::from_secs(30);
/// A quiet machine shows a change within a quarter of a second, a storm's own within a second; this one may have more to do.
const LATEST: Duration = Duration::from_secs(30);
const MEDIAN: Duration = Duration::from_secs(5);

/// A machine with as many units as a server has.
fn server() -> TempDir {
    let root = tempdir().unwrap();
    fs::create_dir_all(root.path().join("proc")).unwrap();
    let passwd = "root:x:0:0:root:/root:/bin/bash\nmalee:x:1000:1000::/home/malee:/bin/bash\n";
    write(root.path(), "etc/passwd", passwd);
    write(root.path(), "etc/crontab", "@daily root /usr/bin/a\n");
    for unit in 0..300 {
        let text = format!("[Service]\nExecStart=/usr/bin/d{unit}\n[Install]\n");
        write(root.path(), &format!("usr/lib/systemd/system/d{unit}.service"), &text);
        write(
            root.path(),
            &format!("etc/systemd/system/multi-user.target.wants/d{unit}.service"),
            "",
        );
    }
    for home in ["root", "home/malee"] {
        write(root.path(), &format!("{home}/.bashrc"), "/usr/bin/b\n");
        write(root.path(), &format!("{home}/.ssh/authorized_keys"), "");
        write(root.path(), &format!("{home}/.config/systemd/user/a.service"), "[Service]\n");
    }
    fs::create_dir_all(root.path().join("etc/cron.d")).unwrap();
    root
}

fn opened(root: &Path) -> Eyes {
    let mut eyes = Eyes::open_at(&Roots::recorded(root)).unwrap();
    look_until(&mut eyes, PATIENCE, |it| it.watched && has(it, "/usr/bin/a"));
    eyes
}

/// Says how long the changes of a place took until they were seen, and that most of them were seen soon.
fn soon(place: &str, mut took: Vec<Duration>) {
    took.sort();
    let at = |part: usize| took[(took.len() * part / 100).min(took.len() - 1)];
    eprintln!("{place}: {} changes, p50 {:?}, p99 {:?}", took.len(), at(50), at(99));
    assert!(at(50) < MEDIAN, "{place}: {took:?}");
}

#[test]
fn every_one_of_many_changes_in_a_row_is_seen() {
    let root = server();
    let mut eyes = opened(root.path());
    let places: [(&str, &str); 5] = [
        ("etc/cron.d/x", "@daily root /usr/bin/N\n"),
        ("home/malee/.bashrc", "/usr/bin/N\n"),
        ("etc/systemd/system/x.service", "[Service]\nExecStart=/usr/bin/N\n"),
        ("home/malee/.config/systemd/user/a.service", "[Service]\nExecStart=/usr/bin/N\n"),
        ("root/.ssh/authorized_keys", "ssh-ed25519 AAAAmadeup N@b.example\n"),
    ];
    let asked = std::env::var("CHANGES").ok().and_then(|it| it.parse().ok());
    for (place, text) in places {
        let changes = (0..asked.unwrap_or(CHANGES)).map(|change| {
            let marker = format!("{}no{change}", place.len());
            write(root.path(), place, text.replace('N', &marker));
            look_until(&mut eyes, LATEST, |it| has(it, &marker)).1
        });
        soon(place, changes.collect());
    }
}

/// Writes to two files in turn, as fast as it can, until it is told to end.
struct Storm(Arc<AtomicBool>, Vec<JoinHandle<()>>);

impl Storm {
    fn over(files: &[std::path::PathBuf]) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let begin = |file: &std::path::PathBuf| {
            let (file, ended) =
                (fs::OpenOptions::new().append(true).open(file).unwrap(), Arc::clone(&ended));
            thread::spawn(move || {
                while !ended.load(Ordering::Relaxed) {
                    std::io::Write::write_all(&mut &file, b"").unwrap();
                    std::os::unix::fs::FileExt::write_at(&file, b"\n", 0).unwrap();
                }
            })
        };
        let writers = files.iter().map(begin).collect();
        Self(ended, writers)
    }
}

impl Drop for Storm {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
        self.1.drain(..).for_each(|writer| writer.join().unwrap());
    }
}

#[test]
fn a_storm_in_a_home_keeps_no_change_elsewhere_from_being_seen_nor_its_own() {
    let root = server();
    write(root.path(), "home/malee/.profile", "/usr/bin/c\n");
    let mut eyes = opened(root.path());
    let files = [".profile", ".bashrc"].map(|name| root.path().join("home/malee").join(name));
    let storm = Storm::over(&files);
    thread::sleep(Duration::from_secs(2));
    let places = ["etc/cron.d/x", "etc/systemd/system/x.service", "home/malee/.bash_login"];
    changes_of(&places, 10, &root, &mut eyes, "in a storm");
    let before = spent_by_hunters();
    let begun = Instant::now();
    thread::sleep(Duration::from_secs(5));
    let share =
        spent_by_hunters().saturating_sub(before).as_secs_f64() / begun.elapsed().as_secs_f64();
    drop(storm);
    eprintln!("hunting takes {:.1} % of a CPU in a storm", share * 100.0);
    assert!(share < 0.6, "{share}");
}

#[test]
fn a_storm_in_a_watched_folder_keeps_no_change_there_or_elsewhere_from_being_seen() {
    let root = server();
    let files = ["a", "b"].map(|name| root.path().join("etc/cron.d").join(name));
    for file in &files {
        fs::write(file, "@daily root /usr/bin/c\n").unwrap();
    }
    let mut eyes = opened(root.path());
    let storm = Storm::over(&files);
    thread::sleep(Duration::from_secs(2));
    let places = ["etc/cron.d/x", "home/malee/.bashrc"];
    changes_of(&places, 10, &root, &mut eyes, "in a storm in a folder");
    drop(storm);
}

/// Changes each place again and again, and says how long each change took until it was seen.
fn changes_of(places: &[&str], count: usize, root: &TempDir, eyes: &mut Eyes, when: &str) {
    let asked = std::env::var("CHANGES").ok().and_then(|it| it.parse().ok());
    for place in places {
        let changes = (0..asked.unwrap_or(count)).map(|change| {
            let marker = format!("{}no{change}x", place.len());
            let text =
                format!("@daily root /usr/bin/{marker}\n[Service]\nExecStart=/usr/bin/{marker}\n");
            write(root.path(), place, text);
            look_until(eyes, LATEST, |it| has(it, &marker)).1
        });
        soon(&format!("{when}: {place}"), changes.collect());
    }
}

#[test]
fn a_thousand_files_that_change_keep_no_change_elsewhere_from_being_seen_nor_their_own() {
    let root = server();
    let file = |number| format!("etc/cron.d/n{number}");
    let text = |turn| format!("@daily root /usr/bin/c{turn}\n");
    (0..1_000).for_each(|number| write(root.path(), &file(number), text(0)));
    let mut eyes = opened(root.path());
    let (ended, at) = (Arc::new(AtomicBool::new(false)), root.path().to_owned());
    let is_over = Arc::clone(&ended);
    let writer = thread::spawn(move || {
        let turns = (1..).flat_map(|turn| (0..1_000).map(move |number| (turn, number)));
        for (turn, number) in turns.take_while(|_| !is_over.load(Ordering::Relaxed)) {
            write(&at, &file(number), text(turn));
            thread::sleep(Duration::from_millis(1));
        }
    });
    let storm = Storm(ended, vec![writer]);
    let places = ["etc/cron.d/x", "etc/systemd/system/x.service", "home/malee/.bashrc"];
    changes_of(&places, 10, &root, &mut eyes, "beside a thousand files");
    drop(storm);
}

/// CPU time of the threads of this process that hunt.
fn spent_by_hunters() -> Duration {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let ticks = tasks.filter_map(|task| {
        let stat = fs::read_to_string(task.ok()?.path().join("stat")).ok()?;
        let rest = stat.contains("(hunter)").then(|| stat.rsplit(')').next())??;
        let words: Vec<i64> = rest.split_whitespace().filter_map(|it| it.parse().ok()).collect();
        // Behind the state: 10 others, one of which may be below zero, then user and system time.
        Some((words.get(10)? + words.get(11)?).unsigned_abs())
    });
    Duration::from_millis(ticks.sum::<u64>() * 10)
}
