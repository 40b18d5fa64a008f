//! What must hold for any file: nobody panics, what is refused has a line, and no heuristic is confirmed.

use std::net::IpAddr;

use firedamp::domain::base::Language;
use firedamp::domain::detect::rulebook::read;
use firedamp::domain::detect::{Grade, Rule, Rulebook};
use firedamp::words;
use proptest::prelude::*;

use super::sigma::rule;
use super::{end, process, today};

const FILES: [&str; 4] = ["x.toml", "x.json", "x.txt", "x.yml"];

/// Pieces of files, put together in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("[[indicator]]\n"),
        Just("value = \"work.example\"\n"),
        Just("title: x\n"),
        Just("logsource:\n    category: process_creation\n"),
        Just("detection:\n"),
        Just("    sel:\n        CommandLine|contains: 'x'\n"),
        Just("    condition: sel\n"),
        Just("{\"type\":\"bundle\",\"objects\":["),
        Just("{\"type\":\"indicator\",\"pattern\":\"[url:value = 'x']\"},"),
        Just("---\n"),
        Just("- &a *a\n"),
        Just("192.0.2.7\n"),
        Just("# date: 2026-11-22\n"),
        Just("\u{feff}"),
        Just("\t|>-\r\n"),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|it| it.concat())
}

proptest! {
    /// Whatever nets lie in each other or are written twice: an address is found in those whose beginning it has.
    #[test]
    fn an_address_is_found_in_each_net_that_holds_it(
        nets in prop::collection::vec((address(), 0_usize..97), 0..12),
        asked in prop::collection::vec(address(), 1..12),
    ) {
        let bits = |it: &IpAddr, more: usize| if it.is_ipv4() { 16 + more % 17 } else { 32 + more };
        let nets: Vec<(IpAddr, usize)> = nets.into_iter().map(|(it, more)| (it, bits(&it, more))).collect();
        let list: Vec<String> = nets.iter().map(|(it, bits)| format!("{it}/{bits}")).collect();
        let contents = read("x.txt", &list.join("\n"));
        prop_assert_eq!(&contents.faults, &[]);
        let book = Rulebook::with(&[contents]);
        for address in asked {
            let told = book.of_end(&end(Some(&address.to_string()), "", 443), None, today());
            let rows: Vec<String> = told.iter().map(|(_, it)| it.value.plain(400)).collect();
            for (at, (net, bits)) in nets.iter().enumerate() {
                let holds = beginning(*net, *bits) == beginning(address, *bits);
                let line = format!("x.txt:{}", at + 1);
                prop_assert_eq!(rows.iter().any(|it| it.ends_with(&line)), holds, "{} {:?}", address, told);
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused_and_never_panics(text in ".{0,400}", more in pieces()) {
        for file in FILES {
            for text in [&text, &more] {
                let contents = read(file, text);
                let lines = text.split(['\n', '\r']).count() + 1;
                for fault in &contents.faults {
                    prop_assert!((1..=lines).contains(&fault.line), "{fault:?}");
                    for language in [Language::En, Language::Th] {
                        prop_assert!(!words::rules::fault(language, &fault.why).plain(400).is_empty());
                    }
                }
                let book = Rulebook::with(&[contents]);
                let _told = book.of_process(&process(&["/opt/a", text]), today());
            }
        }
    }

    #[test]
    fn any_pattern_condition_and_value_is_read_or_refused(text in "[ -~]{0,60}", words in "[ ()|a-z_*0-9]{0,60}") {
        let quoted = serde_json::Value::from(text.as_str());
        let bundle = format!("{{\"type\":\"bundle\",\"objects\":[{{\"type\":\"indicator\",\"id\":\"i\",\"pattern\":{quoted}}}]}}");
        let _read = read("x.json", &bundle);
        let _read = read("x.yml", &rule(&format!("a:\n    CommandLine|re: {quoted}\ncondition: a")));
        let _read = read("x.yml", &rule(&format!("a:\n    CommandLine|windash|contains: {quoted}\ncondition: {words}")));
    }

    #[test]
    fn wildcards_fit_as_a_slow_and_plain_reading_says(pattern in "[ab*?]{0,8}", text in "[abc]{0,10}") {
        let quoted = serde_json::Value::from(pattern.as_str());
        let text_of_rule = rule(&format!("a:\n    CommandLine: {quoted}\ncondition: a"));
        let contents = read("x.yml", &text_of_rule);
        prop_assert_eq!(&contents.faults, &[]);
        let book = Rulebook::with(&[contents]);
        let told = book.of_process(&process(&[&text]), today());
        let hit = told.iter().any(|(_, it)| it.rule == Rule::Sigma);
        let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
        // An event has no field for a command line that is empty.
        prop_assert_eq!(hit, slowly(&pattern, &text) && !text.is_empty());
    }

    #[test]
    fn only_an_indicator_of_the_responders_is_ever_confirmed(
        arguments in prop::collection::vec("[a-z:/.+ -]{0,30}", 1..6),
        host in "[a-z]{1,8}\\.(xmrig\\.com|example)",
    ) {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut seen = process(&words);
        seen.ends = vec![end(None, &host, 3333), end(None, "donate.v2.xmrig.com", 3333)];
        for (grade, reason) in Rulebook::built_in().of_process(&seen, today()) {
            prop_assert!(grade < Grade::Confirmed, "{reason:?}");
        }
    }
}

/// An address of few nets, so that many lie in each other.
fn address() -> impl Strategy<Value = IpAddr> {
    let nets = prop::sample::select(vec![[192, 0, 2], [198, 51, 100], [203, 0, 113]]);
    let four = (nets, any::<u8>()).prop_map(|([a, b, c], host)| IpAddr::from([a, b, c, host]));
    let six = (0_u16..8, 0_u16..256)
        .prop_map(|(net, host)| IpAddr::from([0x2001, 0xdb8, 0, net, 0, 0, 0, host]));
    prop_oneof![four, six]
}

/// The first bits of an address, as letters.
fn beginning(address: IpAddr, bits: usize) -> String {
    let all = match address {
        IpAddr::V4(it) => format!("four{:032b}", it.to_bits()),
        IpAddr::V6(it) => format!("six.{:0128b}", it.to_bits()),
    };
    all.get(..4 + bits).unwrap_or(&all).to_owned()
}

fn slowly(pattern: &[char], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|at| slowly(rest, &text[at..])),
        Some((letter, rest)) => match text.split_first() {
            Some((first, after)) => (*letter == '?' || letter == first) && slowly(rest, after),
            None => false,
        },
    }
}
