//! The player as the loop meets it: orders in, messages out.

use tokio::sync::mpsc::{Receiver, channel};

use super::*;
use crate::domain::base::Digest;
use crate::domain::session::telemetry::Encoder;
use crate::domain::session::{Event, Stamp};
use crate::domain::training::SHIPPED;

/// A player of the first walkthrough's tape, with an entry every twenty seconds, and what the loop hears.
fn player() -> (Player, Receiver<Happening>) {
    let tape = Tape::of([Arc::from(SHIPPED[0].tape)]);
    let start = tape.moments().next().unwrap().at;
    let entry = |seq: u64| Entry {
        seq,
        at: start + std::time::Duration::from_secs((seq - 1) * 20),
        boot: Stamp { id: String::new(), ms: 0 },
        by: "suda".into(),
        prev: Digest::default(),
        event: Event::Left,
    };
    let reel = Reel::new(tape, SourceKind::Replay).with((1..=9).map(entry).collect());
    let (outbox, inbox) = channel(512);
    (Player::start(reel, outbox).unwrap(), inbox)
}

/// What the loop hears up to the last message that fits, in words.
#[expect(clippy::wildcard_enum_match_arm, reason = "a player says nothing else")]
fn heard(inbox: &mut Receiver<Happening>, last: &str) -> Vec<String> {
    let mut heard = Vec::new();
    while let Some(Happening::Msg(msg)) = inbox.blocking_recv() {
        heard.push(match msg {
            Msg::Moved(source) => format!("at {}", source.at_ms / 1_000),
            Msg::Seen(snapshot) => format!("frame of {}", snapshot.processes.len()),
            Msg::Passed(snapshot) => format!("frame of {} on the way", snapshot.processes.len()),
            Msg::Followed(entries) => format!("{} more", entries.len()),
            Msg::Rewound(past) => format!("only {}", past.entries.len()),
            other => format!("{other:?}"),
        });
        if heard.last().is_some_and(|it| it == last) {
            break;
        }
    }
    heard
}

#[test]
fn a_new_place_comes_first_then_its_frames_and_then_its_entries() {
    let (player, mut inbox) = player();
    player.tell(Order::Pause(true));
    player.tell(Order::Seek(61_000));
    let there = heard(&mut inbox, "3 more");
    let moved = there.iter().position(|it| it == "at 61").unwrap();
    let frames = there.len() - 1 - (moved + 1);
    assert!((60..=62).contains(&frames), "every frame on the way is shown: {frames}");
    assert!(there[moved + 1..there.len() - 1].iter().all(|it| it.starts_with("frame of")));

    player.tell(Order::Seek(30_000));
    let back = heard(&mut inbox, "only 2");
    assert_eq!(back[0], "at 30");
    assert_eq!(back.len(), 1 + 31 + 1, "the frames that history needs, from the first on");
}

#[test]
fn the_next_entry_and_the_one_before_can_be_gone_to() {
    let (player, mut inbox) = player();
    player.tell(Order::Pause(true));
    player.tell(Order::Entry { next: true });
    assert!(heard(&mut inbox, "1 more").contains(&String::from("at 20")));
    player.tell(Order::Entry { next: true });
    assert!(heard(&mut inbox, "1 more").contains(&String::from("at 40")));
    player.tell(Order::Entry { next: false });
    assert!(heard(&mut inbox, "only 2").contains(&String::from("at 20")));
    assert_eq!(player.position().load(Ordering::Relaxed) / 1_000, 20);
}

#[test]
fn places_that_were_gone_past_in_a_hurry_are_not_shown() {
    let (player, mut inbox) = player();
    player.tell(Order::Pause(true));
    player.tell(Order::Seek(120_000));
    heard(&mut inbox, "at 120");
    for place in (1..=20).rev() {
        player.tell(Order::Seek(place * 5_000));
    }
    player.tell(Order::Entry { next: true });
    let there = heard(&mut inbox, "only 2");
    assert!(there.contains(&String::from("at 20")), "the order of the orders is kept: {there:?}");
    let frames = there.iter().filter(|it| it.starts_with("frame of")).count();
    // Those of the first place, of the one at which the player was, and of the last.
    assert!(frames <= 121 * 2 + 21, "{frames}");
}

/// One zstd frame of these lines, not compressed: magic, header with the size, one raw block (RFC 8878).
fn stored(lines: &[String]) -> Vec<u8> {
    let text: Vec<u8> = lines.iter().flat_map(|line| [line.as_bytes(), b"\n"].concat()).collect();
    let size = u32::try_from(text.len()).unwrap();
    assert!(size < 1 << 17);
    let head = [&[0x28, 0xb5, 0x2f, 0xfd, 0xa0], &size.to_le_bytes()[..]].concat();
    [&head, &(size << 3 | 1).to_le_bytes()[..3], &text].concat()
}

#[test]
fn a_frame_that_does_not_hold_is_named_once_and_the_tape_goes_on() {
    let mut shipped = Tape::of([Arc::from(SHIPPED[0].tape)]);
    let mut encoder = Encoder::default();
    let mut bytes = Vec::new();
    for begin in [0, 4] {
        encoder.restart();
        let line = |at| encoder.push(&shipped.at(at).unwrap()).unwrap();
        let mut lines: Vec<String> = (begin..begin + 4).map(line).collect();
        if begin == 0 {
            // Its moment can be read; what it refers to is not there.
            lines[2] = lines[2].replace("\"change\":{", "\"change\":{\"sockets\":[[9999,1]],");
        }
        bytes.extend(stored(&lines));
    }
    let tape = Tape::of([bytes.into()]);
    assert_eq!((tape.len(), tape.damage()), (8, &[][..]));
    let (outbox, mut inbox) = channel(512);
    let player = Player::start(Reel::new(tape, SourceKind::Replay), outbox).unwrap();
    player.tell(Order::Pause(true));
    player.tell(Order::Seek(60_000));
    drop(player);
    let heard = heard(&mut inbox, "nothing is the last");
    let frames = heard.iter().filter(|it| it.starts_with("frame of")).count();
    let told = heard.iter().filter(|it| it.contains("TapeDamaged")).count();
    assert_eq!((frames, told), (6, 1), "{heard:?}");
}

#[test]
fn the_player_ends_with_its_owner() {
    let (player, mut inbox) = player();
    drop(player);
    while inbox.blocking_recv().is_some() {}
}
