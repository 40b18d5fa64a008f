//! Any sequence of acts, failures, kills and power cuts: what was acknowledged is there, in order, and a follower is
//! never told anything else for longer than a look.

use firedamp::domain::session::{Entry, Event};
use firedamp::host::store::{Follower, Hand, Journal, JournalError, Opened, Store, StoreError};

use super::dice::Dice;
use super::judge::{self, Aside};
use super::sim::{EDQUOT, EINTR, EIO, EMFILE, ENOSPC, EROFS, Failure, Fault, SimDisk};
use super::story::{ID, begin, by, event, file, moment, pen, store};

const ERRORS: [i32; 6] = [EIO, ENOSPC, EROFS, EDQUOT, EMFILE, EINTR];
const STEPS: usize = 40;
/// Segments that a disk is given without a pause.
const ROW: usize = 32;
/// Room on a disk that is not full.
const ROOM: u64 = 1 << 30;

/// So many lives, from `seed` on.
pub(crate) fn run(seed: u64, lives: u64) -> Result<u64, String> {
    for seed in seed..seed + lives {
        Life::new(seed).and_then(Life::live).map_err(|why| format!("model seed {seed}: {why}"))?;
    }
    Ok(lives)
}

struct Life {
    disk: SimDisk,
    dice: Dice,
    store: Store,
    pen: Option<Journal>,
    saved: Vec<Entry>,
    tried: Vec<Event>,
    observer: Option<(Follower, Vec<Entry>)>,
    aside: Aside,
    sick: bool,
    /// The last illness was one of a disk that keeps nothing.
    keeps_nothing: bool,
    number: u64,
}

impl Life {
    fn new(seed: u64) -> Result<Self, String> {
        let disk = SimDisk::new(seed);
        let store = store(&disk).map_err(|error| error.to_string())?;
        let (journal, saved) = pen(begin(&store).map_err(|error| error.to_string())?)?;
        Ok(Self {
            disk,
            dice: Dice::new(seed),
            store,
            pen: Some(journal),
            saved,
            tried: Vec::new(),
            observer: None,
            aside: Aside::default(),
            sick: false,
            keeps_nothing: false,
            number: 0,
        })
    }

    fn live(mut self) -> Result<(), String> {
        for _ in 0..STEPS {
            match self.dice.below(104) {
                0..50 => self.append()?,
                50..60 => self.fall_ill(),
                60..75 => self.heal(),
                75..82 => self.kill(),
                82..90 => self.cut_power()?,
                90..95 => self.open()?,
                95..98 => self.stumble_and_die()?,
                _ => self.observe()?,
            }
            self.look()?;
        }
        self.kill();
        self.cut_power()?;
        self.heal();
        judge::goes_on(&self.store, &self.saved, &self.tried).map(drop)
    }

    fn append(&mut self) -> Result<(), String> {
        let Some(journal) = &mut self.pen else { return Ok(()) };
        self.number += 1;
        let event = event(self.number, &mut self.dice);
        self.tried.push(event.clone());
        match journal.append(moment(self.number), &by(), event) {
            Ok(entry) => self.saved.push(entry),
            Err(JournalError::Patience) if self.has_been_patient() => {}
            Err(error) if !self.sick => return Err(format!("refused on a sound disk: {error}")),
            Err(_) if self.keeps_nothing => return self.is_not_shown(),
            Err(_) => {}
        }
        Ok(())
    }

    /// So many segments were made in vain that another one has to wait, on a disk that works again too.
    fn has_been_patient(&self) -> bool {
        self.disk.names(&file("")).iter().filter(|name| name.starts_with("journal-")).count() >= ROW
    }

    /// What the disk did not keep, and what could be withdrawn from it, is told to nobody.
    fn is_not_shown(&self) -> Result<(), String> {
        let looked = self.store.observe(ID).map_err(|error| format!("cannot be read: {error}"))?;
        judge::holds(&looked.entries, &self.saved, &[])
    }

