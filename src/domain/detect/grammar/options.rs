//! The options of miners and what they mean.
//!
//! From the option tables of xmrig, cpuminer, `SRBMiner`, lolMiner, `GMiner`, `PhoenixMiner`, Claymore's, ethminer, T-Rex, `NBMiner`,
//! `TeamRedMiner`, `BzMiner`, Rigel, `WildRig`, miniZ, bminer, cgminer, `P2Pool`, monerod and geth. An option that others have too
//! is here as well: what counts is what its value looks like, and what stands beside it.

use std::cmp::Ordering;

use super::pool::By;

/// How much an option tells by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// Others have it too.
    Common,
    /// Few others have it.
    Rare,
    /// Nothing but a miner is known to have it.
    Sole,
}

/// What the value of an option is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::domain::detect) enum Means {
    Pool(By),
    /// Of another place, whose host stands in another option.
    Port,
    /// An address, or whatever a pool takes for it.
    Wallet,
    /// Something else, unless it has the shape of an address.
    Address,
    User,
    UserAndPassword,
    Password,
    Rig,
    Algorithm,
    Coin,
    Proxy,
    Configuration,
    /// A number.
    Count,
    /// It has none, or one that tells nothing.
    Nothing,
}

use Means::{
    Address, Algorithm, Coin, Configuration, Count, Nothing, Password, Port, Proxy, Rig, User,
    UserAndPassword, Wallet,
};
use Weight::{Common, Rare, Sole};

const AT_POOL: Means = Means::Pool(By::Pool);
const AT_OUTPUT: Means = Means::Pool(By::Output);
const AT_URL: Means = Means::Pool(By::Url);
const AT_SERVER: Means = Means::Pool(By::Server);

