//! A pattern of STIX: `[domain-name:value = 'pool.example' OR ipv4-addr:value = '192.0.2.7']`.

use super::super::{Indicator, Kind, Pattern, shown};
use crate::domain::detect::fault::RuleFault;

/// Deeper parentheses are nobody's.
const DEEPEST: usize = 16;
/// More comparisons are no pattern any more.
const MOST: usize = 512;

/// A piece of a pattern, and where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    OpenParenthesis,
    CloseParenthesis,
    Comma,
    Equals,
    Text(String),
    /// A word, a path or an operator that is not known.
    Word(String),
}

struct Reader<'a> {
    text: &'a str,
    tokens: Vec<(usize, Token)>,
    at: usize,
    /// How many comparisons there were.
    count: usize,
}

/// Reads all of it.
pub(super) fn read(text: &str) -> Result<Pattern, RuleFault> {
    let mut reader = Reader { text, tokens: tokens(text)?, at: 0, count: 0 };
    let found = reader.joined(0, false)?;
    match reader.peek() {
        None => Ok(found),
        Some(_) => Err(reader.wrong()),
    }
}

impl Reader<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(_, token)| token)
    }

    fn take(&mut self, token: &Token) -> bool {
        let is = self.peek() == Some(token);
        self.at += usize::from(is);
        is
    }

    fn word(&mut self, word: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Word(it)) if it == word);
        self.at += usize::from(is);
        is
    }

    /// From here on it cannot be read.
    fn wrong(&self) -> RuleFault {
        let at = self.tokens.get(self.at).map_or(self.text.len(), |(at, _)| *at);
        RuleFault::Pattern(shown(self.text.get(at..).unwrap_or_default()))
    }

    /// Parts joined by `OR`, each of parts joined by `AND`, which binds closer.
    fn joined(&mut self, depth: usize, inside: bool) -> Result<Pattern, RuleFault> {
        let mut any = vec![self.all(depth, inside)?];
        while self.word("OR") {
            any.push(self.all(depth, inside)?);
        }
        Ok(one_or(any, Pattern::Any))
    }

    fn all(&mut self, depth: usize, inside: bool) -> Result<Pattern, RuleFault> {
        let mut all = vec![self.part(depth, inside)?];
        while self.word("AND") {
            all.push(self.part(depth, inside)?);
        }
        Ok(one_or(all, Pattern::All))
    }

    /// Something in parentheses, an observation in brackets, or a comparison inside one.
    fn part(&mut self, depth: usize, inside: bool) -> Result<Pattern, RuleFault> {
        if depth > DEEPEST {
            return Err(RuleFault::TooMuch);
        }
        let (end, within) = if self.take(&Token::OpenParenthesis) {
            (Token::CloseParenthesis, inside)
        } else if !inside && self.take(&Token::Open) {
            (Token::Close, true)
        } else if inside {
            return self.comparison();
        } else {
            return Err(self.wrong());
        };
        let found = self.joined(depth + 1, within)?;
        if self.take(&end) { Ok(found) } else { Err(self.wrong()) }
    }

    fn comparison(&mut self) -> Result<Pattern, RuleFault> {
        let Some(Token::Word(path)) = self.peek().cloned() else { return Err(self.wrong()) };
        let kind = kind(&path)?;
        self.at += 1;
        self.count += 1;
        if self.count > MOST {
            return Err(RuleFault::TooMuch);
        }
        if self.take(&Token::Equals) {
            return self.value(kind);
        }
        if !self.word("IN") || !self.take(&Token::OpenParenthesis) {
            return Err(self.wrong());
        }
        let mut any = vec![self.value(kind)?];
        while self.take(&Token::Comma) {
            any.push(self.value(kind)?);
        }
        if !self.take(&Token::CloseParenthesis) {
            return Err(self.wrong());
        }
        Ok(one_or(any, Pattern::Any))
    }

    fn value(&mut self, kind: Kind) -> Result<Pattern, RuleFault> {
        let Some(Token::Text(text)) = self.peek().cloned() else { return Err(self.wrong()) };
        self.at += 1;
        Indicator::read(&text, Some(kind)).map(Pattern::Is)
    }
}

fn one_or(mut parts: Vec<Pattern>, join: fn(Vec<Pattern>) -> Pattern) -> Pattern {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            join(parts)
        }
        None => join(parts),
    }
}

/// What a path of an object names.
fn kind(path: &str) -> Result<Kind, RuleFault> {
    let (object, property) = path.split_once(':').unwrap_or((path, ""));
    let is_wallet = object.contains("cryptocurrency") || object.contains("wallet");
    Ok(match (object, property) {
        ("domain-name", "value") => Kind::Domain,
        ("ipv4-addr" | "ipv6-addr", "value")
        | ("network-traffic", "dst_ref.value" | "src_ref.value") => Kind::Address,
        ("url", "value") => Kind::Url,
        ("file", _) if property.starts_with("hashes.") => Kind::Hash,
        (_, "value" | "address") if is_wallet => Kind::Wallet,
        _ => return Err(RuleFault::Object(shown(path))),
    })
}

fn tokens(text: &str) -> Result<Vec<(usize, Token)>, RuleFault> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.chars().next() {
        let at = text.len() - rest.len();
        let single = match first {
            '[' => Some(Token::Open),
            ']' => Some(Token::Close),
            '(' => Some(Token::OpenParenthesis),
            ')' => Some(Token::CloseParenthesis),
            ',' => Some(Token::Comma),
            '=' => Some(Token::Equals),
            _ => None,
        };
        let taken = if let Some(token) = single {
            found.push((at, token));
            1
        } else if first == '\'' {
            let wrong = || RuleFault::Pattern(shown(rest));
            let (said, taken) = quoted(rest).ok_or_else(wrong)?;
            found.push((at, Token::Text(said)));
            taken
        } else if first.is_whitespace() {
            first.len_utf8()
        } else {
            let taken = word(rest);
            let said = rest.get(..taken).unwrap_or(rest);
            found.push((at, Token::Word(said.to_owned())));
            taken
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    Ok(found)
}

/// What stands between quotes, and how many bytes it takes with them.
fn quoted(text: &str) -> Option<(String, usize)> {
    let (mut said, mut escaped) = (String::new(), false);
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => {
                said.push(letter);
                escaped = false;
            }
            '\\' => escaped = true,
            '\'' => return Some((said, at + 1)),
            _ => said.push(letter),
        }
    }
    None
}

/// The length of a word, in which a part of a path may be quoted: `file:hashes.'SHA-256'`.
fn word(text: &str) -> usize {
    let mut in_quotes = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '\'' => in_quotes = !in_quotes,
            '[' | ']' | '(' | ')' | ',' | '=' if !in_quotes => return at.max(1),
            _ if letter.is_whitespace() && !in_quotes => return at,
            _ => {}
        }
    }
    text.len()
}
