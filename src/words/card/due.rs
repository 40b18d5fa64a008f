//! What still asks for somebody: risks, what is blocked, open and next, and whom to tell.

use crate::domain::detect::{FactSource, Grade, Reason, Subject};
use crate::domain::session::{
    Brief, Escalation, FindingBrief, ItemState, NextStep, PhaseBrief, Risk, RiskKind, Standing,
};
use crate::words::card::{
    Line, Sign, Teller, Text, Tone, moment, one_line, part, plain, quiet, strong, theirs, toned,
};
use crate::words::finding;
use crate::words::session::phase;

/// Reasons that a risk is told with; the timeline has the others.
const REASONS: usize = 3;
/// Next steps that are told.
const STEPS: usize = 4;

/// Findings that nobody acknowledged or that are there still, what is live first, and trouble; then how many are over.
pub(super) fn risks(teller: Teller<'_>) -> Vec<Line> {
    let brief = teller.brief;
    let mut lines: Vec<Line> = brief.risks.iter().flat_map(|risk| one_risk(teller, risk)).collect();
    lines.extend(acknowledged(teller));
    lines.extend(earlier(teller));
    // What was live then may have ended since.
    let live = brief.findings.iter().any(|it| it.ended.is_none());
    if let Some(at) = brief.unwatched.filter(|_| live) {
        let said = teller.say("nobody has looked since ", "ไม่มีใครดูตั้งแต่ ");
        let text = vec![part(Tone::Watch, format!("{said}{}", moment(at)))];
        lines.push(Line::with(Sign::Grade(Grade::Suspect), text));
    }
    lines
}

/// Findings that are no risk any more, in one line: how many, and how many of them are still there.
fn acknowledged(teller: Teller<'_>) -> Option<Line> {
    let found = &teller.brief.findings;
    let is_noted = |it: &FindingBrief| it.finding.grade == Grade::Noted;
    let seen: Vec<&FindingBrief> =
        found.iter().filter(|it| it.acknowledged && it.ended.is_some() && !is_noted(it)).collect();
    let noted: Vec<&FindingBrief> = found.iter().filter(|it| is_noted(it)).collect();
    let kinds = [
        (seen, teller.say("acknowledged", "รับทราบแล้ว")),
        (noted, teller.say("worth a look", "น่าสังเกต")),
    ];
    let count = |(of, said): &(Vec<&FindingBrief>, &str)| {
        let (live, ended) = Brief::living(of);
        let (live_word, ended_word) = (teller.say("live", "ยังทำงาน"), teller.say("ended", "จบแล้ว"));
        (!of.is_empty()).then(|| {
            let many = of.len();
            vec![quiet(format!("{many} {said} ({live} {live_word}, {ended} {ended_word})"))]
        })
    };
    let said: Vec<Text> = kinds.iter().filter_map(count).collect();
    let mut text = if said.is_empty() { return None } else { said.join(&quiet(", ")) };
    text.push(quiet(teller.say(": see the timeline", ": ดูลำดับเหตุการณ์")));
    Some(Line::with(Sign::Grade(Grade::Noted), text))
}

/// Findings that the card has no room for are counted, so that nobody takes the others for all.
fn earlier(teller: Teller<'_>) -> Option<Line> {
    let earlier = teller.brief.earlier_findings;
    let said =
        teller.say(" earlier findings: firedamp timeline ID", " สิ่งที่พบก่อนหน้า: firedamp timeline ID");
    let text = || vec![strong(earlier.to_string()), quiet(said)];
    (earlier > 0).then(|| Line::with(Sign::Grade(Grade::Noted), text()))
}

fn one_risk(teller: Teller<'_>, risk: &Risk) -> Vec<Line> {
    let sign = |grade| if risk.must { Sign::Must(risk.seq) } else { Sign::Grade(grade) };
    match &risk.what {
        RiskKind::Trouble(trouble) => {
            let text = vec![
                theirs(&trouble.what),
                quiet(format!("  {} #{}", moment(trouble.at), trouble.seq)),
            ];
            vec![Line::with(sign(Grade::Confirmed), text)]
        }
        RiskKind::Found(found, more) => found_one(teller, risk, found, *more, sign),
    }
}

fn found_one(
    teller: Teller<'_>,
    risk: &Risk,
    found: &FindingBrief,
    more: usize,
    sign: impl Fn(Grade) -> Sign,
) -> Vec<Line> {
    let grade = found.finding.grade;
    let tone = if grade == Grade::Confirmed { Tone::Danger } else { Tone::Watch };
    // The first thing to know about it is whether it is still there.
    let state = match found.ended {
        None => part(tone, teller.say("LIVE", "ยังทำงาน")),
        Some(at) => {
            let over = match found.finding.subject {
                Subject::Process(_) => teller.say("ended", "จบแล้ว"),
                Subject::Connection { .. } | Subject::Hiding { .. } | Subject::Autostart { .. } => {
                    teller.say("gone", "หายไปแล้ว")
                }
            };
            quiet(format!("{over} {}", moment(at)))
        }
    };
    let tone = if found.ended.is_some() { Tone::Quiet } else { tone };
    let mut text = vec![state, plain("  ")];
    if found.acknowledged {
        text.extend([strong(teller.say("acknowledged", "รับทราบแล้ว")), plain("  ")]);
    }
    text.extend([theirs(&found.name), plain("  ")]);
    text.push(part(tone, finding::grade(teller.language, grade)));
    if more > 0 {
        let said = teller.say("alike", "ตัวเหมือนกัน");
        text.push(plain(format!("  +{more} {said}")));
    }
    text.push(quiet(format!("  #{}", risk.seq)));
    let mut lines = vec![Line::with(sign(grade), text)];
    let is_process = !matches!(found.finding.subject, Subject::Connection { .. });
    let most = if grade == Grade::Confirmed && is_process { REASONS } else { 1 };
    // What speaks against a connection beside its port is what its owner says, and stands with that.
    let own = |it: &&Reason| is_process || it.source == FactSource::Sockets;
    let all = &found.finding.reasons;
    let any = !all.iter().any(|it| own(&it));
    let reasons = all.iter().filter(|it| any || own(it)).take(most);
    let said = |reason| toned(Tone::Plain, finding::reason(teller.language, reason));
    lines.extend(reasons.map(|reason| Line::more(said(reason))));
    lines
}

