//! Text that comes from elsewhere, and is run in the same breath.

use super::{RUNNERS, has_word};

/// Programs that talk to others, and say what these say.
const TALKERS: [&str; 13] = [
    "curl",
    "dig",
    "drill",
    "host",
    "nc",
    "ncat",
    "netcat",
    "nslookup",
    "openssl s_client",
    "redis-cli",
    "socat",
    "telnet",
    "wget",
];
/// What makes a text readable that was not.
const UNPACKERS: [&str; 11] = [
    "base32", "bunzip2", "bzcat", "gunzip", "gzip -d", "rev", "unxz", "uudecode", "xzcat", "zcat",
    "zstdcat",
];
/// Code that fetches a text.
const CODE: [&str; 10] = [
    "file_get_contents(",
    "get(",
    "URI.open",
    "open-uri",
    "Net::HTTP",
    "urlopen",
    "requests.get",
    "http.get",
    "https.get",
    "fetch(",
];
/// Code that runs one.
const EVALUATES: [&str; 8] =
    ["eval(", "eval get", "eval ", "exec(", "system(", "passthru(", "Popen(", "popen("];

/// Some part behind a pipe runs what comes through it.
pub(super) fn is_piped(line: &str) -> bool {
    line.split('|').skip(1).any(runs_text)
}

/// Another host says what is run, or a shell of this one is given to it.
pub(super) fn from_afar(line: &str, piped: bool) -> bool {
    let has = |words: &[&str]| words.iter().any(|it| line.contains(it));
    let talks = TALKERS.iter().any(|it| {
        let (name, rest) = it.split_once(' ').unwrap_or((it, ""));
        has_word(line, name) && line.contains(rest)
    });
    let device = has(&["/dev/tcp/", "/dev/udp/"]);
    let both_ways = has(&["0>&1", "0<&1", "<&0"]) || has(&["sh -i"]) && has(&[">&", "&>"]);
    let given = has_word(line, "socat") && has(&["exec:", "EXEC:", "system:", "SYSTEM:"])
        || ["nc", "ncat", "netcat"].iter().any(|it| has_word(line, it))
            && has(&["-e /bin/", "-e sh", "-e bash", "-c /bin/", "-c sh", "-c bash"]);
    let brought = line.split('|').next().is_some_and(names_a_page);
    let code = line.contains("://") && has(&CODE) && has(&EVALUATES);
    piped && (talks || brought) || device && (both_ways || has(&["sh <("])) || given || code
}

/// A page of the web, asked for by whatever program.
fn names_a_page(text: &str) -> bool {
    ["http://", "https://", "ftp://"].iter().any(|it| text.contains(it)) && !has_word(text, "echo")
}

/// It is unpacked or turned round on its way.
pub(super) fn is_made_readable(line: &str) -> bool {
    let parts = line.split('|').map(str::trim);
    let mut unpacks = parts.map(|part| {
        UNPACKERS.iter().any(|it| {
            let (name, rest) = it.split_once(' ').unwrap_or((it, ""));
            has_word(part, name) && part.contains(rest)
        })
    });
    unpacks.any(|it| it)
}

/// `${c}rl`: the name of a program in parts.
pub(super) fn spelt_apart(line: &str) -> Option<&str> {
    let first = |command: &'_ str| {
        let at = command.find("${")?;
        let before = command.get(..at)?;
        let name = command.get(at..)?.split_whitespace().next()?;
        Some((before.split_whitespace().all(|it| it.contains('=')), name.len(), at))
    };
    line.split([';', '&', '|']).find_map(|command| {
        let (begins, len, at) = first(command)?;
        let word = command.get(at..at + len).filter(|_| begins)?;
        let (name, rest) = word.strip_prefix("${")?.split_once('}')?;
        let set_here = line.contains(&format!("{name}="));
        (set_here && is_plain(rest) && !rest.is_empty()).then_some(word)
    })
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
}

/// The part behind a pipe runs what comes through it.
fn runs_text(part: &str) -> bool {
    let ends = |it: char| {
        it.is_whitespace() || matches!(it, ';' | '&' | ')' | '\'' | '"' | ']' | ',' | '}')
    };
    let mut words = part.split(ends).filter(|it| !it.is_empty());
    let wrappers = ["sudo", "nohup", "env", "setsid", "exec", "nice", "timeout"];
    let first = words.find(|word| !wrappers.contains(word) && !word.contains('='));
    first.is_some_and(|word| {
        let name = word.rsplit('/').next().unwrap_or(word);
        let name = name.trim_end_matches(|it: char| it.is_ascii_digit() || it == '.');
        let is_shell = name.ends_with("sh");
        // What has its code in its arguments reads data.
        let has_code = |next: &str| {
            matches!(next, "-c" | "-e" | "-r" | "-m")
                || !is_shell && next.len() > 1 && next.starts_with('-')
        };
        RUNNERS.contains(&name) && !words.next().is_some_and(has_code)
    })
}
