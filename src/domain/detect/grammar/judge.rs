//! What a command line amounts to.
//!
//! Each rule asks for things that belong together in a miner's command line and nowhere else; the more of them are
//! everybody's, the more are asked for. What is only quoted is never more than `suspect`, what is only looked for or
//! printed never more than `noted`.

use super::{By, Command, Family, Pool, Scheme, Sentence, Told, User, UserBy, Weight};
use crate::domain::detect::Grade;
use crate::domain::untrusted::Untrusted;

/// One thing that a command line says against its process.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Heard {
    /// What it is.
    pub says: Says,
    /// The words that say it.
    pub value: Untrusted,
}

/// What a command line can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Says {
    /// A URL that only mining has.
    PoolUrl,
    /// A place that work comes from, and an address that is paid.
    PoolAndWallet,
    /// A place that work comes from, and an algorithm.
    PoolAndAlgorithm,
    /// A place that work comes from, somebody who is paid, and an option that only miners have.
    PoolAndOption,
    /// A place that work comes from, and somebody who is paid.
    PoolAndUser,
    /// A place as miners name it.
    Pool,
    /// An address that is paid.
    Wallet,
    /// An algorithm.
    Algorithm,
    /// Options that miners have.
    Options,
    /// A mining scheme in a text.
    Mention,
}

/// What speaks against the process whose command line this is, the weightiest first.
#[must_use]
pub fn judge(sentence: &Sentence) -> Vec<(Grade, Heard)> {
    let mut heard: Vec<(Grade, Heard)> = Vec::new();
    for command in &sentence.commands {
        let most = match command.told {
            Told::Run => Grade::Confirmed,
            Told::Quoted => Grade::Suspect,
            Told::Shown => Grade::Noted,
        };
        for (grade, it) in Facts::of(command).all() {
            let grade = grade.min(most);
            match heard.iter_mut().find(|(_, known)| *known == it) {
                Some((known, _)) => *known = grade.max(*known),
                None => heard.push((grade, it)),
            }
        }
    }
    heard.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
    heard
}

/// The pools of a command: a page that nothing else speaks for is none.
pub(super) fn pools(command: &Command) -> impl Iterator<Item = &Pool> {
    let facts = Facts::of(command);
    command.pools.iter().filter(move |pool| {
        let grade = facts.pool(pool).map(|(grade, _)| grade);
        grade >= Some(if pool.scheme == Scheme::Web { Grade::Suspect } else { Grade::Noted })
    })
}

/// Ports of services that take a user: logs, telemetry, messages, databases, directories, mail.
const SERVICES: [u16; 24] = [
    21, 22, 25, 143, 389, 465, 514, 587, 636, 993, 1521, 1883, 3306, 4222, 4317, 4318, 5432, 5671,
    5672, 6379, 6514, 8883, 9092, 9200,
];

/// How sure it is that the place of an option is a pool.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sure {
    /// Everybody names places so.
    Little,
    /// Few do.
    Rather,
    /// It would be odd for anything else.
    Very,
}

/// One command, counted.
struct Facts<'a> {
    command: &'a Command,
    /// Those that an option or a URL names, not those known by their shape alone.
    paid: Vec<&'a User>,
    sole: usize,
    rare: usize,
    common: usize,
    /// An algorithm that only miners name, and any.
    plain: bool,
    any: bool,
    /// Traders and watchers name coins too.
    coin: bool,
}

impl<'a> Facts<'a> {
    fn of(command: &'a Command) -> Self {
        let count = |weight| command.tells.iter().filter(|it| it.weight == weight).count();
        Self {
            command,
            paid: command.users.iter().filter(|it| it.by != UserBy::Loose).collect(),
            sole: count(Weight::Sole),
            rare: count(Weight::Rare),
            common: count(Weight::Common),
            plain: command.algorithms.iter().any(|it| it.plain),
            any: command.algorithms.iter().any(|it| !command.coins.contains(&it.text)),
            coin: !command.coins.is_empty(),
        }
    }

