//! Sigma: what the specification says of values, modifiers and conditions, and PB-31's own rules.

use firedamp::domain::detect::rulebook::read;
use firedamp::domain::detect::{Entry, Grade, Rule, Rulebook, Seen};

use super::{book, end, grade, process, today, value};

/// A rule with this `detection`.
pub(super) fn rule(detection: &str) -> String {
    let head = "title: Under test\nid: 1f7e\nauthor: A. Author\nlevel: high\nlogsource:\n    product: linux\n    \
                category: process_creation\nfalsepositives:\n    - Backups\n    - Builds\ndetection:\n";
    let body: Vec<String> = detection.lines().map(|line| format!("    {line}\n")).collect();
    let body = body.concat();
    format!("{head}{body}")
}

/// A process that is this command line, run from `/opt/it`.
fn line(text: &str) -> Seen<'_> {
    Seen { exe: b"/opt/it/Tool", folder: b"/srv", user: b"www-data", ..process(&[text]) }
}

fn hits(detection: &str, seen: &Seen<'_>) -> bool {
    let text = rule(detection);
    let book = book(&[("mine.yml", &text)]);
    let told = book.of_process(seen, today());
    told.iter().any(|(_, it)| it.value.plain(400).starts_with("Under test"))
}

/// One selection whose only field is this, over a command line.
fn fits(field: &str, text: &str) -> bool {
    hits(&format!("sel:\n    {field}\ncondition: sel"), &line(text))
}

#[test]
fn values_are_compared_without_case_unless_case_counts() {
    assert!(fits("CommandLine: 'RUN ME'", "run me"));
    assert!(!fits("CommandLine: 'run'", "run me"), "all of it");
    assert!(!fits("CommandLine|cased: 'RUN ME'", "run me"));
    assert!(fits("CommandLine|contains|cased: 'un m'", "run me"));
    assert!(fits("CommandLine|contains: 'ÄÖ'", "run äö"));
}

#[test]
fn modifiers_say_where_a_value_stands() {
    assert!(fits("CommandLine|contains: 'n m'", "run me"));
    assert!(fits("CommandLine|startswith: 'run'", "run me"));
    assert!(!fits("CommandLine|startswith: 'me'", "run me"));
    assert!(fits("CommandLine|endswith: ' me'", "run me"));
    assert!(!fits("CommandLine|endswith: 'run'", "run me"));
}

