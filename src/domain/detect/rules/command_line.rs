//! The playbook's schemes and names among the arguments.
//!
//! Source: the playbook's table of pool indicators. Known false alarms, which are capped: the words of the responder's
//! own tools, and commands inside a shell's argument.

use crate::domain::detect::grammar::{self, Says, Sentence, UserBy};
use crate::domain::detect::host_name;
use crate::domain::detect::place::{Place, place};
use crate::domain::detect::rules::{Told, is_text_tool};
use crate::domain::detect::seen::{Seen, last_part};
use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::playbook::Indicators;
use crate::domain::untrusted::Untrusted;

/// Programs that run what their arguments say.
const SHELLS: &[&str] =
    &["sh", "bash", "dash", "zsh", "ash", "ksh", "busybox", "sudo", "doas", "su", "env"];
/// Those of them that have what they run in their own arguments, a word each.
const LETTERS: &[&str] = &["busybox", "sudo", "doas", "su", "env"];
/// Programs that are many, and go by what they are called.
const MANY: &[&str] =
    &["busybox", "toybox", "coreutils", "xtables-nft-multi", "xtables-legacy-multi"];
/// Programs that run a script which is named behind them.
const INTERPRETERS: &[&str] = &["python", "perl", "ruby", "sh", "bash", "dash"];

/// Programs that show the part that fits, if `-o` says so.
const PARTS: &[&str] = &["ack", "ag", "egrep", "fgrep", "grep", "rg", "zgrep"];

/// Programs that ask what a name or an address means, and those that keep one out.
const ASKERS: &[&str] = &[
    "dig",
    "drill",
    "ebtables",
    "fail2ban-client",
    "firewall-cmd",
    "getent",
    "host",
    "ip",
    "ip6tables",
    "ip6tables-restore",
    "ipset",
    "iptables",
    "iptables-restore",
    "mtr",
    "nft",
    "nslookup",
    "ping",
    "route",
    "tracepath",
    "traceroute",
    "ufw",
    "whois",
];

/// Programs that talk to whomever they are told to.
const CALLERS: &[&str] = &[
    "curl", "ftp", "lynx", "nc", "ncat", "netcat", "nmap", "openssl", "scp", "sftp", "socat",
    "ssh", "telnet", "wget",
];

/// Those of them that only try whether somebody answers.
const TRIERS: &[&str] = &["nc", "ncat", "netcat", "nmap", "openssl", "telnet"];

/// Programs that ask for names on behalf of others: whose name it is says nothing of them.
const RESOLVERS: &[&str] = &[
    "adguardhome",
    "amavisd",
    "cloudflared",
    "coredns",
    "dnscrypt-proxy",
    "dnsdist",
    "dnsmasq",
    "exim",
    "exim4",
    "kresd",
    "named",
    "nscd",
    "opendkim",
    "opendmarc",
    "pdns_recursor",
    "pihole-ftl",
    "policyd-spf",
    "rspamd",
    "sendmail",
    "smtpd",
    "spamd",
    "squid",
    "stubby",
    "systemd-resolve",
    "systemd-resolved",
    "unbound",
];

/// What the arguments say, which were `read` already.
pub(super) fn judge(seen: &Seen<'_>, read: &Sentence, look_for: &Indicators, told: &mut Vec<Told>) {
    let mut found = told_of(read);
    for told in by_environment(seen) {
        if found.iter().all(|(_, known)| known.rule != told.1.rule) {
            found.push(told);
        }
    }
    by_the_playbook(seen, tool(seen), look_for, &mut found);
    for (grade, it) in as_a_miner(seen, look_for) {
        match found.iter_mut().find(|(_, known)| known.rule == it.rule) {
            Some(known) if known.0 < grade => *known = (grade, it),
            Some(_) => {}
            None => found.push((grade, it)),
        }
    }
    // Whoever responds types such words all day.
    let most = if seen.own { Grade::Suspect } else { Grade::Confirmed };
    told.extend(found.into_iter().map(|(grade, it)| (grade.min(most), it)));
}

