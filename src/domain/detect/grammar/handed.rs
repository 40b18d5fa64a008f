//! What tools that show texts are told to have a shell run: `awk 'BEGIN{system("…")}'`, `vim -c '!…'`, `man -P …`.
//!
//! Invariant: only what stands where the tool takes a command; a text that it looks for or shows is none. Total over any
//! text, in time that grows with its length.

/// More of them are not taken from one command.
const MOST: usize = 16;
/// What may stand before the `!` of an editor's command: `:silent !`, `%!`.
const EDITORS: &[&str] =
    &["", "%", "e", "edit", "exec", "execute", "norm", "r", "read", "sil", "silent", "w", "write"];

/// The commands that this tool hands on, as a shell reads them.
pub(in crate::domain::detect) fn handed_on(program: &str, arguments: &[String]) -> Vec<String> {
    let name = program.rsplit('/').next().unwrap_or(program);
    let mut found: Vec<String> = match name.split('.').next().unwrap_or(name) {
        "awk" | "gawk" | "mawk" | "nawk" | "original-awk" => {
            arguments.iter().flat_map(|it| of_calls(it, &['"'])).collect()
        }
        "ex" | "gvim" | "nvim" | "vi" | "view" | "vim" | "vimdiff" => {
            editors(arguments).iter().flat_map(|it| of_editor(it)).collect()
        }
        "less" | "more" => {
            let begins = |it: &String| it.strip_prefix("+!").map(str::to_owned);
            arguments.iter().filter_map(begins).collect()
        }
        "man" => values(arguments, "-P", "--pager"),
        _ => Vec::new(),
    };
    found.retain(|it| !it.trim().is_empty());
    found.truncate(MOST);
    found
}

/// What stands behind `-c` and `--cmd`, and behind `+`.
fn editors(arguments: &[String]) -> Vec<String> {
    let mut found = values(arguments, "-c", "--cmd");
    let begins = |it: &String| it.strip_prefix('+').map(str::to_owned);
    found.extend(arguments.iter().filter_map(begins));
    found
}

/// What stands behind this option, in whatever way.
fn values(arguments: &[String], short: &str, long: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let joined = word.strip_prefix(long).and_then(|it| it.strip_prefix('='));
        let joined = joined.or_else(|| word.strip_prefix(short).filter(|it| !it.is_empty()));
        if let Some(value) = joined {
            found.push(value.to_owned());
        } else if word == short || word == long {
            found.extend(words.next().cloned());
        }
    }
    found
}

/// `:!x`, `:silent !x`, `:call system('x')`.
fn of_editor(command: &str) -> Vec<String> {
    let said = command.trim_start_matches([':', ' ']);
    let run = said.split_once('!').filter(|(before, _)| {
        let mut words = before.split_whitespace();
        words.all(|word| EDITORS.contains(&word.trim_start_matches(':')))
    });
    let behind = |word: &str| said.strip_prefix(word).map(|it| it.trim_start_matches('!'));
    match run {
        Some((_, run)) => vec![run.to_owned()],
        None => match behind("terminal ").or_else(|| behind("term ")) {
            Some(run) => vec![run.to_owned()],
            None => of_calls(said, &['"', '\'']),
        },
    }
}

/// The texts that are given to `system(`.
fn of_calls(code: &str, quotes: &[char]) -> Vec<String> {
    let calls = code.split("system(").skip(1).take(MOST);
    calls.filter_map(|rest| of_text(rest.trim_start(), quotes)).collect()
}

/// The text in quotes that this begins with; one that does not end is taken to its end.
fn of_text(code: &str, quotes: &[char]) -> Option<String> {
    let mut letters = code.chars();
    let quote = letters.next().filter(|it| quotes.contains(it))?;
    let mut text = String::new();
    while let Some(letter) = letters.next().filter(|it| *it != quote) {
        match letter {
            '\\' => text.extend(letters.next()),
            other => text.push(other),
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::handed_on;

    fn handed(words: &[&str]) -> Vec<String> {
        let all: Vec<String> = words.iter().map(|it| (*it).to_owned()).collect();
        handed_on(&all[0], &all[1..])
    }

    #[test]
    fn what_a_tool_has_a_shell_run_is_found() {
        for (words, run) in [
            (&["awk", "BEGIN{system(\"/opt/x -a \\\"b\\\"\")}"][..], "/opt/x -a \"b\""),
            (&["/usr/bin/gawk", "-v", "a=1", "{ system( \"id\" ) }"], "id"),
            (&["vim", "-c", "!/opt/x"], "/opt/x"),
            (&["vim.basic", "-c", ":silent !/opt/x -b"], "/opt/x -b"),
            (&["vi", "+!/opt/x"], "/opt/x"),
            (&["nvim", "--cmd=call system('/opt/x')"], "/opt/x"),
            (&["nvim", "-c", "terminal /opt/x"], "/opt/x"),
            (&["man", "-P", "/opt/x -a", "ls"], "/opt/x -a"),
            (&["man", "--pager=/opt/x", "ls"], "/opt/x"),
            (&["less", "+!/opt/x", "/etc/hosts"], "/opt/x"),
        ] {
            assert_eq!(handed(words), [run], "{words:?}");
        }
    }

    #[test]
    fn what_a_tool_looks_for_or_shows_is_handed_to_nobody() {
        for words in [
            &["grep", "system(\"/opt/x\")", "a.awk"][..],
            &["awk", "/system/ {print $1}", "f"],
            &["awk", "{system(cmd)}"],
            &["vim", "-c", "set ft=sh", "wow!.txt"],
            &["vim", "+/Warning!", "a.log"],
            &["less", "+G", "a.log"],
            &["man", "ls"],
            &["tail", "+!x"],
        ] {
            assert_eq!(handed(words), [] as [&str; 0], "{words:?}");
        }
    }

    proptest! {
        #[test]
        fn any_words_are_taken_and_what_is_found_stands_in_them(
            tool in "(awk|vim|man|less)",
            words in prop::collection::vec("(system\\(|\"|'|!|\\\\|-c|-P|\\+|:|silent | |x|é){0,12}", 0..6)
        ) {
            let all: usize = words.iter().map(String::len).sum();
            for run in handed_on(&tool, &words) {
                prop_assert!(run.len() <= all);
            }
        }
    }
}
