//! One command: its options in every form that the readers of options take.
//!
//! `--url=X`, `--url X`, `-url X`, `-o X`, `-oX`, `-o=X`, `-kBo X`, `URL=X`. A value counts only if it looks like what the
//! option wants: `-o` with the name of a file is an output, whoever has it.

use super::algorithm::{Algorithm, algorithm};
use super::options::{Means, Weight, option};
use super::pool::{By, Place, Pool, Scheme, is_far, mentions_scheme, place};
use super::user::{User, UserBy, user};
use super::wallet::wallet;
use super::wrapped::{Spoken, Told};
use crate::domain::untrusted::Untrusted;

/// What one command says of mining.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// The word that names the program.
    pub program: Untrusted,
    /// How it comes to be run, if it is.
    pub told: Told,
    /// How many plain words stand between the program and what it is told.
    pub led: usize,
    /// Places on the net, each once.
    pub pools: Vec<Pool>,
    /// Users, accounts and addresses.
    pub users: Vec<User>,
    /// Passwords for the pool.
    pub passwords: Vec<Untrusted>,
    /// Names of this machine.
    pub rigs: Vec<Untrusted>,
    /// Algorithms.
    pub algorithms: Vec<Algorithm>,
    /// Coins.
    pub coins: Vec<Untrusted>,
    /// Proxies on the way to the pool.
    pub proxies: Vec<Untrusted>,
    /// Configuration files.
    pub configurations: Vec<Untrusted>,
    /// Options that miners have.
    pub tells: Vec<Tell>,
    /// A mining scheme stands in some text.
    pub mentions: Option<Untrusted>,
    /// A file or an address of the web stands among the arguments by itself.
    pub(super) has_files: bool,
    /// So does a host with its port.
    pub(super) has_end: bool,
    /// The word before was a host.
    after_host: bool,
    port: Option<u16>,
}

/// An option that miners have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tell {
    /// Its name, without dashes.
    pub option: Untrusted,
    /// How much it tells.
    pub weight: Weight,
}

impl Command {
    pub(super) fn of(spoken: Spoken) -> Self {
        let Spoken { program, arguments, told } = spoken;
        let plain = |word: &&String| {
            let is_path = word.starts_with(['/', '.']) && !word.contains(':');
            is_path || !word.starts_with('-') && !word.contains(['=', ':', '.'])
        };
        let led = arguments.iter().take_while(plain).count();
        let mut read = Self { told, led, ..Self::default() };
        let mut words = arguments.iter().map(String::as_str).peekable();
        while let Some(word) = words.next() {
            let next = words.peek().copied().filter(|next| is_value(next));
            if read.word(word, next) {
                words.next();
            }
        }
        if told == Told::Quoted {
            // A text that begins with a URL.
            read.loose(&program);
        }
        if let Some(port) = read.port {
            let bare = |it: &&mut Pool| it.port.is_none() && it.by != By::Loose;
            read.pools.iter_mut().filter(bare).for_each(|it| it.port = Some(port));
        }
        read.program = Untrusted::new(program);
        read
    }

    pub(super) fn is_empty(&self) -> bool {
        let nobody = self.pools.is_empty() && self.users.is_empty() && self.mentions.is_none();
        nobody
            && self.algorithms.is_empty()
            && self.coins.is_empty()
            && self.tells.is_empty()
            && self.configurations.is_empty()
    }

    /// Takes one word in; `true` if the next was its value.
    fn word(&mut self, word: &str, next: Option<&str>) -> bool {
        let dashes = word.bytes().take_while(|it| *it == b'-').count();
        let Some(body) =
            word.get(dashes..).filter(|it| (1..=2).contains(&dashes) && !it.is_empty())
        else {
            self.alone(word);
            return false;
        };
        let (name, joined) = body.split_once('=').map_or((body, None), |(it, v)| (it, Some(v)));
        // `--o` is nobody's, `-o` and `-pool` are.
        if let Some((means, weight)) = option(name).filter(|_| dashes == 1 || name.len() > 1) {
            let value = joined.or(next);
            let taken = self.option(name, means, weight, value);
            if let Some(value) = joined.filter(|_| !taken) {
                self.loose(value);
            }
            return taken && joined.is_none();
        }
        if dashes == 1
            && let Some(taken) = self.cluster(body, next)
        {
            return taken;
        }
        if let Some(value) = joined {
            self.loose(value);
        } else {
            self.loose(body);
        }
        false
    }

