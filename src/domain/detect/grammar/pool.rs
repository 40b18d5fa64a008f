//! Places on the net where work is handed out.

use super::user::{UserBy, user};
use crate::domain::untrusted::Untrusted;

/// A place that a command line names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// What kind of option names it.
    pub by: By,
    /// What kind of scheme it begins with.
    pub scheme: Scheme,
    /// As it was written.
    pub text: Untrusted,
    /// Name or address.
    pub host: Untrusted,
    /// The port, if it is said.
    pub port: Option<u16>,
    /// It is said to be encrypted.
    pub tls: bool,
}

/// How an option speaks of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    /// None does, or one that miners are not known to have.
    Loose,
    /// Everybody's: `--server`, `-s`, `-P`.
    Server,
    /// `--url`.
    Url,
    /// `-o`, which is an output file everywhere else.
    Output,
    /// `--pool`, `--stratum` and their kin.
    Pool,
}

/// How a URL begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// There is none.
    None,
    /// Only mining has it: `stratum+tcp://`, `ethproxy://`.
    Mining,
    /// A bare connection: `tcp://`, `ssl://`, `tls://`.
    Bare,
    /// A web socket.
    Socket,
    /// `http://` or `https://`.
    Web,
}

/// Protocols of mining, before what carries them.
const PROTOCOLS: &[&str] = &[
    "daemon",
    "eth",
    "ethnh",
    "ethproxy",
    "ethstratum",
    "etchash",
    "ethash",
    "getwork",
    "kawpow",
    "nicehash",
    "progpow",
    "qitmeer",
    "stratum",
    "stratums",
    "stratumss",
    "xnsub",
    "zil",
    "zilproxy",
    "zilstratum",
    "beam",
    "grin",
    "solo",
    "sv",
];
/// Those that need nothing after them to be told.
const BARE: &[&str] =
    &["ethnh", "ethproxy", "ethstratum", "nicehash", "stratum", "stratums", "zil"];
/// What carries them.
const CARRIERS: &[&str] = &[
    "http", "https", "ssl", "sslv3", "tcp", "tcps", "tls", "tls12", "tlsv1", "tlsv12", "udp", "ws",
    "wss", "zmq",
];

/// What a word says of a place, before it is known which option said it.
#[derive(Debug)]
pub(in crate::domain::detect) struct Place<'a> {
    pub(in crate::domain::detect) scheme: Scheme,
    pub(in crate::domain::detect) tls: bool,
    /// `wallet.worker:password` before `@`.
    pub(in crate::domain::detect) user: Option<&'a str>,
    pub(in crate::domain::detect) host: &'a str,
    pub(in crate::domain::detect) port: Option<u16>,
    /// What stands after the port.
    pub(in crate::domain::detect) rest: &'a str,
}

impl Place<'_> {
    pub(in crate::domain::detect) fn pool(&self, by: By, text: &str) -> Pool {
        let Self { scheme, tls, host, port, .. } = *self;
        Pool { by, scheme, text: text.into(), host: host.into(), port, tls }
    }
}

impl Pool {
    /// It leads somewhere for sure: a mining protocol, or a port.
    #[must_use]
    pub fn is_end(&self) -> bool {
        self.scheme == Scheme::Mining || self.port.is_some()
    }
}

