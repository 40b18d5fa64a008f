//! JSON as miners read it: with comments, commas at the end, `=` for `:`, words without quotes, and without the outermost
//! braces. Also inline tables of TOML and lists of YAML, which look alike.

use super::settings::Settings;

/// Deeper nothing is read.
const DEEPEST: usize = 64;

/// It looks like this, as far as its beginning tells.
pub(super) fn is_json(text: &str) -> bool {
    let mut letters = Letters { rest: text };
    match letters.token() {
        Some(Token::Open) => true,
        Some(Token::OpenList) => !matches!(letters.token(), Some(Token::Word(_, false))),
        Some(Token::Word(_, true)) => {
            matches!(letters.token(), Some(Token::Colon)) && text.contains(['{', '['])
        }
        _ => false,
    }
}

/// Reads it into `group`; what stands there without a key is a value of `key`.
pub(super) fn read(text: &str, settings: &mut Settings, group: usize, key: &str) {
    let mut letters = Letters { rest: text };
    let mut stack = vec![Frame { group, items: key.to_owned() }];
    let (mut key, mut word): (Option<String>, Option<String>) = (None, None);
    while let Some(token) = letters.token() {
        let Some(Frame { group, items }) = stack.last() else { return };
        let (group, items) = (*group, items.clone());
        match token {
            Token::Word(text, _) => {
                flush(settings, group, &mut key, &mut word, &items);
                word = Some(text);
            }
            Token::Colon => key = word.take().or(key),
            Token::Comma => flush(settings, group, &mut key, &mut word, &items),
            Token::Open | Token::OpenList if stack.len() >= DEEPEST => return,
            Token::Open => {
                flush(settings, group, &mut None, &mut word, &items);
                let name = key.take().unwrap_or(items);
                stack.push(Frame { group: settings.group(group, &name), items: String::new() });
            }
            Token::OpenList => {
                flush(settings, group, &mut None, &mut word, &items);
                stack.push(Frame { group, items: key.take().unwrap_or(items) });
            }
            Token::Close => {
                flush(settings, group, &mut key, &mut word, &items);
                if stack.len() > 1 {
                    stack.pop();
                }
            }
        }
    }
    if let Some(Frame { group, items }) = stack.last() {
        flush(settings, *group, &mut key, &mut word, items);
    }
}

struct Frame {
    group: usize,
    /// The key that items of a list are values of.
    items: String,
}

fn flush(
    settings: &mut Settings,
    group: usize,
    key: &mut Option<String>,
    word: &mut Option<String>,
    items: &str,
) {
    if let Some(word) = word.take() {
        let key = key.take();
        settings.add(group, key.as_deref().unwrap_or(items), &word);
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Open,
    OpenList,
    Close,
    Colon,
    Comma,
    /// A text, and whether it had quotes.
    Word(String, bool),
}

struct Letters<'a> {
    rest: &'a str,
}

impl Letters<'_> {
    fn token(&mut self) -> Option<Token> {
        self.skip();
        let letter = self.rest.chars().next()?;
        let after = self.rest.get(letter.len_utf8()..).unwrap_or_default();
        let token = match letter {
            '{' => Token::Open,
            '[' => Token::OpenList,
            '}' | ']' => Token::Close,
            ':' | '=' => Token::Colon,
            ',' => Token::Comma,
            '"' | '\'' => return Some(self.quoted(letter, after)),
            _ => {
                let (word, rest) = self.rest.split_at_checked(bare(self.rest))?;
                let word = Token::Word(word.to_owned(), false);
                self.rest = rest;
                return Some(word);
            }
        };
        self.rest = after;
        Some(token)
    }

    fn quoted(&mut self, quote: char, text: &str) -> Token {
        let (mut word, mut letters) = (String::new(), text.char_indices());
        let mut end = text.len();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => match letters.next() {
                    Some((_, 'n' | 'r' | 't')) => word.push(' '),
                    Some((_, 'u')) => word.extend(escaped(&mut letters)),
                    Some((_, other)) => word.push(other),
                    None => {}
                },
                it if it == quote => {
                    end = at + quote.len_utf8();
                    break;
                }
                other => word.push(other),
            }
        }
        let rest = text.len() - end;
        self.rest = self.rest.get(self.rest.len() - rest..).unwrap_or_default();
        Token::Word(word, true)
    }

    /// Passes blanks and comments.
    fn skip(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            let end = if self.rest.starts_with("//") || self.rest.starts_with('#') {
                self.rest.find('\n')
            } else if self.rest.starts_with("/*") {
                self.rest.find("*/").map(|at| at + 2)
            } else {
                return;
            };
            self.rest = end.and_then(|end| self.rest.get(end..)).unwrap_or_default();
        }
    }
}

/// Where a word without quotes ends. `host:port` and `scheme://` are part of it.
fn bare(text: &str) -> usize {
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let next = letters.peek().map(|(_, next)| *next);
        let inside =
            letter == ':' && next.is_some_and(|it| it.is_ascii_alphanumeric() || it == '/');
        if letter.is_whitespace() || "{}[],:=\"'".contains(letter) && !inside {
            return at;
        }
    }
    text.len()
}

/// Four hexadecimal digits behind `\u`.
fn escaped(letters: &mut std::str::CharIndices<'_>) -> Option<char> {
    let digits: String = letters.by_ref().take(4).map(|(_, it)| it).collect();
    char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
}
