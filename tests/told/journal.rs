//! What the journal and the timeline tell: what is new, what is over, and what was put back.

use std::sync::Arc;

use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{NoticeKind, Pen, Source};
use firedamp::cockpit::pen::{Around, Came, Holding, Went};
use firedamp::cockpit::trouble::BadRules;
use firedamp::cockpit::{Effect, Msg};
use firedamp::domain::detect::{FactSource, Finding, Grade, Reason, Rule, Rulebook, Subject};
use firedamp::domain::facts::{Own, Snapshot};
use firedamp::domain::session::{BrokenFile, Event, InForce, Listening};

use crate::incident::{Desk, entry, miner, opened, opening, process, snapshot};
use crate::{LANGUAGES, keys, screen};

fn found(effects: &[Effect]) -> Vec<Vec<Rule>> {
    let rules = |effect: &Effect| {
        let Effect::Record { event: Event::Found { finding, .. }, .. } = effect else {
            return None;
        };
        Some(finding.reasons.iter().map(|it| it.rule).collect())
    };
    effects.iter().filter_map(rules).collect()
}

#[test]
fn a_second_entry_about_a_process_begins_with_what_is_new() {
    let mut desk = Desk::at_work();
    let innocent = || process(42, "php", b"php\0-o\0stratum+tcp://pool.example:3333");
    let effects = desk.tell(Msg::Seen(Arc::new(snapshot(1_000, vec![innocent()]))));
    let first = found(&effects);
    assert_eq!(first.len(), 1);
    let before = first[0].clone();
    desk.save(effects);
    let mut deleted = innocent();
    deleted.exe_deleted = true;
    let effects = desk.tell(Msg::Seen(Arc::new(snapshot(2_000, vec![deleted]))));
    let second = found(&effects);
    assert_eq!(second.len(), 1, "{second:?}");
    assert!(!before.contains(&second[0][0]), "{before:?} {second:?}");
    assert!(before.iter().all(|rule| second[0].contains(rule)), "nothing is left out");
}

fn seen_with(carriers: u32, at: u64) -> Arc<Snapshot> {
    let own = Own { carriers, ..Own::default() };
    Arc::new(Snapshot { own: Arc::new(own), ..snapshot(at, vec![process(7, "sh", b"sh")]) })
}

fn prepared(effects: &[Effect]) -> Vec<u32> {
    let carriers = |effect: &Effect| {
        let Effect::Record { event: Event::Prepared(own), .. } = effect else { return None };
        Some(own.carriers)
    };
    effects.iter().filter_map(carriers).collect()
}

#[test]
fn that_workers_were_put_back_is_an_entry_which_says_so() {
    for (language, said) in LANGUAGES.into_iter().zip(["own nice values again", "nice เดิมแล้ว"])
    {
        let mut desk = Desk::at_work();
        desk.model.language = language;
        let mut told = Vec::new();
        for (carriers, at) in [(0, 1_000), (2, 2_000), (3, 3_000), (0, 4_000), (0, 5_000)] {
            let effects = desk.tell(Msg::Seen(seen_with(carriers, at)));
            told.extend(prepared(&effects));
            desk.save(effects);
        }
        assert_eq!(told, [2, 0]);
        keys(&mut desk, "6");
        let shown = screen(&desk.model);
        assert_eq!(shown.matches(said).count(), 1, "{shown}");
    }
}

fn rules(effects: &[Effect]) -> Vec<InForce> {
    let rules = |effect: &Effect| {
        let Effect::Record { event: Event::Rules(rules), .. } = effect else { return None };
        Some(InForce::clone(rules))
    };
    effects.iter().filter_map(rules).collect()
}

/// The folder was read: this list, and a file of which two lines are bad.
fn loaded(list: &str) -> Msg {
    let contents = firedamp::domain::detect::rulebook::read("case7.txt", list);
    let bad = |line| BadRules {
        file: "/home/suda/.config/firedamp/rules/x.yml".into(),
        line,
        why: firedamp::cockpit::trouble::RulesFault::NoFile,
    };
    Msg::RulesLoaded(Arc::new(Rulebook::with(&[contents])), vec![bad(3), bad(9)])
}

