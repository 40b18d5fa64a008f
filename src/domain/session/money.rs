//! Sums as people write them, in a table or in a note: `> $1,000`, `฿30,000`, `2k USD`, `5000 บาท`.
//!
//! Invariant: one reader for all of them; a number whose commas do not part thousands is none.

/// A sum of money.
#[derive(Clone, Debug, PartialEq)]
pub struct Money {
    /// How much.
    pub value: f64,
    /// What stands before it: `$`, `฿`. Empty where none was written.
    pub sign: String,
}

/// Signs that stand before a number, and signs and words that stand behind one, with the sign that they mean.
const BEFORE: [&str; 6] = ["$", "฿", "€", "£", "¥", "₹"];
const BEHIND: [(&str, &str); 14] = [
    ("usd", "$"),
    ("dollars", "$"),
    ("dollar", "$"),
    ("thb", "฿"),
    ("baht", "฿"),
    ("บาท", "฿"),
    ("euros", "€"),
    ("euro", "€"),
    ("eur", "€"),
    ("$", "$"),
    ("฿", "฿"),
    ("€", "€"),
    ("£", "£"),
    ("¥", "¥"),
];

impl Money {
    /// The first sum in a text: one with a sign before it, if there is any.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let all = read(text);
        let first = all.iter().position(|(before, _)| *before).unwrap_or(0);
        all.into_iter().nth(first).map(|(_, sum)| sum)
    }

    /// Every sum in a text.
    pub(super) fn each(text: &str) -> impl Iterator<Item = Self> {
        read(text).into_iter().map(|(_, sum)| sum)
    }

    /// A text that is one sum and nothing else: a sign, a number, a unit. One without a sign has an empty one.
    #[must_use]
    pub fn written(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let before = BEFORE.into_iter().find_map(|sign| Some((sign, text.strip_prefix(sign)?)));
        let (sign, rest) = before.unwrap_or(("", &text));
        let (value, rest) = number(rest.trim_start())?;
        let (sign, rest) = match behind(rest) {
            Some((of, rest)) if sign.is_empty() || sign == of => (of, rest),
            Some(_) => return None,
            None => (sign, rest),
        };
        let sign = sign.to_owned();
        rest.trim().is_empty().then_some(Self { value, sign })
    }

    /// As it is written: `$1,234.50`; small ones to the last digit that says anything.
    #[must_use]
    pub fn show(&self) -> String {
        let (whole, part) = if self.value < 0.095 {
            return format!("{}{:.4}", self.sign, self.value);
        } else {
            let text = format!("{:.2}", self.value);
            let (whole, part) = text.split_once('.').unwrap_or((&text, "00"));
            (whole.to_owned(), part.to_owned())
        };
        let mut grouped = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at) % 3 == 0 {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        format!("{}{grouped}.{part}", self.sign)
    }
}

/// Every sum in a text, and whether its sign stands before it.
fn read(text: &str) -> Vec<(bool, Money)> {
    let text = text.to_lowercase();
    let mut found = Vec::new();
    let (mut rest, mut in_number) = (text.as_str(), false);
    while let Some(first) = rest.chars().next() {
        let sign = BEFORE.iter().find_map(|sign| Some((*sign, rest.strip_prefix(sign)?)));
        let signed = sign.and_then(|(sign, after)| Some((sign, number(after.trim_start())?)));
        let starts = first.is_ascii_digit() && !in_number;
        if let Some((sign, (value, after))) = signed {
            found.push((true, Money { value, sign: sign.to_owned() }));
            (rest, in_number) = (after, true);
        } else if let Some((value, after)) = starts.then(|| number(rest)).flatten() {
            (rest, in_number) = (after, true);
            // `$` between two numbers is the sign of the one behind it.
            let is_sign = BEFORE.iter().any(|sign| after.trim_start().starts_with(sign));
            let next = |it: &str| it.trim_start().starts_with(|it: char| it.is_ascii_digit());
            if let Some((sign, after)) = behind(after).filter(|(_, it)| !(is_sign && next(it))) {
                found.push((false, Money { value, sign: sign.to_owned() }));
                rest = after;
            }
        } else {
            in_number = first.is_ascii_digit() || first == ',' || first == '.';
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    found
}

/// The unit at the beginning, and what follows it.
fn behind(rest: &str) -> Option<(&'static str, &str)> {
    let rest = rest.trim_start();
    BEHIND.into_iter().find_map(|(word, sign)| Some((sign, rest.strip_prefix(word)?)))
}

/// The number at the beginning, and what follows it: `1,000.50`, `2k`.
pub(super) fn number(text: &str) -> Option<(f64, &str)> {
    let of_number = |it: char| it.is_ascii_digit() || it == ',' || it == '.';
    let end = text.find(|it| !of_number(it)).unwrap_or(text.len());
    let end = text.get(..end)?.trim_end_matches([',', '.']).len();
    let (digits, rest) = text.split_at_checked(end)?;
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let groups = whole.split(',').skip(1);
    let parted = groups.clone().all(|it| it.len() == 3)
        && (groups.count() == 0
            || whole.split(',').next().is_some_and(|it| (1..=3).contains(&it.len())));
    if !parted || part.contains([',', '.']) {
        return None;
    }
    let value: f64 = digits.replace(',', "").parse().ok()?;
    let is_short = |it: &str, letter: char| {
        it.strip_prefix(letter).is_some_and(|after| !after.starts_with(char::is_alphabetic))
    };
    let (value, rest) = if is_short(rest, 'k') {
        (value * 1_000.0, rest.get(1..)?)
    } else if is_short(rest, 'm') {
        (value * 1_000_000.0, rest.get(1..)?)
    } else {
        (value, rest)
    };
    value.is_finite().then_some((value, rest))
}
