//! Settings that belong together: a place, who is paid there, and what is known of the file as a whole.

use super::keys::{Key, key, weight};
use super::settings::{Setting, Settings};
use crate::domain::detect::grammar::{
    Algorithm, By, Pool, Scheme, User, UserBy, Weight, algorithm, is_far, place, user,
};
use crate::domain::untrusted::Untrusted;

/// No group has more of one kind of thing that anybody wrote.
const MOST: usize = 256;

/// What a file says of mining.
#[derive(Debug, Default)]
pub(super) struct Mine {
    /// Groups that name a place or somebody who is paid.
    pub(super) veins: Vec<Vein>,
    /// Anywhere in it.
    pub(super) algorithms: Vec<Algorithm>,
    /// Keys that nothing but miners have.
    pub(super) sole: Vec<Untrusted>,
    /// How many keys few others have.
    pub(super) rare: usize,
    /// Of the four things that xmrig writes into its file.
    pub(super) marks: Vec<&'static str>,
}

/// One group.
#[derive(Debug, Default)]
pub(super) struct Vein {
    pub(super) pools: Vec<Pool>,
    pub(super) users: Vec<User>,
    pub(super) rigs: Vec<Untrusted>,
    pub(super) passwords: Vec<Untrusted>,
    /// How many keys of this very group nothing but miners have.
    pub(super) sole: usize,
    /// Somebody is to be paid for what this program computes by itself.
    pub(super) mines_alone: bool,
    /// There is a key for somebody, and nothing or no name behind it.
    pub(super) unpaid: bool,
    port: Option<u16>,
}

impl Mine {
    pub(super) fn of(settings: &Settings) -> Self {
        let mut mine = Self::default();
        let mut veins: Vec<Vein> = settings.groups.iter().map(|_| Vein::default()).collect();
        for setting in settings.all.iter().filter(|it| !is_taken_out(settings, it)) {
            mine.tells(&setting.key);
            if let Some(vein) = veins.get_mut(setting.group) {
                vein.sole += usize::from(weight(&setting.key) == Weight::Sole);
                vein.take(setting, &mut mine.algorithms);
            }
        }
        mine.groups(settings);
        mine.marks(settings);
        for vein in &mut veins {
            vein.settle();
        }
        // Who is paid may be said once for all places, further out.
        for at in 0..veins.len() {
            if veins.get(at).is_none_or(|it| it.pools.is_empty() || !it.users.is_empty()) {
                continue;
            }
            let outer: Vec<User> = settings
                .lineage(at)
                .skip(1)
                .filter_map(|outer| veins.get(outer))
                .flat_map(|outer| outer.users.iter().cloned())
                .take(MOST)
                .collect();
            if let Some(vein) = veins.get_mut(at) {
                vein.users = outer;
            }
        }
        mine.veins =
            veins.into_iter().filter(|it| !it.pools.is_empty() || !it.users.is_empty()).collect();
        mine
    }

    fn tells(&mut self, name: &str) {
        match weight(name) {
            Weight::Sole => keep(&mut self.sole, name.into()),
            Weight::Rare => self.rare += 1,
            Weight::Common => {}
        }
    }

    /// Names of groups tell as keys do. Some are algorithms, as `"rx/0": [0, 1]`; without a slash they may be anybody's.
    fn groups(&mut self, settings: &Settings) {
        let keys = settings.all.iter().map(|it| (&it.key, true));
        for (name, of_list) in settings.groups.iter().map(|it| (&it.name, false)).chain(keys) {
            if !of_list {
                self.tells(name);
            }
            let named = name.contains('/').then(|| algorithm(name)).flatten();
            if let Some(found) = named.filter(|it| it.plain) {
                keep(&mut self.algorithms, found);
            }
        }
    }

