//! What does not work: every kind says what, why and what to do next, in both languages, and fits the screen.

use firedamp::cockpit::model::{Closed, NoticeKind};
use firedamp::cockpit::storage::{Refusal, Unsaved, Waiting};
use firedamp::cockpit::trouble::{
    BadFile, BadPart, BadTheme, Death, Distrust, NotCarried, TapeFault, ThemeFault, Trouble,
    Unusable,
};
use firedamp::domain::base::{Language, Timestamp};
use firedamp::domain::untrusted::Untrusted;
use firedamp::run::complain::Complaint;
use firedamp::ui::text::width;
use firedamp::words::notice::notice;
use firedamp::words::storage::{before, remedy, short, waiting, why};
use firedamp::words::trouble::{joined, theme, trouble};

const LANGUAGES: [Language; 2] = [Language::En, Language::Th];
/// Cells of a notice on the narrowest full screen: sign, word and time take the rest.
const ROOM: usize = 80 - 20;

fn value() -> Untrusted {
    Untrusted::from("VAL\u{1b}UE")
}

fn refusals() -> Vec<Refusal> {
    vec![
        Refusal::Full,
        Refusal::Quota,
        Refusal::LittleRoom,
        Refusal::ReadOnly,
        Refusal::Failing,
        Refusal::Patience,
        Refusal::Forbidden,
        Refusal::NotThere,
        Refusal::TooManyFiles,
        Refusal::Stale,
        Refusal::PenLost,
        Refusal::Other(value()),
    ]
}

fn reasons() -> Vec<Unsaved> {
    let disk = refusals().into_iter().map(Unsaved::Disk);
    let others = [
        Unsaved::NoPen,
        Unsaved::Replay,
        Unsaved::TrainingOver,
        Unsaved::Changed,
        Unsaved::Slow,
        Unsaved::WriterEnded,
        Unsaved::Unwritable(value()),
    ];
    disk.chain(others).collect()
}

fn unusable() -> Vec<Unusable> {
    let trust = [
        Distrust::Link,
        Distrust::NotADirectory,
        Distrust::NotAFile,
        Distrust::Owner(1_000),
        Distrust::Mode(0o777),
        Distrust::Links,
    ];
    let mut all = vec![
        Unusable::Missing(value()),
        Unusable::Unknown(value()),
        Unusable::Ambiguous(value(), vec![String::from("a"), String::from("b")]),
        Unusable::Empty(value()),
        Unusable::Held,
        Unusable::Begin(Unsaved::Disk(Refusal::Full)),
        Unusable::Moved(value()),
        Unusable::BadCopy(value()),
        Unusable::SharedDisk(value(), "NFS"),
        Unusable::There(value()),
    ];
    all.extend(trust.map(|it| Unusable::Unsafe(value(), it)));
    all.extend(refusals().into_iter().map(|it| Unusable::Kernel(value(), it)));
    all
}

fn tapes() -> [TapeFault; 6] {
    [
        TapeFault::GoesOn,
        TapeFault::Ends,
        TapeFault::Unread(value()),
        TapeFault::Malformed(value()),
        TapeFault::NoKeyframe,
        TapeFault::Rows,
    ]
}

fn faults() -> [ThemeFault; 17] {
    [
        ThemeFault::Syntax(value()),
        ThemeFault::NotTable(value()),
        ThemeFault::NotText(value()),
        ThemeFault::NotSwitch(value()),
        ThemeFault::Ground,
        ThemeFault::Key(value()),
        ThemeFault::StylePart(value()),
        ThemeFault::NoRole(value()),
        ThemeFault::RoleMissing("crit"),
        ThemeFault::NotColour(value()),
        ThemeFault::NoColour(value()),
        ThemeFault::NoParent(value()),
        ThemeFault::Circle(value()),
        ThemeFault::NoTheme(value(), vec![String::from("dark")]),
        ThemeFault::Open,
        ThemeFault::TooLarge,
        ThemeFault::Kernel(Refusal::Forbidden),
    ]
}