    /// `-oX`, `-o=X` and `-kBo X`; `None` if it is none of them.
    fn cluster(&mut self, body: &str, next: Option<&str>) -> Option<bool> {
        let flags = body.len() - body.trim_start_matches(['k', 'B', 'q', 'D', 'R']).len();
        let rest = body.get(flags..)?;
        let letter = rest.get(..1)?;
        let value = rest.get(1..)?;
        if !"ouaOpPsSwt".contains(letter) {
            return None;
        }
        let (means, weight) = option(letter)?;
        let apart = value.is_empty();
        let value = value.strip_prefix('=').unwrap_or(value);
        // Whatever else has one dash and many letters begins with one of these too.
        let is_long =
            |value: &str| value.len() > 1 && value.bytes().all(|it| it.is_ascii_lowercase());
        let asked = if apart { next } else { Some(value) };
        let asked = asked.filter(|value| {
            apart || !matches!(means, Means::User | Means::Password) || !is_long(value)
        })?;
        if flags > 0 && !apart && means != Means::Pool(By::Output) {
            return None;
        }
        let taken = self.option(letter, means, weight, Some(asked));
        for flag in body.chars().take(if taken { flags } else { 0 }) {
            if let Some((_, Some(weight))) = option(flag.encode_utf8(&mut [0; 4])) {
                self.tell(&flag.to_string(), weight);
            }
        }
        taken.then_some(apart)
    }

    /// An option and what may be its value; `true` if it is.
    fn option(
        &mut self,
        name: &str,
        means: Means,
        weight: Option<Weight>,
        value: Option<&str>,
    ) -> bool {
        let value = value.filter(|it| !it.is_empty());
        let taken = value.is_some_and(|value| self.value(name, means, value));
        let needs_value = matches!(means, Means::Count | Means::Coin);
        if let Some(weight) = weight.filter(|_| taken || !needs_value) {
            self.tell(name, weight);
        }
        taken
    }

    fn value(&mut self, name: &str, means: Means, value: &str) -> bool {
        match means {
            Means::Pool(by) => self.pool(by, value),
            Means::Port => {
                self.port = value.parse().ok().filter(|port| *port > 0);
                self.port.is_some()
            }
            Means::Wallet => {
                // Nimiq writes groups of four.
                let grouped = value.starts_with("NQ") && value.split(' ').all(|it| it.len() == 4);
                (grouped || !value.contains(char::is_whitespace))
                    && self.user(value, UserBy::Wallet)
            }
            Means::Address => {
                let known = user(value, UserBy::Wallet).wallet.is_some();
                // BzMiner and Rigel do not agree on `-w`.
                known && self.user(value, UserBy::Wallet)
                    || name == "w" && is_word(value) && keep(&mut self.rigs, value.into())
            }
            Means::User => !value.contains(char::is_whitespace) && self.user(value, UserBy::User),
            Means::UserAndPassword => value.split_once(':').is_some_and(|(user, password)| {
                keep(&mut self.passwords, password.into()) && self.user(user, UserBy::User)
            }),
            // Some have their pool where others have these.
            Means::Password | Means::Configuration if is_mining(value) => {
                self.pool(By::Output, value)
            }
            Means::Password if place(value).is_some_and(|it| is_end(&it)) => {
                self.pool(By::Server, value)
            }
            Means::Password => keep(&mut self.passwords, value.into()),
            Means::Rig => keep(&mut self.rigs, value.into()),
            Means::Algorithm => match algorithm(value) {
                Some(found) => keep(&mut self.algorithms, found),
                // Some have their address where others have this.
                None => {
                    wallet(value).is_some_and(|it| it.is_plain())
                        && self.user(value, UserBy::Wallet)
                }
            },
            Means::Coin => {
                let Some(named) = algorithm(value) else { return false };
                if named.plain {
                    keep(&mut self.algorithms, named);
                }
                keep(&mut self.coins, value.into())
            }
            Means::Proxy => {
                let place = place(value.trim_start_matches("socks5://"));
                self.has_end |= place.as_ref().is_some_and(is_end);
                place.is_some_and(|it| it.port.is_some() && keep(&mut self.proxies, value.into()))
            }
            Means::Configuration => {
                !value.contains(char::is_whitespace) && keep(&mut self.configurations, value.into())
            }
            Means::Count => value.parse::<u16>().is_ok(),
            Means::Nothing => false,
        }
    }

    /// One place, or several in one word.
    fn pool(&mut self, by: By, value: &str) -> bool {
        let several = if value.contains("://") { &['!', ';'][..] } else { &['!', ';', ','] };
        let mut taken = false;
        for part in value.split(several) {
            taken |= self.one_pool(by, part);
        }
        taken
    }

