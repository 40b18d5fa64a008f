//! Sums and limits as people write them in a table: `> $1,000`, `฿30,000`, `2k USD`, `> 3 hosts`.

/// A sum of money.
#[derive(Clone, Debug, PartialEq)]
pub struct Sum {
    /// How much.
    pub value: f64,
    /// What stands before it: `$`, `฿`.
    pub sign: String,
}

/// Signs that stand before a number, and words that stand behind one, with the sign that they mean.
const BEFORE: [&str; 6] = ["$", "฿", "€", "£", "¥", "₹"];
const BEHIND: [(&str, &str); 6] =
    [("usd", "$"), ("dollar", "$"), ("thb", "฿"), ("baht", "฿"), ("บาท", "฿"), ("eur", "€")];

impl Sum {
    /// The first sum in a text.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        let before = BEFORE.iter().filter_map(|sign| {
            let at = text.find(sign)?;
            let (value, _) = number(text.get(at + sign.len()..)?.trim_start())?;
            Some((at, Self { value, sign: (*sign).to_owned() }))
        });
        if let Some((_, sum)) = before.min_by_key(|(at, _)| *at) {
            return Some(sum);
        }
        let mut starts = text.match_indices(|it: char| it.is_ascii_digit()).map(|(at, _)| at);
        starts.find_map(|at| {
            let (value, rest) = number(text.get(at..)?)?;
            let (_, sign) = BEHIND.iter().find(|(word, _)| rest.trim_start().starts_with(word))?;
            Some(Self { value, sign: (*sign).to_owned() })
        })
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

/// The first whole number of a text that no sign of money belongs to.
pub(super) fn count(text: &str) -> Option<u64> {
    let at = text.find(|it: char| it.is_ascii_digit())?;
    let rest = text.get(at..)?;
    let end = rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

/// The number at the beginning, and what follows it: `1,000.50`, `2k`.
fn number(text: &str) -> Option<(f64, &str)> {
    let end = text
        .find(|it: char| !(it.is_ascii_digit() || it == ',' || it == '.'))
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    let value: f64 = digits.replace(',', "").trim_end_matches('.').parse().ok()?;
    let is_short = |it: &str, letter: char| {
        it.strip_prefix(letter).is_some_and(|after| !after.starts_with(char::is_alphabetic))
    };
    if is_short(rest, 'k') {
        return Some((value * 1_000.0, rest.get(1..)?));
    }
    if is_short(rest, 'm') {
        return Some((value * 1_000_000.0, rest.get(1..)?));
    }
    Some((value, rest))
}
