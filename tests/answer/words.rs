//! What is said of facts and criteria: in both languages, and short enough to be read at night.

use firedamp::domain::answer::{Ask, Fact, FactsFrom, Firing, Provider, Way, What};
use firedamp::domain::base::{Digest, Language};
use firedamp::domain::detect::{FactSource, Grade, Rule};
use firedamp::domain::facts::{AutostartChange, AutostartKind};
use firedamp::domain::session::Figure;
use firedamp::words::answer::{self, Word};

const ASKS: [Ask; 11] = [
    Ask::Console,
    Ask::Owner,
    Ask::HostType,
    Ask::Hosts,
    Ask::Finance,
    Ask::Wire,
    Ask::Rate,
    Ask::Identity,
    Ask::Builders,
    Ask::People,
    Ask::Logs,
];

fn facts() -> Vec<What> {
    let end = "203.0.113.9:22".parse().unwrap();
    let address = "169.254.169.254".parse().unwrap();
    vec![
        What::NotLooked,
        What::GpuUnread,
        What::NotListening,
        What::NotHunted,
        What::FirmwareUnread,
        What::HomesUnread(0),
        What::HomesUnread(2),
        What::NothingOut,
        What::NoGpu,
        What::Cpu(97.0, Some((80.0, 2))),
        What::Gpu(97.0, Some(60.0)),
        What::Found(1, 2),
        What::Process("7 x".into(), Rule::PoolUrl, "x".into()),
        What::Program("/x".into(), true, Some(Digest([7; 32]))),
        What::Pools(1, Some(end)),
        What::Named("x".into()),
        What::Heard(1, 2, 3),
        What::Came(Way::Login, "a > b".into()),
        What::Entered(Rule::ServiceChild, "x".into()),
        What::RunsAs("x".into()),
        What::InContainer("x".into()),
        What::Autostarts(0, 0, 0),
        What::Autostarts(2, 1, 1),
        What::AutostartNews(1, 0),
        What::AutostartNews(1, 2),
        What::AutostartNew(AutostartChange::Appeared, AutostartKind::Cron, "/x".into()),
        What::Rented(Provider::Amazon, "x".into()),
        What::Metadata(address, "x".into()),
        What::Agent(Provider::Azure, "x".into()),
        What::OwnMachine("x".into()),
        What::Firmware("x".into()),
        What::Virtual("x".into()),
        What::SshOut(1, end, "x".into()),
        What::Scan(6, 22, "x".into()),
        What::Keys(1, 2, 3, 0),
        What::Keys(1, 2, 3, 4),
        What::Hides(0),
        What::Hides(2),
        What::Stated(Figure::Hosts, "3".into()),
        What::Used(1.0, 2.0),
        What::Spent("$1.00".into(), false),
        What::Spent("$1.00".into(), true),
        What::Users(2),
        What::ChangedTool("x".into()),
        What::HostName("x".into()),
        What::Desktop("x".into()),
    ]
}

fn said(language: Language) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    all.extend(Word::ALL.iter().map(|it| it.text(language).to_owned()));
    all.extend(ASKS.iter().map(|it| answer::ask(language, *it).to_owned()));
    all.extend(Figure::ALL.iter().map(|it| answer::figure_name(language, *it).to_owned()));
    let ways = [Way::Service, Way::Supply, Way::Image, Way::Login, Way::Autostart];
    all.extend(ways.iter().map(|it| answer::way(language, *it).to_owned()));
    let firing = [Firing::Due, Firing::Look, Firing::Silent];
    all.extend(firing.iter().map(|it| answer::firing(language, *it).to_owned()));
    all.extend(facts().into_iter().map(|what| {
        let fact = Fact { what, from: FactsFrom::Look(FactSource::Stat) };
        answer::fact(language, &fact).plain(40)
    }));
    all
}

fn is_thai(text: &str) -> bool {
    text.chars().any(|it| ('\u{0e00}'..='\u{0e7f}').contains(&it))
}

#[test]
fn every_phrase_is_said_in_both_languages() {
    for (en, th) in said(Language::En).iter().zip(said(Language::Th)) {
        assert!(!en.is_empty() && !is_thai(en), "{en}");
        assert!(is_thai(&th), "{en}: {th}");
    }
}

#[test]
fn no_sentence_is_longer_than_twelve_words() {
    for en in said(Language::En) {
        assert!(en.split_whitespace().count() <= 12, "{en}");
    }
}

#[test]
fn what_starts_by_itself_is_named_as_the_journal_names_it() {
    let what = What::Autostart(Grade::Suspect, AutostartKind::Cron, "/etc/cron.d/x".into());
    let fact = Fact { what, from: FactsFrom::Look(FactSource::Persistence) };
    assert_eq!(answer::fact(Language::En, &fact).plain(40), "cron /etc/cron.d/x (suspect)");
}
