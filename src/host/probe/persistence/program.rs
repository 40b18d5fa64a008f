//! What a line of a shell runs: its first program, seen through wrappers such as `nice`, `env` and `sh -c`. Pure.
//!
//! Deliberately absent: a shell. Variables stay as they are, and what cannot be told is not guessed.

/// `sh -c "sh -c ..."` is not followed deeper.
const DEEPEST: usize = 4;
/// More of a line is not looked at.
const LONGEST: usize = 64 << 10;
/// A command has no more words worth looking at.
const MOST_WORDS: usize = 256;

/// Run nothing by themselves: what comes after them does.
const BUILTINS: [&[u8]; 47] = [
    b"cd",
    b"test",
    b"[",
    b"[[",
    b":",
    b"true",
    b"false",
    b"export",
    b"set",
    b"unset",
    b"umask",
    b"ulimit",
    b"sleep",
    b"echo",
    b"printf",
    b"read",
    b"shift",
    b"local",
    b"declare",
    b"typeset",
    b"alias",
    b"trap",
    b"wait",
    b"return",
    b"exit",
    b"pwd",
    b"case",
    b"for",
    b"eval",
    b"let",
    b"kill",
    b"fi",
    b"done",
    b"esac",
    b"}",
    b"in",
    b"break",
    b"continue",
    b"shopt",
    b"bind",
    b"complete",
    b"hash",
    b"getopts",
    b"readonly",
    b"unalias",
    b"setopt",
    b"zstyle",
];
/// Stand before a command of their own.
const KEYWORDS: [&[u8]; 12] = [
    b"if", b"then", b"else", b"elif", b"while", b"until", b"do", b"!", b"{", b"time", b"command",
    b"builtin",
];
/// Run the rest of their line: with these options that take a value.
const WRAPPERS: [(&[u8], &[u8]); 19] = [
    (b"nice", b"n"),
    (b"ionice", b"cnp"),
    (b"nohup", b""),
    (b"env", b"uCS"),
    (b"sudo", b"ugpCrtTh"),
    (b"setsid", b""),
    (b"exec", b"a"),
    (b"chronic", b""),
    (b"stdbuf", b"ioe"),
    (b"doas", b"uC"),
    (b"systemd-cat", b"tp"),
    (b"systemd-run", b"pu"),
    (b"unshare", b""),
    (b"ts", b""),
    (b"xargs", b"InPLds"),
    (b"busybox", b""),
    (b"strace", b"eopu"),
    (b"daemonize", b"acelopu"),
    (b"prlimit", b"p"),
];
/// Run the rest of their line after one word of their own.
const AFTER_ONE: [(&[u8], &[u8]); 5] = [
    (b"timeout", b"ks"),
    (b"flock", b"wE"),
    (b"chrt", b"TPD"),
    (b"taskset", b""),
    (b"chroot", b""),
];
const SHELLS: [&[u8]; 7] = [b"sh", b"bash", b"dash", b"zsh", b"ksh", b"ash", b"fish"];
const INTERPRETERS: [&[u8]; 6] = [b"python", b"perl", b"ruby", b"node", b"php", b"lua"];

/// The first program that a line of a shell runs; `None` if it runs none that could be told.
pub(super) fn program(line: &[u8]) -> Option<Vec<u8>> {
    let line = line.get(..line.len().min(LONGEST))?;
    in_line(&separated(line), 0)
}

/// What stands behind the label of a branch of a `case`, as in `start) run ;;`; the whole line if there is none.
pub(super) fn after_label(line: &[u8]) -> &[u8] {
    let end = line.iter().position(|byte| matches!(byte, b'(' | b')' | b'\'' | b'"' | b'$' | b'`'));
    let label = end.filter(|at| line.get(*at) == Some(&b')'));
    label.and_then(|at| line.get(at + 1..)).unwrap_or(line)
}

/// `$IFS` and `${IFS}` are blanks.
fn separated(line: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(line.len());
    let mut at = 0;
    while let Some(byte) = line.get(at) {
        let rest = line.get(at..).unwrap_or_default();
        let names = [&b"${IFS}"[..], b"$IFS"].into_iter().find(|name| rest.starts_with(name));
        bytes.push(names.map_or(*byte, |_| b' '));
        at += names.map_or(1, <[u8]>::len);
    }
    bytes
}

/// The command of a line of a crontab: what stands behind a bare `%` is its input.
pub(super) fn before_input(line: &[u8]) -> &[u8] {
    let mut escaped = false;
    let end = line.iter().position(|byte| {
        let found = *byte == b'%' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        found
    });
    line.get(..end.unwrap_or(line.len())).unwrap_or_default()
}

fn in_line(line: &[u8], depth: usize) -> Option<Vec<u8>> {
    if depth >= DEEPEST {
        return None;
    }
    commands(line).iter().find_map(|words| in_command(words, depth))
}

