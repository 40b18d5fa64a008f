//! What only speaks about miners: a manual, source code, a log, notes of a responder, a report of this program.

/// Lines that are looked at.
const LINES: usize = 400;
/// Words from which a line is a sentence, and letters without a blank, as Thai is written.
const WORDS: usize = 5;
const LETTERS: usize = 12;

/// A manual, source code, a log: whoever reads or writes it is no miner for that.
pub(super) fn by_its_name(path: &[u8], text: &str) -> bool {
    let path = String::from_utf8_lossy(path).to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or(&path);
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    let in_manual =
        ["/doc/", "/docs/", "/man/", "/licenses/", "/help/", "/testdata/", "/fixtures/"];
    PROSE.contains(&end)
        || name.contains(".log.")
        || name.contains("history")
        || ["readme", "changelog", "license", "copying"].iter().any(|it| name.starts_with(it))
        || in_manual.iter().any(|it| path.contains(it))
        || text.trim_start().starts_with(['<', '%'])
        || is_a_look(text)
}

/// What `firedamp scan --json` writes, and nothing more: a miner's own settings have other keys.
fn is_a_look(text: &str) -> bool {
    const KEYS: [&str; 9] = [
        "at",
        "findings",
        "host",
        "look",
        "processes",
        "rules",
        "schema",
        "since_baseline",
        "unread",
    ];
    if !text.contains("firedamp-scan/") {
        return false;
    }
    let Ok(serde_json::Value::Object(look)) = serde_json::from_str(text) else { return false };
    let schema = look.get("schema").and_then(serde_json::Value::as_str).unwrap_or_default();
    schema.starts_with("firedamp-scan/") && look.keys().all(|it| KEYS.contains(&it.as_str()))
}

/// Ends of names of files that speak to people, or to compilers.
const PROSE: &[&str] = &[
    "md", "rst", "adoc", "html", "htm", "xml", "tex", "pdf", "log", "diff", "patch", "orig", "po",
    "c", "h", "cc", "cpp", "hpp", "rs", "go", "py", "js", "ts", "java", "kt", "rb", "php", "pl",
    "lua", "css", "csv", "tsv", "yar", "yara", "rules", "sigma", "sql", "jsonl", "ndjson", "eml",
    "1", "5", "7", "8",
];

/// At least a third of its lines are sentences. Comments do not count: every file has some.
pub(super) fn in_sentences(text: &str) -> bool {
    // A script speaks to nobody, whatever it prints.
    if text.starts_with("#!") {
        return false;
    }
    let lines = || {
        let lines = text.lines().map(str::trim).filter(|it| !it.is_empty() && !is_comment(it));
        lines.take(LINES)
    };
    let sentences = lines().filter(|it| is_sentence(it)).count();
    sentences > 0 && sentences * 3 >= lines().count()
}

/// A line of cron without its times.
pub(super) fn after_times(line: &str) -> &str {
    let is_time = |word: &str| {
        word.bytes().all(|it| it.is_ascii_digit() || matches!(it, b'*' | b'/' | b',' | b'-'))
    };
    let mut rest = line;
    for at in 0..5 {
        let Some((word, after)) = rest.split_once(char::is_whitespace) else { return line };
        let named = at == 0 && word.len() > 4 && word.starts_with('@');
        if named {
            return after.trim_start();
        } else if !is_time(word) {
            return line;
        }
        rest = after.trim_start();
    }
    if line.split_whitespace().take(5).any(|it| it.contains('*')) { rest } else { line }
}

fn is_comment(line: &str) -> bool {
    line.starts_with(['#', ';']) || line.starts_with("//") || line.starts_with("/*")
}

/// A word that asks a program for something, whatever blank stands before it.
pub(super) fn has_option(line: &str) -> bool {
    line.split_whitespace().skip(1).any(|word| word.starts_with('-'))
}

/// Mostly words, and nothing that assigns or asks a program for something.
fn is_sentence(line: &str) -> bool {
    if line.starts_with(['-', '"', '{', '[', '<']) || line.contains('=') || has_option(line) {
        return false;
    }
    // `POOL: a.example:3333, WALLET: x` names what follows.
    if line.split_whitespace().next().is_some_and(|first| first.ends_with(':')) {
        return false;
    }
    let (mut words, mut letters, mut plain) = (0, 0, 0);
    for word in line.split_whitespace() {
        let bare = word.trim_matches(|it: char| it.is_ascii_punctuation());
        words += 1;
        let is_plain = !bare.is_empty()
            && bare.chars().all(|it| it.is_alphabetic() || !it.is_ascii() || it == '\'');
        plain += usize::from(is_plain);
        letters = letters.max(bare.chars().filter(|it| !it.is_ascii()).count());
    }
    letters >= LETTERS || words >= WORDS && plain * 3 >= words * 2
}

#[cfg(test)]
mod tests {
    use super::in_sentences;

    #[test]
    fn notes_and_reports_are_sentences_and_settings_are_not() {
        for text in [
            "The miner on web-03 talks to stratum+tcp://pool.example:3333 since last night.\n",
            "confirmed  pid 7 xmrig\n    an argument is a pool's address: pool.example:3333\n",
            "เครื่องนี้เชื่อมต่อไปที่ mining pool pool.example:3333\n",
        ] {
            assert!(in_sentences(text), "{text}");
        }
        for text in [
            "",
            "pool=stratum+tcp://a.example:1\nwallet=acc.rig\npass=x\n",
            "# where the work comes from, as the miner wants it\npool = a.example:1\n",
            "POOL: stratum+tcp://a.example:3333, WALLET: acc, PSW: x\n",
            "./xmrig -o stratum+tcp://a.example:1 -u acc.rig -p x\n",
            "#!/bin/sh\ncd /opt/x\nnohup ./run --algo rx/0 --url a.example:1 &\n",
        ] {
            assert!(!in_sentences(text), "{text}");
        }
    }
}