    fn one_pool(&mut self, by: By, text: &str) -> bool {
        let Some(found) = place(text) else { return false };
        // Who listens on every address is called by none.
        if by != By::Pool && matches!(found.host, "0.0.0.0" | "::") {
            return false;
        }
        let ends = found.scheme == Scheme::Mining || found.port.is_some();
        // A name without a port is a pool's only where nothing else can stand; its port may be another option.
        let named = by != By::Output && is_far(found.host) && !is_far_as_file(found.host);
        let alone = !ends && matches!(by, By::Url | By::Loose) && found.scheme != Scheme::Socket;
        if alone || !(ends || named) {
            return false;
        }
        // A path is a page's, and digits after a dot are no end of a host: `out.1:2`.
        let bare = found.scheme == Scheme::None;
        let is_page = found.rest.starts_with('/') && matches!(by, By::Server | By::Url);
        if bare && (is_page || found.host.contains('.') && !is_far(found.host)) {
            return false;
        }
        if let Some(text) = found.user {
            self.user(text, UserBy::Url);
        }
        for part in found
            .rest
            .split(['/', '?', '#'])
            .filter(|part| user(part, UserBy::Url).wallet.is_some())
        {
            self.user(part, UserBy::Url);
        }
        keep(&mut self.pools, found.pool(by, text))
    }

    fn user(&mut self, text: &str, by: UserBy) -> bool {
        let found = user(text, by);
        if let Some(rig) = found.rig.clone().filter(|_| found.wallet.is_some()) {
            keep(&mut self.rigs, rig);
        }
        keep(&mut self.users, found)
    }

    /// A word that no option asked for.
    fn alone(&mut self, word: &str) {
        // `POOL=…`, `WALLET=…`, as images take their settings.
        if let Some((name, value)) = word.split_once('=') {
            let name = name.to_ascii_lowercase();
            let name = name.strip_prefix("xmrig_").unwrap_or(&name);
            let means = option(name).filter(|_| name.len() > 2).map(|(means, _)| means);
            let asked =
                |it: &Means| matches!(it, Means::Pool(By::Pool) | Means::Wallet | Means::Algorithm);
            if !means.filter(asked).is_some_and(|means| self.value(name, means, value)) {
                self.loose(value);
            }
            return;
        }
        // `ore … mine`.
        if matches!(word, "mine" | "protomine") {
            self.tell(word, Weight::Rare);
        }
        self.has_end |= place(word).is_some_and(|it| is_end(&it));
        // `miner host 3333 address`.
        self.has_end |= self.after_host && word.parse::<u16>().is_ok_and(|it| it > 0);
        self.after_host = is_far(word) && !word.contains('/');
        self.has_files |= word.contains('/') && !is_mining(word);
        if word.contains('/') && word.len() < 20 && algorithm(word).is_some_and(|it| it.plain) {
            self.tell(word, Weight::Rare);
        }
        self.loose(word);
    }

    /// What is known by itself, wherever it stands.
    fn loose(&mut self, text: &str) {
        if text.contains("://") {
            let mines = is_mining(text) && self.pool(By::Loose, text);
            if !mines && self.mentions.is_none() && mentions_scheme(text) {
                self.mentions = Some(text.into());
            }
        } else if text.len() >= 26 {
            let found = user(text, UserBy::Loose);
            if found.wallet.as_ref().is_some_and(|it| it.is_plain() && !is_bare_hex(text)) {
                keep(&mut self.users, found);
            }
        }
    }

    fn tell(&mut self, option: &str, weight: Weight) {
        keep(&mut self.tells, Tell { option: option.into(), weight });
    }
}

/// Adds what is not there yet; `true` always, since it was understood.
fn keep<T: PartialEq>(list: &mut Vec<T>, it: T) -> bool {
    if !list.contains(&it) {
        list.push(it);
    }
    true
}

/// It can be the value of an option: `-` begins the next one.
fn is_value(word: &str) -> bool {
    !word.starts_with('-')
}

/// A host far away and its port, and no page there.
fn is_end(place: &Place<'_>) -> bool {
    place.port.is_some() && is_far(place.host) && place.scheme != Scheme::Web
}

fn is_word(text: &str) -> bool {
    text.len() <= 64 && !text.contains(['/', ':']) && !text.contains(char::is_whitespace)
}

fn is_mining(text: &str) -> bool {
    place(text).is_some_and(|it| it.scheme == Scheme::Mining)
}

/// A digest of a file or a commit has as many digits as an address.
fn is_bare_hex(text: &str) -> bool {
    text.bytes().all(|it| it.is_ascii_hexdigit()) && wallet(text).is_none_or(|it| !it.checked)
}

/// `pool.o` and `pool.svg` are names of files as well as of hosts.
fn is_far_as_file(host: &str) -> bool {
    let labels = host.split('.').count();
    labels == 2
        && host
            .rsplit('.')
            .next()
            .is_some_and(|last| last.len() <= 4 && !COMMON_ENDS.contains(&last))
}

/// Short ends of names that no file has.
const COMMON_ENDS: &[&str] =
    &["com", "org", "net", "info", "pro", "xyz", "io", "cc", "me", "eu", "us", "ru", "de", "to"];
