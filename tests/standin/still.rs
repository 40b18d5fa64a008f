//! The cockpit's screen after some looks of a tape: the same state, the same drawing, and no host behind it.
//!
//! A stage in namespaces is one that the program calls partial, and it is right. What is on a tape was seen on a whole host.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{Pen, Size, Source};
use firedamp::cockpit::{Effect, Model, Msg, Opened, update};
use firedamp::domain::base::{Both, Digest, Moment};
use firedamp::domain::facts::Snapshot;
use firedamp::domain::playbook::{PB_31, read};
use firedamp::domain::session::{Entry, Event, Opening, PROGRAM, Stamp};
use firedamp::host::store::Tape;
use firedamp::ui::theme::Theme;
use firedamp::{ui, words};
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

/// Who works.
const WHO: &str = "niran";

/// A cockpit on a tape, and a journal that saves at once.
pub(crate) struct Still {
    model: Model,
    looks: Vec<Arc<Snapshot>>,
    /// Looks that were seen.
    seen: usize,
    entries: u64,
}

impl Still {
    /// In a new session, which begins with the look after so many seconds of the tape.
    pub(crate) fn begin(tape: &Path, second: usize, columns: u16, rows: u16) -> Self {
        let mut tape = Tape::of([std::fs::read(tape).unwrap().into()]);
        let looks: Vec<_> = (second..tape.len()).map(|at| Arc::new(tape.at(at).unwrap())).collect();
        let first = Arc::clone(&looks[0]);
        let model = Model::new(WHO.into(), first.moment, words::search);
        let mut still = Self { model, looks, seen: 0, entries: 0 };
        still.model.read = ui::read;
        still.take(Msg::Resized(Size { columns, rows }));
        let opening = Opening {
            version: env!("CARGO_PKG_VERSION").into(),
            host: first.host.name.clone(),
            playbook: "PB-31".into(),
            title: "Cryptomining".into(),
            sha256: Digest::default(),
            training: None,
        };
        let opened = still.entry(Event::Opened(opening));
        still.take(Msg::Opened(Box::new(Opened {
            id: first.moment.at.strftime("%Y%m%dT%H%M%SZ-web-03").to_string(),
            pen: Pen::Ours,
            past: vec![opened].into(),
            playbook: Both { en: Arc::new(read(PB_31.en).0), th: Arc::new(read(PB_31.th).0) },
            source: Source::default(),
            walkthrough: None,
        })));
        still
    }

    /// So many looks go by, one a second.
    pub(crate) fn watch(&mut self, looks: usize) {
        for _ in 0..looks {
            let look = Arc::clone(&self.looks[self.seen]);
            self.take(Msg::Tick(look.moment));
            self.take(Msg::Seen(look));
            self.seen += 1;
        }
    }

    /// Presses these keys; `~` is Enter.
    pub(crate) fn press(&mut self, keys: &str) {
        for letter in keys.chars() {
            let key = if letter == '~' { Key::Enter } else { Key::Char(letter) };
            self.take(Msg::Key(key));
        }
    }

    /// The screen as a terminal shows it.
    pub(crate) fn screen(&self) -> vt100::Screen {
        let Size { columns, rows } = self.model.size;
        let area = Rect::new(0, 0, columns, rows);
        let mut buffer = Buffer::empty(area);
        let theme = Theme::of_name("dark");
        ui::Screen { model: &self.model, theme: &theme }.render(area, &mut buffer);
        let cells = (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y)));
        let mut bytes = Vec::new();
        CrosstermBackend::new(&mut bytes)
            .draw(cells.map(|(x, y)| (x, y, &buffer[(x, y)])))
            .unwrap();
        let size = |cells: u16| std::num::NonZeroU16::new(cells).unwrap();
        let mut parser = vt100::Parser::new(size(rows), size(columns), 0);
        parser.process(&bytes);
        parser.screen().clone()
    }

    fn take(&mut self, msg: Msg) {
        let mut waiting = VecDeque::from([msg]);
        while let Some(msg) = waiting.pop_front() {
            for effect in update(&mut self.model, msg) {
                if let Effect::Record { ticket, event } = effect {
                    let entry = self.entry(event);
                    waiting.push_back(Msg::Saved(ticket, Box::new(entry)));
                }
            }
        }
    }

    fn entry(&mut self, event: Event) -> Entry {
        self.entries += 1;
        let Moment { at, boot_ms: ms } = self.model.now;
        let by = if matches!(event, Event::Found { .. }) { PROGRAM } else { WHO }.into();
        let boot = Stamp { id: String::new(), ms };
        Entry { seq: self.entries, at, boot, by, prev: Digest::default(), event }
    }
}
