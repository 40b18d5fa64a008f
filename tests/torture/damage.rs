//! The journal is changed behind the program's back: bits are flipped; blocks are doubled, taken out, swapped and
//! zeroed; lines are doubled, taken out and swapped.
//!
//! Any change is a break at the first entry that it touches, or, where only the last line is hit in the way of a write
//! that never ended, torn bytes that are set aside and told. An entry that was changed is never shown.

use firedamp::domain::session::{Audit, Entry};

use super::dice::Dice;
use super::story::{file, written};

/// Sizes of the blocks that disks lose.
const BLOCKS: [usize; 4] = [8, 64, 512, 4096];

/// At least `flips` flips of one bit, from `seed` on; how many.
pub(crate) fn flips(seed: u64, flips: u64) -> Result<u64, String> {
    let mut done = 0;
    for seed in seed.. {
        let case = Case::new(seed, 3 + Dice::new(seed).below(8) as u64);
        for bit in 0..case.bytes.len() * 8 {
            let mut damaged = case.bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            case.found(&damaged, bit / 8, true)
                .map_err(|why| format!("flips seed {seed}, bit {bit}: {why}"))?;
        }
        done += case.bytes.len() as u64 * 8;
        if done >= flips {
            break;
        }
    }
    Ok(done)
}

/// So many blocks and lines damaged, from `seed` on.
pub(crate) fn blocks(seed: u64, count: u64) -> Result<u64, String> {
    let mut done = 0;
    for seed in seed.. {
        let mut dice = Dice::new(seed);
        let case = Case::new(seed, 3 + dice.below(12) as u64);
        for _ in 0..1000.min(count) {
            let damaged = if dice.chance(50) {
                in_blocks(&case.bytes, &mut dice)
            } else {
                in_lines(&case.bytes, &mut dice)
            };
            let same = |(at, byte): (usize, &u8)| damaged.get(at) == Some(byte);
            let first = case.bytes.iter().enumerate().take_while(|it| same(*it)).count();
            case.found(&damaged, first, false)
                .map_err(|why| format!("blocks seed {seed}, from byte {first}: {why}"))?;
            done += 1;
        }
        if done >= count {
            break;
        }
    }
    Ok(done)
}

/// A journal that was whole.
struct Case {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    /// Where each line ends.
    ends: Vec<usize>,
}

impl Case {
    fn new(seed: u64, count: u64) -> Self {
        let (disk, entries) = written(seed, count);
        let bytes = disk.read(&file("journal.jsonl")).unwrap();
        let ends = (1..=bytes.len()).filter(|end| bytes[*end - 1] == b'\n').collect();
        Self { bytes, entries, ends }
    }

    /// Damage that begins at byte `at` is told, at the entry that it hits.
    fn found(&self, damaged: &[u8], at: usize, one_bit: bool) -> Result<(), String> {
        let (entries, verdict) = Audit::of(damaged);
        let hit = self.ends.iter().filter(|end| **end <= at).count();
        // Lines may be cut off whole, which only an anchor can show; and nothing may have changed at all.
        let cut_off = self.ends.contains(&damaged.len()) || damaged.is_empty();
        if at == damaged.len() && (cut_off || damaged.len() == self.bytes.len()) {
            return Ok(());
        }
        if entries.get(..hit) != self.entries.get(..hit) || entries.len() != hit {
            return Err(format!("{} entries hold, {hit} should", entries.len()));
        }
        match (verdict.problem, verdict.torn.as_slice()) {
            (Some(problem), _) if problem.line == hit as u64 + 1 => Ok(()),
            (None, [torn]) if !one_bit && torn.to == damaged.len() as u64 => Ok(()),
            other => Err(format!("it was called {other:?}")),
        }
    }
}

/// A block is zeroed, taken out, doubled, swapped with another one, or filled with noise.
fn in_blocks(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let size = dice.one_of(&BLOCKS).min(bytes.len());
    let mut blocks: Vec<Vec<u8>> = bytes.chunks(size).map(<[u8]>::to_vec).collect();
    let (one, other) = (dice.below(blocks.len()), dice.below(blocks.len()));
    match dice.below(5) {
        0 => blocks[one].fill(0),
        1 => drop(blocks.remove(one)),
        2 => blocks.insert(other, blocks[one].clone()),
        3 => blocks.swap(one, other),
        _ => blocks[one].iter_mut().for_each(|byte| *byte = dice.next().to_le_bytes()[0]),
    }
    blocks.concat()
}

/// A line is doubled, taken out or swapped with another one.
fn in_lines(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let (one, other) = (dice.below(lines.len()), dice.below(lines.len()));
    match dice.below(3) {
        0 => lines.insert(other, lines[one]),
        1 => drop(lines.remove(one)),
        _ => lines.swap(one, other),
    }
    lines.concat()
}