fn troubles() -> Vec<Trouble> {
    let mut all = vec![
        Trouble::NoPlace(unusable()),
        Trouble::NoHome,
        Trouble::NoParent(value()),
        Trouble::NothingToResume,
        Trouble::EmptySession,
        Trouble::IsTraining,
        Trouble::TrainingHeld,
        Trouble::NoWalkthrough(value(), vec![String::from("two-miners")]),
        Trouble::BadWalkthrough(value()),
        Trouble::OneReplay,
        Trouble::NothingRecorded,
        Trouble::NoPlaybook(value(), &["PB-31"]),
        Trouble::PlaybookChanged,
        Trouble::NoEyes(value(), Refusal::NotThere),
        Trouble::Panicked(value(), None),
        Trouble::Panicked(value(), Some(value())),
        Trouble::Unguarded(value()),
        Trouble::LooksStopped,
        Trouble::NoTerminal,
        Trouble::NoShell,
        Trouble::Fell(value()),
    ];
    let deaths = [Death::Kill, Death::Abort, Death::Segv, Death::Bus, Death::Other(31)];
    all.extend(deaths.map(|death| Trouble::Killed(death, value())));
    all.extend(tapes().map(Trouble::BadTape));
    for why in tapes().map(Some).into_iter().chain([None]) {
        let until = why.as_ref().map(|_| Timestamp::UNIX_EPOCH);
        all.push(Trouble::BadPart(Box::new(BadPart { file: value(), until, why })));
    }
    let files = [BadFile::Directory, BadFile::Special, BadFile::Huge(8), BadFile::Binary];
    let files =
        files.into_iter().chain([BadFile::Encoding(3), BadFile::Kernel(Refusal::Forbidden)]);
    all.extend(files.map(|it| Trouble::Playbook(value(), it)));
    all.extend(unusable().into_iter().map(Trouble::Session));
    all.extend(refusals().into_iter().map(Trouble::NoThread));
    all.extend(refusals().into_iter().map(Trouble::BadTerminal));
    all.extend(refusals().into_iter().map(Trouble::NoLoop));
    all
}

fn is_thai(text: &str) -> bool {
    text.chars().any(|letter| ('\u{e00}'..='\u{e7f}').contains(&letter))
}

/// What one language says is said, is in that language, and holds nothing that could reach the terminal raw.
fn said(language: Language, of: &str, text: &str) {
    assert!(!text.trim().is_empty(), "{of} says nothing");
    assert_eq!(is_thai(text), language == Language::Th, "{of}: {text}");
    assert!(!text.contains('\u{1b}'), "{of}: {text:?}");
}

#[test]
fn every_trouble_says_what_why_and_what_to_do_in_both_languages() {
    for language in LANGUAGES {
        for it in troubles() {
            let told = trouble(language, &it);
            let name = format!("{it:?}");
            said(language, &name, &told.what.plain(40));
            said(language, &name, &told.next.plain(40));
            // Why may be nothing but what somebody else said.
            assert!(!told.why.plain(40).is_empty(), "{name}");
        }
    }
}

#[test]
fn why_a_theme_a_tape_or_a_screen_failed_is_said_in_the_language_of_the_rest() {
    for language in LANGUAGES {
        for why in faults() {
            let name = format!("{why:?}");
            let bad = BadTheme { place: Some(("mine.toml".into(), 7)), why };
            let phrase = theme(language, &bad).plain(40);
            assert!(phrase.starts_with("mine.toml:7: "), "{phrase}");
            said(language, &name, &phrase);
        }
        let reasons = troubles().into_iter().filter(|it| {
            matches!(it, Trouble::BadTape(_) | Trouble::BadPart(_) | Trouble::Killed(..))
                || matches!(it, Trouble::NoEyes(..) | Trouble::Unguarded(_))
        });
        for it in reasons {
            said(language, &format!("{it:?}"), &trouble(language, &it).why.plain(40));
        }
    }
}

