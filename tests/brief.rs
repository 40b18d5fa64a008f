//! `firedamp brief`: what goes into a ticket does nothing there but stand there.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a broken test should stop where it is; it runs the program"
)]

use std::process::Command;

use firedamp::domain::base::{Digest, Moment, Timestamp};
use firedamp::domain::playbook::{ItemId, PB_31};
use firedamp::domain::session::{Event, ItemState, Opening};
use firedamp::domain::untrusted::Untrusted;
use firedamp::host::store::{Hand, Store};
use pulldown_cmark::{Options, Parser, Tag};
use tempfile::TempDir;

const HOSTILE: [&str; 6] = [
    "` [click](http://192.0.2.1/) ![x](http://192.0.2.1/p.png) @everyone",
    "``` <img src=x onerror=alert(1)> <script>",
    "x\n# heading\n- [ ] item\n> quote\n| a | b |",
    "\u{1b}]52;c;QQ==\u{7}\u{202e}gnp.exe",
    "**bold** _it_ ~~gone~~ $x$ &lt; \\",
    "```````",
];

fn session() -> TempDir {
    let place = TempDir::new().unwrap();
    let store = Store::at(&place.path().join("sessions")).unwrap();
    let moment = Moment { at: Timestamp::from_second(1_795_282_200).unwrap(), boot_ms: 0 };
    let hostile = |at: usize| Untrusted::from(*HOSTILE.get(at % HOSTILE.len()).unwrap());
    let opening = Opening {
        version: "0.1.0".into(),
        host: hostile(0),
        playbook: "PB-31".into(),
        title: hostile(1),
        sha256: Digest::default(),
        training: None,
    };
    let mut opened = store.create(opening, PB_31.en, moment, &hostile(2)).unwrap();
    let Hand::Pen(journal) = &mut opened.hand else { panic!("a new session is ours") };
    for at in 0..HOSTILE.len() {
        let (text, what) = (hostile(at), hostile(at));
        let item = ItemId(format!("1.3/{}", at + 1));
        for event in [
            Event::Noted { text: text.clone(), about: None },
            Event::Marked { item, state: ItemState::Blocked, reason: text.clone(), undoes: None },
            Event::Trouble { what },
            Event::Allowed { program: text.clone(), sha256: None },
            Event::HandedOff { words: text.clone(), to: text, read: vec![] },
        ] {
            journal.append(moment, &hostile(at + 1), event).unwrap();
        }
    }
    place
}

fn brief(place: &TempDir, args: &[&str]) -> String {
    let done = Command::new(env!("CARGO_BIN_EXE_firedamp"))
        .args(["brief", "latest"])
        .args(args)
        .env("FIREDAMP_DIR", place.path().join("sessions"))
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

#[test]
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest of Markdown is as it may be")]
fn hostile_text_is_neither_link_nor_picture_nor_html_nor_heading_in_markdown() {
    let place = session();
    for language in ["en", "th"] {
        let page = brief(&place, &["--format", "md", "--lang", language]);
        let mut headings = 0;
        for event in Parser::new_ext(&page, Options::all()) {
            use pulldown_cmark::Event as Seen;
            match event {
                Seen::Start(
                    Tag::Link { .. }
                    | Tag::Image { .. }
                    | Tag::Table(_)
                    | Tag::BlockQuote(_)
                    | Tag::CodeBlock(_)
                    | Tag::HtmlBlock,
                )
                | Seen::Html(_)
                | Seen::InlineHtml(_)
                | Seen::InlineMath(_)
                | Seen::DisplayMath(_) => panic!("{event:?} in\n{page}"),
                Seen::Start(Tag::Heading { .. }) => headings += 1,
                Seen::Text(text) => {
                    assert!(!text.contains("192.0.2.1") && !text.contains('@'), "{text}");
                }
                _ => {}
            }
        }
        let own = page.lines().filter(|it| it.starts_with("# ") || it.starts_with("## ")).count();
        assert!(headings == own && headings > 8, "{page}");
    }
}

#[test]
fn nothing_that_a_terminal_would_obey_is_in_either_form() {
    let place = session();
    for args in [&[][..], &["--format", "md"], &["--lang", "th"]] {
        let page = brief(&place, args);
        let stray = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!page.contains(stray), "{page}");
        assert!(page.contains("^[]52;c;QQ==^G"), "{page}");
    }
}

#[test]
fn the_text_is_no_wider_than_a_ticket() {
    let page = brief(&session(), &[]);
    assert!(page.lines().all(|line| line.chars().count() <= 100), "{page}");
}
