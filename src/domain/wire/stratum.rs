//! Messages of mining protocols: lines of JSON with a method that only they have.
//!
//! Methods with everyday names (`login`, `job`, `submit`, `getjob`) count only with the parameters that mining has,
//! since other protocols of JSON lines have them too. Absent on purpose: mining over HTTP and over web sockets.

use serde_json::Value;

use crate::domain::untrusted::Untrusted;

/// A longer line is not read.
pub const MOST: usize = 16 * 1024;
/// More of a login or a program's name is not kept.
const KEPT: usize = 128;

/// Methods of Bitcoin's and Ethereum's protocols; nobody else uses these names on bare TCP.
const METHODS: [&str; 20] = [
    "mining.subscribe",
    "mining.authorize",
    "mining.extranonce.subscribe",
    "mining.configure",
    "mining.suggest_difficulty",
    "mining.suggest_target",
    "mining.notify",
    "mining.set_difficulty",
    "mining.set_target",
    "mining.set_extranonce",
    "mining.submit",
    "mining.hello",
    "mining.noop",
    "mining.set",
    "mining.ping",
    "eth_submitLogin",
    "eth_getWork",
    "eth_submitWork",
    "eth_submitHashrate",
    "keepalived",
];

/// A message of a mining protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its method.
    pub method: &'static str,
    /// Login or wallet, where it has one.
    pub login: Untrusted,
    /// Program and version that it says it is.
    pub agent: Untrusted,
    /// A pool says this, not a miner.
    pub from_server: bool,
}

/// Reads one line; `None` for what is of another protocol.
#[must_use]
pub fn message(line: &[u8]) -> Option<Message> {
    if line.len() > MOST {
        return None;
    }
    let value: Value = serde_json::from_slice(line).ok()?;
    let params = value.get("params").unwrap_or(&Value::Null);
    let has = |names: &[&str]| names.iter().all(|name| params.get(name).is_some());
    let first = |at: usize| kept(params.get(at));
    let Some(method) = value.get("method").and_then(Value::as_str) else {
        // The answer to a login brings the first job.
        let job = value.get("result")?.get("job")?;
        let is_job = job.get("blob").is_some() && job.get("target").is_some();
        return is_job.then(|| told("job", Untrusted::default(), Untrusted::default()));
    };
    let none = Untrusted::default;
    match method {
        "login" if has(&["login"]) && (has(&["pass"]) || has(&["agent"]) || has(&["algo"])) => {
            Some(said("login", kept(params.get("login")), kept(params.get("agent"))))
        }
        "job" if has(&["blob"]) && (has(&["target"]) || has(&["job_id"])) => {
            Some(told("job", none(), none()))
        }
        "submit" if has(&["job_id", "nonce"]) => Some(said("submit", none(), none())),
        "getjob" if has(&["id"]) => Some(said("getjob", none(), none())),
        "mining.subscribe" => Some(said("mining.subscribe", none(), first(0))),
        "mining.hello" => Some(said("mining.hello", none(), kept(params.get("agent")))),
        "mining.authorize" => Some(said("mining.authorize", first(0), none())),
        "mining.submit" => Some(said("mining.submit", first(0), none())),
        "eth_submitLogin" => Some(said("eth_submitLogin", first(0), none())),
        other => {
            let method = METHODS.iter().find(|it| **it == other)?;
            let is_told = ["notify", "set_", "set"]
                .iter()
                .any(|it| method.strip_prefix("mining.").is_some_and(|rest| rest.starts_with(it)));
            let speaks = if is_told { told } else { said };
            Some(speaks(method, none(), none()))
        }
    }
}

/// The line is the beginning of a longer one.
#[must_use]
pub fn goes_on(line: &[u8]) -> bool {
    let read = serde_json::from_slice::<serde::de::IgnoredAny>(line);
    line.first() == Some(&b'{') && line.len() < MOST && read.is_err_and(|error| error.is_eof())
}

fn said(method: &'static str, login: Untrusted, agent: Untrusted) -> Message {
    Message { method, login, agent, from_server: false }
}

fn told(method: &'static str, login: Untrusted, agent: Untrusted) -> Message {
    Message { method, login, agent, from_server: true }
}

/// A text, cut to what is kept.
fn kept(value: Option<&Value>) -> Untrusted {
    let text = value.and_then(Value::as_str).unwrap_or_default().as_bytes();
    Untrusted::new(text.get(..KEPT).unwrap_or(text))
}
