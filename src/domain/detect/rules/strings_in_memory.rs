//! A pool and a wallet in a process's own memory, and words of mining in its program.
//!
//! Source: a miner has to keep where it works and for whom, whatever it did to its arguments and its files. Known false
//! alarms, which are let pass: all that only read such texts (editors, shells, log shippers, sniffers, browsers, scanners,
//! container runtimes that keep the arguments of others), and a pool's own server, which waits for miners.

use std::net::IpAddr;

use crate::domain::detect::grammar::{self, Wallet};
use crate::domain::detect::place::place as lies;
use crate::domain::detect::rules::Told;
use crate::domain::detect::rules::config_file::{is_busy, is_installed, is_reader};
use crate::domain::detect::seen::Seen;
use crate::domain::detect::strings::{self, Kind};
use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::facts::FoundText;
use crate::domain::untrusted::Untrusted;

/// Who has more of them serves miners, or reads about them.
const MOST_WALLETS: usize = 4;
/// Who talks to more has other business.
const MOST_ENDS: usize = 6;
/// Ports on which everything else is served too.
const EVERYBODYS: [u16; 16] =
    [22, 25, 53, 80, 443, 465, 587, 853, 993, 3000, 3128, 5000, 8000, 8080, 8443, 9000];
/// So many different words are no accident.
const MANY_WORDS: usize = 6;

/// What its memory and its program say.
pub(super) fn judge(seen: &Seen<'_>, told: &mut Vec<Told>) {
    if seen.texts.is_empty() || seen.own || is_reader(seen) {
        return;
    }
    let texts = Texts::of(&seen.texts);
    let (installed, busy) = (is_installed(seen), is_busy(seen));
    if let Some(value) = texts.paid() {
        let small = texts.wallets.len() <= MOST_WALLETS && seen.ends.len() <= MOST_ENDS;
        let serves = texts.ports().any(|port| seen.listens.contains(&port));
        let nowhere = seen.deleted || seen.in_memory || lies(seen.exe).is_strange();
        let (sure, maybe) = texts.talks(seen, busy);
        let talks = sure || texts.logs_in && busy && !seen.ends.is_empty();
        let grade = if !installed && small && !serves && (talks || busy && nowhere) {
            Grade::Confirmed
        } else if (busy || maybe && !installed) && small && !serves || nowhere {
            Grade::Suspect
        } else {
            Grade::Noted
        };
        told.push(reason(grade, Rule::PaidInMemory, value, FactSource::Memory));
    }
    if texts.words.len() >= MANY_WORDS && !installed {
        let grade = if busy { Grade::Suspect } else { Grade::Noted };
        let source = if texts.of_program { FactSource::Program } else { FactSource::Memory };
        let few: Vec<&[u8]> = texts.words.iter().take(6).copied().collect();
        told.push(reason(grade, Rule::MiningWords, few.join(&b' '), source));
    }
}

fn reason(grade: Grade, rule: Rule, value: Vec<u8>, source: FactSource) -> Told {
    (grade, Reason { rule, value: Untrusted::new(value), source })
}

/// The texts by what they are.
#[derive(Default)]
struct Texts<'a> {
    places: Vec<&'a [u8]>,
    wallets: Vec<Vec<u8>>,
    words: Vec<&'a [u8]>,
    /// A pool was told whom to pay.
    logs_in: bool,
    /// The words stand in its executable.
    of_program: bool,
}

impl<'a> Texts<'a> {
    fn of(texts: &[&'a FoundText]) -> Self {
        let mut found = Self::default();
        for it in texts {
            let text = it.text.bytes();
            match strings::kind(text) {
                Kind::Word => {
                    found.of_program |= !it.memory;
                    if !found.words.contains(&text) {
                        found.words.push(text);
                    }
                }
                // What stands in its file is everybody's who has the file.
                _ if !it.memory => {}
                Kind::Place => found.places.push(text),
                Kind::Wallet => found.wallet(text.to_vec()),
                Kind::Login => found.login(&String::from_utf8_lossy(text)),
            }
        }
        found
    }

    fn login(&mut self, line: &str) {
        let Some(user) = strings::login_user(line) else { return };
        let user = grammar::user(user, grammar::UserBy::User);
        self.logs_in = true;
        if let Some(wallet) = user.wallet.filter(Wallet::is_plain) {
            self.wallet(wallet.text.bytes().to_vec());
        }
    }

    fn wallet(&mut self, wallet: Vec<u8>) {
        if !self.wallets.contains(&wallet) {
            self.wallets.push(wallet);
        }
    }

    /// Where work comes from, and who is paid.
    fn paid(&self) -> Option<Vec<u8>> {
        let wallet = self.wallets.first()?;
        let place =
            self.places.first().copied().or_else(|| self.logs_in.then_some(&b"login"[..]))?;
        Some([place, wallet].join(&b' '))
    }

    fn ports(&self) -> impl Iterator<Item = u16> {
        self.places.iter().filter_map(|text| {
            grammar::place(std::str::from_utf8(text).ok()?).and_then(|place| place.port)
        })
    }

    /// Whether it has a connection to the very place, and whether it may have one. The port alone tells little: where the
    /// place has a name, the wire has to say it too, or the port is not everybody's and the process works.
    fn talks(&self, seen: &Seen<'_>, busy: bool) -> (bool, bool) {
        let places = self.places.iter().filter_map(|text| std::str::from_utf8(text).ok());
        let (mut sure, mut maybe) = (false, false);
        for place in places.filter_map(grammar::place) {
            let address: Option<IpAddr> = place.host.trim_matches(['[', ']']).parse().ok();
            for end in seen.ends.iter().filter(|end| place.port == Some(end.port)) {
                let named = end.name.eq_ignore_ascii_case(place.host.as_bytes());
                let own_port = busy && !EVERYBODYS.contains(&end.port);
                sure |= if address.is_some() { end.address == address } else { named || own_port };
                maybe |= address.is_none() && (end.name.is_empty() || named);
            }
        }
        (sure, maybe)
    }
}
