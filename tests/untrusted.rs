//! Nothing that a stranger chose gets out of `Untrusted` raw, wider than it claims, or changed.

use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use firedamp::domain::untrusted::Untrusted;
use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What may never come out: written down here apart from the code under test, block by block.
const NEVER: &[RangeInclusive<u32>] = &[
    0x00..=0x1f,
    0x7f..=0x9f,
    0xad..=0xad,
    0x34f..=0x34f,
    0x600..=0x605,
    0x61c..=0x61c,
    0x6dd..=0x6dd,
    0x70f..=0x70f,
    0x115f..=0x1160,
    0x17b4..=0x17b5,
    0x180b..=0x180f,
    0x2000..=0x200f,
    0x2028..=0x202f,
    0x205f..=0x206f,
    0x2800..=0x2800,
    0x3000..=0x3000,
    0x3164..=0x3164,
    0xe000..=0xf8ff,
    0xfdd0..=0xfdef,
    0xfe00..=0xfe0f,
    0xfeff..=0xfeff,
    0xffa0..=0xffa0,
    0xfff0..=0xfffd,
    0xfffe..=0xffff,
    0x1bca0..=0x1bca3,
    0x1d173..=0x1d17a,
    0xe0000..=0x0010_ffff,
];

fn first_forbidden(text: &str) -> Option<char> {
    // Most of what comes out is ASCII, and the test of every code point must not take all day.
    let mut suspects = text.chars().filter(|c| !matches!(c, ' '..='~'));
    suspects.find(|c| NEVER.iter().any(|block| block.contains(&u32::from(*c))))
}

/// As `ratatui` lays it out: cluster by cluster.
fn cells(text: &str) -> usize {
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// Everything that must hold for any bytes at all.
fn holds(bytes: &[u8], limit: usize) -> Result<(), String> {
    let text = Untrusted::new(bytes);
    for limit in [usize::MAX, limit] {
        let drawn = text.plain(limit);
        if let Some(c) = first_forbidden(&drawn) {
            return Err(format!("U+{:04X} came out of {text:?}", u32::from(c)));
        }
        if cells(&drawn) > limit || drawn.width() > limit {
            return Err(format!("{drawn:?} is wider than {limit}"));
        }
        let by_characters = drawn.chars().filter_map(UnicodeWidthChar::width).sum::<usize>();
        if by_characters != cells(&drawn) {
            return Err(format!("{drawn:?}: {by_characters} or {} cells", cells(&drawn)));
        }
        if limit == usize::MAX && cells(&drawn) != text.width() {
            return Err(format!("{drawn:?} takes {}, not {}", cells(&drawn), text.width()));
        }
    }
    for piece in text.show(limit).iter().filter(|piece| piece.escape) {
        if !piece.text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
            return Err(format!("an escape that needs one itself: {:?}", piece.text));
        }
    }
    let encoded = text.encode();
    if first_forbidden(&encoded).is_some() {
        return Err(format!("encoded as {encoded:?}"));
    }
    match Untrusted::decode(&encoded) {
        Some(back) if back == text && back.encode() == encoded => Ok(()),
        other => Err(format!("{encoded:?} came back as {other:?}")),
    }
}

#[test]
fn every_code_point_is_drawn_visibly_wherever_it_stands() {
    for c in '\0'..=char::MAX {
        let alone = Untrusted::new(c.to_string());
        let drawn = alone.plain(20);
        assert_eq!(first_forbidden(&drawn), None, "U+{:04X}", u32::from(c));
        assert!(cells(&drawn) > 0, "U+{:04X} vanished", u32::from(c));
        // The planes between and the private ones have no characters that could join a neighbour.
        if matches!(u32::from(c) >> 16, 0..=3 | 14)
            && let Err(why) = holds(format!("a{c}bก{c}👍{c}{c}").as_bytes(), 6)
        {
            panic!("U+{:04X}: {why}", u32::from(c));
        }
    }
}

#[test]
fn every_pair_of_bytes_is_drawn_visibly() {
    for pair in 0..=u16::MAX {
        let [first, second] = pair.to_be_bytes();
        for bytes in
            [vec![first, second], vec![b'a', first, second, b'b'], vec![first, b'[', second]]
        {
            if let Err(why) = holds(&bytes, 5) {
                panic!("{first:02x} {second:02x}: {why}");
            }
        }
    }
}