/// What its arguments would be to a miner, where it is called as a program that shows texts or runs others, and nobody
/// vouches for that: where its executable is not known it may be that program. Only a whole command line of a miner
/// counts, since it has a shape that nothing has that is told a pattern and files.
fn as_a_miner(seen: &Seen<'_>, look_for: &Indicators) -> Vec<Told> {
    let title = last_part(seen.title());
    if !grammar::reads_otherwise(&String::from_utf8_lossy(title)) || is_vouched_for(seen) {
        return Vec::new();
    }
    let first = seen.arguments.first().copied().unwrap_or_default().trim_ascii();
    let behind = first.iter().position(u8::is_ascii_whitespace).and_then(|at| first.get(at..));
    // A title, with all that was told in it, loses its first word alone.
    let line = [b"./x", behind.unwrap_or_default()].concat();
    let rest = seen.arguments.iter().skip(1).copied();
    let read = grammar::read(std::iter::once(line.as_slice()).chain(rest));
    let paid = read.users().any(|it| it.by > UserBy::Loose);
    let most = if seen.exe.is_empty() { Grade::Suspect } else { Grade::Confirmed };
    // `grep -o stratum+tcp://…` shows where it stands.
    let shows_parts = is_of(title, PARTS);
    let whole = |it: &Reason| it.rule != Rule::PoolUrl || paid || !shows_parts;
    let mut found = told_of(&read);
    if paid || read.algorithms().next().is_some() {
        by_the_playbook(seen, b"", look_for, &mut found);
    }
    let found = found.into_iter();
    let found = found.filter(|(grade, it)| *grade == Grade::Confirmed && whole(it));
    found.map(|(grade, it)| (grade.min(most), it)).collect()
}

/// It is what it is called: a package brought it, or it lies where packages put programs and nobody knows.
fn is_vouched_for(seen: &Seen<'_>) -> bool {
    let there = !seen.deleted && !seen.in_memory;
    there && seen.packaged.unwrap_or_else(|| place(seen.exe) == Place::System)
}

/// Its arguments. A program whose file is no tool that shows texts shows none, whatever it calls itself.
pub(in crate::domain::detect) fn words<'a>(seen: &Seen<'a>) -> Vec<&'a [u8]> {
    let mut words = seen.arguments.clone();
    let shows = is_text_tool(last_part(seen.title())) && !is_text_tool(tool(seen));
    if let Some(first) = words.first_mut().filter(|_| shows) {
        *first = b"./";
    }
    words
}

/// What its environment says of mining: images take their settings so. Whoever a miner starts inherits it.
fn by_environment(seen: &Seen<'_>) -> Vec<Told> {
    if seen.environment.is_empty() || is_text_tool(tool(seen)) {
        return Vec::new();
    }
    let words = std::iter::once(&b"env-of"[..]).chain(seen.environment.iter().copied());
    let named = seen.environment.iter().find(|it| it.starts_with(b"XMRIG_"));
    let named = named.map(|it| {
        let (rule, value) = (Rule::MinerOptions, Untrusted::new(*it));
        (Grade::Suspect, Reason { rule, value, source: FactSource::Environment })
    });
    let told = grammatical(words).into_iter().filter(|(grade, it)| {
        let tells = Rule::OF_POOLS.contains(&it.rule) || it.rule == Rule::Wallet;
        tells && *grade >= Grade::Suspect
    });
    told.map(|(grade, it)| {
        (grade.min(Grade::Suspect), Reason { source: FactSource::Environment, ..it })
    })
    .chain(named)
    .collect()
}

/// What the grammar of miners says of these arguments, each rule once.
pub(super) fn grammatical<'a>(arguments: impl Iterator<Item = &'a [u8]>) -> Vec<Told> {
    told_of(&grammar::read(arguments))
}

fn told_of(read: &Sentence) -> Vec<Told> {
    let mut told: Vec<Told> = Vec::new();
    for (grade, heard) in grammar::judge(read) {
        let rule = rule(heard.says);
        if told.iter().all(|(_, known)| known.rule != rule) {
            let source = FactSource::CommandLine;
            told.push((grade, Reason { rule, value: heard.value, source }));
        }
    }
    told
}

