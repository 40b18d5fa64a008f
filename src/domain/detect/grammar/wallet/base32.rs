//! Addresses that are written with 32 letters and end with a checksum over all of them.

use super::Family;

/// Letters of bech32 and of most cash addresses.
const USUAL: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/// Letters of Conflux.
const CONFLUX: &str = "abcdefghjkmnprstuvwxyz0123456789";

const BECH32: u32 = 1;
const BECH32M: u32 = 0x2bc8_30a3;

/// A readable part, `1`, and letters.
pub(super) fn bech32(text: &str) -> Option<(Family, bool)> {
    let small = of_one_case(text)?;
    let (readable, letters) = small.rsplit_once('1')?;
    let is_word = readable.bytes().all(|it| it.is_ascii_alphanumeric());
    if readable.is_empty() || readable.len() > 16 || !is_word || letters.len() < 20 {
        return None;
    }
    let letters = values(letters, USUAL)?;
    let high = readable.bytes().map(|it| it >> 5);
    let low = readable.bytes().map(|it| it & 31);
    let sum = bech32_sum(high.chain([0]).chain(low).chain(letters));
    let fits = sum == BECH32 || sum == BECH32M;
    // Whose readable part is a name can be anything; those of the coins are few letters.
    (fits || readable.len() <= 5).then_some((Family::Bech32, fits))
}

/// A readable part, `:`, and letters; Bitcoin Cash may leave out the first two.
pub(super) fn cash_address(text: &str) -> Option<(Family, bool)> {
    let small = of_one_case(text)?;
    let (readable, letters) = match small.split_once(':') {
        // Conflux may name the network and the kind of address.
        Some((readable, rest)) => (readable, rest.rsplit_once(':').map_or(rest, |it| it.1)),
        None if small.len() == 42 && small.starts_with(['q', 'p']) => {
            ("bitcoincash", small.as_str())
        }
        None => return None,
    };
    let is_word = readable.bytes().all(|it| it.is_ascii_lowercase());
    if readable.len() < 2 || readable.len() > 16 || !is_word || !(34..=112).contains(&letters.len())
    {
        return None;
    }
    let fits = |alphabet| {
        values(letters, alphabet).is_some_and(|letters| {
            let low = readable.bytes().map(|it| it & 31);
            cash_sum(low.chain([0]).chain(letters)) == 0
        })
    };
    let fits = fits(USUAL) || fits(CONFLUX);
    let known = values(letters, USUAL).is_some() && small.contains(':');
    (fits || known).then_some((Family::CashAddress, fits))
}

fn of_one_case(text: &str) -> Option<String> {
    let small = text.to_ascii_lowercase();
    (small == text || text.to_ascii_uppercase() == text).then_some(small)
}

fn values(letters: &str, alphabet: &str) -> Option<Vec<u8>> {
    letters.chars().map(|it| alphabet.find(it)?.try_into().ok()).collect()
}

/// BIP-173.
fn bech32_sum(values: impl Iterator<Item = u8>) -> u32 {
    const STEPS: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    values.fold(1, |sum, value| {
        let top = sum >> 25;
        let sum = ((sum & 0x01ff_ffff) << 5) ^ u32::from(value);
        let steps = STEPS.iter().enumerate().filter(|(at, _)| top >> at & 1 == 1);
        steps.fold(sum, |sum, (_, step)| sum ^ step)
    })
}

/// The cash address specification; zero if it fits.
fn cash_sum(values: impl Iterator<Item = u8>) -> u64 {
    const STEPS: [u64; 5] =
        [0x98_f2bc_8e61, 0x79_b76d_99e2, 0xf3_3e5f_b3c4, 0xae_2eab_e2a8, 0x1e_4f43_e470];
    let sum = values.fold(1, |sum: u64, value| {
        let top = sum >> 35;
        let sum = ((sum & 0x07_ffff_ffff) << 5) ^ u64::from(value);
        let steps = STEPS.iter().enumerate().filter(|(at, _)| top >> at & 1 == 1);
        steps.fold(sum, |sum, (_, step)| sum ^ step)
    });
    sum ^ 1
}

#[cfg(test)]
pub(in super::super) mod tests {
    //! Addresses of keys that nobody has.

    use super::super::made_base58::stir;
    use super::{BECH32M, CONFLUX, USUAL, bech32_sum, cash_sum};

    /// Of so many made-up letters.
    pub(in super::super::super) fn bech32(readable: &str, many: u8, seed: u8, m: bool) -> String {
        let letters: Vec<u8> = (0..many).map(|at| stir(seed, at) & 31).collect();
        let head = readable.bytes().map(|it| it >> 5).chain([0]);
        let head = head.chain(readable.bytes().map(|it| it & 31));
        let sum = bech32_sum(head.chain(letters.iter().copied()).chain([0; 6]));
        let sum = sum ^ if m { BECH32M } else { 1 };
        let sum = (0..6).map(|at| u8::try_from(sum >> (5 * (5 - at)) & 31).unwrap());
        let letters = letters.iter().copied().chain(sum);
        format!("{readable}1{}", letters.map(|it| letter(USUAL, it)).collect::<String>())
    }

    /// Of so many made-up letters.
    pub(in super::super::super) fn cash_address(readable: &str, many: u8, seed: u8) -> String {
        let letters: Vec<u8> = (0..many).map(|at| stir(seed, at) & 31).collect();
        let head = readable.bytes().map(|it| it & 31).chain([0]);
        let sum = cash_sum(head.chain(letters.iter().copied()).chain([0; 8]));
        let sum = (0..8).map(|at| u8::try_from(sum >> (5 * (7 - at)) & 31).unwrap());
        let letters = letters.iter().copied().chain(sum);
        let alphabet = if readable == "cfx" { CONFLUX } else { USUAL };
        format!("{readable}:{}", letters.map(|it| letter(alphabet, it)).collect::<String>())
    }

    fn letter(alphabet: &str, value: u8) -> char {
        char::from(alphabet.as_bytes()[usize::from(value)])
    }
}