#[test]
fn wildcards_and_their_escapes_are_those_of_the_specification() {
    assert!(fits("CommandLine: 'r?n*e'", "run me"));
    assert!(!fits("CommandLine: 'r?n'", "ruun"));
    assert!(fits("CommandLine: '*un*'", "run me"));
    assert!(fits(r"CommandLine: 'a\*b'", "a*b"));
    assert!(!fits(r"CommandLine: 'a\*b'", "axb"));
    assert!(fits(r"CommandLine: 'a\?b'", "a?b"));
    assert!(fits(r"CommandLine: 'a\\*'", r"a\xyz"), "a backslash, then a wildcard");
    assert!(fits(r"CommandLine: 'a\\b'", r"a\b"));
    assert!(fits(r"CommandLine: 'a\b'", r"a\b"));
    assert!(fits(r"CommandLine|endswith: 'b\'", r"a\b\"));
    assert!(fits("CommandLine|contains: 'a*c'", "xx a b c yy"));
}

#[test]
fn a_list_is_any_of_its_values_and_all_of_them_if_it_says_so() {
    let any = "CommandLine|contains:\n        - 'one'\n        - 'two'";
    assert!(fits(any, "one") && fits(any, "two") && !fits(any, "three"));
    let all = "CommandLine|contains|all:\n        - 'one'\n        - 'two'";
    assert!(fits(all, "two one") && !fits(all, "one"));
}

#[test]
fn fields_of_a_map_all_have_to_fit_and_maps_of_a_list_one() {
    let both = "sel:\n    CommandLine|contains: x\n    User: www-data\ncondition: sel";
    assert!(hits(both, &line("x")));
    assert!(!hits(both, &Seen { user: b"root", ..line("x") }));
    let one = "sel:\n    - CommandLine|contains: x\n    - User: root\ncondition: sel";
    assert!(hits(one, &line("x")) && hits(one, &Seen { user: b"root", ..line("y") }));
    assert!(!hits(one, &line("y")));
}

#[test]
fn nothing_empty_and_there_at_all_are_told_apart() {
    let with = |field: &str| hits(&format!("sel:\n    {field}\ncondition: sel"), &line("x"));
    assert!(with("User|exists: true") && !with("User|exists: false"));
    assert!(with("LogonId|exists: false") && !with("LogonId|exists: true"));
    assert!(with("LogonId: null") && !with("User: null"));
    assert!(!with("LogonId: x"));
    assert!(hits("sel:\n    User: null\ncondition: not sel", &line("x")));
}

#[test]
fn regular_expressions_have_their_flags_and_count_case() {
    assert!(fits("CommandLine|re: '^r.n\\s'", "run me"));
    assert!(!fits("CommandLine|re: '^R.N'", "run me"));
    assert!(fits("CommandLine|re|i: '^R.N'", "run me"));
    assert!(fits("CommandLine|re|m: '^me$'", "run\nme"));
    assert!(!fits("CommandLine|re: 'run.me'", "run\nme"));
    assert!(fits("CommandLine|re|s: 'run.me'", "run\nme"));
}

#[test]
fn encoded_values_are_found_wherever_they_begin() {
    assert!(fits("CommandLine|base64|contains: 'secret'", "echo c2VjcmV0 | base64 -d"));
    for before in ["", "a", "bc"] {
        let plain = format!("{before}http://drop.example/ more");
        let line = format!("echo {}", base64(plain.as_bytes()));
        assert!(fits("CommandLine|base64offset|contains: 'http://drop.example/'", &line), "{line}");
    }
    let wide: Vec<u8> = "run me now".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let line = format!("x {}", base64(&wide));
    assert!(fits("CommandLine|wide|base64offset|contains: 'run me'", &line));
    assert!(fits("CommandLine|utf16le|base64offset|contains: 'me now'", &line));
    let big: Vec<u8> = "run me now".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let line = format!("x {}", base64(&big));
    assert!(fits("CommandLine|utf16be|base64offset|contains: 'run me'", &line));
}

#[test]
fn dashes_have_their_other_spellings() {
    for dash in ["-", "/", "\u{2013}", "\u{2014}", "\u{2015}"] {
        assert!(
            fits("CommandLine|windash|contains: ' -enc '", &format!("x {dash}enc y")),
            "{dash}"
        );
    }
    assert!(!fits("CommandLine|windash|contains: 'a-b'", "a/b"), "inside a word it is a hyphen");
}

#[test]
fn numbers_compare_as_numbers_and_addresses_by_their_net() {
    let text = |field: &str| {
        rule(&format!("sel:\n    {field}\ncondition: sel"))
            .replace("process_creation", "network_connection")
    };
    let told = |field: &str| {
        let text = text(field);
        let book = book(&[("mine.yml", &text)]);
        !book.of_end(&end(Some("198.51.100.7"), "a.example", 3333), None, today()).is_empty()
    };
    assert!(told("DestinationPort: 3333") && told("DestinationPort: '3333'"));
    assert!(told("DestinationPort|gt: 3332") && !told("DestinationPort|gt: 3333"));
    assert!(told("DestinationPort|gte: 3333") && told("DestinationPort|lte: 3333"));
    assert!(told("DestinationPort|lt: 4000") && !told("DestinationPort|lt: 3333"));
    assert!(
        told("DestinationIp|cidr: 198.51.100.0/24") && !told("DestinationIp|cidr: 198.51.0.0/24")
    );
    assert!(told("DestinationIp|cidr: 198.51.100.7"));
    assert!(told("DestinationHostname|endswith: .example") && told("Initiated: 'true'"));
    assert!(told("DestinationPort|neq: 80") && !told("DestinationPort|neq: 3333"));
    assert!(!told("SourcePort|neq: 80"), "what is not there is not different");
}

#[test]
fn a_field_can_be_compared_with_another() {
    let same = "sel:\n    CommandLine|fieldref: Image\ncondition: sel";
    assert!(hits(same, &line("/opt/it/tool")));
    assert!(!hits(same, &line("/opt/it/tool x")));
    let starts = "sel:\n    CommandLine|fieldref|startswith: Image\ncondition: sel";
    assert!(hits(starts, &line("/opt/it/tool x")));
}

#[test]
fn keywords_are_looked_for_in_every_field() {
    let any = "keywords:\n    - 'needle'\n    - 'www-d*'\ncondition: keywords";
    assert!(hits(any, &line("a needle here")));
    assert!(hits(any, &line("x")), "its user");
    let all = "keywords:\n    '|all':\n        - 'needle'\n        - '/srv'\ncondition: keywords";
    assert!(hits(all, &line("a needle")) && !hits(all, &line("x")));
}

#[test]
fn conditions_join_parts_as_the_specification_says() {
    let with = |condition: &str, text: &str| {
        let parts = "sel_a:\n    CommandLine|contains: a\nsel_b:\n    CommandLine|contains: b\n\
                     filter_c:\n    CommandLine|contains: c\n_x:\n    CommandLine|contains: x\n";
        hits(&format!("{parts}condition: {condition}"), &line(text))
    };
    assert!(with("sel_a and sel_b", "ab") && !with("sel_a and sel_b", "a"));
    assert!(with("sel_a or sel_b", "b") && with("sel_a AND NOT filter_c", "a"));
    assert!(with("sel_a or sel_b and filter_c", "a"), "and binds closer");
    assert!(!with("(sel_a or sel_b) and filter_c", "a"));
    assert!(with("1 of sel_*", "b") && !with("1 of sel_*", "c"));
    assert!(with("all of sel_*", "ab") && !with("all of sel_*", "a"));
    assert!(with("any of them", "c") && !with("1 of them", "x"), "a part with _ is none of them");
    assert!(with("all of them", "abc") && !with("all of them", "ab"));
    assert!(
        with("1 of sel_* and not 1 of filter_*", "a")
            && !with("1 of sel_* and not 1 of filter_*", "ac")
    );
    assert!(with("not (sel_a or sel_b)", "c") && with("not not sel_a", "a"));
    assert!(with("2 of sel_*", "ab") && !with("2 of sel_*", "a"));
    let list =
        "sel:\n    CommandLine: a\nother:\n    CommandLine: b\ncondition:\n    - sel\n    - other";
    assert!(hits(list, &line("b")));
}

#[test]
fn the_reason_says_which_rule_whose_and_what_else_it_hits() {
    let book = book(&[("mine.yml", &rule("sel:\n    CommandLine: x\ncondition: sel"))]);
    let told = book.of_process(&line("x"), today());
    assert_eq!(grade(&told, Rule::Sigma), Some(Grade::Suspect));
    assert_eq!(
        value(&told, Rule::Sigma),
        "Under test; id: 1f7e; level: high; author: A. Author; file: mine.yml:1; falsepositives: Backups, Builds"
    );
}

#[test]
fn a_hit_is_suspect_at_most_and_less_than_high_is_noted() {
    for (level, expected) in [
        ("critical", Grade::Suspect),
        ("high", Grade::Suspect),
        ("medium", Grade::Noted),
        ("low", Grade::Noted),
        ("informational", Grade::Noted),
    ] {
        let text = rule("sel:\n    CommandLine: x\ncondition: sel")
            .replace("level: high", &format!("level: {level}"));
        let told = book(&[("mine.yml", &text)]).of_process(&line("x"), today());
        assert_eq!(grade(&told, Rule::Sigma), Some(expected), "{level}");
    }
}

#[test]
fn several_rules_stand_in_one_file_and_a_broken_one_does_not_take_the_others_with_it() {
    let good = rule("sel:\n    CommandLine: x\ncondition: sel");
    let text = format!("{good}---\ntitle: Broken\n---\n{good}");
    let contents = read("mine.yml", &text);
    assert_eq!((contents.sigma.len(), contents.faults.len()), (2, 1));
    assert_eq!(contents.faults[0].line, 16);
}

#[test]
fn names_that_are_asked_for_and_files_that_start_things_have_rules_too() {
    let of = |category: &str, field: &str| {
        rule(&format!("sel:\n    {field}\ncondition: sel")).replace("process_creation", category)
    };
    let text = of("dns_query", "QueryName|endswith: .work.example");
    let told = book(&[("mine.yml", &text)]).of_name(b"eu.work.example", None, today());
    assert_eq!(grade(&told, Rule::Sigma), Some(Grade::Suspect));
    let text = of("file_event", "TargetFilename|startswith: /etc/cron.d/");
    let entry = Entry { kind: "cron", path: b"/etc/cron.d/x", content: b"", packaged: None };
    let told = book(&[("mine.yml", &text)]).of_entry(&entry, today());
    assert_eq!(grade(&told, Rule::Sigma), Some(Grade::Suspect));
}

#[test]
fn a_parent_that_is_known_by_its_name_fits_the_end_of_a_path_and_no_folder() {
    let seen = Seen { ancestors: vec![b"java"], ..line("sh") };
    assert!(hits("sel:\n    ParentImage|endswith: /java\ncondition: sel", &seen));
    assert!(!hits("sel:\n    ParentImage|startswith: /\ncondition: sel", &seen));
}

#[test]
fn pb_31s_own_rules_fire_on_a_stand_in_and_not_on_the_responders_grep() {
    let book = Rulebook::built_in();
    let told =
        |arguments: &[&str]| grade(&book.of_process(&process(arguments), today()), Rule::Sigma);
    let url = "stratum+tcp://work.example:3333";
    assert_eq!(told(&["/tmp/.x/nginx", "-o", url, "-u", "someone"]), Some(Grade::Suspect));
    assert_eq!(told(&["/usr/bin/grep", "-r", "stratum+tcp://", "/var/log"]), None);
    assert_eq!(told(&["egrep", "stratum+tcp://"]), None, "a name without a path");
    let noted = [Some(Grade::Noted), None];
    assert!(noted.contains(&told(&["zgrep", "stratum+tcp://", "/var/log/syslog.1.gz"])));
    assert!(noted.contains(&told(&["bash", "-c", "grep -r stratum+tcp:// /etc"])));
    let mut own = process(&["/root/tool", url]);
    own.own = true;
    assert_eq!(grade(&book.of_process(&own, today()), Rule::Sigma), Some(Grade::Noted));
    let odd = Seen {
        exe: b"/dev/shm/a",
        ends: vec![end(Some("203.0.113.9"), "", 4444)],
        ..process(&["a"])
    };
    assert_eq!(grade(&book.of_process(&odd, today()), Rule::Sigma), Some(Grade::Noted));
    let near = Seen { ends: vec![end(Some("10.0.0.9"), "", 4444)], ..odd };
    assert_eq!(grade(&book.of_process(&near, today()), Rule::Sigma), None);
}

/// As base64.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(*chunk.get(at).unwrap_or(&0));
        let all = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..=chunk.len() {
            text.push(char::from(DIGITS[(all >> (18 - 6 * at)) as usize & 63]));
        }
        text.push_str(&"=".repeat(3 - chunk.len()));
    }
    text
}