/// Reads `scheme://user@host:port/path`, of which all but the host may be missing.
pub(in crate::domain::detect) fn place(text: &str) -> Option<Place<'_>> {
    let text =
        text.trim_end_matches(['"', '\'', ',', ';', ')']).trim_start_matches(['"', '\'', '(']);
    if text.len() > 1024 || text.contains(char::is_whitespace) {
        return None;
    }
    let (scheme, rest) = text.split_once("://").map_or((None, text), |(it, rest)| (Some(it), rest));
    let known = scheme.map_or(Some((Scheme::None, false)), kind);
    let ends = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    // A user may be `address.worker/mail@…`.
    let ends = match rest.rfind('@') {
        Some(at) if at > ends => {
            rest.get(at..)?.find(['/', '?', '#']).map_or(rest.len(), |it| at + it)
        }
        _ => ends,
    };
    let (place, path) = rest.split_at_checked(ends)?;
    let (name, place) = place.rsplit_once('@').map_or((None, place), |(it, rest)| (Some(it), rest));
    let (host, port) = host_and_port(place)?;
    // Some call their scheme by the coin: nobody else is known to sign in with an address.
    let paid = |text: &str| user(text, UserBy::Url).wallet.is_some_and(|it| it.is_plain());
    let (scheme, tls) = match known {
        Some(known) => known,
        None => name.filter(|it| paid(it)).map(|_| (Scheme::Mining, false))?,
    };
    Some(Place { scheme, tls, user: name.filter(|it| !it.is_empty()), host, port, rest: path })
}

/// A mining scheme stands in the text, wherever it is.
pub(super) fn mentions_scheme(text: &str) -> bool {
    text.match_indices("://").any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        let is_part = |it: char| it.is_ascii_alphanumeric() || it == '+';
        let start = before.rfind(|it| !is_part(it)).map_or(0, |it| it + 1);
        let scheme = before.get(start..).and_then(kind);
        matches!(scheme, Some((Scheme::Mining, _)))
    })
}

/// An address, or a name of labels, and a port.
fn host_and_port(place: &str) -> Option<(&str, Option<u16>)> {
    if let Some(rest) = place.strip_prefix('[') {
        let (host, rest) = rest.split_once(']')?;
        host.parse::<std::net::Ipv6Addr>().ok()?;
        let port = rest.strip_prefix(':').map(str::parse::<u16>);
        return Some((host, port.transpose().ok()?.filter(|port| *port > 0)));
    }
    let (host, port) = match place.split_once(':') {
        None => (place, None),
        Some((host, port)) => (host, Some(port.parse().ok().filter(|port| *port > 0)?)),
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_'))
    };
    let host_ok = host.len() <= 253 && host.trim_end_matches('.').split('.').all(is_label);
    host_ok.then_some((host, port))
}

/// A name with a dot and letters behind it, or an address: no name of a file without one.
pub(in crate::domain::detect) fn is_far(host: &str) -> bool {
    let last = host.trim_end_matches('.').rsplit_once('.').map(|(_, last)| last);
    host.parse::<std::net::IpAddr>().is_ok()
        || last.is_some_and(|it| it.len() >= 2 && it.bytes().all(|it| it.is_ascii_alphabetic()))
}

fn kind(scheme: &str) -> Option<(Scheme, bool)> {
    let scheme = scheme.to_ascii_lowercase();
    let (first, carrier) = match scheme.split_once('+') {
        Some((first, carrier)) => (first, Some(carrier)),
        None => (scheme.as_str(), None),
    };
    let first = first.trim_end_matches(|it: char| it.is_ascii_digit());
    let tls = |it: &str| it.contains("ssl") || it.contains("tls") || matches!(it, "https" | "wss");
    match carrier {
        // `xnsub+stratum+tcp`: the last is what carries.
        Some(carrier) => {
            let last = carrier.rsplit('+').next().unwrap_or(carrier);
            let mines =
                PROTOCOLS.contains(&first) && (CARRIERS.contains(&last) || last == "stratum");
            mines.then(|| (Scheme::Mining, tls(last)))
        }
        None if BARE.contains(&first) => Some((Scheme::Mining, first == "stratums")),
        None => match scheme.as_str() {
            "tcp" | "udp" => Some((Scheme::Bare, false)),
            "ssl" | "tls" | "tls12" | "tcps" | "tcp+ssl" => Some((Scheme::Bare, true)),
            "ws" => Some((Scheme::Socket, false)),
            "wss" => Some((Scheme::Socket, true)),
            "http" => Some((Scheme::Web, false)),
            "https" => Some((Scheme::Web, true)),
            _ => None,
        },
    }
}
