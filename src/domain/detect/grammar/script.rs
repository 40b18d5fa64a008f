//! Lines of a shell, split into commands and these into words.
//!
//! As far as it takes to tell what runs from what is only mentioned: quotes, escapes, comments, redirections, and what
//! stands between commands. Absent: variables, patterns, here-documents; they stay as they are written.

/// No more words are taken from one text.
const MOST: usize = 4096;

/// Words that stand before a command and are none.
const KEYWORDS: &[&str] =
    &["!", "{", "}", "do", "done", "elif", "else", "fi", "if", "then", "until", "while"];

/// The commands of a script, each as its words; none of them is empty.
pub(super) fn commands(text: &str) -> Vec<Vec<String>> {
    split(text, true)
}

/// A line as one command, whatever stands in it.
pub(super) fn words(text: &str) -> Vec<String> {
    split(text, false).into_iter().next().unwrap_or_default()
}

fn split(text: &str, is_script: bool) -> Vec<Vec<String>> {
    let mut taken = Taken::default();
    let mut letters = text.chars().peekable();
    let mut quote = None;
    while let Some(letter) = letters.next() {
        if taken.many >= MOST {
            break;
        }
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (Some('\''), _) => taken.push(letter),
            (_, '\\') => {
                // What a backslash cannot protect in double quotes keeps it: a path of another system, a pattern.
                match letters.next() {
                    Some('\n') | None => {}
                    Some(next) => taken.push(next),
                }
            }
            (None, '\'' | '"') => {
                quote = Some(letter);
                taken.word.get_or_insert_default();
            }
            (None, '#') if is_script && taken.word.is_none() => {
                while letters.next_if(|next| *next != '\n').is_some() {}
            }
            (None, '>' | '<') if is_script => {
                // The number before it is a descriptor, and what follows is a file.
                if taken.word.as_ref().is_some_and(|it| it.chars().all(|c| c.is_ascii_digit())) {
                    taken.word = None;
                }
                taken.end_word();
                while letters.next_if(|next| matches!(next, '>' | '<' | '&' | ' ')).is_some() {}
                let ends =
                    |next: &char| next.is_whitespace() || matches!(next, ';' | '|' | '&' | ')');
                while letters.next_if(|next| !ends(next)).is_some() {}
            }
            (None, '\n' | ';' | '|' | '&' | '(' | ')' | '`') if is_script => taken.end_command(),
            (None, _) if letter.is_whitespace() => taken.end_word(),
            _ => taken.push(letter),
        }
    }
    taken.end_command();
    taken.commands
}

#[derive(Default)]
struct Taken {
    commands: Vec<Vec<String>>,
    words: Vec<String>,
    word: Option<String>,
    many: usize,
}

impl Taken {
    fn push(&mut self, letter: char) {
        self.word.get_or_insert_default().push(letter);
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        let is_keyword = self.words.is_empty() && KEYWORDS.contains(&word.as_str());
        // `$(` begins a command of its own.
        if !is_keyword && word != "$" {
            self.words.push(word);
            self.many += 1;
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        if !self.words.is_empty() {
            self.commands.push(std::mem::take(&mut self.words));
        }
    }
}
