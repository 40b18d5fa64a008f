//! What a configuration amounts to.
//!
//! A place and a user are everybody's: something that only miners have must stand beside them.

use super::mine::{Mine, Vein};
use crate::domain::detect::Grade;
use crate::domain::detect::grammar::{By, Family, Heard, Pool, Says, Scheme, User, UserBy, Wallet};
use crate::domain::detect::host_name::speaks_of_mining;
use crate::domain::untrusted::Untrusted;

/// Algorithms that protect passwords too, or are words elsewhere.
const ELSEWHERE: [&str; 8] =
    ["yescrypt", "argon2d", "argon2i", "lyra2", "anime", "gr", "skunk", "qubit"];

/// What speaks against whoever is told this file.
pub(super) fn judge(mine: &Mine) -> Vec<(Grade, Heard)> {
    let mut heard = Vec::new();
    for vein in &mine.veins {
        for pool in &vein.pools {
            heard.extend(of_place(mine, vein, pool));
        }
        heard.extend(alone(mine, vein));
    }
    if mine.marks.len() > 1 {
        let value = mine.marks.join(" ");
        heard.push((Grade::Confirmed, Heard { says: Says::Options, value: value.as_str().into() }));
    } else if mine.sole.len() > 2 {
        let names: Vec<&[u8]> = mine.sole.iter().take(6).map(Untrusted::bytes).collect();
        heard.push((
            Grade::Suspect,
            Heard { says: Says::Options, value: Untrusted::new(names.join(&b' ')) },
        ));
    }
    heard
}

/// Somebody who is paid, and no place.
fn alone(mine: &Mine, vein: &Vein) -> Option<(Grade, Heard)> {
    let user = vein.users.iter().find(|it| it.wallet.as_ref().is_some_and(|it| it.checked))?;
    let value = user.text.clone();
    let grade = if vein.mines_alone {
        Grade::Confirmed
    } else if !vein.pools.is_empty() {
        return None;
    } else if is_plain(mine) && (!mine.sole.is_empty() || !vein.rigs.is_empty() || mine.rare > 2) {
        Grade::Suspect
    } else {
        Grade::Noted
    };
    Some((grade, Heard { says: Says::Wallet, value }))
}

fn of_place(mine: &Mine, vein: &Vein, pool: &Pool) -> Option<(Grade, Heard)> {
    let found = Facts::of(mine, vein, pool);
    let (grade, says) = if pool.scheme == Scheme::Mining {
        (found.mining_url(), Says::PoolUrl)
    } else if pool.port.is_some() && pool.scheme != Scheme::Web {
        found.end()?
    } else {
        found.name()?
    };
    let value = match vein.users.first() {
        Some(user) => Untrusted::new([pool.text.bytes(), user.text.bytes()].join(&b' ')),
        None => pool.text.clone(),
    };
    Some((grade, Heard { says, value }))
}

/// What stands around one place.
#[expect(clippy::struct_excessive_bools, reason = "each is a question about one place")]
struct Facts<'a> {
    pool: &'a Pool,
    vein: &'a Vein,
    paid: bool,
    /// An algorithm that nothing else has, and any.
    plain: bool,
    any: bool,
    /// Keys that nothing but miners have, unless there is but one and it stands in another group.
    sole: usize,
    /// All of them.
    told: usize,
    rare: usize,
    /// The host is named after mining.
    named: bool,
    /// The password is none: `x`, `c=BTC`.
    idle: bool,
}

impl<'a> Facts<'a> {
    fn of(mine: &Mine, vein: &'a Vein, pool: &'a Pool) -> Self {
        let host = String::from_utf8_lossy(pool.host.bytes());
        let means_nothing = |it: &Untrusted| {
            matches!(it.bytes(), b"x" | b"X" | b"d=1")
                || it.bytes().starts_with(b"c=")
                || it.bytes().starts_with(b"d=")
        };
        Self {
            pool,
            vein,
            paid: !vein.users.is_empty(),
            plain: is_plain(mine),
            any: !mine.algorithms.is_empty(),
            sole: if mine.sole.len() > 1 { mine.sole.len() } else { vein.sole },
            told: mine.sole.len(),
            rare: mine.rare,
            named: speaks_of_mining(&host),
            idle: vein.passwords.iter().any(means_nothing),
        }
    }

