//! The condition of a rule: names of its parts, joined by `and`, `or`, `not`, parentheses, and `1 of them`.

use crate::domain::detect::fault::RuleFault;
use crate::domain::untrusted::Untrusted;

/// Deeper parentheses are nobody's.
const DEEPEST: usize = 32;

/// What has to be so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expr {
    /// The part with this place.
    Part(usize),
    /// Not this.
    Not(Box<Self>),
    /// All of these.
    All(Vec<Self>),
    /// One of these.
    Any(Vec<Self>),
    /// So many of these parts.
    Many(usize, Vec<usize>),
}

struct Reader<'a> {
    text: &'a str,
    tokens: Vec<(usize, &'a str)>,
    at: usize,
    names: &'a [String],
}

/// Reads a condition over the parts of these names.
pub(super) fn read(text: &str, names: &[String]) -> Result<Expr, RuleFault> {
    let mut reader = Reader { text, tokens: tokens(text), at: 0, names };
    let found = reader.any(0)?;
    if reader.peek().is_some() {
        return Err(reader.wrong());
    }
    Ok(found)
}

impl Expr {
    /// It is so where `holds` says which parts are.
    pub(super) fn holds(&self, holds: &dyn Fn(usize) -> bool) -> bool {
        match self {
            Self::Part(at) => holds(*at),
            Self::Not(inner) => !inner.holds(holds),
            Self::All(inner) => inner.iter().all(|it| it.holds(holds)),
            Self::Any(inner) => inner.iter().any(|it| it.holds(holds)),
            Self::Many(least, parts) => {
                parts.iter().filter(|at| holds(**at)).take(*least).count() >= *least
            }
        }
    }
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.tokens.get(self.at).map(|(_, word)| *word)
    }

    fn take(&mut self, word: &str) -> bool {
        let is = self.peek().is_some_and(|it| it.eq_ignore_ascii_case(word));
        self.at += usize::from(is);
        is
    }

    fn wrong(&self) -> RuleFault {
        if self.peek() == Some("|") {
            return RuleFault::Aggregation;
        }
        let at = self.tokens.get(self.at).map_or(self.text.len(), |(at, _)| *at);
        RuleFault::Condition(Untrusted::from(self.text.get(at..).unwrap_or_default()))
    }

    fn any(&mut self, depth: usize) -> Result<Expr, RuleFault> {
        let mut parts = vec![self.all(depth)?];
        while self.take("or") {
            parts.push(self.all(depth)?);
        }
        Ok(if parts.len() > 1 {
            Expr::Any(parts)
        } else {
            parts.pop().ok_or_else(|| self.wrong())?
        })
    }

    fn all(&mut self, depth: usize) -> Result<Expr, RuleFault> {
        let mut parts = vec![self.not(depth)?];
        while self.take("and") {
            parts.push(self.not(depth)?);
        }
        Ok(if parts.len() > 1 {
            Expr::All(parts)
        } else {
            parts.pop().ok_or_else(|| self.wrong())?
        })
    }

    fn not(&mut self, depth: usize) -> Result<Expr, RuleFault> {
        if depth > DEEPEST {
            return Err(RuleFault::TooMuch);
        }
        if self.take("not") {
            return Ok(Expr::Not(Box::new(self.not(depth + 1)?)));
        }
        if self.take("(") {
            let inner = self.any(depth + 1)?;
            return if self.take(")") { Ok(inner) } else { Err(self.wrong()) };
        }
        let Some(word) = self.peek() else { return Err(self.wrong()) };
        let next = self.tokens.get(self.at + 1).map(|(_, word)| *word);
        if next.is_some_and(|it| it.eq_ignore_ascii_case("of")) {
            return self.of(word);
        }
        let is_name = |it: &str| !matches!(it, "(" | ")" | "|");
        let at = self.names.iter().position(|name| name == word);
        match at {
            Some(at) => {
                self.at += 1;
                Ok(Expr::Part(at))
            }
            None if is_name(word) => Err(RuleFault::NoSelection(Untrusted::from(word))),
            None => Err(self.wrong()),
        }
    }

    /// `1 of them`, `all of selection_*`.
    fn of(&mut self, many: &str) -> Result<Expr, RuleFault> {
        let Some((_, what)) = self.tokens.get(self.at + 2) else { return Err(self.wrong()) };
        let them = what.eq_ignore_ascii_case("them");
        let fits = |name: &String| if them { !name.starts_with('_') } else { is_like(name, what) };
        let named = self.names.iter().enumerate().filter(|(_, name)| fits(name));
        let parts: Vec<usize> = named.map(|(at, _)| at).collect();
        if parts.is_empty() {
            return Err(RuleFault::NoSelection(Untrusted::from(*what)));
        }
        let least = match many.to_ascii_lowercase().as_str() {
            "all" => parts.len(),
            "any" => 1,
            number => match number.parse() {
                Ok(number) if number > 0 => number,
                _ => return Err(self.wrong()),
            },
        };
        self.at += 3;
        Ok(Expr::Many(least, parts))
    }
}

/// A name against a pattern with `*`.
fn is_like(name: &str, pattern: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(first) = pieces.next() else { return false };
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        let Some(at) = rest.find(piece) else { return false };
        rest = rest.get(at + piece.len()..).unwrap_or_default();
    }
    true
}

fn tokens(text: &str) -> Vec<(usize, &str)> {
    let single = |it: char| matches!(it, '(' | ')' | '|');
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|it| !it.is_empty()) {
        let end = rest.find(|it: char| it.is_whitespace() || single(it)).unwrap_or(rest.len());
        let length = match rest.chars().next() {
            Some(first) if end == 0 => first.len_utf8(),
            _ => end,
        };
        let word = rest.get(..length).unwrap_or(rest);
        if !word.trim().is_empty() {
            found.push((at, word));
        }
        at += length;
    }
    found
}