#[test]
fn json_holds_no_raw_control_whatever_the_bytes_were() {
    for c in '\0'..=char::MAX {
        let text = Untrusted::new(format!("x{c}y"));
        let json = serde_json::to_string(&text).unwrap_or_default();
        assert_eq!(first_forbidden(&json), None, "U+{:04X}", u32::from(c));
        assert!(!json.is_empty());
    }
    for byte in 0..=u8::MAX {
        let text = Untrusted::new([b'"', byte, b'\\']);
        let json = serde_json::to_string(&text).unwrap_or_default();
        assert_eq!(first_forbidden(&json), None, "{byte:02x}");
        assert_eq!(serde_json::from_str::<Untrusted>(&json).ok(), Some(text));
    }
}

/// Text in which scripts that merge, stack and join meet controls and broken bytes.
fn nasty() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..4),
        any::<char>().prop_map(|c| c.to_string().into_bytes()),
        "[ -~]{0,9}".prop_map(String::into_bytes),
        "[กขน้ำี่๊็า]{1,6}".prop_map(String::into_bytes),
        "[\u{1780}-\u{17d3}]{1,5}".prop_map(String::into_bytes),
        "[क-ह\u{093e}-\u{094d}]{1,5}".prop_map(String::into_bytes),
        "[\u{1100}-\u{11ff}]{1,4}".prop_map(String::into_bytes),
        "[\u{a4f8}-\u{a4fd}\u{2d31}\u{2d7f}\u{16d63}\u{16d67}]{1,4}".prop_map(String::into_bytes),
        "[لاآـ\u{0300}-\u{0310}]{1,7}".prop_map(String::into_bytes),
        "[👍☁1#\u{1f3fb}\u{1f3ff}\u{fe0f}\u{20e3}\u{200d}\u{1f1f9}\u{1f1ed}]{1,6}"
            .prop_map(String::into_bytes),
        "[\\\\x0-9a-f\u{0301}]{1,6}".prop_map(String::into_bytes),
        " {1,20}".prop_map(String::into_bytes),
    ];
    proptest::collection::vec(pieces, 0..8).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_stay_within_their_cells_and_come_back(bytes in nasty(), limit in 0_usize..40) {
        if let Err(why) = holds(&bytes, limit) {
            prop_assert!(false, "{}", why);
        }
    }

    #[test]
    fn printable_ascii_is_shown_as_it_is_and_what_is_left_out_is_counted(text in "( ?[!-~]){0,40}", limit in 5_usize..40) {
        let shown = Untrusted::from(text.as_str()).show(limit);
        let plain: String = shown.iter().filter(|it| !it.escape).map(|it| &*it.text).collect();
        prop_assert!(text.starts_with(&plain));
        let sign = (plain != text).then(|| format!("+{}", text.len() - plain.len()));
        let drawn: Option<String> = shown.iter().find(|it| it.escape).map(|it| it.text.clone());
        prop_assert_eq!(&drawn, &sign);
        let taken = plain.len() + sign.map_or(0, |it| it.len());
        // A longer number may have taken one cell that the text then lacks.
        prop_assert!(taken == text.len().min(limit) || (taken + 1 == limit && text.len() > limit) || plain == text);
    }

    #[test]
    fn decoding_takes_any_text_without_panic_and_reads_one_spelling(text in "[\\\\x0-9a-fA-F+ก ]{0,12}") {
        if let Some(read) = Untrusted::decode(&text) {
            prop_assert_eq!(Untrusted::decode(&read.encode()), Some(read));
        }
    }
}

#[test]
fn a_cut_says_how_many_bytes_are_missing() {
    let text = Untrusted::from("abcdefghijklmnop");
    assert_eq!(text.plain(usize::MAX), "abcdefghijklmnop");
    assert_eq!(text.plain(16), "abcdefghijklmnop");
    assert_eq!(text.plain(15), "abcdefghijklm+3");
    assert_eq!(text.plain(4), "a+15");
    assert_eq!(text.plain(1), "+");
    assert_eq!(text.plain(0), "");
    assert_eq!(Untrusted::from("\u{1b}\u{1b}\u{202e}abc").plain(10), "^[^[+6");
}

#[test]
fn marks_beyond_four_and_marks_without_a_base_are_counted() {
    let tower = Untrusted::new(format!("a{}", "\u{0301}".repeat(100)));
    assert_eq!(tower.plain(40), format!("a{}<+96 marks>", "\u{0301}".repeat(4)));
    assert_eq!(Untrusted::from("\u{0301}x").plain(40), "<+1 marks>x");
    assert!(tower.has_escapes());
}

