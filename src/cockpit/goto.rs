//! To another time: one that is typed, the place of a note, or back to now.

use crate::cockpit::dialog::{Asked, Dialog};
use crate::cockpit::model::{NoticeKind, Pane, SourceKind, View};
use crate::cockpit::{Effect, Model, Tape};
use crate::domain::base::Timestamp;
use crate::domain::session::Entry;

const DAY_MS: i64 = 86_400_000;

/// A time as a responder types it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// Milliseconds from midnight, UTC.
    Clock(i64),
    /// Milliseconds from here; back is negative.
    Shift(i64),
}

/// Asks for a time, where there are times to go to.
pub(super) fn ask(model: &mut Model) {
    if model.focus == Pane::Timeline || model.source.kind != SourceKind::Host {
        model.dialog = Dialog::Ask(Asked::Time, tui_input::Input::default());
    } else {
        model.notice(NoticeKind::NoOtherTime);
    }
}

/// Goes to the time that was typed; `false` if it is none.
pub(super) fn go(model: &mut Model, text: &str) -> Result<Vec<Effect>, ()> {
    let when = parse(text).ok_or(())?;
    if model.focus == Pane::Timeline {
        to_entry_at(model, when);
        return Ok(Vec::new());
    }
    let source = model.source;
    let tape = match when {
        When::Shift(by) => Tape::Seek(shifted_on_tape(model, by)),
        When::Clock(of_day) => Tape::At(near(model.now.at, of_day).ok_or(())?),
    };
    if tape == Tape::Seek(source.at_ms) {
        // There, or as near as there is; which end it was is said.
        return Ok(Vec::new());
    }
    Ok(seek(model, tape))
}

/// So many milliseconds from here on the tape. That there is nothing beyond an end is said, not passed over.
pub(super) fn shifted_on_tape(model: &mut Model, by: i64) -> u64 {
    let source = model.source;
    let to = source.at_ms.saturating_add_signed(by).min(source.length_ms);
    let whole = i64::try_from(to).unwrap_or(i64::MAX) - i64::try_from(source.at_ms).unwrap_or(0);
    if whole != by {
        model.notice(if by < 0 { NoticeKind::NothingBefore } else { NoticeKind::NothingAfter });
    }
    to
}

/// Back to what is now.
pub(super) fn live(model: &mut Model) -> Vec<Effect> {
    if model.focus == Pane::Timeline {
        model.panes.timeline.line = 0;
    }
    let source = model.source;
    match source.kind {
        SourceKind::Host => {
            model.source.paused = false;
            Vec::new()
        }
        SourceKind::Replay => seek(model, Tape::Seek(source.length_ms)),
        // The end of a training is its debrief; nobody is sent there unasked.
        SourceKind::Training => vec![Effect::Tape(Tape::Pause(false))],
    }
}

/// Shows the notes, the cursor on the newest.
pub(super) fn bookmarks(model: &mut Model) {
    match model.session.as_ref().map_or(0, |session| session.state.notes.len()) {
        0 => model.notice(NoticeKind::NoBookmarks),
        notes => model.dialog = Dialog::Bookmarks(notes - 1),
    }
}

/// To the place of a note: on the tape, and in the timeline.
pub(super) fn to_note(model: &mut Model, line: usize) -> Vec<Effect> {
    model.dialog = Dialog::Closed;
    let Some(session) = &model.session else { return Vec::new() };
    let Some((seq, when)) = session.state.notes.get(line).map(|note| (note.seq, note.at)) else {
        return Vec::new();
    };
    let found = session.entries.iter().position(|entry| entry.seq == seq);
    let tape = match model.source.kind {
        SourceKind::Host => None,
        SourceKind::Replay => Some(Tape::At(when)),
        // An entry of a training has the tape in the place of the boot clock.
        SourceKind::Training => {
            let entry = found.and_then(|at| session.entries.get(at));
            entry.map(|entry| Tape::Seek(entry.boot.ms))
        }
    };
    let Some(tape) = tape else {
        // What is not at hand any more is before the oldest that is, where the timeline says how to read it.
        model.panes.timeline.line = session.entries.len().saturating_sub(1 + found.unwrap_or(0));
        model.view = View::Full(Pane::Timeline);
        model.focus = Pane::Timeline;
        return Vec::new();
    };
    seek(model, tape)
}

/// Goes there on the tape; the next key counts from where the tape will be, not from where it is yet.
pub(super) fn seek(model: &mut Model, tape: Tape) -> Vec<Effect> {
    if let Tape::Seek(to) = tape {
        model.go_to(to);
    }
    vec![Effect::Tape(tape)]
}

/// The first entry from that time on; the newest if there is none.
fn to_entry_at(model: &mut Model, when: When) {
    let Some(session) = &model.session else { return };
    let entries = &session.entries;
    let here = entries.iter().rev().nth(model.panes.timeline.line);
    let from = here.map_or(model.now.at, |entry| entry.at);
    let to = match when {
        When::Shift(by) => shifted(from, by),
        When::Clock(of_day) => near(from, of_day),
    };
    let Some(to) = to else { return };
    let from_then = |entry: &std::sync::Arc<Entry>| entry.at >= to;
    let at = entries.iter().position(from_then);
    let beyond = match at {
        None => Some(NoticeKind::NothingAfter),
        Some(0) if entries.first().is_some_and(|first| first.at > to) => {
            Some(NoticeKind::NothingBefore)
        }
        Some(_) => None,
    };
    let at = at.unwrap_or(entries.len().saturating_sub(1));
    model.panes.timeline.line = entries.len().saturating_sub(at + 1);
    if let Some(beyond) = beyond {
        model.notice(beyond);
    }
}

/// This time of day, on the day that makes it nearest to `from`.
fn near(from: Timestamp, of_day: i64) -> Option<Timestamp> {
    let now = from.as_millisecond();
    let midnight = now - now.rem_euclid(DAY_MS);
    let days = [midnight - DAY_MS, midnight, midnight + DAY_MS];
    let times = days.map(|day| day + of_day);
    let nearest = times.into_iter().min_by_key(|time| (time - now).abs())?;
    Timestamp::from_millisecond(nearest).ok()
}

fn shifted(from: Timestamp, by: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(from.as_millisecond().checked_add(by)?).ok()
}

/// Reads `17:45`, `17:45:30`, `-5m`, `+30s`, `-1h`.
fn parse(text: &str) -> Option<When> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix(['-', '+']) {
        let unit = rest.chars().next_back()?;
        let number = digits(rest.strip_suffix(unit)?, 6)?;
        let unit_ms = match unit {
            's' => 1_000,
            'm' => 60_000,
            'h' => 3_600_000,
            _ => return None,
        };
        let by = number * unit_ms;
        return Some(When::Shift(if text.starts_with('-') { -by } else { by }));
    }
    let parts: Vec<i64> = text.split(':').map(|part| digits(part, 2)).collect::<Option<_>>()?;
    let (hour, minute, second) = match parts[..] {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let real = hour < 24 && minute < 60 && second < 60;
    real.then_some(When::Clock((hour * 3_600 + minute * 60 + second) * 1_000))
}

fn digits(text: &str, most: usize) -> Option<i64> {
    let fits = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}
