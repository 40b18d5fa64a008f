//! What is kept of a variable of somebody's environment: how the process came in, or whom it works for.
//!
//! Invariant: what is kept goes into recordings and bundles, so of what may hold a password only that is kept which a rule
//! or a reader needs: of a command its program, of a request its path, of a pool all but the password.

use crate::domain::detect::grammar::{self, UserBy, user};
use crate::domain::detect::rules;

/// What stands where something was left out.
const LEFT_OUT: &str = "…";
/// Words behind which, or behind whose `=`, a password stands.
const SECRETS: [&str; 7] =
    ["pass", "password", "passwd", "secret", "token", "api-token", "access-token"];

/// What is kept of this variable, `NAME=value`; `None`: it says nothing here, and may hold a password.
#[must_use]
pub fn kept_variable(variable: &[u8]) -> Option<Vec<u8>> {
    let at = variable.iter().position(|byte| *byte == b'=')?;
    let (name, value) = variable.split_at_checked(at + 1)?;
    let kept = |value: &[u8], rest: &str| Some([name, value, rest.as_bytes()].concat());
    match name {
        b"SUDO_COMMAND=" => {
            let program = value.split(u8::is_ascii_whitespace).next().unwrap_or_default();
            kept(program, if program.len() < value.len() { " …" } else { "" })
        }
        b"REQUEST_URI=" => {
            let path = value.split(|byte| *byte == b'?').next().unwrap_or_default();
            let rest = if path.len() < value.len() { "?…" } else { "" };
            kept(without_passwords(path).as_bytes(), rest)
        }
        b"QUERY_STRING=" => kept(b"", if value.is_empty() { "" } else { LEFT_OUT }),
        _ if rules::origin::tells(variable) => Some(variable.to_vec()),
        _ if name.starts_with(b"XMRIG_") && names_secret(name) => kept(b"", LEFT_OUT),
        _ if name.starts_with(b"XMRIG_") || speaks_of_mining(variable) => {
            kept(without_passwords(value).as_bytes(), "")
        }
        _ => None,
    }
}

fn speaks_of_mining(variable: &[u8]) -> bool {
    let said = grammar::read([&b"env-of"[..], variable].into_iter());
    said.judged_pools().next().is_some() || said.wallets().next().is_some()
}

/// A part of this name is a word for a password.
fn names_secret(name: &[u8]) -> bool {
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    name.split(|it: char| !it.is_ascii_alphanumeric()).any(|part| SECRETS.contains(&part))
}

/// The same text without what stands where passwords do: behind `-p` and its kin, and before `@`.
fn without_passwords(value: &[u8]) -> String {
    let value = String::from_utf8_lossy(value);
    let mut kept = String::new();
    let mut secret = false;
    for piece in value.split_inclusive(is_gap) {
        let word = piece.trim_end_matches(is_gap);
        let gap = piece.get(word.len()..).unwrap_or_default();
        let is_word = word.contains(|it: char| it.is_alphanumeric());
        if secret && is_word {
            kept.push_str(LEFT_OUT);
            secret = false;
        } else {
            kept.push_str(&without_password(word));
            // `"pass": "…"`: what is no word stands between.
            secret = (secret && !is_word) || word == "-p" || is_secret(word);
        }
        kept.push_str(gap);
    }
    kept
}

fn is_gap(it: char) -> bool {
    it.is_whitespace() || matches!(it, '"' | '\'')
}

fn is_secret(word: &str) -> bool {
    let word = word.trim_start_matches('-').trim_end_matches([':', '=']).to_ascii_lowercase();
    SECRETS
        .iter()
        .any(|it| word == *it || word.strip_suffix(it).is_some_and(|it| it.ends_with('-')))
}

/// One word: `--pass=…`, or `scheme://user:password@host`. A password may hold anything, so the last `@` ends it.
fn without_password(word: &str) -> String {
    if let Some((name, _)) = word.split_once('=').filter(|(name, rest)| {
        !rest.is_empty() && is_secret(name.rsplit(['?', '&', ';', ',']).next().unwrap_or(name))
    }) {
        return format!("{name}={LEFT_OUT}");
    }
    match word.split_once("://").filter(|(scheme, _)| !scheme.contains([':', '@'])) {
        Some((scheme, rest)) => format!("{scheme}://{}", without_userinfo(rest)),
        None => without_userinfo(word),
    }
}

