//! Sigma rules that are refused: with their line, and what to do.

use super::faults;
use super::sigma::rule;

fn fault(text: &str) -> String {
    let told = faults("mine.yml", text);
    assert_eq!(told.len(), 1, "{told:?}");
    told[0].clone()
}

fn with(detection: &str) -> String {
    fault(&rule(detection))
}

#[test]
fn rules_for_other_systems_and_sources_are_named() {
    let good = rule("sel:\n    CommandLine: x\ncondition: sel");
    assert_eq!(
        fault(&good.replace("product: linux", "product: windows")),
        "6: `windows` events are not on a Linux host. Take a rule for linux"
    );
    assert!(
        fault(&good.replace("process_creation", "image_load"))
            .starts_with("7: `image_load` is not seen here")
    );
    let audit = good.replace("category: process_creation", "service: auditd");
    assert!(fault(&audit).starts_with("7: `auditd` is not seen here"));
    assert!(
        fault(&good.replace("level: high", "level: huge")).starts_with("4: `huge` is no level")
    );
}

#[test]
fn what_a_rule_must_have_is_asked_for() {
    assert_eq!(fault("id: x\n"), "1: `title` is missing. Nobody can judge a hit without it");
    assert!(fault("title: x\n").contains("`logsource` is missing"));
    assert!(
        fault("title: x\nlogsource: {category: process_creation}\n")
            .contains("`detection` is missing")
    );
    assert!(with("sel:\n    CommandLine: x").contains("`condition` is missing"));
}

#[test]
fn modifiers_that_are_unknown_or_do_not_fit_are_named_with_their_line() {
    let said = "has a modifier that is unknown or does not fit. Correct it";
    assert_eq!(
        with("sel:\n    CommandLine|has: x\ncondition: sel"),
        format!("13: `CommandLine|has` {said}")
    );
    assert!(with("sel:\n    CommandLine|wide: x\ncondition: sel").contains(said));
    assert!(with("sel:\n    CommandLine|re|cidr: x\ncondition: sel").contains(said));
    assert!(with("sel:\n    CommandLine|expand: '%x%'\ncondition: sel").contains(said));
}

#[test]
fn values_that_cannot_be_used_are_named() {
    assert!(with("sel:\n    Port|gt: many\ncondition: sel").starts_with("13: `many` is no value"));
    assert!(with("sel:\n    Ip|cidr: 1.2.3\ncondition: sel").contains("`1.2.3` is no value"));
    assert!(with("sel:\n    User|exists: maybe\ncondition: sel").contains("is no value"));
    assert!(with("sel:\n    CommandLine|base64offset: ''\ncondition: sel").contains("is no value"));
    let look = with("sel:\n    CommandLine|re: '(?!x)y'\ncondition: sel");
    assert!(look.contains("no regular expression that is read here (no look-around)"), "{look}");
    assert!(with("sel:\n    CommandLine:\n        a: b\ncondition: sel").contains("is no value"));
}

#[test]
fn conditions_that_cannot_be_read_are_named_from_where_on() {
    let of = |condition: &str| with(&format!("sel:\n    CommandLine: x\ncondition: {condition}"));
    assert_eq!(of("sel and other"), "14: `other` is no part of `detection`. Correct the name");
    assert!(of("1 of filter_*").contains("`filter_*` is no part"));
    assert_eq!(of("sel and"), "14: the condition ends too soon");
    assert_eq!(of("sel sel"), "14: `sel` cannot be read in a condition");
    assert!(of("(sel").contains("ends too soon"));
    assert!(of("sel | count() > 5").contains("conditions that count"));
    assert!(of(&format!("{}sel", "not ".repeat(200))).contains("nested too deeply"));
}

#[test]
fn what_is_no_rule_of_its_own_is_refused() {
    assert!(
        fault("title: x\ncorrelation:\n    type: event_count\n")
            .contains("correlations, filters and actions")
    );
    assert!(fault("action: global\ntitle: x\n").contains("correlations, filters and actions"));
}

#[test]
fn broken_yaml_is_named_with_its_line() {
    assert!(
        fault("title: x\n  bad: [\n").starts_with("2: this is no YAML: "),
        "{}",
        fault("title: x\n  bad: [\n")
    );
    assert!(fault("a: &x 1\nb: *x\n").contains("YAML aliases are not read"));
    assert!(fault(&format!("title: {}", "[".repeat(200))).contains("nested too deeply"));
}