/// The rule that it belongs to.
pub(super) const fn rule(says: Says) -> Rule {
    match says {
        Says::PoolUrl => Rule::PoolUrl,
        Says::PoolAndWallet => Rule::PoolAndWallet,
        Says::PoolAndAlgorithm => Rule::PoolAndAlgorithm,
        Says::PoolAndOption => Rule::PoolAndOption,
        Says::PoolAndUser => Rule::PoolAndUser,
        Says::Pool => Rule::PoolEnd,
        Says::Wallet => Rule::Wallet,
        Says::Algorithm => Rule::Algorithm,
        Says::Options => Rule::MinerOptions,
        Says::Mention => Rule::PoolMention,
    }
}

/// How far words carry of whom this process is: who looks for them or shows them says nothing of itself.
fn cap(seen: &Seen<'_>, tool: &[u8]) -> Grade {
    if is_text_tool(tool) {
        Grade::Noted
    } else if is_of(tool, SHELLS) {
        // What it runs looks for the words, or shows them.
        if runs(seen, tool, is_text_tool) { Grade::Noted } else { Grade::Suspect }
    } else {
        Grade::Confirmed
    }
}

/// What it is by its executable, wherever that is known: anybody may call himself `grep`, and put a file of that name
/// where everybody may write.
pub(super) fn tool<'a>(seen: &Seen<'a>) -> &'a [u8] {
    let title = last_part(seen.title());
    let title = title.strip_prefix(b"-").unwrap_or(title);
    let file = seen.file();
    if place(&seen.path()).is_strange() {
        return if is_of(file, SHELLS) { file } else { b"" };
    }
    if file.is_empty() {
        return title;
    }
    if is_of(file, MANY) {
        return title;
    }
    // `vim.basic` and `python3.12` are called by the beginning of their names.
    let stem = file.split(|it| *it == b'.').next().unwrap_or(file);
    let bare = stem.iter().rposition(|it| !it.is_ascii_digit()).map_or(0, |at| at + 1);
    let bare = stem.get(..bare).unwrap_or(stem);
    let in_system =
        |it: &&&[u8]| place(it) == Place::System && !it.windows(2).any(|it| it == b"..");
    let script = seen.arguments.get(1).filter(in_system);
    match script {
        Some(script) if is_of(bare, INTERPRETERS) => last_part(script),
        _ if is_of(file, ASKERS) || is_of(file, RESOLVERS) => file,
        _ => stem,
    }
}

/// It is the responder's own, or it only looks for words, shows them, asks what they mean or keeps out whom they name.
pub(in crate::domain::detect) fn shows(seen: &Seen<'_>) -> bool {
    most(seen) == Grade::Noted
}

/// It talks to whomever it is told to: the responder tries an end with it.
pub(in crate::domain::detect) fn calls(seen: &Seen<'_>) -> bool {
    // `nc.openbsd` and `ssh` alike.
    is_of(tool(seen), CALLERS)
}

/// It asks for names that others want to know.
pub(in crate::domain::detect) fn resolves(seen: &Seen<'_>) -> bool {
    is_of(&tool(seen).to_ascii_lowercase(), RESOLVERS)
}

/// What a shell runs is such a program.
fn runs(seen: &Seen<'_>, tool: &[u8], is_such: impl Fn(&[u8]) -> bool) -> bool {
    let first = |it: &&[u8]| {
        let word = it.split(u8::is_ascii_whitespace).find(|word| !word.is_empty());
        word.is_some_and(|word| is_such(last_part(word)))
    };
    if is_of(tool, LETTERS) {
        seen.arguments.iter().skip(1).take(4).any(first)
    } else {
        seen.arguments.get(2).is_some_and(first)
    }
}

fn is_of(name: &[u8], list: &[&str]) -> bool {
    list.iter().any(|it| it.as_bytes() == name)
}

/// How far the words of this process carry where a rule of somebody's names them.
pub(in crate::domain::detect) fn most(seen: &Seen<'_>) -> Grade {
    let (tool, is_asker) = (tool(seen), |name: &[u8]| is_of(name, ASKERS));
    let asks = is_asker(tool) || is_of(tool, SHELLS) && runs(seen, tool, is_asker);
    if seen.own || asks { Grade::Noted } else { cap(seen, tool) }
}

