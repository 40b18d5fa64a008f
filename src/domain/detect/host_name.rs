//! Words in the name of a host that speak of mining.
//!
//! Source: how pools name their hosts: a coin or an algorithm and `pool`, `mine`, `stratum`. Known false alarms, which are
//! let pass: `whirlpool`, `liverpool`, time servers, servers of a first or second stratum, storage pools, pages about a
//! coin; a coin or `pool` alone is no word of mining.

use crate::domain::detect::grammar::algorithm;

/// What a name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// Work is handed out there.
    Work,
    /// It is called after the protocol, and after what tells the time.
    Stratum,
    /// It is about a coin; that may be a page, or a node.
    Coin,
    /// It ends like the name of a pool, and many others do.
    Perhaps,
}

/// Whoever names a host so means mining.
const OF_MINING: [&str; 21] = [
    "randomx",
    "kawpow",
    "ethash",
    "etchash",
    "cryptonight",
    "nicehash",
    "nanopool",
    "hashvault",
    "herominers",
    "minergate",
    "unmineable",
    "unminable",
    "ethermine",
    "flypool",
    "p2pool",
    "ghostrider",
    "autolykos",
    "verushash",
    "miningpool",
    "minepool",
    "xmrig",
];
/// Coins and algorithms, as a word of its own or before another.
const COINS: [&str; 11] =
    ["raven", "kaw", "verus", "bch", "dash", "hash", "crypto", "coin", "xmr", "monero", "qubic"];
/// What does the work, or shares it out, at the end of a word.
const ENDS: [&str; 9] =
    ["pool", "pools", "pooling", "mine", "miner", "miners", "mining", "hash", "hashrate"];

/// Parts of the world.
const REGIONS: [&str; 14] =
    ["ap", "as", "asia", "au", "ca", "cn", "de", "eu", "fr", "hk", "jp", "ru", "sg", "us"];
/// What stands before such an end in words of another business.
const OTHERWISE: [&str; 23] = [
    "agent",
    "car",
    "conn",
    "connection",
    "data",
    "db",
    "deter",
    "exa",
    "gold",
    "liver",
    "log",
    "node",
    "ntp",
    "pg",
    "process",
    "proxy",
    "swimming",
    "text",
    "thread",
    "whirl",
    "worker",
    "fa",
    "jas",
];

/// What the name of this host says of mining.
pub(super) fn says(host: &str) -> Option<Says> {
    let host = host.to_ascii_lowercase();
    if host.ends_with(".ntp.org") || host.contains("keyserver") {
        return None;
    }
    let words =
        || host.split(|it: char| !it.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let bare = |word: &str| word.trim_end_matches(|it: char| it.is_ascii_digit()).to_owned();
    let named = words().any(|word| OF_MINING.iter().any(|it| word.contains(it)))
        || ["zergpool", "c3pool", "c3mine", "f2pool", "2miners"].iter().any(|it| host.contains(it))
        || words().any(|word| algorithm(word).is_some_and(|it| it.plain) && word.len() > 4);
    let is_end = |word: &str, end: &str| word.ends_with(end);
    let joined =
        words().any(|word| ENDS.iter().any(|end| word.strip_suffix(end).is_some_and(is_coin)));
    // The last label is a country or a trade, and a name of two letters is anybody's.
    let own_words = || {
        let before = host.rsplit_once('.').map_or("", |(before, _)| before);
        before.split(|it: char| !it.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
    };
    let otherwise = |word: &str, end: &str| {
        let before = word.strip_suffix(end).unwrap_or_default();
        !before.is_empty() && OTHERWISE.iter().any(|it| before.ends_with(it))
    };
    let is_own =
        |word: &str, end: &str| is_end(word, end) && !is_coin(word) && !otherwise(word, end);
    let apart = own_words().any(|word| bare(word).len() > 2 && is_coin(&bare(word)))
        && own_words().any(|word| ENDS.iter().any(|end| is_own(word, end)));
    let of_coin = words().any(|word| {
        let xmrs = word.ends_with("xmr") || bare(word) == "xmr";
        word.contains("monero") || xmrs || word.len() > 5 && word.starts_with("xmr")
    });
    // Pools have a host for each part of the world.
    let somewhere = host.split('.').any(|label| {
        let mut parts = label.split('-').map(bare);
        parts.next().is_some_and(|it| it == "xmr") && parts.any(|it| REGIONS.contains(&it.as_str()))
    });
    let pays = somewhere
        || words().any(|word| ENDS.iter().chain(&["mine", "proxy"]).any(|it| word.contains(it)));
    // `stratum.example` hands out work, `stratum-one` tells the time.
    let stratum = words().any(|word| bare(word) == "stratum");
    if named || joined || apart || of_coin && pays {
        Some(Says::Work)
    } else if stratum {
        Some(Says::Stratum)
    } else if of_coin {
        Some(Says::Coin)
    } else if host
        .split('.')
        .any(|label| is_perhaps(label.trim_end_matches(|it: char| it.is_ascii_digit())))
    {
        Some(Says::Perhaps)
    } else {
        None
    }
}

/// The label ends with such a word, and the word before it is none of another business.
fn is_perhaps(label: &str) -> bool {
    let before = ENDS.iter().find_map(|end| label.strip_suffix(end));
    let before = before.map(|it| it.trim_end_matches(['-', '_']));
    label.starts_with("unmine")
        || label.len() > 6 && label.starts_with("mining")
        || before.is_some_and(|it| !OTHERWISE.iter().any(|other| it.ends_with(other)))
}

/// A coin, or an algorithm by a word that others have too.
fn is_coin(word: &str) -> bool {
    COINS.contains(&word) || !word.is_empty() && word.len() < 12 && algorithm(word).is_some()
}

/// The name speaks of mining, or of what is mined.
pub(super) fn speaks_of_mining(host: &str) -> bool {
    matches!(says(host), Some(Says::Work | Says::Stratum | Says::Coin))
}

/// Only a pool is called so.
pub(super) fn hands_out_work(host: &str) -> bool {
    says(host) == Some(Says::Work)
}
