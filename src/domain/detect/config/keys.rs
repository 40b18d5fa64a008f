//! What the keys of configurations mean.
//!
//! From the documentation and shipped examples of xmrig, xmrig-proxy, xmr-stak, cpuminer, ccminer, cgminer, sgminer, T-Rex,
//! `SRBMiner`, lolMiner, `GMiner`, `PhoenixMiner`, Claymore's, nanominer, `BzMiner`, `NBMiner`, `WildRig`, `TeamRedMiner`, `P2Pool`, monerod,
//! `HiveOS` and qubic's clients.

use crate::domain::detect::grammar::{By, Weight, option};

/// What the value of a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Pool(By),
    Port,
    User,
    Wallet,
    /// An address, if it has the shape of one.
    Address,
    Password,
    Rig,
    Algorithm,
    /// A command, or one word of it.
    Command,
    Other,
}

const POOLS: &[&str] = &[
    "pool",
    "pools",
    "pool-address",
    "pool-url",
    "pool-uri",
    "pool-host",
    "pool-server",
    "pool-list",
    "poolurl",
    "poolhost",
    "pooladdress",
    "mining-pool",
    "mining-url",
    "mining-server",
    "stratum",
    "stratum-url",
    "stratum-server",
    "stratum-host",
    "stratum-address",
    "epool",
    "dpool",
    "xpool",
    "zpool",
    "zil-pool",
    "zilpool",
    "dual-pool",
    "pool-endpoint",
    "main-pool",
    "backup-pool",
    "failover-pool",
    "primary-pool",
    "wss-pool",
    "miner-pool",
];
const URLS: &[&str] = &[
    "url",
    "uri",
    "urls",
    "custom-url",
    "miner-url",
    "base-url",
    "primary",
    "failover",
    "backup",
    "secondary",
    "zil-url",
];
const SERVERS: &[&str] = &[
    "server",
    "servers",
    "host",
    "hostname",
    "endpoint",
    "address",
    "addr",
    "node",
    "upstream",
    "daemon",
    "remote",
    "connect",
    "ip",
    "target",
    "daemon-address",
    "zilserver",
];
const USERS: &[&str] =
    &["user", "username", "login", "u", "custom-user", "pool-user", "user-name", "mining-user"];
const WALLETS: &[&str] = &[
    "wallet",
    "wallets",
    "wallet-address",
    "walletaddress",
    "wal",
    "ewal",
    "dwal",
    "xwal",
    "zwal",
    "zil-wallet",
    "zilwallet",
    "mining-address",
    "mining-addr",
    "miner-address",
    "coinbase-addr",
    "coinbase-address",
    "custom-template",
    "custom-wallet",
    "start-mining",
    "payout-address",
    "reward-address",
    "dual-wallet",
    "wallet-id",
    "main-wallet",
    "etherbase",
    "pool-wallet",
    "address-wallet",
];
const ADDRESSES: &[&str] =
    &["account", "payout", "payee", "payout-id", "author", "recipient", "w", "btc", "xmr", "key"];
const PASSWORDS: &[&str] = &[
    "pass",
    "password",
    "psw",
    "passwd",
    "pw",
    "p",
    "pool-password",
    "pool-pass",
    "custom-pass",
    "epsw",
    "dpsw",
    "zpsw",
];
const RIGS: &[&str] = &[
    "rig",
    "rig-id",
    "rig-name",
    "rigid",
    "rigname",
    "worker",
    "workers",
    "worker-name",
    "workername",
    "worker-id",
    "eworker",
    "miner-name",
    "alias",
];
const ALGORITHMS: &[&str] = &[
    "algo",
    "algos",
    "algorithm",
    "algorithms",
    "coin",
    "coins",
    "currency",
    "variant",
    "cryptonight-type",
    "custom-algo",
    "miner-algo",
    "main-algo",
    "mining-algorithm",
    "dual-algo",
    "mining-algo",
    "pow",
    "dcoin",
];
const COMMANDS: &[&str] = &[
    "command",
    "cmd",
    "args",
    "arguments",
    "entrypoint",
    "exec-start",
    "exec",
    "run",
    "extra-args",
    "user-config",
    "custom-user-config",
    "miner-args",
    "params",
    "options",
    "miner-options",
    "script",
    "start",
    "cmdline",
];

