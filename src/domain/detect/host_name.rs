//! Words in the name of a host that speak of mining.
//!
//! Source: how pools name their hosts: a coin or an algorithm and `pool`, `mine`, `stratum`. Known false alarms, which are
//! let pass: `whirlpool`, `liverpool`, time servers, storage pools; a coin or `pool` alone is no word of mining.

/// Whoever names a host so means mining.
const OF_MINING: [&str; 22] = [
    "stratum",
    "xmr",
    "monero",
    "xmrig",
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
];
/// Coins and algorithms, as a word of its own or before another.
const COINS: [&str; 27] = [
    "xmr",
    "monero",
    "rx",
    "rvn",
    "raven",
    "ravencoin",
    "kaw",
    "eth",
    "etc",
    "vrsc",
    "verus",
    "zec",
    "zeph",
    "erg",
    "ergo",
    "kas",
    "kaspa",
    "dero",
    "doge",
    "ltc",
    "btc",
    "bch",
    "dash",
    "cfx",
    "flux",
    "ckb",
    "hash",
];
/// What does the work, or shares it out, at the end of a word.
const ENDS: [&str; 5] = ["pool", "pools", "mine", "miner", "mining"];

/// The name of this host speaks of mining.
pub(super) fn speaks_of_mining(host: &str) -> bool {
    if host.ends_with(".ntp.org") {
        return false;
    }
    let host = host.to_ascii_lowercase();
    let words =
        || host.split(|it: char| !it.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let bare = |word: &str| word.trim_end_matches(|it: char| it.is_ascii_digit()).to_owned();
    let of_mining = words().any(|word| {
        let plain = bare(word);
        OF_MINING.iter().any(|it| plain == *it || (it.len() > 4 && word.contains(it)))
            || plain.contains("xmr")
            || ["zergpool", "c3pool", "c3mine", "f2pool", "2miners"]
                .iter()
                .any(|it| word.contains(it))
    });
    let coin = |word: &str| COINS.contains(&word);
    let joined =
        words().any(|word| ENDS.iter().any(|end| word.strip_suffix(end).is_some_and(coin)));
    let apart = words().any(|word| coin(&bare(word)))
        && words().any(|word| ENDS.iter().any(|end| word.ends_with(end)));
    of_mining || joined || apart
}