    fn fall_ill(&mut self) {
        let code = self.dice.one_of(&ERRORS);
        let failures = [
            Failure::Error(code),
            Failure::Error(code),
            Failure::Short,
            Failure::Part(code),
            Failure::Sync(code),
            Failure::Late(code),
        ];
        if self.dice.chance(15) {
            // Nothing fails, and there is little room.
            self.disk.leave_room(self.dice.next() % 1_500);
            self.sick = true;
            return;
        }
        let failure = self.dice.one_of(&failures);
        // What an earlier illness left, and could not withdraw, may be shown: then nothing is asked of this one.
        let is_clean = !self.sick && self.is_not_shown().is_ok();
        self.fail(failure, 12);
        self.keeps_nothing = is_clean && matches!(failure, Failure::Sync(_));
    }

    /// Within so many calls.
    fn fail(&mut self, failure: Failure, within: usize) {
        let at = self.disk.calls() + 1 + self.dice.below(within) as u64;
        self.disk.fail(Fault { at, failure, for_ever: self.dice.chance(40) });
        self.sick = true;
        self.keeps_nothing = false;
    }

    /// A line is not taken whole, or the process is killed over it, and then it is killed over the next one: of neither
    /// is anything left that could be read with the other.
    fn stumble_and_die(&mut self) -> Result<(), String> {
        self.heal();
        self.open()?;
        let dies = self.dice.chance(50);
        self.fail(if dies { Failure::Death } else { Failure::Short }, 4);
        self.append()?;
        if dies {
            self.kill();
            self.heal();
            self.open()?;
        }
        self.fail(Failure::Death, 8);
        self.append()?;
        self.kill();
        self.heal();
        if self.dice.chance(80) {
            self.cut_power()?;
        }
        self.open()
    }

    fn heal(&mut self) {
        self.disk.heal();
        self.disk.leave_room(ROOM);
        self.sick = false;
    }

    /// The process ends; what the kernel has, it has.
    fn kill(&mut self) {
        self.pen = None;
    }

    fn cut_power(&mut self) -> Result<(), String> {
        self.disk.cut_power();
        (self.pen, self.observer) = (None, None);
        self.aside.holds(&self.disk)?;
        let was_sick = std::mem::replace(&mut self.sick, false);
        self.disk.heal();
        self.store = store(&self.disk).map_err(|error| error.to_string())?;
        if was_sick {
            self.fall_ill();
        }
        Ok(())
    }

    fn open(&mut self) -> Result<(), String> {
        if self.pen.is_some() {
            return Ok(());
        }
        let opened = match self.open_with_luck() {
            Ok(opened) => opened,
            Err(_) if self.sick => return Ok(()),
            Err(error) => return Err(format!("does not open: {error}")),
        };
        judge::opened(&opened, &self.saved, &self.tried)?;
        self.aside.take(&self.disk, &opened)?;
        match pen(opened) {
            // What was found there is confirmed now.
            Ok((journal, entries)) => (self.pen, self.saved) = (Some(journal), entries),
            Err(_) if self.sick => {}
            Err(why) => return Err(why),
        }
        Ok(())
    }

    /// Now and then somebody else takes the pen by force in the middle of it, and puts it down.
    fn open_with_luck(&mut self) -> Result<Opened, StoreError> {
        let open = || self.store.open(ID, &by());
        if !self.dice.chance(20) {
            return open();
        }
        let disk = self.disk.clone();
        let force = move || drop(store(&disk).and_then(|it| it.force(ID, &"niran".into())));
        self.disk.with_another(force, open)
    }

    fn observe(&mut self) -> Result<(), String> {
        let looked = match self.store.observe(ID) {
            Ok(looked) => looked,
            Err(_) if self.sick => return Ok(()),
            Err(error) => return Err(format!("cannot be looked at: {error}")),
        };
        judge::opened(&looked, &self.saved, &self.tried)?;
        if let Hand::Observer(follower, _) = looked.hand {
            self.observer = Some((follower, looked.entries));
        }
        Ok(())
    }

    /// The observer reads on.
    fn look(&mut self) -> Result<(), String> {
        let Some((follower, told)) = &mut self.observer else { return Ok(()) };
        match follower.poll() {
            Ok(entries) => {
                told.extend(entries);
                if self.sick {
                    return Ok(());
                }
                // One look may stop at what holds; the next one says more.
                match follower.poll() {
                    Ok(entries) => told.extend(entries),
                    Err(_) => return self.observe(),
                }
                judge::holds(told, &self.saved, &self.tried)
                    .map_err(|why| format!("an observer was told otherwise: {why}"))
            }
            Err(_) if self.sick => Ok(()),
            Err(_) => self.observe(),
        }
    }
}