    /// A scheme that only mining has.
    fn mining_url(&self) -> Grade {
        let further = self.any || self.told + self.rare > 0 || !self.vein.passwords.is_empty();
        let asked = self.pool.by != By::Loose;
        if self.paid && (asked || further) || asked && further && self.vein.unpaid {
            Grade::Confirmed
        } else if self.paid || asked && further {
            Grade::Suspect
        } else {
            Grade::Noted
        }
    }

    /// A host and a port.
    fn end(&self) -> Option<(Grade, Says)> {
        let by = self.pool.by;
        let rather = matches!(by, By::Pool | By::Url);
        let helped = self.plain || self.sole > 0 || self.rare > 1;
        let hints = self.any
            || self.named
            || self.idle
            || !self.vein.rigs.is_empty()
            || self.told + self.rare > 0;
        if self.pays(UserBy::User) && (rather || helped || self.checked()) {
            return Some((Grade::Confirmed, Says::PoolAndWallet));
        }
        if self.pays(UserBy::Wallet) {
            let grade = match by {
                By::Pool if self.checked() || hints => Grade::Confirmed,
                _ if helped || rather && self.named => Grade::Confirmed,
                _ if hints => Grade::Suspect,
                By::Loose | By::Server | By::Url | By::Output | By::Pool => Grade::Noted,
            };
            return Some((grade, Says::PoolAndWallet));
        }
        Some(if self.paid && self.plain && (rather || self.sole > 0 || self.idle) {
            (Grade::Confirmed, Says::PoolAndAlgorithm)
        } else if self.paid && self.sole > 0 && (rather || self.sole > 1) {
            (Grade::Confirmed, Says::PoolAndOption)
        } else if self.paid && rather && self.any && (self.named || self.idle && self.rare > 0) {
            (Grade::Confirmed, Says::PoolAndAlgorithm)
        } else if self.paid && self.plain || rather && self.plain && self.told + self.rare > 0 {
            (Grade::Suspect, Says::PoolAndAlgorithm)
        } else if self.paid
            && (by == By::Pool && (self.idle || self.any) || self.named && rather && hints)
        {
            (Grade::Suspect, Says::PoolAndUser)
        } else if rather && self.told > 0 {
            (Grade::Suspect, Says::PoolAndOption)
        } else if self.paid && rather && self.idle && self.rare > 0 {
            (Grade::Suspect, Says::PoolAndUser)
        } else if self.named && rather {
            (Grade::Noted, Says::Pool)
        } else {
            return None;
        })
    }

    /// A host without a port, or a page of the web.
    fn name(&self) -> Option<(Grade, Says)> {
        let paid = self.pays(UserBy::User) || self.pays(UserBy::Wallet);
        let is_pool = self.pool.by == By::Pool;
        if paid && (self.sole > 0 || self.plain && (is_pool || self.named)) {
            Some((Grade::Confirmed, Says::PoolAndWallet))
        } else if paid && (is_pool && self.pool.scheme != Scheme::Web || self.named) {
            Some((Grade::Suspect, Says::PoolAndWallet))
        } else if self.told > 1 || self.told > 0 && (self.named || self.paid && self.rare > 0) {
            Some((Grade::Suspect, Says::PoolAndOption))
        } else {
            None
        }
    }

    /// Somebody is paid by this kind of key, at an address that no ordinary word looks like.
    fn pays(&self, by: UserBy) -> bool {
        let of_kind = |it: &&User| it.by == by || by == UserBy::User && it.by == UserBy::Url;
        self.vein
            .users
            .iter()
            .filter(of_kind)
            .any(|it| it.wallet.as_ref().is_some_and(Wallet::is_plain))
    }

    /// Its checksum fits, and it is none of a chain where everybody has one.
    fn checked(&self) -> bool {
        let sure = |it: &Wallet| it.checked && it.family != Family::Ethereum;
        self.vein.users.iter().any(|it| it.wallet.as_ref().is_some_and(sure))
    }
}

/// An algorithm that only miners name.
fn is_plain(mine: &Mine) -> bool {
    let elsewhere = |name: &str| ELSEWHERE.iter().any(|it| name.eq_ignore_ascii_case(it));
    mine.algorithms
        .iter()
        .any(|it| it.plain && !elsewhere(&String::from_utf8_lossy(it.text.bytes())))
}
