//! What people wrote, who worked, and who signed.

use crate::domain::detect::Grade;
use crate::domain::playbook::Block;
use crate::domain::session::{HandoffState, InForce, Note, Place};
use crate::words::Part;
use crate::words::card::{
    Line, Sign, Teller, Text, Tone, moment, one_line, part, plain, quiet, strong, theirs, toned,
};
use crate::words::rules::judged_by;
use crate::words::session::place;

/// Notes, each with its author and what it is about.
pub(super) fn notes(teller: Teller<'_>, notes: &[Note]) -> Vec<Line> {
    let line = |note: &Note| {
        let mut text = vec![theirs(&note.by)];
        if let Some(about) = &note.about {
            text.push(quiet(teller.say(" on ", " เรื่อง ")));
            text.extend(subject(teller, about));
        }
        text.extend([quiet(": "), theirs(&note.text), quiet(format!("  #{}", note.seq))]);
        Line::with(Sign::Label(Tone::Quiet, moment(note.at)), text)
    };
    notes.iter().map(line).collect()
}

/// Notes that the card has no room for are counted, so that nobody takes the others for all.
pub(super) fn earlier_notes(teller: Teller<'_>) -> Vec<Line> {
    let earlier = teller.brief.earlier_notes;
    let said =
        teller.say(" earlier notes: firedamp timeline ID", " โน้ตก่อนหน้า: firedamp timeline ID");
    let line = || Line::of(vec![strong(earlier.to_string()), quiet(said)]);
    (earlier > 0).then(line).into_iter().collect()
}

/// What a note is about, by a name that says something without the screen that it was written on.
fn subject(teller: Teller<'_>, about: &Place) -> Text {
    let mut blocks = teller.playbook.sections.iter().flat_map(|section| &section.blocks);
    let label = match about {
        Place::Item(id) => blocks.find_map(|block| {
            let Block::Checklist(list) = block else { return None };
            let item = list.items.iter().find(|item| item.id == *id)?;
            Some((id.0.as_str(), item.text.as_str()))
        }),
        Place::Node(flow_id, id) => blocks.find_map(|block| {
            let Block::Flow(flow) = block else { return None };
            let node = flow.node(id).filter(|_| flow.id == *flow_id)?;
            Some((flow_id.0.as_str(), node.label.as_str()))
        }),
        Place::Subject(subject) => {
            let mut findings = teller.brief.findings.iter();
            if let Some(found) = findings.find(|it| it.finding.subject == *subject) {
                return vec![theirs(&found.name)];
            }
            None
        }
    };
    match label {
        Some((id, text)) => vec![quiet(format!("{id} ")), plain(one_line(text))],
        None => toned(Tone::Plain, place(about)),
    }
}

/// Who worked, from when to when; what was allowed to run; by which rules was judged; what this version does not understand.
pub(super) fn people(teller: Teller<'_>) -> Vec<Line> {
    let brief = teller.brief;
    let mut lines: Vec<Line> = brief
        .workers
        .iter()
        .map(|worker| {
            let span = format!("{} - {}", moment(worker.from), moment(worker.to));
            let entries = crate::words::panes::entries(teller.language, worker.entries);
            let text = vec![theirs(&worker.by), quiet(format!("  {entries}"))];
            Line::with(Sign::Label(Tone::Quiet, span), text)
        })
        .collect();
    lines.extend(brief.allowed.iter().map(|program| {
        let said = teller.say("allowed to run: ", "อนุญาตให้รัน: ");
        Line::with(Sign::Grade(Grade::Suspect), vec![part(Tone::Watch, said), theirs(program)])
    }));
    // The rules of the program alone need no word.
    let told = |it: &&InForce| it.added() > 0 || !it.broken.is_empty();
    lines.extend(brief.rules.as_deref().filter(told).map(|it| {
        let tone = if it.broken.is_empty() { Tone::Quiet } else { Tone::Watch };
        Line::of(toned(tone, judged_by(teller.language, it)))
    }));
    if brief.unknown > 0 {
        let said = teller.say("entries of kinds unknown here", "รายการชนิดที่รุ่นนี้ไม่รู้จัก");
        let text = vec![part(Tone::Watch, format!("{} {said}", brief.unknown))];
        lines.push(Line::with(Sign::Label(Tone::Watch, String::from("?")), text));
    }
    lines
}

/// Who signed the last handoff, to whom and in which words, and who accepted it.
pub(super) fn last_handoff(teller: Teller<'_>) -> Vec<Line> {
    teller.brief.handoff.iter().flat_map(|handoff| handed(teller, handoff)).collect()
}

/// Keys that signed the journal; and that nobody has signed a handoff.
pub(super) fn signed(teller: Teller<'_>) -> Vec<Line> {
    let brief = teller.brief;
    let mut lines = Vec::new();
    if brief.handoff.is_none() {
        lines.push(Line::of(vec![quiet(teller.say("not signed", "ยังไม่เซ็น"))]));
    }
    lines.extend(brief.signatures.iter().map(|it| {
        let up_to = teller.say("signed with a key up to ", "เซ็นด้วยกุญแจถึง ");
        let text = vec![theirs(&it.key), quiet(format!("  {up_to}#{}", it.entry))];
        Line::with(Sign::Label(Tone::Good, format!("#{}", it.seq)), text)
    }));
    lines
}

fn handed(teller: Teller<'_>, handoff: &HandoffState) -> Vec<Line> {
    let mut text = vec![theirs(&handoff.by)];
    if !handoff.to.is_empty() {
        text.extend([quiet(" → "), theirs(&handoff.to)]);
    }
    text.extend([quiet(": "), theirs(&handoff.words), quiet(format!("  #{}", handoff.seq))]);
    let first = Line::with(Sign::Label(Tone::Quiet, moment(handoff.at)), text);
    let second = if let Some((by, at)) = &handoff.accepted {
        let accepted = part(Tone::Good, teller.say(" accepted", " รับเวรแล้ว"));
        let mut text = vec![theirs(by), accepted];
        let instead_of = handoff.instead_of(by);
        if !instead_of.is_empty() {
            let said = teller.say(", but it was signed for ", " แต่เซ็นให้ ");
            text.extend([part(Tone::Watch, said), (Tone::Watch, Part::Theirs(instead_of))]);
        }
        Line::with(Sign::Label(Tone::Quiet, moment(*at)), text)
    } else {
        let said = teller.say(
            "signed, not accepted yet: the writer keeps the pen",
            "เซ็นแล้ว รอผู้รับ ปากกายังอยู่กับผู้เซ็น",
        );
        Line::with(Sign::Grade(Grade::Suspect), vec![part(Tone::Watch, said)])
    };
    vec![first, second]
}