    /// Two of these in one file are a miner's own.
    fn marks(&mut self, settings: &Settings) {
        let group_is =
            |at: usize, name: &str| settings.groups.get(at).is_some_and(|it| it.name == name);
        for setting in &settings.all {
            let within = |name: &str| settings.lineage(setting.group).any(|at| group_is(at, name));
            let key = setting.key.as_str();
            let mark = match key {
                "url" | "daemon" if within("pools") => "pools",
                "donate-level" if setting.value.parse::<u8>().is_ok() => "donate-level",
                "1gb-pages" | "wrmsr" | "rdmsr" | "scratchpad-prefetch-mode" | "numa" | "init"
                    if within("randomx") =>
                {
                    "randomx"
                }
                _ if within("algo-perf") => "algo-perf",
                _ => continue,
            };
            if !self.marks.contains(&mark) {
                self.marks.push(mark);
            }
        }
    }
}

impl Vein {
    fn take(&mut self, setting: &Setting, algorithms: &mut Vec<Algorithm>) {
        let Setting { key: name, value, .. } = setting;
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        match key(name) {
            Key::Pool(by) => value.split([';', ',']).for_each(|it| self.pool(by, it.trim())),
            Key::Port => self.port = value.parse().ok().filter(|port| *port > 0),
            Key::User => self.user(value, UserBy::User),
            Key::Wallet => {
                let found = user(value, UserBy::Wallet);
                self.mines_alone |= name == "start-mining" && found.wallet.is_some();
                self.user(value, UserBy::Wallet);
            }
            Key::Address if user(value, UserBy::Wallet).wallet.is_some() => {
                self.user(value, UserBy::Wallet);
            }
            Key::Password => keep(&mut self.passwords, value.into()),
            Key::Rig => keep(&mut self.rigs, value.into()),
            Key::Algorithm => {
                if let Some(found) = algorithm(value) {
                    keep(algorithms, found);
                }
            }
            Key::Address | Key::Command | Key::Other => self.pool(By::Loose, value),
        }
    }

    fn pool(&mut self, by: By, text: &str) {
        let Some(found) = place(text) else { return };
        let mines = found.scheme == Scheme::Mining;
        let far = is_far(found.host) || found.host == "localhost";
        let ends = found.port.is_some() && (far || found.scheme != Scheme::None || by == By::Pool);
        let named = far && by != By::Loose;
        if !(mines || by != By::Loose && ends || named) {
            // An address may stand where others have a host.
            if by == By::Server && user(text, UserBy::Wallet).wallet.is_some_and(|it| it.checked) {
                self.user(text, UserBy::Wallet);
            }
            return;
        }
        if let Some(text) = found.user {
            self.user(text, UserBy::Url);
        }
        keep(&mut self.pools, found.pool(by, text));
    }

    fn user(&mut self, text: &str, by: UserBy) {
        if text.len() > 256 || text.contains(char::is_whitespace) {
            return;
        }
        let found = user(text, by);
        if found.wallet.is_none() && is_asked_for(text) {
            self.unpaid = true;
            return;
        }
        if let Some(rig) = found.rig.clone().filter(|_| found.wallet.is_some()) {
            keep(&mut self.rigs, rig);
        }
        keep(&mut self.users, found);
    }

    /// A port may stand beside its host.
    fn settle(&mut self) {
        if let Some(port) = self.port {
            let bare = |it: &&mut Pool| it.port.is_none() && it.by != By::Loose;
            self.pools.iter_mut().filter(bare).for_each(|it| it.port = Some(port));
        }
    }
}

/// What this program took out of something that it judged is nobody's configuration, and no miner looks for it there.
fn is_taken_out(settings: &Settings, setting: &Setting) -> bool {
    let mut lineage = settings.lineage(setting.group);
    lineage.any(|at| settings.groups.get(at).is_some_and(|it| it.name == "extracted"))
}

/// `YOUR_WALLET_ADDRESS`, `$WALLET`, `<wallet>`: nobody yet, or somebody who is said elsewhere.
fn is_asked_for(text: &str) -> bool {
    text.starts_with(['$', '<', '%', '{']) || text.to_ascii_uppercase().starts_with("YOUR")
}

fn keep<T: PartialEq>(list: &mut Vec<T>, it: T) {
    if !list.contains(&it) && list.len() < MOST {
        list.push(it);
    }
}
