//! The real binary on two and three terminals: the pen is asked for, given, taken when it is free, and forced.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a story stops at the first surprise; how long it took is printed"
)]

mod support;

use std::fs;
use std::time::{Duration, Instant};

use firedamp::domain::session::{Entry, Event, PROGRAM};
use rustix::process::{Signal, kill_process};
use support::place::Place;
use support::pty::{Cockpit, Key};

impl Place {
    /// Somebody who writes and somebody who watches.
    fn two(&self) -> (Cockpit, Cockpit) {
        let mut suda = self.cockpit("suda", &["--new"]);
        suda.wait_until("suda writes", |screen| screen.contains(" saved"));
        suda.type_keys("6");
        let somsak = self.watcher("somsak", "suda");
        suda.wait_until("suda sees that somebody watches", |screen| screen.contains("+1 watching"));
        (suda, somsak)
    }

    fn watcher(&self, name: &str, of: &str) -> Cockpit {
        let mut cockpit = self.cockpit(name, &["resume"]);
        let pen = format!("pen {of}");
        cockpit.wait_until("it watches, and knows whom", |screen| {
            screen.contains("OBSERVER") && screen.contains(&pen)
        });
        cockpit.type_keys("6");
        cockpit
    }

    fn has_note(&self, note: &str) -> bool {
        let is_it = |entry: &Entry| matches!(&entry.event, Event::Noted { text, .. } if text.plain(80) == note);
        self.entries().iter().any(is_it)
    }

    /// The names in the session's directory.
    fn names(&self) -> Vec<String> {
        let session = fs::read_dir(self.sessions()).unwrap().next().unwrap().unwrap().path();
        let names = fs::read_dir(session).unwrap();
        names.map(|it| it.unwrap().file_name().into_string().unwrap()).collect()
    }
}

fn note(cockpit: &mut Cockpit, text: &str) {
    cockpit.type_keys(&format!("m{text}"));
    cockpit.press(Key::Enter);
}

/// The text stands on the screen in red.
fn is_red(cockpit: &Cockpit, text: &str) -> bool {
    let screen = cockpit.full_screen();
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let row = (0..rows).find(|row| screen.contents_between(*row, 0, *row, columns).contains(text));
    let row = row.unwrap();
    let column = (0..columns)
        .find(|column| screen.contents_between(row, *column, row, columns).starts_with(text));
    match screen.cell(row, column.unwrap()).unwrap().fgcolor() {
        vt100::Color::Rgb(red, green, blue) => red > green && red > blue,
        vt100::Color::Idx(colour) => matches!(colour, 1 | 9 | 196..=204),
        vt100::Color::Default => false,
    }
}

/// The last act of a person; what the screen finds on the host meanwhile comes whenever it comes.
fn last_act(entries: &[Entry]) -> (&Event, String) {
    let last = entries.iter().rfind(|it| it.by != PROGRAM.into()).unwrap();
    (&last.event, last.by.plain(20))
}

#[test]
fn who_asks_for_the_pen_gets_a_no_and_then_a_yes_and_nobody_leaves() {
    let place = Place::new();
    let (mut suda, mut somsak) = place.two();
    somsak.type_keys("P");
    suda.wait_until("suda is asked", |screen| {
        screen.contains("P: somsak asks") && screen.contains("asked for by somsak")
    });
    somsak.wait_until("somsak knows that it was asked", |screen| screen.contains("suda, asked"));
    suda.type_keys("Pn");
    somsak.wait_until("no", |screen| screen.contains("The pen stays there"));
    suda.wait_until("nobody asks any more", |screen| !screen.contains("somsak asks"));
    somsak.type_keys("P");
    suda.wait_until("suda is asked again", |screen| screen.contains("P: somsak asks"));
    suda.type_keys("P");
    suda.wait_until("who asks is named", |screen| screen.contains("Give the pen?"));
    suda.type_keys("y");
    somsak.wait_until("somsak writes", |screen| {
        screen.contains("You have the pen now")
            && screen.contains("saved")
            && screen.contains("REC")
    });
    suda.wait_until("suda watches", |screen| {
        screen.contains("OBSERVER") && screen.contains("pen somsak") && !screen.contains("REC")
    });
    note(&mut somsak, "from somsak");
    suda.wait_until("suda reads along", |screen| screen.contains("from somsak"));
    suda.type_keys("m");
    suda.wait_until("suda cannot write", |screen| screen.contains("This screen only reads"));
    let entries = place.entries();
    let given = entries
        .iter()
        .any(|it| matches!(&it.event, Event::PenGiven { to } if to.plain(9) == "somsak"));
    let taken = entries.iter().any(
        |it| matches!(&it.event, Event::PenTaken { from, reason } if from.plain(9) == "suda" && reason.is_empty()),
    );
    assert!(given && taken && place.has_note("from somsak"), "{entries:?}");
}

#[test]
fn the_pen_is_given_unasked_to_the_one_that_was_chosen_of_two() {
    let place = Place::new();
    let (mut suda, mut somsak) = place.two();
    let mut mali = place.watcher("mali", "suda");
    suda.wait_until("two watch", |screen| screen.contains("+2 watching"));
    suda.type_keys("P");
    suda.wait_until("both are offered", |screen| {
        screen.contains("Give the pen to") && screen.contains("mali") && screen.contains("somsak")
    });
    let screen = suda.screen();
    let line = |name: &str| screen.lines().position(|line| line.contains(name)).unwrap();
    if line("mali") > line("somsak") {
        suda.press(Key::Down);
    }
    suda.press(Key::Enter);
    mali.wait_until("mali writes", |screen| screen.contains("You have the pen now"));
    for other in [&mut suda, &mut somsak] {
        other.wait_until("the others watch mali", |screen| screen.contains("pen mali"));
    }
    note(&mut mali, "two readers");
    for other in [&mut suda, &mut somsak] {
        other.wait_until("both read along", |screen| screen.contains("two readers"));
    }
}