#[test]
fn a_session_says_by_which_rules_it_judges_and_says_it_again_when_they_change() {
    for (language, said) in LANGUAGES.into_iter().zip(["1 file: case7.txt", "ไฟล์ 1 ไฟล์: case7.txt"])
    {
        let mut desk = Desk::at_the_start();
        desk.model.language = language;
        let list = "# expires: 1969-01-01\n192.0.2.7\nwork.example\n";
        assert_eq!(rules(&desk.tell(loaded(list))), [], "there is no journal yet");
        let effects = desk.tell(Msg::Opened(Box::new(opened(vec![opening()], Source::default()))));
        let told = rules(&effects);
        desk.save(effects);
        assert_eq!(told.len(), 1);
        let file = told[0].files.last().unwrap();
        assert_eq!((&file.file, file.indicators, file.expired), (&"case7.txt".into(), 2, 2));
        assert!(!file.built_in && told[0].files[0].built_in);
        let broken = BrokenFile { file: "x.yml".into(), line: 3, faults: 2 };
        assert_eq!(told[0].broken, [broken], "without the folder, which names a person");
        let look = || Msg::Seen(Arc::new(snapshot(1_000, Vec::new())));
        assert_eq!(rules(&desk.tell(look())), [], "once");
        assert_eq!(rules(&desk.tell(loaded(list))), [], "the same rules again");
        let effects = desk.tell(loaded("192.0.2.8\n"));
        let again = rules(&effects);
        desk.save(effects);
        assert_eq!(again.len(), 1);
        assert_ne!(again[0].digest, told[0].digest);
        keys(&mut desk, "6");
        let shown = screen(&desk.model);
        assert!(shown.contains(said), "{shown}");
    }
}

#[test]
fn rules_are_said_again_only_if_the_journal_does_not_say_them_yet_and_by_whoever_has_the_pen() {
    let mut desk = Desk::at_the_start();
    desk.tell(loaded("192.0.2.7\n"));
    let open = |entries| Msg::Opened(Box::new(opened(entries, Source::default())));
    let told = rules(&desk.tell(open(vec![opening()])));
    let before = entry(2, Event::Rules(Box::new(told[0].clone())));
    assert_eq!(rules(&desk.tell(open(vec![opening(), before.clone()]))), []);
    let others = InForce { files: Vec::new(), ..told[0].clone() };
    let others = entry(3, Event::Rules(Box::new(others)));
    desk.tell(Msg::Pen(Pen::Observer(None)));
    desk.tell(Msg::Followed(vec![others]));
    let look = || Msg::Seen(Arc::new(snapshot(1_000, Vec::new())));
    assert_eq!(rules(&desk.tell(look())), [], "another one judges by its own");
    desk.tell(Msg::Pen(Pen::Ours));
    assert_eq!(rules(&desk.tell(look())), told);
}

#[test]
fn without_the_pen_that_workers_were_put_back_waits_until_the_pen_is_here() {
    let mut desk = Desk::at_work();
    let effects = desk.tell(Msg::Seen(seen_with(2, 1_000)));
    desk.save(effects);
    desk.tell(Msg::Pen(Pen::Observer(None)));
    assert!(prepared(&desk.tell(Msg::Seen(seen_with(0, 2_000)))).is_empty());
    desk.tell(Msg::Pen(Pen::Ours));
    assert_eq!(prepared(&desk.tell(Msg::Seen(seen_with(0, 3_000)))), [0]);
}

#[test]
fn another_screen_shows_whom_the_first_one_raised() {
    for (language, said) in LANGUAGES.into_iter().zip(["another screen", "จออื่น"]) {
        let mut desk = Desk::at_work();
        desk.model.language = language;
        desk.tell(Msg::Pen(Pen::Observer(None)));
        let raised = Own { carriers: 2, fixed: true_reading(), ..Own::default() };
        desk.tell(Msg::Followed(vec![entry(2, Event::Prepared(Box::new(raised.clone())))]));
        let own = Own { carriers: 0, ..raised.clone() };
        let look = Snapshot { own: Arc::new(own.clone()), ..snapshot(1_000, Vec::new()) };
        desk.tell(Msg::Seen(Arc::new(look)));
        keys(&mut desk, "gx");
        assert!(screen(&desk.model).contains(said), "{}", screen(&desk.model));
        desk.tell(Msg::Followed(vec![entry(3, Event::Prepared(Box::new(own)))]));
        assert!(!screen(&desk.model).contains(said));
    }
}

