//! What many strangers share: such an indicator would speak against everybody who uses it.
//!
//! Source: what the owners publish: cloudflare.com/ips, api.fastly.com/public-ip-list, api.github.com/meta (pages), the
//! public resolvers' own pages; names below which anybody may register or store something, after the Public Suffix List
//! (publicsuffix.org), of which only the most common are here. Known gaps: a provider that is not listed is not known.

use std::net::IpAddr;

use super::Net;

/// Front ends behind which thousands of sites share one address.
const FRONTS: [(&str, &str); 26] = [
    ("103.21.244.0/22", "Cloudflare"),
    ("103.22.200.0/22", "Cloudflare"),
    ("103.31.4.0/22", "Cloudflare"),
    ("104.16.0.0/13", "Cloudflare"),
    ("104.24.0.0/14", "Cloudflare"),
    ("108.162.192.0/18", "Cloudflare"),
    ("131.0.72.0/22", "Cloudflare"),
    ("141.101.64.0/18", "Cloudflare"),
    ("162.158.0.0/15", "Cloudflare"),
    ("172.64.0.0/13", "Cloudflare"),
    ("173.245.48.0/20", "Cloudflare"),
    ("188.114.96.0/20", "Cloudflare"),
    ("190.93.240.0/20", "Cloudflare"),
    ("197.234.240.0/22", "Cloudflare"),
    ("198.41.128.0/17", "Cloudflare"),
    ("2400:cb00::/32", "Cloudflare"),
    ("2606:4700::/32", "Cloudflare"),
    ("2a06:98c0::/29", "Cloudflare"),
    ("151.101.0.0/16", "Fastly"),
    ("199.232.0.0/16", "Fastly"),
    ("146.75.0.0/17", "Fastly"),
    ("185.199.108.0/22", "GitHub Pages"),
    ("1.1.1.0/24", "Cloudflare DNS"),
    ("1.0.0.0/24", "Cloudflare DNS"),
    ("8.8.8.0/24", "Google DNS"),
    ("8.8.4.0/24", "Google DNS"),
];
/// Addresses of public resolvers that are not in one of these nets.
const RESOLVERS: [(&str, &str); 6] = [
    ("9.9.9.9", "Quad9"),
    ("149.112.112.112", "Quad9"),
    ("208.67.222.222", "OpenDNS"),
    ("208.67.220.220", "OpenDNS"),
    ("2001:4860:4860::8888", "Google DNS"),
    ("2001:4860:4860::8844", "Google DNS"),
];
/// Names below which strangers live: hosting, storage, dynamic names, and places to paste.
const ZONES: [&str; 52] = [
    "amazonaws.com",
    "cloudfront.net",
    "azurewebsites.net",
    "windows.net",
    "azureedge.net",
    "appspot.com",
    "googleapis.com",
    "googleusercontent.com",
    "run.app",
    "web.app",
    "firebaseapp.com",
    "github.com",
    "github.io",
    "githubusercontent.com",
    "gitlab.com",
    "gitlab.io",
    "bitbucket.org",
    "sourceforge.net",
    "herokuapp.com",
    "netlify.app",
    "vercel.app",
    "pages.dev",
    "workers.dev",
    "trycloudflare.com",
    "ngrok.io",
    "ngrok.app",
    "ngrok-free.app",
    "fly.dev",
    "onrender.com",
    "digitaloceanspaces.com",
    "ondigitalocean.app",
    "linodeobjects.com",
    "backblazeb2.com",
    "r2.dev",
    "aliyuncs.com",
    "myqcloud.com",
    "duckdns.org",
    "ddns.net",
    "no-ip.org",
    "hopto.org",
    "dyndns.org",
    "pastebin.com",
    "paste.ee",
    "transfer.sh",
    "dropbox.com",
    "dropboxusercontent.com",
    "discord.com",
    "discordapp.com",
    "telegram.org",
    "t.me",
    "google.com",
    "docker.io",
];
/// What stands before the letters of a country where names are registered one step lower: `co.uk`, `or.th`.
const SECOND: [&str; 14] =
    ["ac", "co", "com", "edu", "gob", "go", "gov", "in", "mi", "mil", "ne", "net", "or", "org"];

/// Not of the public net: it means another host wherever it is looked at.
pub(super) fn is_own(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(at) => {
            let [first, second, ..] = at.octets();
            let carrier = first == 100 && (64..128).contains(&second);
            carrier
                || first == 0
                || first >= 224
                || at.is_private()
                || at.is_loopback()
                || at.is_link_local()
        }
        IpAddr::V6(at) => {
            at.is_loopback()
                || at.is_unspecified()
                || at.is_multicast()
                || at.is_unique_local()
                || at.is_unicast_link_local()
        }
    }
}

/// Who shares this address out to many.
pub(super) fn whose(address: IpAddr) -> Option<&'static str> {
    let resolver = RESOLVERS.iter().find(|(it, _)| it.parse() == Ok(address));
    let front = || {
        let held = |it: &&(&str, &str)| Net::read(it.0).is_some_and(|net| net.holds(address));
        FRONTS.iter().find(held)
    };
    resolver.or_else(front).map(|(_, whose)| *whose)
}

/// A name that is not one party's: `com`, `co.uk`, or a place where anybody may have a host.
pub(super) fn is_everybodys(host: &str) -> bool {
    let mut labels = host.split('.');
    let (first, second, third) = (labels.next(), labels.next(), labels.next());
    match (first, second, third) {
        (Some(_), None, _) => true,
        (Some(first), Some(top), None) => {
            (top.len() == 2 && SECOND.contains(&first)) || ZONES.contains(&host)
        }
        _ => ZONES.contains(&host),
    }
}
