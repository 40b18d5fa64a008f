//! Parts of the playbook on the screen, by their names.

use crate::cockpit::Model;
use crate::cockpit::panes::{FlowRow, RowStanding};
use crate::domain::playbook::{Block, Flow, FlowId, Item, Node, NodeId};

/// Every block of the playbook, in the language of the screen.
fn blocks(model: &Model) -> impl Iterator<Item = &Block> {
    let playbook = model.session.as_ref().map(|session| session.playbook(model.language));
    playbook.into_iter().flat_map(|it| &it.sections).flat_map(|section| &section.blocks)
}

/// A flow.
pub(super) fn flow<'a>(model: &'a Model, id: &FlowId) -> Option<&'a Flow> {
    let flow = |block: &'a Block| if let Block::Flow(flow) = block { Some(flow) } else { None };
    blocks(model).filter_map(flow).find(|flow| flow.id == *id)
}

/// A node of a flow.
pub(super) fn node<'a>(flow: &'a Flow, id: &NodeId) -> Option<&'a Node> {
    flow.nodes.iter().find(|node| node.id == *id)
}

/// Every item of every checklist.
pub(super) fn items(model: &Model) -> impl Iterator<Item = &Item> {
    blocks(model).flat_map(items_of)
}

fn items_of(block: &Block) -> &[Item] {
    if let Block::Checklist(list) = block { &list.items } else { &[] }
}

/// The row of the walk's question, if the walk is anywhere.
pub(super) fn here(model: &Model) -> Option<&FlowRow> {
    model.panes.decision.rows.iter().find(|row| row.standing == RowStanding::Here)
}

/// Where the work is, on one line: at the newest choice, whatever flow is looked at; before any, in the flow that is
/// shown.
pub(super) fn here_label(model: &Model) -> Option<String> {
    let newest = model.session.as_ref().and_then(|session| session.state.choices.last());
    let (flow_id, at) = match newest {
        Some(choice) => (&choice.flow, &choice.to),
        None => (model.panes.decision.flow.as_ref()?, &here(model)?.node),
    };
    Some(node(flow(model, flow_id)?, at)?.label.replace('\n', " "))
}