#[test]
fn thai_marks_and_sara_am_stay_with_their_base() {
    let text = Untrusted::from("น้ำกี่ก่ำ");
    assert!(!text.has_escapes());
    assert_eq!(text.width(), 5);
    assert_eq!(text.plain(5), "น้ำกี่ก่ำ");
    assert_eq!(Untrusted::from("กกน้ำxyz").plain(5), "กก+12");
    assert_eq!(Untrusted::from("น้ำน้ำน้ำ").plain(5), "น้ำ+18");
    assert_eq!(Untrusted::from("เครื่องเดียว").width(), 9);
}

#[test]
fn padding_is_counted_and_a_few_spaces_are_not() {
    assert_eq!(Untrusted::from("a       b").plain(40), "a       b");
    assert_eq!(Untrusted::from("a        b").plain(40), "a<8 spaces>b");
}

#[test]
fn emoji_that_terminals_measure_differently_are_named() {
    assert_eq!(Untrusted::from("💰✅").plain(40), "💰✅");
    assert_eq!(Untrusted::from("☁\u{fe0f}").plain(40), "☁<U+FE0F>");
    assert_eq!(Untrusted::from("👍\u{1f3fb}").plain(40), "👍<U+1F3FB>");
    assert_eq!(Untrusted::from("🧑\u{200d}💻").plain(40), "🧑<U+200D>💻");
}

#[test]
fn a_hidden_letter_in_a_name_is_seen() {
    assert_eq!(Untrusted::from("xm\u{200b}rig").plain(40), "xm<U+200B>rig");
    assert_eq!(Untrusted::from("exe.\u{202e}gnp").plain(40), "exe.<U+202E>gnp");
    assert_eq!(
        Untrusted::new(b"\x1b]0;t\x07\x7f\x9b\xff".as_slice()).plain(40),
        "^[]0;t^G^?<9B><FF>"
    );
    assert_eq!(Untrusted::from("\u{9b}31m").plain(40), "<U+009B>31m");
}

#[test]
fn a_byte_has_one_spelling() {
    for bad in ["\\", "\\x", "\\x1", "\\x1B", "\\x+1", "\\n", "\\xกข", "a\\\u{301}"] {
        assert_eq!(Untrusted::decode(bad), None, "{bad:?}");
    }
    assert_eq!(Untrusted::from("\\\u{301}").encode(), "\\\\\u{301}");
}

#[test]
fn arguments_end_where_the_kernel_ends_them() {
    let line = Untrusted::new(b"/tmp/x\0-o\0\0pool.example:3333\0\0".as_slice());
    let arguments: Vec<_> = line.arguments().collect();
    assert_eq!(arguments, [b"/tmp/x".as_slice(), b"-o", b"", b"pool.example:3333"]);
    assert_eq!(line.joined(), Untrusted::from("/tmp/x -o  pool.example:3333"));
    assert_eq!(Untrusted::new([]).arguments().count(), 0);
}

#[test]
fn two_megabytes_are_shown_without_walking_over_them() {
    for kind in [&b"a"[..], b" ", b"\x1b", b"\xff", "\u{0301}".as_bytes(), "ก้".as_bytes()] {
        let long = Untrusted::new(kind.repeat(2_000_000 / kind.len()));
        // The fastest of a few, so that a busy machine does not count, against one walk over all of it.
        let once = |_| {
            let start = Instant::now();
            assert!(long.plain(300).width() <= 300);
            start.elapsed()
        };
        let shown = (0..5).map(once).min().unwrap();
        let start = Instant::now();
        assert!(!long.encode().is_empty());
        let walked = start.elapsed();
        assert!(shown < walked, "{kind:?}: {shown:?}, a walk {walked:?}");
        assert!(long.width() > 1000);
    }
}

#[test]
fn encoding_takes_time_in_proportion_to_the_length() {
    // Looking ahead for the end of a run at every step of it would take minutes here.
    for unit in ["a", " ", "\u{1b}", "\u{0301}", "ก้"] {
        let text = Untrusted::new(unit.repeat(100_000));
        let start = Instant::now();
        assert_eq!(Untrusted::decode(&text.encode()), Some(text));
        assert!(start.elapsed() < Duration::from_secs(10), "{unit:?}: {:?}", start.elapsed());
    }
}
