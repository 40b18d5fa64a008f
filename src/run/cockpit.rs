//! The loop: what happened goes in, the model goes on, effects go out, one frame is drawn.
//!
//! All that waits is taken in before a frame is drawn, so a burst costs one frame; nothing is drawn when nothing
//! changed; and a line that takes no more bytes gets no frame until it does.

mod changed;
mod happening;
mod signals;

pub(super) use self::happening::{Ended, Happening};
pub(super) use self::signals::Signals;

use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use crate::cockpit::dialog::Dialog;
use crate::cockpit::model::{Copied, NoticeKind, Pane, SourceKind, Touched};
use crate::cockpit::trouble::Trouble;
use crate::cockpit::{Effect, Model, Msg, update};
use crate::domain::base::Clock;
use crate::host::probe::raise;
use crate::run::canvas::Canvas;
use crate::run::hands::Hands;
use crate::run::input::Keys;
use crate::run::rules::Rules;
use crate::run::terminal;
use crate::run::themes::Themes;
use crate::run::{clip, guard};
use crate::ui::{self, Screen};
use crate::words::Caption;

/// A look at the clock is due when nothing was seen for this long.
const QUIET_MS: u64 = 1_500;
/// Whom we follow is looked at this often, together with what was seen: a program that wakes up seldom costs little.
const FOLLOW: Duration = Duration::from_millis(1_900);
/// After this pause the letters that may follow a first key are listed; the second key waits for nothing.
const LINGER: Duration = Duration::from_millis(300);
/// Pause before the shell is looked at again, whether it gave the terminal back.
const AWAY: Duration = Duration::from_millis(200);
/// Whoever continues us may be in the middle of taking the terminal away: nothing is drawn for this long.
const SETTLE: Duration = Duration::from_millis(60);

/// Everything on the responder's side of the loop.
pub(super) struct Desk<'a> {
    /// State.
    pub model: Model,
    /// Colours.
    pub themes: Themes,
    /// The responder's own rules.
    pub rules: Rules,
    /// Where frames are drawn.
    pub canvas: Canvas,
    /// What carries effects out.
    pub hands: &'a mut dyn Hands,
    /// Time.
    pub clock: &'a dyn Clock,
    /// How much of what is on the screen is no longer true.
    stale: Option<Touched>,
    /// The terminal shows what was printed, and no frame.
    printed: bool,
    /// The terminal was given to the shell.
    away: bool,
    /// When it is asked who has it.
    asks_at: Instant,
    prefix_since: Instant,
    followed: Instant,
    seen: bool,
    ended: Option<Ended>,
}

/// Runs until the responder leaves, the terminal goes away, or a signal ends it.
pub(super) async fn run(
    desk: &mut Desk<'_>,
    signals: &mut Signals,
    mut inbox: Receiver<Happening>,
) -> std::io::Result<Ended> {
    let keys = Keys::listen()?;
    let room = desk.canvas.room()?;
    let mut tick = interval(Duration::from_millis(QUIET_MS));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let full = !desk.draw()?;
        tokio::select! {
            biased;
            _ = signals.hangup.recv() => desk.ended = Some(Ended::TerminalGone),
            _ = signals.terminate.recv() => desk.ended = Some(Ended::Told),
            _ = signals.interrupt.recv() => desk.ended = Some(Ended::Told),
            _ = signals.resumed.recv() => {
                signals.forget_stops();
                desk.go_away(SETTLE);
            }
            _ = signals.stop.recv(), if !desk.away => desk.carry_out(Effect::Suspend),
            _ = signals.window.recv() => desk.resized(),
            waiting = keys.waiting(), if !desk.away => match waiting {
                Some(typed) => {
                    typed.msgs.into_iter().for_each(|msg| desk.apply(msg));
                    if typed.for_others {
                        desk.go_away(AWAY);
                    }
                }
                None => desk.ended = Some(Ended::TerminalGone),
            },
            // A shell that takes a running job to the front tells nobody. However much else happens, this comes round.
            () = sleep_until(desk.asks_at), if desk.away => desk.come_back()?,
            happening = inbox.recv() => match happening {
                Some(happening) => desk.take(happening),
                None => desk.ended = Some(Ended::TerminalGone),
            },
            _ = tick.tick() => desk.look_at_the_clock(),
            () = room.again(), if full => {}
            () = sleep_until(desk.prefix_since + LINGER), if desk.is_asked_for_more() => desk.apply(Msg::Lingered),
        }
        while let Ok(happening) = inbox.try_recv() {
            desk.take(happening);
        }
        if std::mem::take(&mut desk.seen) {
            tick.reset();
            desk.follow_if_due();
        }
        if let Some(ended) = desk.ended {
            return Ok(ended);
        }
    }
}