    fn all(&self) -> Vec<(Grade, Heard)> {
        let pools = self.command.pools.iter().filter_map(|pool| self.pool(pool));
        let mut heard: Vec<(Grade, Heard)> = pools.collect();
        heard.extend(self.wallet());
        heard.extend(self.algorithm());
        heard.extend(self.options());
        if let Some(text) = &self.command.mentions {
            heard.push((Grade::Noted, Heard { says: Says::Mention, value: text.clone() }));
        }
        heard
    }

    fn pool(&self, pool: &Pool) -> Option<(Grade, Heard)> {
        let (grade, says) = if pool.scheme == Scheme::Mining {
            (self.mining_url(pool), Says::PoolUrl)
        } else if pool.is_end() {
            self.end(pool)?
        } else {
            self.name(pool)?
        };
        let value = match (says, self.paid.first()) {
            (Says::PoolUrl | Says::Pool, _) | (_, None) => pool.text.clone(),
            (_, Some(user)) => Untrusted::new([pool.text.bytes(), user.text.bytes()].join(&b' ')),
        };
        Some((grade, Heard { says, value }))
    }

    /// A scheme that only mining has.
    fn mining_url(&self, pool: &Pool) -> Grade {
        let paid = !self.paid.is_empty();
        let further = self.sole + self.rare + self.common > 0 || self.any || self.coin;
        let further = further || !self.command.passwords.is_empty();
        let has_wallet = self.paid.iter().any(|it| it.wallet.is_some());
        match pool.by {
            By::Loose if has_wallet && further || paid && self.any => Grade::Confirmed,
            By::Loose if paid || pool.port.is_some() && self.command.told == Told::Run => {
                Grade::Suspect
            }
            By::Loose => Grade::Noted,
            By::Output if pool.port.is_some() => Grade::Confirmed,
            By::Server | By::Url | By::Output | By::Pool => {
                let whole = paid || further && pool.port.is_some();
                if whole { Grade::Confirmed } else { Grade::Suspect }
            }
        }
    }

    /// A host and a port.
    fn end(&self, pool: &Pool) -> Option<(Grade, Says)> {
        let sure = sure(pool);
        let rather = sure >= Sure::Rather;
        let paid = !self.paid.is_empty();
        let checked = |by: &dyn Fn(UserBy) -> bool| {
            self.paid.iter().any(|it| by(it.by) && it.wallet.as_ref().is_some_and(|it| it.checked))
        };
        let by_user = checked(&|by| matches!(by, UserBy::User | UserBy::Url));
        let by_wallet = checked(&|by| by == UserBy::Wallet);
        let has_wallet = self.paid.iter().any(|it| it.wallet.is_some());
        let is_web = pool.scheme == Scheme::Web;
        let told = self.sole + self.rare > 0 || self.common > 1;
        // No checksum is needed where nothing but an address has the shape, and nobody signs in with one.
        let shaped = self.paid.iter().any(|it| {
            it.by == UserBy::User && it.wallet.as_ref().is_some_and(super::Wallet::is_plain)
        });
        let very = sure == Sure::Very;
        let by_pool = pool.by == By::Pool;
        let named = !self.command.rigs.is_empty();
        let told_more = self.plain || has_wallet || self.sole + self.rare > 0;
        if !told_more
            && pool.port.is_some_and(|it| SERVICES.contains(&it))
            && (!self.is_idle() || is_near(pool))
        {
            return rather.then_some((Grade::Noted, Says::Pool));
        }
        Some(if very && (by_wallet || shaped) || by_user && (rather || !is_web) {
            (Grade::Confirmed, Says::PoolAndWallet)
        } else if self.plain && (paid || rather)
            || very && paid && self.any
            || pool.by == By::Output && paid && self.coin
        {
            (Grade::Confirmed, Says::PoolAndAlgorithm)
        } else if paid && self.sole > 0 {
            (Grade::Confirmed, Says::PoolAndOption)
        } else if has_wallet && (by_user || !is_web && (rather || self.has_wallet_as_user())) {
            (Grade::Suspect, Says::PoolAndWallet)
        } else if paid && (self.any || rather && self.coin) && !is_web || self.plain {
            (Grade::Suspect, Says::PoolAndAlgorithm)
        } else if is_near(pool) && pool.by == By::Output && !self.is_nobodys() && self.common < 2 {
            (Grade::Noted, Says::Pool)
        } else if paid && (very || rather && self.is_credible()) || by_pool && named {
            (Grade::Suspect, Says::PoolAndUser)
        } else if by_pool && self.any {
            (Grade::Suspect, Says::PoolAndAlgorithm)
        } else if self.sole > 0 || rather && self.rare > 0 || very && told {
            (Grade::Suspect, Says::PoolAndOption)
        } else if has_wallet && !is_web && self.common > 0 {
            (Grade::Suspect, Says::PoolAndWallet)
        } else if is_alone(pool) && !self.command.has_files {
            (Grade::Suspect, Says::Pool)
        } else if rather {
            (Grade::Noted, Says::Pool)
        } else {
            return None;
        })
    }