/// `user:password@host`. What pays is a user, also behind the coin's name.
fn without_userinfo(part: &str) -> String {
    let Some((who, host)) = part.rsplit_once('@') else { return part.to_owned() };
    let paid = |text: &str| user(text, UserBy::Url).wallet.is_some();
    let Some((first, rest)) = who.split_once(':') else { return part.to_owned() };
    if paid(first) || !paid(rest) {
        return format!("{first}:{LEFT_OUT}@{host}");
    }
    match rest.split_once(':') {
        Some((address, _)) => format!("{first}:{address}:{LEFT_OUT}@{host}"),
        None => part.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::kept_variable;

    fn kept(variable: &str) -> Option<String> {
        let kept = kept_variable(variable.as_bytes())?;
        Some(String::from_utf8(kept).unwrap())
    }

    #[test]
    fn only_what_tells_of_the_way_in_or_of_mining_is_kept() {
        for whole in [
            "REMOTE_ADDR=203.0.113.9",
            "SSH_CLIENT=203.0.113.9 51122 22",
            "SUDO_USER=alice",
            "POOL=stratum+tcp://pool.example:3333",
            "XMRIG_THREADS=4",
        ] {
            assert_eq!(kept(whole).as_deref(), Some(whole));
        }
        for other in [
            "HOME=/root",
            "PGPASSWORD=secret",
            "DATABASE_POOL=postgres://me:secret@db.example:5432/shop",
            "POOL_PASSWORD=secret",
            "SUDO_ASKPASS=/usr/bin/x",
            "no",
        ] {
            assert_eq!(kept(other), None);
        }
    }

    #[test]
    fn of_what_may_hold_a_password_only_the_rest_is_kept() {
        for (variable, rest) in [
            ("SUDO_COMMAND=/usr/bin/mysql -psecret shop", "SUDO_COMMAND=/usr/bin/mysql …"),
            ("SUDO_COMMAND=/bin/bash", "SUDO_COMMAND=/bin/bash"),
            ("QUERY_STRING=user=me&pw=secret", "QUERY_STRING=…"),
            ("REQUEST_URI=/login.php?pw=secret", "REQUEST_URI=/login.php?…"),
            ("REQUEST_URI=http://me:secret@shop.example/", "REQUEST_URI=http://me:…@shop.example/"),
            (
                "POOL=stratum+tcp://me.rig:secret@pool.example:3333",
                "POOL=stratum+tcp://me.rig:…@pool.example:3333",
            ),
            ("XMRIG_PASS=secret", "XMRIG_PASS=…"),
            ("XMRIG_ARGS=-u me -p secret -t 4", "XMRIG_ARGS=-u me -p … -t 4"),
            ("XMRIG_ARGS=--pass=secret -t 4", "XMRIG_ARGS=--pass=… -t 4"),
            (r#"XMRIG_JSON={"pass": "secret"}"#, r#"XMRIG_JSON={"pass": "…"}"#),
        ] {
            assert_eq!(kept(variable).as_deref(), Some(rest));
        }
    }

    proptest! {
        #[test]
        fn no_password_of_a_pool_is_kept(
            scheme in "(stratum\\+tcp://|)", user in "[a-z]{1,8}(\\.[a-z0-9]{1,4})?",
            password in "[A-Z0-9]([A-Z0-9,:/?=@.;-]{0,8})QZ[A-Z0-9,:/?=@.;-]{0,8}"
        ) {
            let variable = format!("XMRIG_URL={scheme}{user}:{password}@pool.example:3333");
            let rest = kept(&variable).unwrap();
            prop_assert!(!rest.contains("QZ"), "{}", rest);
        }

        #[test]
        fn no_argument_of_a_command_and_no_query_is_kept(secret in "[A-Za-z0-9&= -]{0,8}QZ.{0,8}") {
            for variable in ["SUDO_COMMAND=/bin/x ", "REQUEST_URI=/x?", "QUERY_STRING="] {
                let rest = kept(&[variable, &secret].concat()).unwrap();
                prop_assert!(!rest.contains("QZ"), "{}", rest);
            }
        }

        #[test]
        fn any_bytes_are_taken_and_grow_little(text in prop::collection::vec(any::<u8>(), 0..256)) {
            for name in [&b""[..], b"XMRIG_=", b"REQUEST_URI="] {
                let kept = kept_variable(&[name, &text].concat()).unwrap_or_default();
                prop_assert!(kept.len() <= 4 * text.len() + 64);
            }
        }
    }
}
