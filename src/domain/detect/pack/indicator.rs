//! One indicator: told by its form, and refused where it would speak against everybody.

use std::net::IpAddr;

use super::{shared, shown};
use crate::domain::detect::fault::RuleFault;
use crate::domain::detect::grammar::{self, Family};

/// What belongs to a miner.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Indicator {
    /// A host and all hosts below it, in lower case.
    Domain(String),
    /// An address.
    Address(IpAddr),
    /// All addresses of a net.
    Net(Net),
    /// The digest of a file, as lower-case hex digits: MD5, SHA-1 or SHA-256 by its length.
    Hash(String),
    /// An address that is paid, in lower case where case means nothing.
    Wallet(String),
    /// A URL, scheme and host in lower case, and whatever goes on behind it.
    Url(String),
}

/// What an indicator is, for whoever says it by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A host.
    Domain,
    /// An address or a net.
    Address,
    /// A digest.
    Hash,
    /// An address that is paid.
    Wallet,
    /// A URL.
    Url,
}

/// A net: the beginning that its addresses share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Net {
    base: IpAddr,
    prefix: u8,
}

/// A shorter prefix holds whole providers.
const SHORTEST: (u8, u8) = (16, 32);
/// Digests of a file without content.
const OF_NOTHING: [&str; 3] = [
    "d41d8cd98f00b204e9800998ecf8427e",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
];

impl Kind {
    /// By its name in a file.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "domain" | "host" => Self::Domain,
            "ip" | "cidr" | "net" => Self::Address,
            "hash" | "md5" | "sha1" | "sha256" => Self::Hash,
            "wallet" => Self::Wallet,
            "url" => Self::Url,
            _ => return None,
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Address => "ip",
            Self::Hash => "hash",
            Self::Wallet => "wallet",
            Self::Url => "url",
        }
    }
}

impl Indicator {
    /// What `text` is by its form, or as the type that it is said to have.
    pub fn read(text: &str, kind: Option<Kind>) -> Result<Self, RuleFault> {
        let text = text.trim();
        let plain = fanged(text);
        let it = plain.as_str();
        let found = match kind {
            Some(Kind::Url) => url(it)?,
            Some(Kind::Address) => address(it)?,
            Some(Kind::Hash) => hash(it)?,
            Some(Kind::Wallet) => wallet(it, false),
            Some(Kind::Domain) => domain(it)?,
            None => Self::by_form(it)?,
        };
        match (found, kind) {
            (Some(found), _) => Ok(found),
            (None, Some(kind)) => Err(RuleFault::NotOfType(shown(text), kind.name())),
            (None, None) if has_port(it) => Err(RuleFault::WithPort(shown(text))),
            (None, None) => Err(RuleFault::NoIndicator(shown(text))),
        }
    }

    /// What it is.
    pub(super) const fn kind(&self) -> Kind {
        match self {
            Self::Domain(_) => Kind::Domain,
            Self::Address(_) | Self::Net(_) => Kind::Address,
            Self::Hash(_) => Kind::Hash,
            Self::Wallet(_) => Kind::Wallet,
            Self::Url(_) => Kind::Url,
        }
    }

    fn by_form(text: &str) -> Result<Option<Self>, RuleFault> {
        let forms = [url, address, hash];
        for form in forms {
            if let Some(found) = form(text)? {
                return Ok(Some(found));
            }
        }
        match wallet(text, true) {
            Some(found) => Ok(Some(found)),
            None => domain(text),
        }
    }
}

impl Net {
    /// `192.0.2.0/24`.
    pub(in crate::domain::detect) fn read(text: &str) -> Option<Self> {
        let (base, prefix) = text.split_once('/')?;
        let base: IpAddr = base.parse().ok()?;
        let digits = !prefix.is_empty() && prefix.bytes().all(|it| it.is_ascii_digit());
        let prefix = prefix.parse().ok().filter(|it| digits && *it <= width(base))?;
        Some(Self { base, prefix })
    }

    /// The net with so long a beginning that an address lies in: the same one for all of its addresses.
    pub(super) fn around(address: IpAddr, prefix: u8) -> Self {
        let rest = u32::from(width(address).saturating_sub(prefix));
        let base = match address {
            IpAddr::V4(it) => {
                let bits = it.to_bits().checked_shr(rest).and_then(|it| it.checked_shl(rest));
                IpAddr::from(std::net::Ipv4Addr::from_bits(bits.unwrap_or(0)))
            }
            IpAddr::V6(it) => {
                let bits = it.to_bits().checked_shr(rest).and_then(|it| it.checked_shl(rest));
                IpAddr::from(std::net::Ipv6Addr::from_bits(bits.unwrap_or(0)))
            }
        };
        Self { base, prefix }
    }

    /// Which addresses it is for, those of six or those of four, and how much of them it says.
    pub(super) const fn length(&self) -> (bool, u8) {
        (self.base.is_ipv6(), self.prefix)
    }