    /// A host whose port nobody says.
    fn name(&self, pool: &Pool) -> Option<(Grade, Says)> {
        let paid = !self.paid.is_empty();
        let has_wallet = self.paid.iter().any(|it| it.wallet.is_some());
        let sure = sure(pool) == Sure::Very;
        Some(if paid && self.plain {
            (if sure { Grade::Confirmed } else { Grade::Suspect }, Says::PoolAndAlgorithm)
        } else if sure && has_wallet {
            (Grade::Suspect, Says::PoolAndWallet)
        } else if sure && paid && (self.any || self.coin) {
            (Grade::Suspect, Says::PoolAndAlgorithm)
        } else if pool.scheme == Scheme::Socket && has_wallet && self.common > 0 {
            (Grade::Suspect, Says::PoolAndWallet)
        } else {
            return None;
        })
    }

    /// Somebody who is paid, rather than somebody who signs in.
    fn is_credible(&self) -> bool {
        let passwords = &self.command.passwords;
        let is_paid = |it: &&User| {
            it.rig.is_some() || it.wallet.is_some() || it.mail || it.text.bytes().len() > 24
        };
        let signs_in = |it: &&User| it.wallet.is_none() && it.text.bytes().contains(&b':');
        self.common > 0
            || passwords.is_empty() && !self.paid.iter().any(signs_in)
            || self.is_idle()
            || self.paid.iter().any(is_paid)
    }

    /// Its password is one that means nothing.
    fn is_idle(&self) -> bool {
        let means_nothing =
            |it: &Untrusted| matches!(it.bytes(), b"x" | b"X") || it.bytes().contains(&b'=');
        self.command.passwords.iter().any(means_nothing)
    }

    /// Its password is one that means nothing, or who signs in has an address or a machine.
    fn is_nobodys(&self) -> bool {
        let means_nothing = |it: &Untrusted| it.bytes().len() < 3 || it.bytes().contains(&b'=');
        let is_paid = |it: &&User| it.rig.is_some() || it.wallet.is_some() || it.mail;
        let passwords = &self.command.passwords;
        passwords.is_empty() || passwords.iter().any(means_nothing) || self.paid.iter().any(is_paid)
    }

    fn has_wallet_as_user(&self) -> bool {
        self.paid.iter().any(|it| it.by != UserBy::Wallet && it.wallet.is_some())
    }