impl<'a> Desk<'a> {
    /// A desk with nothing on it yet.
    pub(super) fn new(
        model: Model,
        (themes, rules): (Themes, Rules),
        canvas: Canvas,
        hands: &'a mut dyn Hands,
        clock: &'a dyn Clock,
    ) -> Self {
        let mut desk = Self {
            model,
            themes,
            rules,
            canvas,
            hands,
            clock,
            stale: None,
            printed: false,
            away: false,
            asks_at: Instant::now(),
            prefix_since: Instant::now(),
            followed: Instant::now(),
            seen: false,
            ended: None,
        };
        desk.touch(Touched::Everything);
        desk.resized();
        desk
    }

    /// Applies a message and carries out what follows from it.
    pub(super) fn apply(&mut self, msg: Msg) {
        if matches!(msg, Msg::Key(_)) {
            self.prefix_since = Instant::now();
        }
        let mut waiting = std::collections::VecDeque::from([msg]);
        while let Some(msg) = waiting.pop_front() {
            let effects = update(&mut self.model, msg);
            self.touch(self.model.touched);
            for effect in effects {
                waiting.extend(self.effect(effect));
            }
        }
    }

    /// The first of two keys waits, and the letters that may follow are not listed yet.
    fn is_asked_for_more(&self) -> bool {
        self.model.prefix.is_some() && !self.model.lingers
    }

    fn take(&mut self, happening: Happening) {
        match happening {
            Happening::Msg(msg) => {
                self.seen |= matches!(msg, Msg::Seen(_)) && !self.is_on_tape();
                self.apply(msg);
            }
            Happening::JournalGrew => self.follow(),
            Happening::Carried(moved) => {
                let said = moved.notices();
                let msgs = self.hands.carried(*moved);
                said.into_iter().chain(msgs).for_each(|msg| self.apply(msg));
            }
            Happening::ThemesChanged => self.themes_changed(),
            Happening::RulesChanged => self.rules_changed(),
        }
    }

    /// The next frame shows this much anew, and whatever was due before.
    fn touch(&mut self, touched: Touched) {
        self.stale = self.stale.max(Some(touched));
    }

    fn follow_if_due(&mut self) {
        if self.followed.elapsed() >= FOLLOW {
            self.follow();
        }
    }

    fn follow(&mut self) {
        self.followed = Instant::now();
        raise::screen();
        for msg in self.hands.follow() {
            self.apply(msg);
        }
    }

    /// A tape brings its own time, so ours is told by a look at the clock alone.
    fn is_on_tape(&self) -> bool {
        self.model.source.kind != SourceKind::Host
    }

    /// Nothing else came for a while: ages on the screen go on, and so does whom we follow.
    fn look_at_the_clock(&mut self) {
        let now = self.clock.now();
        if self.is_on_tape() || now.ms_since(self.model.now) >= QUIET_MS {
            self.apply(Msg::Tick(now));
        }
        self.follow();
    }

