//! Pace and place of what is shown. The host cannot be rewound; it can only be held.

use crate::cockpit::command::Command;
use crate::cockpit::model::{NoticeKind, SourceKind};
use crate::cockpit::{Effect, Model, Tape, coach, goto};

/// Milliseconds that one step on the tape moves.
const STEP_MS: i64 = 10_000;

/// Does what a command of the tape asks for; nothing if it is none.
#[expect(clippy::wildcard_enum_match_arm, reason = "other commands do nothing to a tape")]
pub(super) fn obey(model: &mut Model, command: Command) -> Vec<Effect> {
    let source = model.source;
    if source.kind == SourceKind::Host {
        if command == Command::Pause {
            model.source.paused = !source.paused;
        }
        return Vec::new();
    }
    let effect = match command {
        Command::Pause => Tape::Pause(!source.paused),
        Command::Rewind => Tape::Seek(goto::shifted_on_tape(model, -STEP_MS)),
        Command::Forward => Tape::Seek(goto::shifted_on_tape(model, STEP_MS)),
        Command::EventBack | Command::EventForward => {
            let next = command == Command::EventForward;
            let to = to_event(model, next);
            if to == Tape::Seek(source.at_ms) {
                let end = if next { NoticeKind::NothingAfter } else { NoticeKind::NothingBefore };
                model.notice(end);
            }
            to
        }
        Command::Slower => Tape::Speed((source.speed / 2.0).max(0.25)),
        Command::Faster => Tape::Speed((source.speed * 2.0).min(16.0)),
        _ => return Vec::new(),
    };
    match effect {
        // The next key counts from what this one asked for.
        Tape::Pause(paused) => model.source.paused = paused,
        Tape::Speed(speed) => model.source.speed = speed,
        Tape::Seek(_) | Tape::At(_) | Tape::Entry { .. } => {}
    }
    goto::seek(model, effect)
}

/// To the event before or after this place: injects and the expert's moves in training. Which entries of a
/// replay lie ahead only its player knows.
fn to_event(model: &Model, next: bool) -> Tape {
    let Some(moments) = coach::moments(model) else { return Tape::Entry { next } };
    let now = model.source.at_ms;
    let found = if next {
        moments.into_iter().find(|moment| *moment > now)
    } else {
        // A second of grace, so that pressing the key again goes on to the one before.
        moments.into_iter().rev().find(|moment| *moment + 1_000 < now)
    };
    Tape::Seek(found.unwrap_or(if next { model.source.length_ms } else { 0 }))
}