/// Name without dashes and with `-` for `_`, meaning, and what it tells; the table is sorted by name.
type Known = (&'static str, Means, Option<Weight>);

/// What `name` is, of an option with one letter or with many.
pub(in crate::domain::detect) fn option(name: &str) -> Option<(Means, Option<Weight>)> {
    // Families of options that only one miner has.
    if name.starts_with("randomx-") || name.starts_with("lhr-") {
        return Some((Nothing, Some(Sole)));
    }
    let dashed;
    let name = if name.contains('_') {
        dashed = name.replace('_', "-");
        &dashed
    } else {
        name
    };
    let order = |(known, ..): &Known| -> Ordering { (*known).cmp(name) };
    let at = OPTIONS.binary_search_by(order).ok()?;
    OPTIONS.get(at).map(|(_, means, weight)| (*means, *weight))
}

#[rustfmt::skip]
const OPTIONS: &[Known] = &[
    ("1gb-pages", Nothing, Some(Rare)), ("4g-alloc-size", Nothing, Some(Sole)), ("B", Nothing, Some(Common)),
    ("F", AT_SERVER, None), ("H", AT_SERVER, None), ("HWMON", Nothing, Some(Rare)), ("O", UserAndPassword, None), ("P", AT_SERVER, None),
    ("S", AT_SERVER, None), ("W", Address, None), ("a", Algorithm, None), ("a0-is-zil", Nothing, Some(Sole)), ("account", Address, None),
    ("addr", Address, None), ("address", Address, None), ("algo", Algorithm, None),
    ("algo-min-time", Nothing, Some(Sole)), ("algo-perf", Nothing, Some(Sole)), ("algo1", Algorithm, None),
    ("algo2", Algorithm, None), ("algorithm", Algorithm, None), ("algos", Algorithm, None),
    ("alias", Nothing, Some(Common)), ("allcoins", Nothing, Some(Rare)), ("allpools", Nothing, Some(Rare)),
    ("amd", Nothing, Some(Common)), ("api-bind-http", Nothing, Some(Rare)), ("api-id", Nothing, Some(Rare)),
    ("api-worker-id", Nothing, Some(Rare)), ("argon2-impl", Nothing, Some(Sole)), ("asm", Nothing, Some(Common)),
    ("author", Address, None), ("av", Nothing, Some(Common)), ("background", Nothing, Some(Common)),
    ("bcn", Nothing, Some(Rare)), ("bench", Nothing, Some(Common)), ("bench-algo-time", Nothing, Some(Sole)),
    ("bg-mining-enable", Nothing, Some(Sole)), ("buffer-time", Nothing, Some(Rare)),
    ("c", Configuration, None), ("cclock", Nothing, Some(Sole)),
    ("cl-global-work", Nothing, Some(Sole)), ("cl-local-work", Nothing, Some(Rare)), ("coin", Coin, Some(Common)),
    ("coin1", Coin, Some(Common)), ("coinbase-addr", Wallet, Some(Sole)), ("coinbase-message", Nothing, Some(Rare)),
    ("coinbase-sig", Nothing, Some(Rare)), ("coins", Coin, Some(Common)), ("config", Configuration, None),
    ("config-file", Configuration, None), ("connect", AT_SERVER, None), ("cores", Count, Some(Common)),
    ("cpu", Nothing, Some(Common)), ("cpu-affinity", Nothing, Some(Common)),
    ("cpu-affinity-mask", Nothing, Some(Rare)), ("cpu-argon2-impl", Nothing, Some(Sole)),
    ("cpu-max-threads-hint", Nothing, Some(Sole)), ("cpu-memory-pool", Nothing, Some(Sole)),
    ("cpu-no-yield", Nothing, Some(Sole)), ("cpu-priority", Nothing, Some(Common)),
    ("cpu-threads", Count, Some(Common)), ("cpu-threads-intensity", Nothing, Some(Sole)),
    ("cpu-threads-priority", Nothing, Some(Rare)), ("cuda-bfactor-hint", Nothing, Some(Sole)),
    ("cuda-block-size", Nothing, Some(Common)), ("cuda-devices", Nothing, Some(Common)),
    ("cuda-grid-size", Nothing, Some(Common)), ("cuda-loader", Nothing, Some(Common)),
    ("cuda-parallel-hash", Nothing, Some(Sole)), ("currency", Coin, Some(Common)),
    ("daemon-address", AT_SERVER, None), ("daemon-job-timeout", Nothing, Some(Sole)),
    ("daemon-poll-interval", Nothing, Some(Rare)), ("daemon-rpc-address", AT_SERVER, None),
    ("daemon-zmq-port", Nothing, Some(Rare)), ("dag-build-mode", Nothing, Some(Sole)),
    ("dag-load-mode", Nothing, Some(Sole)), ("dcoin", Coin, Some(Sole)), ("dev-fee", Nothing, Some(Rare)),
    ("devfee", Nothing, Some(Rare)), ("devices", Nothing, Some(Common)), ("diff-factor", Nothing, Some(Rare)),
    ("diff-multiplier", Nothing, Some(Rare)), ("disable-cpu", Nothing, Some(Common)),
    ("disable-gpu", Nothing, Some(Common)), ("disable-msr-tweaks", Nothing, Some(Sole)),
    ("disable-worker-watchdog", Nothing, Some(Rare)), ("donate", Nothing, Some(Rare)),
    ("donate-level", Count, Some(Sole)), ("donate-over-proxy", Nothing, Some(Sole)), ("dpool", AT_POOL, Some(Sole)),
    ("dpsw", Password, Some(Sole)), ("dwal", Wallet, Some(Sole)), ("email", User, None),
    ("endpoint", AT_SERVER, None), ("epool", AT_POOL, Some(Sole)), ("epsw", Password, Some(Sole)),
    ("eres", Nothing, Some(Rare)), ("esm", Nothing, Some(Rare)), ("eth-hashrate", Nothing, Some(Sole)),
    ("etha", Nothing, Some(Rare)), ("etherbase", Address, None), ("ethi", Nothing, Some(Rare)),
    ("ethstratum", Nothing, Some(Sole)), ("ewal", Wallet, Some(Sole)), ("eworker", Rig, Some(Sole)),
    ("extranonce", Nothing, Some(Rare)), ("farm-recheck", Nothing, Some(Sole)), ("farm-retries", Nothing, Some(Sole)),
    ("fcn", Nothing, Some(Rare)), ("gen", Nothing, Some(Rare)), ("genproclimit", Nothing, Some(Rare)),
    ("give-up-limit", Nothing, Some(Rare)), ("gpu", Nothing, Some(Common)), ("gpu-boost", Nothing, Some(Rare)),
    ("gpu-engine", Nothing, Some(Rare)), ("gpu-id", Nothing, Some(Common)), ("gpu-intensity", Nothing, Some(Rare)),
    ("gpu-memclock", Nothing, Some(Rare)), ("gpu-platform", Nothing, Some(Rare)),
    ("gpu-raw-intensity", Nothing, Some(Rare)), ("gpu-report-interval", Nothing, Some(Sole)),
    ("gser", Nothing, Some(Rare)), ("health-print-time", Nothing, Some(Sole)), ("host", AT_SERVER, None),
    ("http-no-restricted", Nothing, Some(Rare)), ("huge-pages", Nothing, Some(Common)),
    ("huge-pages-jit", Nothing, Some(Sole)), ("intensity", Nothing, Some(Common)), ("k", Nothing, Some(Common)),
    ("kaspad-address", AT_SERVER, Some(Rare)), ("keepalive", Nothing, Some(Common)), ("keypair", Nothing, Some(Common)), ("l", AT_SERVER, None),
    ("launch-config", Nothing, Some(Rare)), ("lhr", Nothing, Some(Rare)), ("light-mode", Nothing, Some(Common)),
    ("lock-cclock", Nothing, Some(Sole)), ("lock-cv", Nothing, Some(Rare)), ("lock-mclock", Nothing, Some(Sole)),
    ("login", User, None), ("lookup-gap", Nothing, Some(Sole)), ("mail", User, None),
    ("max-cpu-usage", Nothing, Some(Rare)), ("mclock", Nothing, Some(Sole)), ("merge-mine", Nothing, Some(Sole)),
    ("mine", Nothing, Some(Rare)), ("miner-address", Wallet, Some(Rare)), ("miner.etherbase", Address, None),
    ("miner.threads", Nothing, Some(Rare)), ("minerthreads", Nothing, Some(Rare)), ("mini", Nothing, Some(Common)),
    ("mining-addr", Wallet, Some(Sole)), ("mining-address", Wallet, Some(Sole)), ("mining-key", Wallet, Some(Sole)),
    ("mining-pool", AT_POOL, None), ("mining-pubkey", Wallet, Some(Sole)), ("mining-threads", Nothing, Some(Rare)),
    ("miningpool", AT_POOL, None), ("multi-algorithm-job-mode", Nothing, Some(Sole)), ("nano", Nothing, Some(Common)),
    ("nicehash", Nothing, Some(Sole)), ("no-color", Nothing, Some(Common)), ("no-cpu", Nothing, Some(Rare)),
    ("no-extranonce", Nothing, Some(Sole)), ("no-gbt", Nothing, Some(Sole)), ("no-getwork", Nothing, Some(Sole)),
    ("no-huge-pages", Nothing, Some(Rare)), ("no-longpoll", Nothing, Some(Sole)), ("no-randomx", Nothing, Some(Rare)),
    ("no-stratum", Nothing, Some(Sole)), ("noAMD", Nothing, Some(Rare)), ("noCPU", Nothing, Some(Rare)),
    ("noNVIDIA", Nothing, Some(Rare)), ("noUAC", Nothing, Some(Rare)), ("nocolor", Nothing, Some(Common)),
    ("node", AT_SERVER, None), ("nodisplay", Nothing, Some(Rare)), ("num-threads", Count, Some(Common)), ("nvidia", Nothing, Some(Common)),
    ("o", AT_OUTPUT, None), ("o1", AT_URL, None), ("o2", AT_URL, None), ("o3", AT_URL, None),
    ("opencl-devices", Nothing, Some(Common)), ("opencl-launch", Nothing, Some(Rare)),
    ("opencl-platform", Nothing, Some(Common)), ("opencl-threads", Nothing, Some(Rare)), ("p", Password, None),
    ("p1", Password, None), ("p2", Password, None), ("p2pool", Nothing, Some(Rare)), ("pass", Password, Some(Common)),
    ("pass1", Password, None), ("passwd", Password, None), ("password", Password, None),
    ("pause-on-active", Nothing, Some(Rare)), ("pause-on-battery", Nothing, Some(Rare)),
    ("payout-address", Address, None), ("pers", Nothing, Some(Rare)), ("pool", AT_POOL, None),
    ("pool-addr", AT_POOL, None), ("pool-address", AT_POOL, None), ("pool-host", AT_POOL, None),
    ("pool-pass", Password, None), ("pool-password", Password, None), ("pool-server", AT_POOL, None),
    ("pool-uri", AT_POOL, None), ("pool-url", AT_POOL, None), ("pool-user", User, Some(Common)),
    ("pool1", AT_POOL, None), ("pool2", AT_POOL, None), ("pool3", AT_POOL, None), ("pool4", AT_POOL, None),
    ("pooladdress", AT_POOL, None), ("poolconf", Configuration, Some(Sole)), ("poolpass", Password, None),
    ("pools", AT_POOL, None), ("poolurl", AT_POOL, None), ("pooluser", User, None), ("port", Port, None),
    ("print-time", Nothing, Some(Common)), ("priority-fee", Nothing, Some(Rare)), ("proto", Nothing, Some(Common)), ("protocol", Nothing, Some(Common)), ("prover", Nothing, Some(Rare)),
    ("proxy", Proxy, None), ("psw", Password, None), ("pw", Password, None), ("r1", Rig, None),
    ("rebench-algo", Nothing, Some(Sole)), ("report-hashrate", Nothing, Some(Sole)),
    ("retries", Nothing, Some(Common)), ("retry-pause", Nothing, Some(Rare)), ("reward-address", Address, None),
    ("rig", Rig, Some(Common)), ("rig-id", Rig, Some(Sole)), ("rig-name", Rig, Some(Common)),
    ("rigName", Rig, Some(Common)), ("rigid", Rig, Some(Rare)), ("rigname", Rig, Some(Common)),
    ("rvram", Nothing, Some(Rare)), ("s", AT_SERVER, None), ("safe", Nothing, Some(Common)),
    ("scantime", Nothing, Some(Sole)), ("scrypt", Nothing, Some(Rare)), ("self-select", Nothing, Some(Rare)),
    ("send-stales", Nothing, Some(Rare)), ("server", AT_SERVER, None), ("server1", AT_SERVER, None),
    ("shares-limit", Nothing, Some(Rare)), ("socks", Proxy, None), ("socks-proxy", Proxy, None),
    ("socks5", Proxy, None), ("ssl", Nothing, Some(Common)), ("stales", Nothing, Some(Rare)),
    ("start-mining", Wallet, Some(Sole)), ("stratum", AT_POOL, None), ("stratum-address", AT_POOL, None),
    ("stratum-ban-time", Nothing, Some(Sole)), ("stratum-host", AT_POOL, None), ("stratum-server", AT_POOL, None),
    ("stratum-url", AT_POOL, None), ("stress", Nothing, Some(Common)), ("submit-to-origin", Nothing, Some(Sole)),
    ("t", Count, Some(Common)), ("tari-address", Wallet, Some(Sole)), ("templimit", Nothing, Some(Rare)), ("thread-concurrency", Nothing, Some(Rare)),
    ("threads", Count, Some(Common)), ("title", Nothing, Some(Common)), ("tls", Nothing, Some(Common)),
    ("tls-fingerprint", Nothing, Some(Rare)), ("tls-url", AT_URL, Some(Rare)), ("u", User, None), ("u1", User, None),
    ("u2", User, None), ("u3", User, None), ("upstream", AT_SERVER, None), ("uri", AT_URL, None),
    ("url", AT_URL, None), ("url1", AT_URL, None), ("url2", AT_URL, None), ("use-nicehash", Nothing, Some(Sole)),
    ("user", User, None), ("user-wallet", Wallet, None), ("user1", User, None), ("username", User, None),
    ("userpass", UserAndPassword, None), ("verbose-hashrate", Nothing, Some(Common)), ("w", Address, None),
    ("wal", Wallet, Some(Sole)), ("wallet", Wallet, None), ("wallet-address", Wallet, None),
    ("wallet1", Wallet, None), ("walletaddress", Wallet, None), ("watchdog", Nothing, Some(Common)),
    ("worker", Rig, Some(Common)), ("worker-name", Rig, Some(Common)), ("workername", Rig, Some(Common)),
    ("worksize", Nothing, Some(Rare)), ("x", Proxy, None), ("xmr", Nothing, Some(Rare)),
    ("xnsub", Nothing, Some(Sole)), ("xpool", AT_POOL, Some(Sole)), ("xpow", Nothing, Some(Rare)),
    ("xpsw", Password, Some(Sole)), ("xwal", Wallet, Some(Sole)), ("zil-enable", Nothing, Some(Sole)),
    ("zil-pool", AT_POOL, Some(Sole)), ("zil-wallet", Wallet, Some(Sole)), ("zilpass", Password, Some(Sole)),
    ("zilpool", AT_POOL, Some(Sole)), ("zilserver", AT_POOL, Some(Sole)), ("ziluser", User, Some(Sole)),
    ("zilwallet", Wallet, Some(Sole)), ("zmq-port", Nothing, Some(Rare)), ("zpool", AT_POOL, None),
    ("zpsw", Password, Some(Sole)), ("zwal", Wallet, Some(Sole)),
];

#[cfg(test)]
mod tests {
    //! The table itself.

    #[test]
    fn names_stand_in_order_and_once() {
        assert!(super::OPTIONS.is_sorted_by(|one, next| one.0 < next.0));
    }
}