/// The program of one command; `None` for one that the shell does by itself.
fn in_command(words: &[Vec<u8>], depth: usize) -> Option<Vec<u8>> {
    let mut words = words;
    loop {
        let (first, rest) = words.split_first()?;
        let name = base_name(first);
        if is_assignment(first) || KEYWORDS.contains(&first.as_slice()) {
            words = rest;
        } else if BUILTINS.contains(&first.as_slice()) {
            return None;
        } else if matches!(first.as_slice(), b"." | b"source") {
            return rest.first().cloned();
        } else if let Some((_, takes)) = WRAPPERS.iter().find(|(wrapper, _)| *wrapper == name) {
            let after = after_options(rest, takes);
            if after.is_empty() {
                return Some(first.clone());
            }
            words = after;
        } else if let Some((_, takes)) = AFTER_ONE.iter().find(|(wrapper, _)| *wrapper == name) {
            let after = after_options(rest, takes).get(1..).unwrap_or_default();
            if after.is_empty() {
                return Some(first.clone());
            }
            // `flock FILE -c 'COMMAND'`
            if let [flag, line, ..] = after
                && flag.as_slice() == b"-c"
            {
                return in_line(line, depth + 1);
            }
            words = after;
        } else if matches!(name, b"su" | b"runuser") {
            let command =
                rest.iter().skip_while(|it| !matches!(it.as_slice(), b"-c" | b"--command"));
            return command
                .clone()
                .nth(1)
                .and_then(|it| in_line(it, depth + 1))
                .or(Some(first.clone()));
        } else if SHELLS.contains(&name) {
            return Some(of_shell(first, rest, depth));
        } else if INTERPRETERS.iter().any(|it| name.starts_with(it)) {
            let script = rest.iter().find(|word| !word.starts_with(b"-"));
            return Some(script.filter(|it| it.starts_with(b"/")).unwrap_or(first).clone());
        } else {
            return Some(first.clone());
        }
    }
}

/// What a shell runs: its script, or the first program of what stands behind `-c`.
fn of_shell(shell: &[u8], arguments: &[Vec<u8>], depth: usize) -> Vec<u8> {
    let mut is_command = false;
    for word in arguments {
        if is_command {
            return in_line(word, depth + 1).unwrap_or_else(|| shell.to_vec());
        }
        match word.as_slice() {
            [b'-', letters @ ..] if !letters.starts_with(b"-") => {
                is_command = letters.contains(&b'c');
            }
            option if option.starts_with(b"-") => {}
            script if script.starts_with(b"/") => return script.to_vec(),
            _ => return shell.to_vec(),
        }
    }
    shell.to_vec()
}

fn after_options<'w>(words: &'w [Vec<u8>], takes: &[u8]) -> &'w [Vec<u8>] {
    let mut words = words;
    while let Some((first, rest)) = words.split_first() {
        words = match first.as_slice() {
            b"--" => return rest,
            [b'-', letter] if takes.contains(letter) => rest.get(1..).unwrap_or_default(),
            option if option.starts_with(b"-") => rest,
            _ if is_assignment(first) => rest,
            _ => return words,
        };
    }
    words
}

fn is_assignment(word: &[u8]) -> bool {
    let name = word.split(|byte| *byte == b'=').next().unwrap_or_default();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    name.len() < word.len()
        && name.first().is_some_and(|byte| !byte.is_ascii_digit())
        && name.iter().all(plain)
}

fn base_name(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
}

/// The simple commands of a line, as words without quotes.
fn commands(line: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let mut split = Split::default();
    let mut bytes = line.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match (split.quote, byte) {
            (Some(quote), byte) if byte == quote => split.quote = None,
            (Some(b'"') | None, b'\\') => split.letter(bytes.next().unwrap_or(b'\\')),
            (None, b'\'' | b'"') => split.open(byte),
            (None, b' ' | b'\t' | b'\r') => split.end_word(),
            (None, b';' | b'|' | b'&' | b'(' | b')' | b'\n') => split.end_command(byte),
            (None, b'#') if split.word.is_none() => break,
            (None, b'<' | b'>') => split.redirect(),
            (_, byte) => split.letter(byte),
        }
    }
    split.end_command(b'\n');
    split.commands
}

#[derive(Default)]
struct Split {
    commands: Vec<Vec<Vec<u8>>>,
    words: Vec<Vec<u8>>,
    word: Option<Vec<u8>>,
    quote: Option<u8>,
    /// The next word is the file of a redirection.
    redirected: bool,
}

impl Split {
    fn letter(&mut self, byte: u8) {
        self.word.get_or_insert_default().push(byte);
    }

    fn open(&mut self, quote: u8) {
        self.quote = Some(quote);
        self.word.get_or_insert_default();
    }

    fn redirect(&mut self) {
        // `2>` is no word.
        self.word.take_if(|word| word.iter().all(u8::is_ascii_digit));
        self.end_word();
        self.redirected = true;
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        if !std::mem::take(&mut self.redirected) && self.words.len() < MOST_WORDS {
            self.words.push(word);
        }
    }

    fn end_command(&mut self, by: u8) {
        // `2>&1`: the sign belongs to the redirection.
        if by == b'&' && self.redirected && self.word.is_none() {
            return;
        }
        self.end_word();
        self.redirected = false;
        if !self.words.is_empty() {
            self.commands.push(std::mem::take(&mut self.words));
        }
    }
}