/// Nothing but the configuration of a miner is known to have these.
const SOLE: &[&str] = &[
    "algo-perf",
    "donate-level",
    "donate-over-proxy",
    "huge-pages-jit",
    "max-threads-hint",
    "submit-to-origin",
    "use-nicehash",
    "pool-weight",
    "pool-list",
    "cpu-threads-conf",
    "gpu-threads-conf",
    "giveup-limit",
    "use-slow-memory",
    "bench-algo-time",
    "rebench-algo",
    "argon2-impl",
    "xintensity",
    "rawintensity",
    "thread-concurrency",
    "lookup-gap",
    "cryptonight-type",
    "start-mining",
    "amount-of-threads",
    "pool-configs",
    "lhr-tune",
    "lhr-low-power",
    "h-print-time",
    "aes-override",
    "scratchpad-indexing",
    "zil-wallet",
    "cpu-memory-pool",
    "gpu-conf",
    "nvidia-threads-conf",
    "no-longpoll",
    "no-stratum",
    "custom-template",
    "mining-threads",
    "epool",
    "ewal",
    "rigname",
    "rig-name",
    "allpools",
    "allcoins",
    "randomx-mode",
    "cn-config",
    "min-hashrate",
    "hashrate-avg",
];
/// Few others have these.
const RARE: &[&str] = &[
    "rig-id",
    "randomx",
    "wrmsr",
    "rdmsr",
    "1gb-pages",
    "huge-pages",
    "tls-fingerprint",
    "self-select",
    "daemon-poll-interval",
    "gpu-engine",
    "gpu-memclock",
    "gpu-powertune",
    "gpu-fan",
    "gpu-threads",
    "worksize",
    "intensity",
    "no-extranonce",
    "cpu-priority",
    "hw-aes",
    "memory-pool",
    "init-avx2",
    "scratchpad-prefetch-mode",
    "pause-on-battery",
    "pause-on-active",
    "payout-id",
    "dual-algo",
    "cpu-threads",
    "watchdog-exit-mode",
    "gpu-report-interval",
    "wallet-address",
    "pool-address",
    "pool-password",
    "eres",
    "cclock",
    "mclock",
    "trainer",
    "tls-protocols",
    "hashrate",
    "failover-only",
    "cuda",
    "opencl",
    "rig",
    "worker-id",
];

/// What the value of this key is, as [`plain`](super::settings::plain) writes it.
pub(super) fn key(name: &str) -> Key {
    let name = name.trim_end_matches(|it: char| it.is_ascii_digit() || it == '-');
    let name = ["xmrig-", "miner-", "mining-", "my-"]
        .iter()
        .find_map(|before| name.strip_prefix(before).filter(|rest| is_known(rest)))
        .unwrap_or(name);
    let has = |list: &[&str]| list.contains(&name);
    match () {
        () if has(POOLS) => Key::Pool(By::Pool),
        () if has(URLS) => Key::Pool(By::Url),
        () if has(SERVERS) => Key::Pool(By::Server),
        () if has(&["port", "pool-port", "server-port", "mining-port", "stratum-port"]) => {
            Key::Port
        }
        () if has(USERS) => Key::User,
        () if has(WALLETS) => Key::Wallet,
        () if has(ADDRESSES) => Key::Address,
        () if has(PASSWORDS) => Key::Password,
        () if has(RIGS) => Key::Rig,
        () if has(ALGORITHMS) => Key::Algorithm,
        () if has(COMMANDS) => Key::Command,
        () => Key::Other,
    }
}

fn is_known(name: &str) -> bool {
    [POOLS, URLS, SERVERS, USERS, WALLETS, PASSWORDS, RIGS, ALGORITHMS]
        .iter()
        .any(|it| it.contains(&name))
}

/// As options only miners have these; as keys others do.
const COMMON: &[&str] = &["esm", "mport", "nicehash", "scan-time", "scantime"];

/// How much the key tells by being there.
pub(super) fn weight(name: &str) -> Weight {
    if COMMON.contains(&name) {
        return Weight::Common;
    }
    let sole = SOLE.contains(&name)
        || name.len() > 3 && matches!(option(name), Some((_, Some(Weight::Sole))));
    if sole {
        Weight::Sole
    } else if RARE.contains(&name) {
        Weight::Rare
    } else {
        Weight::Common
    }
}