#[test]
fn a_pen_that_fell_is_taken_with_one_key_by_one_of_two() {
    let place = Place::new();
    let (mut suda, mut somsak) = place.two();
    let mut mali = place.watcher("mali", "suda");
    note(&mut suda, "before the fall");
    somsak.wait_until("it is read", |screen| screen.contains("before the fall"));
    suda.kill9();
    for watcher in [&mut somsak, &mut mali] {
        watcher.wait_until("the pen is free", |screen| screen.contains("pen free: P"));
    }
    somsak.type_keys("P");
    somsak.wait_until("somsak writes", |screen| screen.contains("You have the pen now"));
    mali.wait_until("mali sees who writes", |screen| {
        screen.contains("pen somsak") && !screen.contains("pen free")
    });
    note(&mut somsak, "after the fall");
    mali.wait_until("mali reads along", |screen| screen.contains("after the fall"));
    assert!(place.has_note("before the fall") && place.has_note("after the fall"));
    let entries = place.entries();
    assert!(matches!(last_act(&entries), (Event::Noted { .. }, by) if by == "somsak"));
}

#[test]
fn a_holder_that_was_stopped_loses_the_pen_and_cannot_write_when_it_goes_on() {
    let place = Place::new();
    let (mut suda, mut somsak) = place.two();
    // Not the guard: what writes.
    let writer = suda.screen_pid().unwrap();
    kill_process(writer, Signal::STOP).unwrap();
    somsak.wait_until("the writer is stopped", |screen| screen.contains("stopped"));
    // What is typed now waits for suda in her terminal.
    note(&mut suda, "typed in her sleep");
    somsak.press(Key::Ctrl('p'));
    somsak.wait_until("why", |screen| screen.contains("Take the pen by force: why?"));
    somsak.press(Key::Enter);
    somsak.wait_until("a reason is needed", |screen| screen.contains("A reason is needed"));
    somsak.type_keys("suda went to lunch");
    somsak.press(Key::Enter);
    somsak.wait_until("somsak writes", |screen| {
        screen.contains("You have the pen") && !screen.contains("OBSERVER")
    });
    note(&mut somsak, "mine now");
    somsak.wait_until("it is on disk", |_| place.has_note("mine now"));
    kill_process(writer, Signal::CONT).unwrap();
    suda.wait_until("suda is told", |screen| screen.contains("PEN TAKEN"));
    for _ in 0..3 {
        suda.press(Key::Esc);
    }
    suda.type_keys("m");
    suda.wait_until("suda is told why she cannot write", |screen| {
        screen.contains("YOUR PEN WAS TAKEN by somsak: suda went to lunch")
    });
    assert!(is_red(&suda, "YOUR PEN WAS TAKEN"));
    suda.type_keys("6");
    suda.wait_until("suda reads along", |screen| screen.contains("mine now"));
    note(&mut somsak, "and still mine");
    suda.wait_until("live", |screen| screen.contains("and still mine"));
    assert!(!place.has_note("typed in her sleep"));
    let forced = |it: &Entry| {
        matches!(&it.event, Event::PenTaken { from, reason }
            if from.plain(9) == "suda" && reason.plain(40) == "suda went to lunch")
    };
    let entries = place.entries();
    assert_eq!(entries.iter().filter(|it| forced(it)).count(), 1);
    let hers = entries.iter().skip_while(|it| !forced(it)).filter(|it| it.by.plain(9) == "suda");
    assert_eq!(hers.count(), 0, "nothing of hers comes after it");
}

#[test]
fn who_watches_leaves_nothing_behind() {
    let place = Place::new();
    let (mut suda, mut somsak) = place.two();
    assert!(place.names().iter().any(|name| name.starts_with("seat-")));
    somsak.type_keys("q");
    somsak.press(Key::Enter);
    somsak.wait_for_exit(Duration::from_secs(10));
    suda.wait_until("nobody watches", |screen| !screen.contains("watching"));
    assert!(place.names().iter().all(|name| !name.starts_with("seat-")));
    let mut mali = place.watcher("mali", "suda");
    mali.kill9();
    suda.wait_until("nobody watches again", |screen| !screen.contains("watching"));
}

/// From the moment that an entry is in the journal to the moment that the other screen shows it.
#[test]
fn who_watches_sees_an_entry_soon_after_it_is_saved() {
    let place = Place::new();
    let (mut suda, somsak) = place.two();
    let journal = {
        let session = fs::read_dir(place.sessions()).unwrap().next().unwrap().unwrap().path();
        session.join("journal.jsonl")
    };
    let mut waits: Vec<Duration> = (0..30)
        .map(|number| {
            let text = format!("entry number {number:03}");
            note(&mut suda, &text);
            while !fs::read_to_string(&journal).unwrap().contains(&text) {
                std::thread::sleep(Duration::from_micros(500));
            }
            let saved = Instant::now();
            while !somsak.screen().contains(&text) {
                assert!(saved.elapsed() < Duration::from_secs(20), "{}", somsak.screen());
                std::thread::sleep(Duration::from_millis(1));
            }
            saved.elapsed()
        })
        .collect();
    waits.sort_unstable();
    let (half, most) = (waits[waits.len() / 2], waits[waits.len() - 1]);
    println!("the other screen shows an entry after {half:?} (p50), {most:?} (most of 30)");
    assert!(half < Duration::from_secs(1), "{waits:?}");
}
