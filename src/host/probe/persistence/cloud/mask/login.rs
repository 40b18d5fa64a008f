//! Logins without their passwords: in addresses, and as curl takes them.

use super::{HIDDEN, bare, is_made, is_quote, pieces, runs};

/// `https://user:x@host`, wherever in a word it begins.
pub(super) fn without_login(word: &[u8]) -> Vec<u8> {
    let (mut shown, mut rest) = (Vec::with_capacity(word.len()), word);
    while let Some(begin) = rest.windows(3).position(|it| it == b"://").map(|at| at + 3) {
        let (page, behind) = rest.split_at_checked(begin).unwrap_or((rest, b""));
        shown.extend_from_slice(page);
        rest = behind;
        let host = behind.split(|byte| *byte == b'/').next().unwrap_or_default();
        let at = host.iter().rposition(|byte| *byte == b'@');
        let colon = host.iter().position(|byte| *byte == b':');
        let Some((login, host)) = at.and_then(|at| behind.split_at_checked(at)) else { continue };
        let Some((user, secret)) = colon.and_then(|it| login.split_at_checked(it + 1)) else {
            continue;
        };
        if !is_made(secret) {
            shown.extend_from_slice(user);
            shown.extend_from_slice(HIDDEN);
            rest = host;
        }
    }
    shown.extend_from_slice(rest);
    shown
}

/// `curl -u user:x`, up to the end of that command.
pub(super) fn without_user(line: &[u8]) -> Vec<u8> {
    let (mut shown, mut is_curl, mut is_next) = (Vec::with_capacity(line.len()), false, false);
    let mut quoted: Option<u8> = None;
    for word in pieces(line) {
        let is_gap =
            word.first().is_some_and(|it| it.is_ascii_whitespace() || b"\"'[](),;|&".contains(it));
        if is_gap {
            shown.extend_from_slice(word);
            if quoted.is_some_and(|quote| word.contains(&quote)) {
                quoted = None;
            }
            let ends = word.iter().any(|it| matches!(it, b'|' | b';' | b'&'));
            is_curl &= quoted.is_some() || !ends;
            is_next &= is_curl && word.iter().filter(|it| is_quote(**it)).count() < 2;
            if is_next {
                quoted = word.last().copied().filter(|it| is_quote(*it));
            }
            continue;
        }
        if quoted.is_some() && !is_next {
            // What a text in quotes says behind the name.
            shown.extend_from_slice(super::hidden(word));
            continue;
        }
        if is_next && !bare(word).is_empty() {
            is_next = false;
            let is_login = with_secret(word, &mut shown);
            quoted = quoted.filter(|_| is_login);
            continue;
        }
        is_curl |= word.rsplit(|byte| *byte == b'/').next() == Some(b"curl");
        let value = if is_curl { option(word) } else { None };
        match value.and_then(|at| word.split_at_checked(at)) {
            Some((name, value)) if !value.is_empty() => {
                shown.extend_from_slice(name);
                with_secret(value, &mut shown);
            }
            found => {
                is_next |= found.is_some();
                shown.extend_from_slice(word);
            }
        }
    }
    shown
}

/// Where the value begins if this is the option that takes a login.
fn option(word: &[u8]) -> Option<usize> {
    let long: [&[u8]; 2] = [b"--user", b"--proxy-user"];
    if long.contains(&word) {
        return Some(word.len());
    }
    let joined = long.iter().find(|it| word.starts_with(it) && word.get(it.len()) == Some(&b'='));
    if let Some(name) = joined {
        return Some(name.len() + 1);
    }
    let short = word.strip_prefix(b"-").filter(|it| !it.starts_with(b"-"))?;
    let at = short.iter().position(|it| matches!(it, b'u' | b'U'))?;
    // Options without a value may stand before it.
    let before = short.get(..at)?;
    before.iter().all(|it| b"sSfLkvigOIN#".contains(it)).then_some(at + 2)
}

/// Writes `user:x` without the second; whether it was one.
fn with_secret(login: &[u8], shown: &mut Vec<u8>) -> bool {
    let cut = login.iter().position(|byte| *byte == b':').map(|at| at + 1);
    match cut.and_then(|at| login.split_at_checked(at)) {
        Some((user, secret)) if !secret.is_empty() && !is_made(secret) && !runs(secret) => {
            shown.extend_from_slice(user);
            shown.extend_from_slice(super::hidden(secret));
            true
        }
        _ => {
            shown.extend_from_slice(login);
            false
        }
    }
}
