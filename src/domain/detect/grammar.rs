//! The command line of a miner, whatever the miner is called and wherever its pool is.
//!
//! [`read`] takes the arguments of a process apart: commands behind shells, wrappers and containers, and in each of them
//! pools, users, wallets, algorithms and options. [`judge()`] says what they amount to. Neither knows a name of a miner, of a
//! pool or of a host.
//!
//! Invariant: total over any bytes, in time that grows with their number. Nothing that an ordinary program may be told is
//! [`Grade::Confirmed`](super::Grade): a word alone, an option alone and an address alone are not.
//!
//! Source: option tables and usage texts of the miners named in `options.rs`, and reports of what attackers run. Known false
//! alarms: a tool that watches one's own pool and is given its URL and a wallet; a wallet's program that takes `--pool`.
//! Absent: what stands in configuration files, which has a grammar of its own.

mod algorithm;
mod command;
mod handed;
mod judge;
mod options;
mod pool;
mod script;
mod shown;
mod user;
mod wallet;
mod wrapped;

use crate::domain::untrusted::Untrusted;

#[cfg(test)]
pub(in crate::domain::detect) mod tests;

pub use algorithm::Algorithm;
pub use command::{Command, Tell};
pub use judge::{Heard, Says, judge};
pub use options::Weight;
pub use pool::{By, Pool, Scheme};
pub use user::{User, UserBy};
pub use wallet::{Family, Wallet, wallet};
pub use wrapped::{Told, reads_otherwise};

pub(in crate::domain::detect) use algorithm::{algorithm, of_coin};
pub(in crate::domain::detect) use handed::handed_on;
pub(in crate::domain::detect) use options::option;
pub(in crate::domain::detect) use pool::{is_far, place};
pub(in crate::domain::detect) use user::user;

/// No more of a command line is read: the kernel lets it be 2 MiB long.
const MOST_BYTES: usize = 128 * 1024;

/// What a command line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence {
    /// The commands in it that say anything of mining, those in the arguments of others first.
    pub commands: Vec<Command>,
}

/// Reads the arguments of a process, its name for itself first.
pub fn read<'a>(arguments: impl Iterator<Item = &'a [u8]>) -> Sentence {
    let mut left = MOST_BYTES;
    let words = arguments.map_while(|word| {
        let kept = word.get(..left).unwrap_or(word);
        left = left.checked_sub(kept.len() + 1)?;
        Some(String::from_utf8_lossy(kept).into_owned())
    });
    // What overwrote its title leaves empty arguments behind.
    let mut words: Vec<String> = words.collect();
    while words.last().is_some_and(String::is_empty) {
        words.pop();
    }
    let spoken = wrapped::spoken(words).into_iter();
    let commands = spoken.map(Command::of).filter(|it| !it.is_empty()).collect();
    Sentence { commands }
}

impl Sentence {
    /// All pools, in the order of the commands.
    pub fn pools(&self) -> impl Iterator<Item = &Pool> {
        self.commands.iter().flat_map(|it| &it.pools)
    }

    /// Everybody who may be paid.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.commands.iter().flat_map(|it| &it.users)
    }

    /// All addresses.
    pub fn wallets(&self) -> impl Iterator<Item = &Wallet> {
        self.users().filter_map(|it| it.wallet.as_ref())
    }

    /// What the machine is called where work comes from.
    pub fn rigs(&self) -> impl Iterator<Item = &crate::domain::untrusted::Untrusted> {
        self.commands.iter().flat_map(|it| &it.rigs)
    }

    /// All algorithms.
    pub fn algorithms(&self) -> impl Iterator<Item = &Algorithm> {
        self.commands.iter().flat_map(|it| &it.algorithms)
    }

    /// Those of the pools that its judge takes for one: a page that is fetched is none.
    pub fn judged_pools(&self) -> impl Iterator<Item = &Pool> {
        self.commands.iter().flat_map(judge::pools)
    }

    /// Algorithms by name, and those of the coins where nothing else is said.
    pub fn computed(&self) -> impl Iterator<Item = Untrusted> {
        self.commands.iter().flat_map(|it| {
            let named = it.algorithms.iter().map(|it| it.text.clone());
            let coins = it.coins.iter().filter(|_| it.algorithms.is_empty());
            let of_coins = coins.map(|it| {
                of_coin(&String::from_utf8_lossy(it.bytes()))
                    .map_or_else(|| it.clone(), Untrusted::from)
            });
            named.chain(of_coins)
        })
    }

    /// Files that say the rest.
    pub fn configurations(&self) -> impl Iterator<Item = &Untrusted> {
        self.commands.iter().flat_map(|it| &it.configurations)
    }
}
