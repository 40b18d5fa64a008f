//! All indicators by what they are, so that what is seen is looked up once however many there are.

use std::collections::HashMap;
use std::net::IpAddr;

use super::{Indicator, Kind, Net, Pack};
use crate::domain::detect::FactSource;
use crate::domain::untrusted::Untrusted;

/// No more of a text is looked through.
const LONGEST: usize = 128 * 1024;
/// Nothing shorter is an address that is paid.
const SHORTEST_WALLET: usize = 26;
/// Ends of hosts' names that are ends of files' names too.
const LIKE_FILES: [&str; 12] =
    ["sh", "py", "pl", "rs", "so", "zip", "mov", "md", "cc", "ps", "pm", "do"];

/// A row of a pack: which pack, and which row of it.
pub(in crate::domain::detect) type Place = (usize, usize);

/// Indicators by their values.
#[derive(Clone, Debug, Default)]
pub(in crate::domain::detect) struct Index {
    known: HashMap<Indicator, Vec<Place>>,
    /// How long the beginnings of nets are: an address is looked up once for each.
    lengths: Vec<(bool, u8)>,
    /// What kinds there are: of the others nothing need be looked up.
    kinds: Vec<Kind>,
}

/// An indicator that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::domain::detect) struct Hit {
    pub indicator: Indicator,
    /// What it was seen as.
    pub value: Untrusted,
    /// Where.
    pub source: FactSource,
    /// Only words name it: somebody may look for it, or show it.
    pub named: bool,
}

/// Looks things up and gathers what was found.
pub(in crate::domain::detect) struct Search<'a> {
    index: &'a Index,
    pub hits: Vec<Hit>,
}

impl Index {
    /// Of all rows.
    pub(in crate::domain::detect) fn of(packs: &[Pack]) -> Self {
        let mut index = Self::default();
        for (at, pack) in packs.iter().enumerate() {
            for (row, it) in pack.rows.iter().enumerate() {
                let mut named = Vec::new();
                it.pattern.indicators(&mut named);
                for indicator in named {
                    index.add(indicator, (at, row));
                }
            }
        }
        index
    }

    fn add(&mut self, indicator: &Indicator, place: Place) {
        let kind = indicator.kind();
        if !self.has(kind) {
            self.kinds.push(kind);
        }
        if let Indicator::Net(net) = indicator
            && !self.lengths.contains(&net.length())
        {
            self.lengths.push(net.length());
        }
        let places = self.known.entry(indicator.clone()).or_default();
        // One row after the other.
        if places.last() != Some(&place) {
            places.push(place);
        }
    }

    fn has(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    /// The rows that name this.
    pub(in crate::domain::detect) fn places(&self, indicator: &Indicator) -> &[Place] {
        self.known.get(indicator).map_or(&[], Vec::as_slice)
    }

    /// Nothing is looked for.
    pub(in crate::domain::detect) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// A search in which nothing was found yet.
    pub(in crate::domain::detect) const fn search(&self) -> Search<'_> {
        Search { index: self, hits: Vec::new() }
    }
}