    /// An address; who has one only for a user's name is nobody but a miner.
    fn wallet(&self) -> Option<(Grade, Heard)> {
        let plain = |it: &&User| it.wallet.as_ref().is_some_and(super::Wallet::is_plain);
        let user = self.command.users.iter().filter(plain).max_by_key(|it| it.by)?;
        let value = user.wallet.as_ref()?.text.clone();
        let told = self.sole + self.rare > 0 || self.any || self.coin || self.common > 1;
        let is_checked = |it: &super::Wallet| it.checked && it.family == Family::CryptoNote;
        let is_moneros = user.wallet.as_ref().is_some_and(is_checked);
        let command = self.command;
        // A page of this host's own is a wallet's or a node's, and no work comes from there.
        let own = |it: &Pool| {
            it.scheme == Scheme::Web && matches!(it.host.bytes(), b"127.0.0.1" | b"localhost")
        };
        let anywhere = command.has_end || !command.pools.iter().all(own);
        let ethers = user.wallet.as_ref().is_some_and(|it| it.family == Family::Ethereum);
        // The machine has a name, or a number of threads: it works for the address.
        let signs = !command.rigs.is_empty() || !command.passwords.is_empty();
        let works =
            anywhere && !ethers && (self.common > 0 || signs || !command.proxies.is_empty());
        let is_qubic = user.wallet.as_ref().is_some_and(super::Wallet::is_capitals);
        let grade = match user.by {
            UserBy::User => Grade::Suspect,
            UserBy::Wallet if told || works || anywhere && (is_moneros || is_qubic) => {
                Grade::Suspect
            }
            UserBy::Loose | UserBy::Url if self.sole > 0 => Grade::Suspect,
            // `miner host:port address`.
            UserBy::Loose if self.command.has_end && is_moneros => Grade::Suspect,
            UserBy::Loose if is_qubic && self.common > 0 => Grade::Suspect,
            UserBy::Wallet | UserBy::Loose | UserBy::Url => Grade::Noted,
        };
        Some((grade, Heard { says: Says::Wallet, value }))
    }

    fn algorithm(&self) -> Option<(Grade, Heard)> {
        let found = self.command.algorithms.iter().find(|it| it.plain)?;
        let slashed = found.text.bytes().contains(&b'/');
        let told = self.sole + self.rare + self.common > 0 || !self.paid.is_empty();
        let grade = if slashed || told { Grade::Suspect } else { Grade::Noted };
        Some((grade, Heard { says: Says::Algorithm, value: found.text.clone() }))
    }

    fn options(&self) -> Option<(Grade, Heard)> {
        let mails = self.paid.iter().any(|it| it.mail);
        let suspect = self.sole > 0 || self.rare > 1 || self.rare > 0 && (self.common > 1 || mails);
        let grade = match (suspect, self.rare) {
            (true, _) => Grade::Suspect,
            (false, 1..) => Grade::Noted,
            (false, 0) => return None,
        };
        let told = self.command.tells.iter().filter(|it| it.weight > Weight::Common);
        let names: Vec<&[u8]> = told.map(|it| it.option.bytes()).collect();
        Some((grade, Heard { says: Says::Options, value: Untrusted::new(names.join(&b' ')) }))
    }
}

fn sure(pool: &Pool) -> Sure {
    match (pool.by, pool.scheme) {
        (By::Pool | By::Output, _) => Sure::Very,
        (By::Url, Scheme::None | Scheme::Mining) => Sure::Rather,
        (By::Url | By::Server | By::Loose, _) => Sure::Little,
    }
}

/// Somewhere in one's own net.
fn is_near(pool: &Pool) -> bool {
    let host = String::from_utf8_lossy(pool.host.bytes());
    host.parse::<std::net::Ipv4Addr>().is_ok_and(|it| it.is_private())
}

/// `-o host:port` and nothing else: no output is called so.
fn is_alone(pool: &Pool) -> bool {
    let host = String::from_utf8_lossy(pool.host.bytes());
    // What waits on this host may be anything.
    let here = host.parse::<std::net::IpAddr>().is_ok_and(|it| it.is_loopback());
    pool.by == By::Output && pool.scheme == Scheme::None && super::pool::is_far(&host) && !here
}
