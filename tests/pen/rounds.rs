//! Rounds of crashes, power cuts, failing disks, asking, giving and force, in which nothing is lost and nothing forks.

use firedamp::domain::base::Moment;
use firedamp::domain::session::{Entry, Event};
use firedamp::domain::untrusted::Untrusted;
use firedamp::host::store::{Hand, Journal, Opened, Seat, Standing, Store, StoreError};

use crate::torture::dice::Dice;
use crate::torture::sim::{EIO, Failure, Fault, SimDisk};
use crate::torture::story::{ID, PLACE, begin, moment, store};
use crate::{noted, pen, taken_from};

/// Somebody in a round: with a pen that may have been taken since, or with a seat.
#[derive(Default)]
struct Actor {
    journal: Option<Journal>,
    seat: Option<Seat>,
}

#[test]
fn no_round_of_crashes_asks_and_force_makes_two_lines_of_one() {
    (1..=200).for_each(round);
}

/// `cargo test --release --test pen -- --ignored`
#[test]
#[ignore = "takes minutes"]
fn no_round_of_ten_thousand_does_either() {
    (201..=10_200).for_each(round);
}

fn round(seed: u64) {
    const NAMES: [&str; 4] = ["suda", "ploy", "mali", "kanya"];
    let mut dice = Dice::new(seed);
    let disk = SimDisk::new(seed);
    let plain = store(&disk).unwrap();
    let first = begin(&plain).unwrap();
    let mut saved = first.entries.clone();
    let mut actors: [Actor; 4] = Default::default();
    actors[0].journal = Some(pen(first));
    for step in 0..40 {
        let (at, now) = (dice.below(4), moment(step + 1));
        let by = NAMES[at].into();
        if dice.chance(15) {
            let failure = Failure::Error(EIO);
            let at = disk.calls() + dice.below(12) as u64;
            disk.fail(Fault { at, failure, for_ever: false });
        }
        match dice.below(10) {
            0..=3 => {
                if let Some(journal) = &mut actors[at].journal {
                    saved.extend(journal.append(now, &by, noted(&format!("{seed} {step}"))));
                }
            }
            4 => actors[at].journal = None,
            5 => {
                let around = plain.around(ID);
                let seat = around.and_then(|around| around.sit(&by));
                actors[at].seat = seat.ok().filter(|seat| seat.ask(true).is_ok());
            }
            6 => {
                let watchers = plain.around(ID).and_then(|around| around.watchers());
                let asks = watchers.unwrap_or_default().into_iter().find(|it| it.asks);
                let holder = actors.iter_mut().find(|it| it.journal.is_some());
                if let (Some(asks), Some(holder)) = (asks, holder) {
                    plain.around(ID).and_then(|it| it.answer(&asks.seat, true)).ok();
                    holder.journal = None;
                }
            }
            7 => take(&mut actors[at], plain.force(ID, &by), &mut saved, now, &by),
            // An opener waits a while for a pen that somebody has; not too often here.
            8 if is_free(&plain, now) || dice.chance(4) => {
                let opened = match actors[at].seat.take() {
                    Some(seat) => plain.open_from(&seat, ID, &by),
                    None => plain.open(ID, &by),
                };
                take(&mut actors[at], opened, &mut saved, now, &by);
            }
            _ if dice.chance(30) => {
                disk.cut_power();
                drop(actors);
                return check(seed, &disk, &saved);
            }
            _ => {}
        }
        disk.heal();
    }
    drop(actors);
    check(seed, &disk, &saved);
}

fn is_free(store: &Store, now: Moment) -> bool {
    let standing = store.around(ID).and_then(|around| around.standing(now));
    matches!(standing, Ok(Standing::Free(_)))
}

fn take(
    actor: &mut Actor,
    opened: Result<Opened, StoreError>,
    saved: &mut Vec<Entry>,
    now: Moment,
    by: &Untrusted,
) {
    let Ok(Opened { hand: Hand::Pen(mut journal), .. }) = opened else { return };
    saved.extend(journal.append(now, by, taken_from("somebody")));
    actor.journal = Some(journal);
}

/// One line of numbers, one `prev` each, and everything that was called saved is in it.
fn check(seed: u64, disk: &SimDisk, saved: &[Entry]) {
    disk.heal();
    let store = store(disk).unwrap();
    let verified = store.verify(ID).unwrap();
    assert_eq!(verified.verdict.problem, None, "seed {seed}");
    let all = store.observe(ID).unwrap().entries;
    for (number, entry) in (1..).zip(&all) {
        assert_eq!(entry.seq, number, "seed {seed}");
    }
    for entry in saved {
        let at = usize::try_from(entry.seq - 1).unwrap();
        assert_eq!(all.get(at), Some(entry), "seed {seed}");
    }
    let mut journal = pen(store.open(ID, &"mali".into()).unwrap());
    journal.append(moment(99), &"mali".into(), Event::Left).unwrap();
    drop(journal);
    // The first opener after a force that did not come to its end sets nothing aside; the second does.
    drop(pen(store.open(ID, &"mali".into()).unwrap()));
    let verdict = store.verify(ID).unwrap().verdict;
    assert!(
        verdict.is_whole(),
        "seed {seed}: {verdict:?} {:?}",
        disk.names(&format!("{PLACE}/{ID}"))
    );
}