impl Search<'_> {
    fn hit(&mut self, indicator: Indicator, value: &[u8], source: FactSource, named: bool) {
        let hit = Hit { indicator, value: Untrusted::new(value), source, named };
        if !self.hits.contains(&hit) {
            self.hits.push(hit);
        }
    }

    /// An address.
    pub(in crate::domain::detect) fn address(
        &mut self,
        address: IpAddr,
        shown: &[u8],
        source: FactSource,
        named: bool,
    ) {
        let address = address.to_canonical();
        let whole = Indicator::Address(address);
        if self.index.known.contains_key(&whole) {
            self.hit(whole, shown, source, named);
        }
        let index = self.index;
        for (_, prefix) in index.lengths.iter().filter(|(six, _)| *six == address.is_ipv6()) {
            let net = Indicator::Net(Net::around(address, *prefix));
            if index.known.contains_key(&net) {
                self.hit(net, shown, source, named);
            }
        }
    }

    /// A host, and those that it lies below.
    pub(in crate::domain::detect) fn host(&mut self, host: &[u8], source: FactSource, named: bool) {
        if !self.index.has(Kind::Domain) {
            return;
        }
        let name = String::from_utf8_lossy(host).to_ascii_lowercase();
        let mut rest = name.trim_matches('.');
        while rest.contains('.') {
            let known = Indicator::Domain(rest.to_owned());
            if self.index.known.contains_key(&known) {
                return self.hit(known, host, source, named);
            }
            rest = rest.split_once('.').map_or("", |(_, below)| below);
        }
    }

    /// A digest of a file, as hex digits.
    pub(in crate::domain::detect) fn digest(&mut self, digits: &str, source: FactSource) {
        let known = Indicator::Hash(digits.to_ascii_lowercase());
        if self.index.known.contains_key(&known) {
            self.hit(known, digits.as_bytes(), source, false);
        }
    }

    /// Whatever a text names.
    pub(in crate::domain::detect) fn text(&mut self, text: &[u8], source: FactSource, named: bool) {
        let text = String::from_utf8_lossy(text.get(..LONGEST).unwrap_or(text));
        if self.index.has(Kind::Url) {
            self.urls(&text, source, named);
        }
        let of_name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_' | ':');
        let mut before = 0;
        for word in text.split(|it| !of_name(it)) {
            let at = before;
            before += word.len() + text.get(before + word.len()..).and_then(first_len).unwrap_or(0);
            if word.len() > 3 {
                let ahead = text.get(..at).unwrap_or_default();
                self.word(word, ahead, source, named);
            }
        }
    }

    /// A word of letters, digits, dots, hyphens and colons, and what stands ahead of it.
    fn word(&mut self, word: &str, ahead: &str, source: FactSource, named: bool) {
        if self.index.has(Kind::Address) {
            let whole = word.parse().ok().filter(|it: &IpAddr| it.is_ipv6());
            let parts =
                word.split([':', '-']).filter_map(|part| part.trim_matches('.').parse().ok());
            for address in whole.into_iter().chain(parts) {
                self.address(address, word.as_bytes(), source, named);
            }
        }
        if self.index.has(Kind::Domain) && word.contains('.') {
            let (host, port) = word.split_once(':').unwrap_or((word, ""));
            if is_host(host, port, ahead) {
                self.host(host.as_bytes(), source, named);
            }
        }
        if self.index.has(Kind::Wallet) && word.len() >= SHORTEST_WALLET {
            for part in word.split(['.', ':', '-']).filter(|it| it.len() >= SHORTEST_WALLET) {
                for known in [part.to_owned(), part.to_ascii_lowercase()] {
                    let known = Indicator::Wallet(known);
                    if self.index.known.contains_key(&known) {
                        self.hit(known, part.as_bytes(), source, named);
                        break;
                    }
                }
            }
        }
    }

    /// URLs, and the beginnings of longer ones.
    fn urls(&mut self, text: &str, source: FactSource, named: bool) {
        for (at, _) in text.match_indices("://") {
            let of_scheme = |it: char| it.is_ascii_alphanumeric() || matches!(it, '+' | '-' | '.');
            let before = text.get(..at).unwrap_or_default();
            let scheme = before.get(before.trim_end_matches(of_scheme).len()..).unwrap_or_default();
            // An option without a blank before its value.
            let scheme = if scheme.starts_with('-') { scheme.get(2..) } else { Some(scheme) };
            let scheme = scheme.unwrap_or_default();
            let rest = text.get(at + 3..).unwrap_or_default();
            let over = |it: char| {
                it.is_whitespace() || matches!(it, '"' | '\'' | '|' | ';' | '<' | '>' | ')')
            };
            let rest = rest.get(..rest.find(over).unwrap_or(rest.len())).unwrap_or_default();
            let ends = rest.find(['/', '?', '#']).unwrap_or(rest.len());
            let (host, path) = rest.split_at_checked(ends).unwrap_or((rest, ""));
            let start = format!("{}://{}", scheme.to_ascii_lowercase(), host.to_ascii_lowercase());
            let cuts = path.match_indices(['/', '?', '#']).map(|(at, _)| at).chain([path.len()]);
            for cut in cuts.take(64) {
                let url = format!("{start}{}", path.get(..cut).unwrap_or_default());
                let known = Indicator::Url(url.trim_end_matches('/').to_owned());
                if self.index.known.contains_key(&known) {
                    self.hit(known, format!("{scheme}://{rest}").as_bytes(), source, named);
                    break;
                }
            }
        }
    }
}

fn first_len(text: &str) -> Option<usize> {
    text.chars().next().map(char::len_utf8)
}

/// It names a host, and no file: a part of a path is none, and an end that files have too needs a scheme or a port.
fn is_host(host: &str, port: &str, ahead: &str) -> bool {
    let far = ahead.ends_with("://") || ahead.ends_with('@');
    if ahead.ends_with('/') && !far {
        return false;
    }
    let end = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let like_file = LIKE_FILES.iter().any(|it| end.eq_ignore_ascii_case(it));
    far || !like_file || port.bytes().next().is_some_and(|it| it.is_ascii_digit())
}