#[test]
fn what_the_writer_raised_is_no_longer_said_when_it_is_gone_or_wrote_no_more() {
    let raised = Own { carriers: 2, fixed: true_reading(), ..Own::default() };
    let gone = || Msg::Around(Around { holding: Holding::Free, ..Around::default() });
    let followed = |event| Msg::Followed(vec![entry(3, event)]);
    let given = Event::PenGiven { to: "somsak".into() };
    for end in [gone(), followed(Event::Left), followed(given)] {
        let mut desk = Desk::at_work();
        desk.tell(Msg::Pen(Pen::Observer(None)));
        desk.tell(Msg::Followed(vec![entry(2, Event::Prepared(Box::new(raised.clone())))]));
        let own = Own { carriers: 0, ..raised.clone() };
        let look = Snapshot { own: Arc::new(own), ..snapshot(1_000, Vec::new()) };
        desk.tell(Msg::Seen(Arc::new(look)));
        keys(&mut desk, "gx");
        assert!(screen(&desk.model).contains("another screen"));
        desk.tell(end);
        assert!(!screen(&desk.model).contains("another screen"), "{}", screen(&desk.model));
    }
}

#[test]
fn whom_a_screen_still_holds_raised_is_an_entry_again_when_its_pen_comes_back() {
    let mut desk = Desk::at_work();
    let effects = desk.tell(Msg::Seen(seen_with(2, 1_000)));
    assert_eq!(prepared(&effects), [2]);
    desk.save(effects);
    let went = Went { past: vec![opening()].into(), to: Some("somsak".into()), given: true };
    desk.tell(Msg::PenWent(Box::new(went)));
    assert!(prepared(&desk.tell(Msg::Seen(seen_with(2, 2_000)))).is_empty());
    let came = Came { past: vec![opening()].into(), from: "somsak".into(), reason: "".into() };
    desk.tell(Msg::PenCame(Box::new(came)));
    assert_eq!(prepared(&desk.tell(Msg::Seen(seen_with(2, 3_000)))), [2]);
}

const fn true_reading() -> firedamp::domain::facts::Reading<bool> {
    firedamp::domain::facts::Reading::Known(true)
}

#[test]
fn that_nobody_listens_any_more_is_said_when_a_session_is_taken_up() {
    for (language, said) in LANGUAGES.into_iter().zip(["ended with the last screen", "จอก่อน"])
    {
        let mut desk = Desk::at_work();
        desk.model.language = language;
        let entries = vec![opening(), entry(2, Event::Listening { on: true })];
        let effects = desk.tell(Msg::Opened(Box::new(opened(entries, Source::default()))));
        assert_eq!(desk.model.notice.as_ref().unwrap().kind, NoticeKind::WireLost);
        desk.save(effects);
        assert_eq!(desk.session().state.listening, Listening::Lost);
        desk.tell(Msg::Seen(Arc::new(snapshot(1_000, Vec::new()))));
        desk.model.notice = None;
        keys(&mut desk, "gw");
        assert!(screen(&desk.model).contains(said), "{}", screen(&desk.model));
        keys(&mut desk, "W");
        let effects = desk.press(Key::Char('y'));
        desk.save(effects);
        assert_eq!(desk.session().state.listening, Listening::On);
    }
}

#[test]
fn the_end_of_a_confirmed_miner_is_a_line_of_its_own_also_when_it_was_acknowledged_long_ago() {
    let of = |pid: u32, grade| {
        let rule = Rule::PoolUrl;
        let reason = Reason { rule, value: "x".into(), source: FactSource::CommandLine };
        Finding { subject: Subject::Process(miner(pid).id), grade, reasons: vec![reason] }
    };
    let mut seq = 1;
    let mut next = |event| {
        seq += 1;
        entry(seq, event)
    };
    let mut entries = vec![opening()];
    let first = of(1, Grade::Confirmed);
    let subject = first.subject.clone();
    entries.push(next(Event::Found { finding: first, name: "1 miner".into() }));
    entries.push(next(Event::Acknowledged { subject: subject.clone() }));
    entries.push(next(Event::Ended { subject: subject.clone(), name: "1 miner".into() }));
    let grave = entries.len() as u64;
    // So much comes and goes that the finding itself is let go.
    for pid in 2..5_200 {
        let finding = of(pid, Grade::Suspect);
        let subject = finding.subject.clone();
        entries.push(next(Event::Found { finding, name: "other".into() }));
        entries.push(next(Event::Ended { subject, name: "other".into() }));
    }
    let mut desk = Desk::at_work();
    desk.tell(Msg::Opened(Box::new(opened(entries, Source::default()))));
    assert!(!desk.session().state.findings.contains_key(&subject), "it was let go");
    keys(&mut desk, "6");
    let shown = screen(&desk.model);
    let line = shown.lines().find(|it| it.contains(&format!("#{grave} ")));
    assert!(line.is_some_and(|it| it.contains("1 miner")), "{shown}");
}