#[test]
fn every_answer_of_the_kernel_has_its_own_words() {
    for language in LANGUAGES {
        let all = refusals();
        for it in &all {
            let name = format!("{it:?}");
            said(language, &name, short(language, it));
            said(language, &name, remedy(language, it));
            said(language, &name, before(language, it));
            said(language, &name, &why(language, it).plain(40));
        }
        let words: std::collections::BTreeSet<&str> =
            all.iter().map(|it| short(language, it)).collect();
        assert_eq!(words.len(), all.len(), "two kinds must not sound the same");
        let other = why(language, &Refusal::Other(value())).plain(40);
        assert!(other.contains("kernel") && other.contains("VAL^[UE"), "{other}");
    }
}

#[test]
fn what_to_do_is_read_on_the_narrowest_screen() {
    let on_screen = [Trouble::LooksStopped, Trouble::NoShell, Trouble::PlaybookChanged];
    let closed = [
        Closed::Replay,
        Closed::Training,
        Closed::Damaged,
        Closed::Forked,
        Closed::NoSession,
        Closed::NoSeat,
    ];
    let mut too_long = Vec::new();
    for language in LANGUAGES {
        for it in on_screen.iter().chain(&[Trouble::Fell(value())]) {
            let told = trouble(language, it);
            let line = format!("{}. {}", told.what.plain(0), told.next.plain(0));
            too_long.extend(Some(line).filter(|line| width(line) > ROOM));
        }
        let mut notices: Vec<NoticeKind> =
            reasons().into_iter().map(NoticeKind::NotSaved).collect();
        notices.extend(refusals().into_iter().map(NoticeKind::NotRecording));
        notices.extend(closed.map(NoticeKind::NoPenHere));
        notices.push(NoticeKind::LittleRoom(61));
        notices.push(NoticeKind::NewPlace(value()));
        notices.push(NoticeKind::NotCarried(NotCarried::Relative));
        notices.push(NoticeKind::NotCarried(NotCarried::Busy));
        for (tree, checklist) in [(true, false), (false, true), (false, false)] {
            notices.push(NoticeKind::PlainPlaybook { tree, checklist });
        }
        for it in notices {
            let phrase = notice(language, &it);
            said(language, &format!("{it:?}"), &phrase.plain(40));
            let ours = phrase.plain(0);
            too_long.extend(Some(ours).filter(|line| width(line) > ROOM));
        }
    }
    assert_eq!(too_long, [""; 0]);
}

#[test]
fn the_banner_names_every_refusal_and_the_way_out() {
    for language in LANGUAGES {
        for it in refusals() {
            let line = waiting(language, &Waiting { entries: 12, why: it.clone() }).plain(40);
            said(language, &format!("{it:?}"), &line);
            let way_out = line.find(":move DIR").map_or(usize::MAX, |at| width(&line[..at]));
            assert!(way_out < 80 - 3 - ":move DIR".len(), "{it:?}: {line}");
        }
    }
}

#[test]
fn places_that_take_nothing_are_named_one_by_one() {
    let two = [
        Unusable::Kernel("/var/lib/firedamp".into(), Refusal::ReadOnly),
        Unusable::Unsafe("/run/firedamp".into(), Distrust::Owner(1_000)),
    ];
    let english = joined(Language::En, &two).plain(80);
    assert_eq!(
        english,
        "the disk can only be read: /var/lib/firedamp; /run/firedamp belongs to another user, uid 1000"
    );
}

#[test]
fn what_is_to_be_typed_is_never_broken_where_a_shell_would_take_its_beginning_alone() {
    let command = "firedamp resume 20261122T100000Z-web-03-example --dir /srv/sessions --as suda";
    for language in LANGUAGES {
        let killed = Complaint::from(Trouble::Killed(Death::Kill, command.into()));
        let gone = Complaint::from(Trouble::Unguarded(command.into()));
        for (complaint, columns) in [(&killed, 50), (&gone, 80), (&gone, 200)] {
            let shown = complaint.show(language, Some(columns));
            let whole = shown.lines().filter(|line| line.ends_with(command)).count();
            assert_eq!(whole, 1, "{columns}: {shown}");
            let fits = |line: &str| width(line) < columns || line.trim() == command;
            assert!(shown.lines().all(fits), "{columns}: {shown}");
        }
    }
}