    fn resized(&mut self) {
        // 0x0 is what a dying terminal tells: not a size.
        if let Some(size) = terminal::size() {
            self.apply(Msg::Resized(size));
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        if let Some(msg) = self.effect(effect) {
            self.apply(msg);
        }
    }

    /// Does one effect; what came of it at once is returned.
    fn effect(&mut self, effect: Effect) -> Option<Msg> {
        match effect {
            Effect::Record { ticket, event } => self.hands.record(ticket, event),
            Effect::Open(which) => Some(match self.hands.open(&which) {
                Ok(opened) => Msg::Opened(Box::new(opened)),
                Err(trouble) => Msg::Notice(NoticeKind::Trouble(trouble)),
            }),
            Effect::Pen(wish) => self.hands.pen(wish),
            Effect::UseTool(path) => {
                self.hands.use_tool(&path);
                None
            }
            Effect::Listen(look_for) => {
                self.hands.listen(look_for.as_deref());
                None
            }
            Effect::Examine(process) => {
                self.hands.examine(process);
                None
            }
            Effect::Move(to) => self.hands.carry(&to),
            Effect::Tape(tape) => {
                self.hands.tape(tape);
                None
            }
            Effect::NextTheme => Some(match self.themes.next() {
                Ok(theme) => Msg::ThemeLoaded(theme.name().to_owned()),
                Err(problem) => Msg::Notice(NoticeKind::ThemeBroken(Box::new(problem))),
            }),
            Effect::Redraw => {
                // What was printed is not ours to clear.
                if !self.printed {
                    self.canvas.forget().ok();
                    self.touch(Touched::Everything);
                }
                None
            }
            Effect::Suspend => self.suspend(),
            Effect::Bell => {
                self.canvas.send(b"\x07").ok();
                None
            }
            Effect::Copy(lines) => Some(Msg::Copied(self.copy(&clip::text(&lines)))),
            Effect::Print(lines) => {
                let below = Caption::PrintedEnd.text(self.model.language);
                self.printed = self.canvas.print(&clip::text(&lines), below).is_ok();
                None
            }
            Effect::Leave => {
                self.ended = Some(Ended::Left);
                None
            }
        }
    }

    /// Gives text to the terminal, which may or may not take it, and to a file that holds it for sure.
    fn copy(&mut self, text: &str) -> Copied {
        let (sequence, held) = clip::osc52(text);
        let sent = self.canvas.send(sequence.as_bytes()).map_or(0, |()| held);
        let id = self.model.session.as_ref().map_or("", |session| &session.id);
        Copied { sent, all: text.len(), kept: self.hands.keep(id, text) }
    }

    /// To the shell, until `fg`. Without a shell nobody could type that, so nothing stops.
    fn suspend(&mut self) -> Option<Msg> {
        if !guard::has_shell() {
            return Some(Msg::Notice(NoticeKind::Trouble(Trouble::NoShell)));
        }
        terminal::give_back();
        // Until we are continued. A second signal to stop that comes meanwhile means the same stop.
        if guard::stop().is_ok() {
            self.go_away(SETTLE);
        } else {
            self.canvas.enter().ok();
            self.touch(Touched::Everything);
        }
        None
    }

    /// The terminal is somebody else's, for as long at least.
    fn go_away(&mut self, pause: Duration) {
        self.away = true;
        self.asks_at = Instant::now() + pause;
    }

    /// Back from the shell, or from a stop that nobody told us of: every mode is set again. In the background the
    /// work goes on and the terminal stays the shell's.
    fn come_back(&mut self) -> std::io::Result<()> {
        if guard::is_stopped() || !terminal::is_ours() {
            self.go_away(AWAY);
            return Ok(());
        }
        self.away = false;
        self.printed = false;
        self.canvas.enter()?;
        self.touch(Touched::Everything);
        self.resized();
        Ok(())
    }

    /// How long the documents are depends on how they are drawn; the cursor must know.
    fn measure(&mut self) {
        let model = &mut self.model;
        let columns = ui::inside_width(model, model.focus);
        if model.focus == Pane::Playbook {
            model.panes.playbook.lines = ui::panes::playbook_lines(model, columns);
        }
        if model.focus == Pane::Impact {
            model.panes.impact.lines = ui::panes::impact_lines(model, columns);
        }
        if model.focus == Pane::Hiding {
            model.panes.hiding.below = ui::panes::hiding_below(model, self.themes.current());
        }
        if model.focus == Pane::Handoff {
            model.panes.handoff.lines = ui::panes::handoff_lines(model, columns);
            // Whoever scrolls goes on from what is on the screen.
            let rows = ui::inside_height(model, Pane::Handoff);
            let (first, in_view) = ui::panes::handoff_first(model, columns, rows);
            (model.panes.handoff.line, model.panes.ceremony.in_view) = (first, in_view);
        }
        let page = ui::page_places(model, self.themes.current());
        if let (Some(places), Some(coach)) = (page, &mut model.coach) {
            coach.page.lines = places;
            coach.page.step(0);
        }
        model.sheet.lines = ui::dialog_steps(model, self.themes.current());
    }

    /// Draws if the screen is not up to date; `false` if the line does not take all of it now.
    fn draw(&mut self) -> std::io::Result<bool> {
        if self.away {
            return Ok(true);
        }
        if !self.canvas.catch_up()? {
            // Continued by somebody else than the shell, which has the terminal and gives it back later.
            self.away = !terminal::is_ours();
            return Ok(self.away);
        }
        let Some(size) = self.stale.and_then(|_| terminal::size()) else { return Ok(true) };
        if size != self.model.size {
            self.apply(Msg::Resized(size));
        }
        if self.printed {
            if matches!(self.model.dialog, Dialog::Printed) {
                // What was printed stays until the responder has done with it.
                return Ok(true);
            }
            self.printed = false;
            self.canvas.enter()?;
            self.touch(Touched::Everything);
        }
        self.measure();
        let touched = self.stale.unwrap_or(Touched::Everything);
        let (model, theme) = (&self.model, self.themes.current());
        self.canvas.draw(Screen { model, theme }, size, touched)?;
        self.stale = None;
        self.canvas.catch_up()
    }
}