    /// The address lies in it.
    pub(in crate::domain::detect) fn holds(&self, address: IpAddr) -> bool {
        let same = |one: u128, other: u128, width: u32| {
            let rest = width.saturating_sub(u32::from(self.prefix));
            one.checked_shr(rest).unwrap_or(0) == other.checked_shr(rest).unwrap_or(0)
        };
        match (self.base, address) {
            (IpAddr::V4(one), IpAddr::V4(other)) => {
                same(u128::from(one.to_bits()), u128::from(other.to_bits()), 32)
            }
            (IpAddr::V6(one), IpAddr::V6(other)) => same(one.to_bits(), other.to_bits(), 128),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

const fn width(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// As it was before somebody made it harmless to click on: `hxxp://pool[.]example`.
fn fanged(text: &str) -> String {
    let text = text.replace("[.]", ".").replace("(.)", ".").replace("[:]", ":");
    match text.split_at_checked(4) {
        Some((start, rest)) if start.eq_ignore_ascii_case("hxxp") => format!("http{rest}"),
        _ => text,
    }
}

fn address(text: &str) -> Result<Option<Indicator>, RuleFault> {
    if let Some(net) = Net::read(text) {
        let shortest = if net.base.is_ipv4() { SHORTEST.0 } else { SHORTEST.1 };
        if net.prefix < shortest {
            return Err(RuleFault::BroadNet(shown(text), shortest));
        }
        own_or_shared(net.base, text)?;
        let whole = net.prefix == width(net.base);
        let of_one = || Indicator::Address(net.base.to_canonical());
        let net = Net::around(net.base, net.prefix);
        return Ok(Some(if whole { of_one() } else { Indicator::Net(net) }));
    }
    let bare = text.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(text);
    let Ok(address) = bare.parse::<IpAddr>() else { return Ok(None) };
    let address = address.to_canonical();
    own_or_shared(address, text)?;
    Ok(Some(Indicator::Address(address)))
}

fn own_or_shared(address: IpAddr, text: &str) -> Result<(), RuleFault> {
    if shared::is_own(address) {
        return Err(RuleFault::Private(shown(text)));
    }
    shared::whose(address).map_or(Ok(()), |whose| Err(RuleFault::Shared(shown(text), whose)))
}

fn hash(text: &str) -> Result<Option<Indicator>, RuleFault> {
    let is_hash =
        matches!(text.len(), 32 | 40 | 64) && text.bytes().all(|it| it.is_ascii_hexdigit());
    if !is_hash {
        return Ok(None);
    }
    let digits = text.to_ascii_lowercase();
    if OF_NOTHING.contains(&digits.as_str()) {
        return Err(RuleFault::EmptyFile(shown(text)));
    }
    Ok(Some(Indicator::Hash(digits)))
}

/// An address that is paid; where nobody says that it is one, only what nothing else looks like.
fn wallet(text: &str, plain: bool) -> Option<Indicator> {
    let found = grammar::wallet(text).filter(|it| !plain || it.is_plain())?;
    let either = match found.family {
        Family::Ethereum | Family::Bech32 | Family::CashAddress => true,
        Family::CryptoNote | Family::Base58Check | Family::Other => false,
    };
    let bare = text.rsplit(':').next().unwrap_or(text);
    Some(Indicator::Wallet(if either { bare.to_ascii_lowercase() } else { bare.to_owned() }))
}

/// A host by its labels; `*.pool.example` says what `pool.example` does.
fn domain(text: &str) -> Result<Option<Indicator>, RuleFault> {
    let host = text.strip_prefix("*.").unwrap_or(text).trim_matches('.').to_ascii_lowercase();
    let is_label = |label: &str| {
        let inner = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_');
        !label.is_empty() && label.len() <= 63 && label.bytes().all(inner)
    };
    if host.len() > 253 || !host.split('.').all(is_label) {
        return Ok(None);
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_top = last.len() >= 2 && last.starts_with(|it: char| it.is_ascii_alphabetic());
    if !is_top {
        return Ok(None);
    }
    if shared::is_everybodys(&host) {
        return Err(RuleFault::BroadName(shown(text)));
    }
    Ok(Some(Indicator::Domain(host)))
}

/// A URL with a host; one that names nothing but a host of everybody's is that host.
fn url(text: &str) -> Result<Option<Indicator>, RuleFault> {
    let Some((scheme, rest)) = text.split_once("://") else { return Ok(None) };
    let is_scheme = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'-' | b'.');
    let ends = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (place, path) = rest.split_at_checked(ends).unwrap_or((rest, ""));
    let place = place.to_ascii_lowercase();
    let host = place.rsplit_once('@').map_or(place.as_str(), |(_, it)| it);
    let host = match host.rsplit_once(':') {
        Some((before, port)) if port.bytes().all(|it| it.is_ascii_digit()) => before,
        _ => host,
    };
    let odd = |it: char| it.is_whitespace() || it.is_control();
    if scheme.is_empty() || !scheme.bytes().all(is_scheme) || host.is_empty() || text.contains(odd)
    {
        return Ok(None);
    }
    let bare = path.trim_end_matches('/');
    if bare.is_empty() {
        let (of_address, of_name) = (address(host)?, || domain(host));
        if of_address.is_none() && of_name()?.is_none() {
            return Ok(None);
        }
    }
    Ok(Some(Indicator::Url(format!("{}://{place}{bare}", scheme.to_ascii_lowercase()))))
}

fn has_port(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    port.parse::<u16>().is_ok()
        && matches!(
            (address(host), domain(host)),
            (Ok(Some(_)) | Err(_), _) | (_, Ok(Some(_)) | Err(_))
        )
}
