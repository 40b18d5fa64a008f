//! The flow under the responder's hands: its rows, where the walk stands, and which flow is shown.

use crate::cockpit::Model;
use crate::cockpit::model::{NoticeKind, Pane, Session, View};
use crate::cockpit::panes::{DecisionPane, FlowRow, RowStanding};
use crate::domain::base::Language;
use crate::domain::playbook::{Flow, FlowId, NodeId, Playbook, Standing, Walk};
use crate::domain::session::State;
use crate::domain::untrusted::Untrusted;

/// The flow to begin with: where the last choice was made, else the document's main one.
pub(super) fn first_flow(state: &State, playbook: &Playbook) -> Option<FlowId> {
    let last = state.choices.last().map(|choice| choice.flow.clone());
    last.filter(|flow| playbook.flow(flow).is_some())
        .or_else(|| playbook.main_flow().map(|flow| flow.id.clone()))
}

/// Works the rows of the shown flow out again.
pub(super) fn refresh(model: &mut Model) {
    let Some((session, flow)) = shown(model) else {
        model.panes.decision.rows = Vec::new();
        return;
    };
    let walk = walk(session, flow);
    let rows = walk.rows().into_iter().map(|row| {
        let via = row.from.map(|from| (from.clone(), row.branch));
        let standing = standing(&walk, row.node, via.as_ref());
        let depth = u16::try_from(row.depth).unwrap_or(u16::MAX);
        let node = row.node.clone();
        FlowRow { node, via, depth, repeat: row.repeat, standing, folded: 0 }
    });
    let rows: Vec<FlowRow> = rows.collect();
    let pane = &model.panes.decision;
    let is_on =
        |row: &FlowRow| pane.on.as_ref().is_some_and(|on| on.0 == row.node && on.1 == row.via);
    let line = rows.iter().position(is_on).unwrap_or(pane.line);
    let (rows, line) =
        if model.view == View::Full(Pane::Decision) { (rows, line) } else { fold(rows, line) };
    let pane = &mut model.panes.decision;
    pane.line = line.min(rows.len().saturating_sub(1));
    pane.rows = rows;
}

/// Leaves out what lies behind branches that were not taken: the choices at hand stand together then. A cursor on what is
/// left out stands on the branch that it lies behind.
fn fold(rows: Vec<FlowRow>, cursor: usize) -> (Vec<FlowRow>, usize) {
    let mut folded: Vec<FlowRow> = Vec::with_capacity(rows.len());
    let mut closed_at: Option<u16> = None;
    let mut line = 0;
    for (at, row) in rows.into_iter().enumerate() {
        if closed_at.is_some_and(|depth| row.depth > depth) {
            if let Some(last) = folded.last_mut() {
                last.folded += 1;
            }
            continue;
        }
        let closes = matches!(row.standing, RowStanding::Choice | RowStanding::NotTaken);
        closed_at = closes.then_some(row.depth);
        if at <= cursor {
            line = folded.len();
        }
        folded.push(row);
    }
    (folded, line)
}

impl DecisionPane {
    /// What is under the cursor is what the cursor was put on.
    pub(super) fn stand(&mut self) {
        self.on = self.rows.get(self.line).map(|row| (row.node.clone(), row.via.clone()));
    }
}

fn shown(model: &Model) -> Option<(&Session, &Flow)> {
    let session = model.session.as_ref()?;
    let flow = session.playbook(model.language).flow(model.panes.decision.flow.as_ref()?)?;
    Some((session, flow))
}

/// The walk as the screen shows it: with choices that are still on their way to the disk.
pub(super) fn walk<'a>(session: &Session, flow: &'a Flow) -> Walk<'a> {
    Walk::over(flow, session.choices(&flow.id).map(|(node, branch, _)| (node, branch)))
}

fn standing(walk: &Walk<'_>, node: &NodeId, via: Option<&(NodeId, usize)>) -> RowStanding {
    if let Some((from, branch)) = via
        && !walk.taken(from, *branch)
    {
        return match (walk.may_choose(from, *branch), walk.standing(from)) {
            (true, _) => RowStanding::Choice,
            (false, Standing::Ahead) => RowStanding::Ahead,
            (false, Standing::Reached | Standing::Here | Standing::NotTaken) => {
                RowStanding::NotTaken
            }
        };
    }
    match walk.standing(node) {
        Standing::Here => RowStanding::Here,
        Standing::Reached if walk.open().contains(&node) => RowStanding::Reached,
        Standing::Reached => RowStanding::Passed,
        Standing::NotTaken => RowStanding::NotTaken,
        Standing::Ahead => RowStanding::Ahead,
    }
}