/// Items that cannot go on, and why.
pub(super) fn blocked(teller: Teller<'_>) -> Vec<Line> {
    let blocked = teller.brief.items(ItemState::Blocked);
    blocked
        .map(|(_, item)| {
            let mut text = vec![quiet(format!("{} ", item.id.0)), plain(item.text.as_str())];
            if let Some(mark) = &item.mark {
                text.extend([part(Tone::Danger, ": "), theirs(&mark.reason), quiet(" (")]);
                text.extend([theirs(&mark.by), quiet(format!(", {})", moment(mark.at)))]);
            }
            Line::with(Sign::Item(ItemState::Blocked), text)
        })
        .collect()
}

/// How far each phase is; of a phase that was begun, what is left. Those that nobody has begun stand in one line.
pub(super) fn open(teller: Teller<'_>) -> Vec<Line> {
    let phases = &teller.brief.phases;
    let (begun, ahead): (Vec<_>, Vec<_>) = phases.iter().partition(|of| is_begun(of));
    let mut lines: Vec<Line> = begun.into_iter().flat_map(|of| one_phase(teller, of)).collect();
    let all: usize = ahead.iter().map(|of| of.total).sum();
    let ahead: Vec<Text> = ahead
        .into_iter()
        .map(|of| vec![plain(name(teller, of)), quiet(format!(" {}", of.total))])
        .collect();
    if !ahead.is_empty() {
        let sign = Sign::Label(Tone::Plain, format!("0/{all}"));
        lines.push(Line::with(sign, ahead.join(&quiet(", "))));
    }
    lines
}

fn is_begun(of: &PhaseBrief) -> bool {
    of.done + of.not_applicable > 0 || of.items.iter().any(|item| item.state != ItemState::Open)
}

fn name(teller: Teller<'_>, of: &PhaseBrief) -> &'static str {
    of.phase.map_or("?", |it| phase(teller.language, it))
}

fn one_phase(teller: Teller<'_>, of: &PhaseBrief) -> Vec<Line> {
    let settled = of.done + of.not_applicable;
    let tone = if of.is_finished() { Tone::Good } else { Tone::Plain };
    let sign = Sign::Label(tone, format!("{settled}/{}", of.total));
    let mut lines = vec![Line::with(sign, vec![part(tone, name(teller, of))])];
    let waits = |it: ItemState| matches!(it, ItemState::Open | ItemState::Doing);
    for item in of.items.iter().filter(|item| waits(item.state)) {
        let text = vec![quiet(format!("{} ", item.id.0)), plain(item.text.as_str())];
        lines.push(Line::with(Sign::Item(item.state), text));
    }
    lines
}

/// The first things to do.
pub(super) fn next(teller: Teller<'_>) -> Vec<Line> {
    let steps = teller.brief.next.iter().take(STEPS).enumerate();
    steps
        .map(|(at, step)| {
            let (id, text) = match step {
                NextStep::Choose(flow, node) => (&flow.0, one_line(&node.label)),
                NextStep::Do(item, text) => (&item.0, text.clone()),
            };
            let sign = Sign::Label(Tone::Strong, format!("{}", at + 1));
            Line::with(sign, vec![quiet(format!("{id} ")), plain(text)])
        })
        .collect()
}

/// The playbook's criteria, and what was written that bears on them. Those about which nothing was written stand in
/// one line: they are to be thought of, not to be read one by one.
pub(super) fn escalations(teller: Teller<'_>) -> Vec<Line> {
    let all = &teller.brief.escalations;
    let mut lines: Vec<Line> =
        all.iter().filter_map(|criterion| escalation(teller, criterion)).collect();
    let silent = all.iter().filter(|it| it.standing == Standing::Silent);
    let silent: Vec<Text> = silent
        .map(|it| vec![plain(it.condition.as_str()), quiet(format!(" → {}", it.to))])
        .collect();
    if !silent.is_empty() {
        let mut text = vec![quiet(teller.say("nothing written on: ", "ยังไม่มีใครเขียนถึง: "))];
        text.extend(silent.join(&quiet("; ")));
        lines.push(Line::with(Sign::Grade(Grade::Noted), text));
    }
    lines
}

fn escalation(teller: Teller<'_>, it: &Escalation) -> Option<Line> {
    let mut text = vec![plain(it.condition.as_str()), quiet(" → "), plain(it.to.as_str())];
    let sign = match it.standing {
        Standing::Due(seq) => {
            let due = teller.say("  due, by ", "  ถึงเกณฑ์แล้ว ตาม ");
            text.push(part(Tone::Danger, format!("{due}#{seq}")));
            Sign::Must(seq)
        }
        Standing::Mentioned(seq) => {
            let see = teller.say("  see ", "  ดู ");
            text.push(part(Tone::Watch, format!("{see}#{seq}")));
            Sign::Grade(Grade::Suspect)
        }
        Standing::Silent => return None,
    };
    Some(Line::with(sign, text))
}