fn by_the_playbook(seen: &Seen<'_>, tool: &[u8], look_for: &Indicators, told: &mut Vec<Told>) {
    let cap = cap(seen, tool);
    let tries = is_of(tool, TRIERS);
    // What it passes on to somebody is a text.
    let passes_on = is_of(tool, CALLERS);
    let mut add = |grade: Grade, rule, value: &str| {
        let reason = Reason { rule, value: value.into(), source: FactSource::CommandLine };
        if !told.iter().any(|(_, known)| known.rule == rule) {
            told.push((grade, reason));
        }
    };
    for (place, argument) in seen.arguments.iter().enumerate() {
        let argument = String::from_utf8_lossy(argument).to_ascii_lowercase();
        // A whole command line inside one argument is for another program to run; but a program that wrote its own
        // title over its arguments has all of them in the first.
        let nested = place > 0 && argument.trim().contains(char::is_whitespace);
        let quoted = if passes_on { Grade::Noted } else { Grade::Suspect };
        let cap = if nested { cap.min(quoted) } else { cap };
        // What has no port is no place on the net, nor is what has no scheme: both have this sign.
        let words = argument.split_ascii_whitespace().skip(usize::from(place == 0));
        for word in words.filter(|it| it.contains(':')) {
            if let Some(url) = look_for.schemes.iter().find_map(|scheme| pool_url(word, scheme)) {
                add(Grade::Confirmed.min(cap), Rule::PoolUrl, url);
            }
            if let Some(end) = endpoint(word).filter(|end| is_pool(end, look_for)) {
                // A page that somebody reads, or whoever tries whether somebody answers.
                let read = is_page(word) || tries || passes_on && word.contains("http");
                let most = if read { Grade::Noted } else { Grade::Suspect };
                add(most.min(cap), Rule::PoolName, end);
            }
        }
    }
}

/// `-ostratum+tcp://pool.example:3333` holds `stratum+tcp://pool.example:3333`.
fn pool_url<'a>(word: &'a str, scheme: &str) -> Option<&'a str> {
    let scheme = scheme.trim_end_matches('*');
    if scheme.is_empty() {
        return None;
    }
    let url = word.get(word.find(scheme)?..)?;
    let url = url.trim_end_matches(['"', '\'', ',', ';', ')']);
    endpoint_port(url).map(|_| url)
}

/// A host with a port, or a URL with a host: what names a place on the net and no file.
fn endpoint(word: &str) -> Option<&str> {
    let word = word.trim_end_matches(['"', '\'', ',', ';', ')']);
    let after_scheme = word.split_once("://").map(|(_, rest)| rest);
    let rest = after_scheme.unwrap_or(word);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let rest = rest.rsplit_once('=').map_or(rest, |(_, host)| host);
    let host_and_port = rest.split('/').next().unwrap_or(rest);
    let has_port = endpoint_port(host_and_port).is_some();
    (after_scheme.is_some() || has_port).then_some(host_and_port)
}

/// A page of the web, below the first.
fn is_page(word: &str) -> bool {
    let rest = word
        .split_once("://")
        .filter(|(scheme, _)| scheme.ends_with("http") || scheme.ends_with("https"));
    rest.and_then(|(_, rest)| rest.split_once('/')).is_some_and(|(_, path)| !path.is_empty())
}

fn endpoint_port(text: &str) -> Option<u16> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let end = rest.split(['/', '#', '?']).next()?;
    let (host, port) = end.rsplit_once(':')?;
    let port = port.parse().ok()?;
    (!host.is_empty()).then_some(port)
}

/// The place on the net that `end` names is one of the playbook's pools.
fn is_pool(end: &str, look_for: &Indicators) -> bool {
    let host = end.rsplit_once(':').map_or(end, |(host, _)| host);
    look_for.is_pool_name(host) || host_name::hands_out_work(host)
}

/// The reason names an endpoint with this port, in the command line of its owner.
pub(in crate::domain::detect) fn names_port(reason: &Reason, port: u16) -> bool {
    Rule::OF_POOLS.contains(&reason.rule)
        && endpoint_port(&String::from_utf8_lossy(reason.value.bytes())) == Some(port)
}
