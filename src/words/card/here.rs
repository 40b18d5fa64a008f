//! Where we are on the tree, and what changed since the session was last taken over.

use crate::domain::playbook::ItemId;
use crate::domain::session::{FlowBrief, ItemState};
use crate::words::card::{
    Line, Sign, Teller, Text, Tone, moment, one_line, part, plain, quiet, strong, theirs,
};

/// Each flow that was begun, and whether the host is contained.
pub(super) fn now(teller: Teller<'_>) -> Vec<Line> {
    let begun = teller.brief.flows.iter().filter(|flow| !flow.path.is_empty());
    let mut lines: Vec<Line> = begun.map(flow).collect();
    lines.extend(containment(teller));
    lines
}

fn flow(flow: &FlowBrief) -> Line {
    let mut text = Text::new();
    for passed in &flow.path {
        text.push(quiet(one_line(&passed.node)));
        if !passed.choice.label.is_empty() {
            text.extend([quiet(" ["), theirs(&passed.choice.label), quiet("]")]);
        }
        text.push(quiet(" → "));
    }
    let here = flow.here.as_ref().map_or("?", |here| here.label.as_str());
    text.push(strong(one_line(here)));
    Line::with(Sign::Label(Tone::Plain, flow.id.0.clone()), text)
}

/// What shuts the intruder out, and what of it nobody has done.
fn containment(teller: Teller<'_>) -> Option<Line> {
    let phase = teller.brief.containment()?;
    let settled = phase.done + phase.not_applicable;
    let sign = |tone| Sign::Label(tone, format!("{settled}/{}", phase.total));
    if phase.is_finished() {
        let text = vec![part(Tone::Good, teller.say("contained", "จำกัดความเสียหายครบแล้ว"))];
        return Some(Line::with(sign(Tone::Good), text));
    }
    let open = phase.items.iter().filter(|item| item.state != ItemState::NotApplicable);
    let open: Vec<&ItemId> = open.map(|item| &item.id).collect();
    let said = teller.say("not contained yet: ", "ยังจำกัดความเสียหายไม่ครบ: ");
    let mut text = vec![part(Tone::Watch, said)];
    text.extend(teller.items(&open));
    Some(Line::with(sign(Tone::Watch), text))
}

/// Since when, and what was done.
pub(super) fn since(teller: Teller<'_>) -> Vec<Line> {
    let since = &teller.brief.since;
    let when = since.at.map(moment).unwrap_or_default();
    let mut text = Text::new();
    match (&since.handoff, &teller.brief.opening) {
        (Some(handoff), _) => {
            text.push(theirs(&handoff.by));
            if let Some((by, _)) = &handoff.accepted {
                text.extend([quiet(" → "), theirs(by)]);
            }
            text.push(quiet(format!("  #{}", handoff.seq)));
        }
        (None, Some(opening)) => {
            text.extend([quiet(teller.say("opened on ", "เปิดบน ")), theirs(&opening.host)]);
            text.push(quiet(format!("  {}", opening.playbook)));
        }
        (None, None) => return Vec::new(),
    }
    let first = Line::with(Sign::Label(Tone::Quiet, when), text);
    std::iter::once(first).chain(done(teller).into_iter().map(Line::more)).collect()
}

/// What was done in numbers, then a line for each state that items were set to.
fn done(teller: Teller<'_>) -> Vec<Text> {
    let since = &teller.brief.since;
    if since.is_quiet() {
        return vec![vec![quiet(teller.say("nothing was done", "ยังไม่ได้ทำอะไร"))]];
    }
    let mut said: Vec<Text> = Vec::new();
    let mut count = |count: usize, en: &'static str, th: &'static str| {
        if count > 0 {
            said.push(vec![plain(format!("{count} {}", teller.say(en, th)))]);
        }
    };
    count(since.found, "found", "สิ่งที่พบ");
    let [new, changed, gone] = since.starts;
    count(new, "new in persistence", "ใหม่ในสิ่งที่เริ่มเอง");
    count(changed, "changed in persistence", "ถูกแก้ในสิ่งที่เริ่มเอง");
    count(gone, "gone from persistence", "หายไปจากสิ่งที่เริ่มเอง");
    count(since.acknowledged, "acknowledged", "รับทราบแล้ว");
    count(since.chosen, "chosen", "ทางที่เลือก");
    count(since.notes, "noted", "โน้ต");
    count(since.taken_back, "taken back", "ถอนคืน");
    let numbers = said.join(&quiet(", "));
    let mut lines: Vec<Text> = Some(numbers).into_iter().filter(|it| !it.is_empty()).collect();
    for state in [
        ItemState::Done,
        ItemState::Doing,
        ItemState::Blocked,
        ItemState::NotApplicable,
        ItemState::Open,
    ] {
        let of = since.marked.iter().filter(|(_, it)| *it == state);
        let items: Vec<&ItemId> = of.map(|(item, _)| item).collect();
        if !items.is_empty() {
            let name = match state {
                ItemState::Open => teller.say("open again", "เปิดใหม่"),
                ItemState::Done | ItemState::Doing | ItemState::Blocked => {
                    crate::words::session::item_state(teller.language, state)
                }
                ItemState::NotApplicable => teller.say("n/a", "ไม่เกี่ยวข้อง"),
            };
            let mut text = vec![plain(format!("{name} "))];
            text.extend(teller.items(&items));
            lines.push(text);
        }
    }
    lines
}