/// Puts the cursor where the walk is: on the branch that the facts speak for, else on the first that can be chosen there,
/// else on the node.
pub(super) fn to_here(model: &mut Model) {
    let suggested = suggested(model);
    let pane = &mut model.panes.decision;
    pane.held = false;
    let here = pane.rows.iter().position(|row| row.standing == RowStanding::Here);
    let Some(here) = here else { return };
    let node = pane.rows.get(here).map(|row| row.node.clone());
    let choices = pane.rows.iter().enumerate().filter(|(_, row)| {
        row.standing == RowStanding::Choice && row.via.as_ref().map(|it| &it.0) == node.as_ref()
    });
    let choices: Vec<(usize, Option<usize>)> =
        choices.map(|(at, row)| (at, row.via.as_ref().map(|it| it.1))).collect();
    let spoken_for = choices.iter().find(|(_, branch)| suggested.is_some() && *branch == suggested);
    pane.line = match choices[..] {
        [(first, _), _, ..] => spoken_for.map_or(first, |(at, _)| *at),
        _ => here,
    };
    pane.stand();
}

/// The branch that the facts speak for at the node where the walk is.
fn suggested(model: &Model) -> Option<usize> {
    let (session, flow) = shown(model)?;
    let walk = walk(session, flow);
    let here = walk.here()?;
    model.known()?.on_node(flow, here).suggestion.map(|it| it.branch)
}

/// The facts may speak for another branch than before. The cursor goes to it unless the responder has moved it, and never
/// while the keyboard is here: what Space takes stays what was looked at.
pub(super) fn follow_facts(model: &mut Model) {
    if !model.panes.decision.held && model.focus != Pane::Decision {
        to_here(model);
    }
}

/// What keeps Space from choosing on the row under the cursor.
pub(super) fn why_not(model: &Model) -> NoticeKind {
    let pane = &model.panes.decision;
    let Some(row) = pane.rows.get(pane.line) else { return NoticeKind::NotReachable };
    let ends = || {
        let flow = shown(model).map(|(_, flow)| flow);
        flow.is_some_and(|flow| flow.edges.iter().all(|edge| edge.from != row.node))
    };
    match row.standing {
        RowStanding::NotTaken => NoticeKind::OtherBranch,
        RowStanding::Here | RowStanding::Reached if ends() => NoticeKind::EndOfFlow,
        RowStanding::Here | RowStanding::Reached => NoticeKind::ChooseBelow,
        RowStanding::Passed => NoticeKind::WasAnswered,
        RowStanding::Choice | RowStanding::Ahead => NoticeKind::NotReachable,
    }
}

/// The only branch that can be taken from `node`, if there is exactly one.
pub(super) fn only_next_step(model: &Model, flow: &FlowId, node: &NodeId) -> Option<usize> {
    let session = model.session.as_ref()?;
    let flow = session.playbook(model.language).flow(flow)?;
    let walk = walk(session, flow);
    let branches = walk.branches(node);
    match branches[..] {
        [(branch, _)] if walk.may_choose(node, branch) => Some(branch),
        _ => None,
    }
}

/// Where a branch leads and what it says. The journal holds the English label where there is one, so that
/// a session reads the same whoever opens it.
pub(super) fn branch(
    model: &Model,
    flow: &FlowId,
    node: &NodeId,
    branch: usize,
) -> Option<(NodeId, Untrusted)> {
    let session = model.session.as_ref()?;
    let flow = session.playbook(Language::En).flow(flow)?;
    let walk = walk(session, flow);
    let branches = walk.branches(node);
    let (_, edge) = branches.into_iter().find(|(nth, _)| *nth == branch)?;
    let label = edge.label.as_deref().unwrap_or_default();
    Some((edge.to.clone(), label.into()))
}

/// Shows the flow before or after this one.
pub(super) fn other_flow(model: &mut Model, by: isize) {
    if model.focus != Pane::Decision {
        return;
    }
    let Some(session) = &model.session else { return };
    let playbook = session.playbook(model.language);
    let flows: Vec<FlowId> = playbook.flows().map(|flow| flow.id.clone()).collect();
    let at = flows.iter().position(|flow| Some(flow) == model.panes.decision.flow.as_ref());
    let count = isize::try_from(flows.len()).unwrap_or(1).max(1);
    let at = at.and_then(|at| isize::try_from(at).ok()).unwrap_or(0);
    let next = usize::try_from((at + by).rem_euclid(count)).unwrap_or(0);
    model.panes.decision.flow = flows.into_iter().nth(next);
    (model.panes.decision.line, model.panes.decision.on) = (0, None);
    refresh(model);
    to_here(model);
}
