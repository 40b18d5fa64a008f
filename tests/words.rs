//! Words: both languages are whole, Thai is Thai, and a search finds what a person would type.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

#[path = "words/lists.rs"]
mod lists;
#[path = "words/notices.rs"]
mod notices;

use firedamp::cockpit::command::{Command, VERBS};
use firedamp::cockpit::keymap::BINDINGS;
use firedamp::cockpit::model::NoticeKind;
use firedamp::cockpit::storage::Unsaved;
use firedamp::domain::base::Language;
use firedamp::domain::detect::{Reason, Rule, Subject};
use firedamp::domain::facts::Protocol;
use firedamp::domain::playbook::ItemId;
use firedamp::domain::session::{Event, ItemState};
use firedamp::domain::untrusted::Untrusted;
use firedamp::words::notice::{Weight, weight};
use firedamp::words::{finding, key, search, session};
use lists::{anchor, everything, reason};

fn is_thai(c: char) -> bool {
    ('\u{0e00}'..='\u{0e7f}').contains(&c)
}

/// Technical words, names of files, and what somebody else said: the same in every language.
const SAME: &[&str] = &[
    "/proc/PID/comm",
    "/proc/PID/cmdline",
    "/proc/PID/exe",
    "/proc/PID/stat",
    "DRM fdinfo",
    "/sys/class/drm",
    "/sys/class/kfd",
    "NVML",
    "/proc/driver/nvidia",
    "nvidia-smi",
    "CPU",
    "pid",
    "exe",
    "nice",
    "GPU",
    "English",
    "socket",
    "SOC: VALUE",
    "VALUE",
];

#[test]
fn no_phrase_is_empty_and_thai_is_thai() {
    let english = everything(Language::En);
    for (kind, thai) in everything(Language::Th) {
        let english = english.get(&kind).unwrap();
        assert!(!english.trim().is_empty() && !thai.trim().is_empty(), "{kind}");
        let technical = SAME.contains(&thai.as_str());
        assert!(technical || thai.contains(is_thai), "{kind}: {thai}");
        let names_the_other = kind.ends_with(" language");
        assert!(names_the_other || !english.contains(is_thai), "{kind}: {english}");
    }
}

#[test]
fn sentences_are_short() {
    for (kind, said) in everything(Language::En) {
        if kind.starts_with("caption AllowToolHelp") || kind.starts_with("caption Legend") {
            continue;
        }
        let longest = said.split(". ").map(|it| it.split_whitespace().count()).max();
        assert!(longest.unwrap() <= 14, "{kind}: {said}");
    }
}

#[test]
fn a_hostile_value_stays_a_part_of_its_own() {
    let hostile = Untrusted::from("x\u{1b}]52;c;AAAA\u{7}");
    let reason = Reason { value: hostile.clone(), ..reason(Rule::PoolUrl) };
    for language in [Language::En, Language::Th] {
        let phrase = finding::reason(language, &reason);
        assert_eq!(phrase.plain(80).matches('\u{1b}').count(), 0);
        assert_eq!(phrase.0.last(), Some(&firedamp::words::Part::Theirs(hostile.clone())));
    }
}

#[test]
fn names_in_a_journal_are_as_untrusted_as_everything_in_a_file() {
    let item = ItemId(String::from("1.3\u{1b}[2J/4"));
    let event =
        Event::Marked { item, state: ItemState::Done, reason: Untrusted::default(), undoes: None };
    assert!(session::event(Language::En, &event).plain(80).starts_with("1.3^[[2J/4"));
}

#[test]
fn trouble_weighs_more_than_news() {
    assert_eq!(weight(&NoticeKind::NotSaved(Unsaved::NoPen)), Weight::Danger);
    assert_eq!(weight(&NoticeKind::Signed(anchor())), Weight::Calm);
    assert!(weight(&NoticeKind::NoPen) < Weight::Danger);
}

#[test]
fn every_verb_but_the_emergency_exit_has_a_key() {
    let without: Vec<_> =
        VERBS.iter().filter(|verb| key::usual(verb.command).is_none()).map(|it| it.name).collect();
    assert_eq!(without, ["leave-now"]);
    assert!(BINDINGS.iter().all(|binding| binding.command.verb().is_some()));
}

#[test]
fn keys_are_named_as_they_stand_on_the_keyboard() {
    assert_eq!(key::all(Command::Bottom), "G End");
    assert_eq!(key::all(Command::Top), "gg Home");
    assert_eq!(key::all(Command::Mark), "Space");
    assert_eq!(key::all(Command::Leave), "q ^c");
}

fn names(language: Language, query: &str) -> Vec<&'static str> {
    search(language, query).into_iter().map(|verb| verb.name).collect()
}

#[test]
fn an_empty_search_lists_every_verb_group_by_group() {
    let all = search(Language::En, " ");
    assert_eq!(all.len(), VERBS.len());
    assert!(all.is_sorted_by_key(|verb| verb.group));
}

#[test]
fn a_search_finds_a_verb_by_name_by_key_and_by_a_word_of_its_help() {
    assert_eq!(names(Language::En, "note").first(), Some(&"note"));
    assert_eq!(names(Language::En, "chk").first(), Some(&"checklist"));
    assert_eq!(names(Language::En, "gn").first(), Some(&"network"));
    assert_eq!(names(Language::En, "^z"), ["suspend"]);
    assert!(names(Language::En, "shell").contains(&"suspend"));
    assert!(names(Language::Th, "ส่งเวร").contains(&"handoff"));
    assert!(names(Language::Th, "shell").contains(&"suspend"));
    assert!(names(Language::En, "xyzzy").is_empty());
}

#[test]
fn a_thai_word_finds_its_commands_whatever_the_language_of_the_screen() {
    for language in [Language::En, Language::Th] {
        let found = names(language, "ส่งเวร");
        assert_eq!(found.first(), Some(&"handoff"), "{found:?}");
        assert!(found.contains(&"sign"), "{found:?}");
        assert!(names(language, "คัดลอก").first() == Some(&"copy"));
        assert!(names(language, "PgUp").contains(&"page-up"));
    }
    assert!(names(Language::Th, "bookmark").contains(&"bookmarks"));
}

#[test]
fn every_verb_is_found_first_by_its_own_name() {
    for verb in VERBS {
        assert_eq!(names(Language::En, verb.name).first(), Some(&verb.name));
    }
}

#[test]
fn connections_are_named_by_their_other_end() {
    let subject = Subject::Connection {
        protocol: Protocol::Tcp,
        local: "10.0.0.5:50000".parse().unwrap(),
        remote: "192.0.2.1:3333".parse().unwrap(),
    };
    assert_eq!(finding::subject(&subject), "192.0.2.1:3333");
}
