//! Who is paid: wallets, accounts and e-mails, with what pools let stand around them.

use super::wallet::{Wallet, wallet};
use crate::domain::untrusted::Untrusted;

/// Somebody that a command line names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// What kind of option names them.
    pub by: UserBy,
    /// As it was written.
    pub text: Untrusted,
    /// The address in it.
    pub wallet: Option<Wallet>,
    /// The machine that is named after the address or the account.
    pub rig: Option<Untrusted>,
    /// It is an e-mail address.
    pub mail: bool,
}

/// How an option speaks of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UserBy {
    /// None does; it is known by its shape.
    Loose,
    /// It stands in a URL, before `@` or in the path.
    Url,
    /// `--wallet` and its kin, which programs of wallets have too.
    Wallet,
    /// `-u`, `--user`.
    User,
}

/// Where an address ends, or an account.
const ENDS: &[char] = &['.', '+', '/', '=', '#', '%', '@', ',', ';', '~', '|', '!', '?'];

/// Reads `COIN:address.rig#reference`, `account.rig`, `somebody@mail.example`; and a password after `:`, in a URL.
pub(in crate::domain::detect) fn user(text: &str, by: UserBy) -> User {
    let mail = is_mail(text);
    let (wallet, rest) = find(text).map_or((None, None), |(it, rest)| (Some(it), Some(rest)));
    let rest = rest.or_else(|| text.find('.').filter(|_| !mail).and_then(|at| text.get(at..)));
    let rig = rest.and_then(|rest| {
        let rig = rest.strip_prefix(['.', '/'])?;
        let rig = rig.split(['/', ':', '#', '@']).next().unwrap_or(rig);
        (!rig.is_empty()).then(|| rig.into())
    });
    User { by, text: text.into(), wallet, rig, mail }
}

/// The wallet in `text`, and what follows it.
fn find(text: &str) -> Option<(Wallet, &str)> {
    let after_coin = text.split_once(':').map(|(_, rest)| rest);
    std::iter::once(text).chain(after_coin).find_map(|text| {
        let whole = text.find(ENDS).unwrap_or(text.len());
        let first = text.find(':').unwrap_or(whole).min(whole);
        [whole, first].into_iter().find_map(|end| {
            let (address, rest) = text.split_at_checked(end)?;
            wallet(address).map(|wallet| (wallet, rest))
        })
    })
}

fn is_mail(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        let is_part = |it: u8| it.is_ascii_alphanumeric() || b".-_+".contains(&it);
        !name.is_empty() && name.bytes().all(is_part) && super::pool::is_far(host)
    })
}
