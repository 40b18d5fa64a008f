//! Other spellings of a value: other dashes, and base64.

/// What stands for `-` where Windows' programs take options.
const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];
/// More spellings of one value are not tried.
const MOST_SPELLINGS: usize = 625;
/// Every spelling of a value whose options may begin with other dashes.
pub(super) fn dashes(text: &str) -> Vec<String> {
    let mut spellings = vec![String::new()];
    let letters: Vec<char> = text.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        let of_word = |it: Option<&char>| it.is_some_and(|it| it.is_alphanumeric() || *it == '_');
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let starts =
            matches!(letter, '-' | '/') && !of_word(before) && of_word(letters.get(at + 1));
        if starts && spellings.len() * DASHES.len() <= MOST_SPELLINGS {
            let with = |text: &String| DASHES.map(|dash| format!("{text}{dash}"));
            spellings = spellings.iter().flat_map(with).collect();
        } else {
            for it in &mut spellings {
                it.push(*letter);
            }
        }
    }
    spellings
}

/// As base64, with the padding that it needs.
pub(super) fn base64(bytes: &[u8]) -> String {
    let digit = |it: u32| {
        let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        digits.get((it & 63) as usize).map_or('=', |it| char::from(*it))
    };
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let all = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4_u32 {
            let there = at as usize <= chunk.len();
            text.push(if there { digit(all >> (18 - 6 * at)) } else { '=' });
        }
    }
    text
}

/// The part of the encoded text that depends on nothing that stands before or behind these bytes.
pub(super) fn base64_at(bytes: &[u8], offset: usize) -> String {
    let padded: Vec<u8> = std::iter::repeat_n(b' ', offset).chain(bytes.iter().copied()).collect();
    let text = base64(&padded);
    let start = [0, 2, 3].get(offset).copied().unwrap_or_default();
    let end = match padded.len() % 3 {
        0 => text.len(),
        1 => text.len().saturating_sub(3),
        _ => text.len().saturating_sub(2),
    };
    text.get(start..end).unwrap_or_default().to_owned()
}
