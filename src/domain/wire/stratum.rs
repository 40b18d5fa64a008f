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

/// Reads what was said, as far as it is whole: objects and lists of JSON with blanks between them, or lines, some of which
/// may be none. The rest has to be joined with what follows.
#[must_use]
pub fn messages(bytes: &[u8]) -> (Vec<Message>, Option<&[u8]>) {
    let mut said = Vec::new();
    let rest = read(bytes, &mut said);
    (said, rest)
}

fn read<'a>(bytes: &'a [u8], said: &mut Vec<Message>) -> Option<&'a [u8]> {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
    let mut whole = 0;
    while let Some(Ok(value)) = values.next() {
        whole = values.byte_offset();
        take(&value, said);
    }
    let rest = bytes.get(whole..)?.trim_ascii_start();
    if goes_on(rest) {
        return Some(rest);
    }
    let mut lines = rest.split(|byte| *byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        if let Ok(value) = serde_json::from_slice(line) {
            take(&value, said);
        } else if lines.peek().is_none() && goes_on(line) {
            return Some(line);
        }
    }
    None
}

/// JSON may begin so.
#[must_use]
pub fn begins(bytes: &[u8]) -> bool {
    matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'['))
}

/// One message, or a list of them.
fn take(value: &Value, said: &mut Vec<Message>) {
    if let Some(values) = value.as_array() {
        said.extend(values.iter().filter_map(message));
    } else {
        said.extend(message(value));
    }
}

/// `None` for what is of another protocol.
fn message(value: &Value) -> Option<Message> {
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

/// This is the beginning of something longer.
fn goes_on(bytes: &[u8]) -> bool {
    let read = serde_json::from_slice::<serde::de::IgnoredAny>(bytes);
    begins(bytes) && bytes.len() < MOST && read.is_err_and(|error| error.is_eof())
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
