//! Playbooks through the front door: text in, document and problems out.
#![expect(clippy::unwrap_used, reason = "a test stops where it breaks")]
#![expect(clippy::indexing_slicing, reason = "a test stops where it breaks")]

#[path = "playbooks/check.rs"]
mod check;
#[path = "playbooks/documents.rs"]
mod documents;
#[path = "playbooks/flows.rs"]
mod flows;
#[path = "playbooks/problems.rs"]
mod problems;
#[path = "playbooks/procedures.rs"]
mod procedures;
#[path = "playbooks/properties.rs"]
mod properties;
#[path = "playbooks/shipped.rs"]
mod shipped;
#[path = "playbooks/walks.rs"]
mod walks;

use firedamp::domain::playbook::{self, Flow, Playbook, Procedure};

/// A document that nobody can complain about.
fn clean(text: &str) -> Playbook {
    let (playbook, problems) = playbook::read(text);
    assert_eq!(problems, [], "in {text}");
    playbook
}

fn document(body: &str) -> String {
    format!("# Playbook\n\n**ID**: PB-99\n\n{body}\n")
}

fn flow(lines: &str) -> Flow {
    let text = document(&format!("## Decision flow\n\n```mermaid\ngraph TD\n{lines}\n```"));
    clean(&text).flows().next().unwrap().clone()
}

fn procedure(lines: &str) -> Procedure {
    let text = document(&format!("## Steps\n\n```mermaid\nsequenceDiagram\n{lines}\n```"));
    clean(&text).procedures().next().unwrap().clone()
}

/// `A-[label]->B` for each edge, and nodes that have none.
fn edges(flow: &Flow) -> Vec<String> {
    let edge = |it: &playbook::Edge| match &it.label {
        Some(label) => format!("{}-[{label}]->{}", it.from.0, it.to.0),
        None => format!("{}->{}", it.from.0, it.to.0),
    };
    flow.edges.iter().map(edge).collect()
}

/// Messages of a document, with their lines.
fn complaints(text: &str) -> Vec<(usize, String)> {
    playbook::read(text).1.into_iter().map(|it| (it.line, it.message)).collect()
}
