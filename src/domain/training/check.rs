//! Does a walkthrough fit its playbook?

use crate::domain::base::{Both, Language};
use crate::domain::playbook::{FlowId, ItemId, NodeId, Playbook, Walk};
use crate::domain::training::{Act, Move, Walkthrough};

/// What is wrong with a walkthrough, for its author.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// It trains another playbook.
    #[error("it trains playbook `{wanted}`, and this one is `{found}`")]
    OtherPlaybook {
        /// As the walkthrough says.
        wanted: String,
        /// As the document says.
        found: String,
    },
    /// Its name cannot be typed.
    #[error("the name `{0}` must be of small letters, digits and dashes")]
    Name(String),
    /// There is none of these.
    #[error("there are no {0}")]
    Nothing(&'static str),
    /// A text is empty in one language.
    #[error("{place} has no text in {language:?}")]
    NoText {
        /// Where.
        place: String,
        /// In which.
        language: Language,
    },
    /// A moment lies before the one above it.
    #[error("{place} is at {at} s, before the one above it")]
    TimeRunsBack {
        /// Where.
        place: String,
        /// Its seconds.
        at: u64,
    },
    /// The playbook has no such flow.
    #[error("{place}: the playbook has no flow `{}`", .flow.0)]
    NoFlow {
        /// Where.
        place: String,
        /// Which.
        flow: FlowId,
    },
    /// The flow has no such node.
    #[error("{place}: flow `{}` has no node `{}`", .flow.0, .node.0)]
    NoNode {
        /// Where.
        place: String,
        /// Of which flow.
        flow: FlowId,
        /// Which.
        node: NodeId,
    },
    /// The node has no such branch.
    #[error("{place}: node `{}` has no branch {branch}, only {branches} from 0 on", .node.0)]
    NoBranch {
        /// Where.
        place: String,
        /// Of which node.
        node: NodeId,
        /// Which.
        branch: usize,
        /// How many it has.
        branches: usize,
    },
    /// The playbook has no such item.
    #[error("{place}: the playbook has no item `{}`", .item.0)]
    NoItem {
        /// Where.
        place: String,
        /// Which.
        item: ItemId,
    },
    /// The expert could not take this branch after those before.
    #[error("{place}: branch {branch} of `{}` cannot be taken after the moves before it", .node.0)]
    NotReached {
        /// Where.
        place: String,
        /// At which node.
        node: NodeId,
        /// Which.
        branch: usize,
    },
    /// A task asks for an act that the expert never does.
    #[error("{place}: the expert never does that")]
    NotByExpert {
        /// Where.
        place: String,
    },
}

/// Everything about `walkthrough` that does not fit `playbook` or is missing.
#[must_use]
pub fn check(walkthrough: &Walkthrough, playbook: &Playbook) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    if walkthrough.playbook != playbook.id {
        let (wanted, found) = (walkthrough.playbook.clone(), playbook.id.clone());
        flaws.push(Flaw::OtherPlaybook { wanted, found });
    }
    let typed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if walkthrough.name.is_empty() || !walkthrough.name.bytes().all(typed) {
        flaws.push(Flaw::Name(walkthrough.name.clone()));
    }
    for (empty, what) in
        [(walkthrough.tasks.is_empty(), "tasks"), (walkthrough.expert.is_empty(), "expert moves")]
    {
        flaws.extend(empty.then_some(Flaw::Nothing(what)));
    }
    flaws.extend(texts(walkthrough));
    flaws.extend(times("inject", walkthrough.injects.iter().map(|it| it.at)));
    flaws.extend(times("expert move", walkthrough.expert.iter().map(|it| it.at)));
    flaws.extend(acts(walkthrough, playbook));
    flaws.extend(path(&walkthrough.expert, playbook));
    flaws
}

fn texts(walkthrough: &Walkthrough) -> Vec<Flaw> {
    let mut texts: Vec<(String, &Both<String>)> = vec![
        (String::from("the title"), &walkthrough.title),
        (String::from("the story"), &walkthrough.story),
    ];
    for (at, task) in (1..).zip(&walkthrough.tasks) {
        texts.push((format!("task {at}"), &task.text));
        for (nth, hint) in (1..).zip(&task.hints) {
            texts.push((format!("hint {nth} of task {at}"), hint));
        }
    }
    let injects = (1..).zip(&walkthrough.injects);
    texts.extend(injects.map(|(at, it): (u32, _)| (format!("inject {at}"), &it.text)));
    let moves = (1..).zip(&walkthrough.expert);
    texts.extend(moves.map(|(at, it): (u32, _)| (format!("expert move {at}"), &it.why)));
    let empty = |(place, text): (String, &Both<String>)| {
        [Language::En, Language::Th]
            .into_iter()
            .filter(|language| text.get(*language).trim().is_empty())
            .map(|language| Flaw::NoText { place: place.clone(), language })
            .collect::<Vec<Flaw>>()
    };
    texts.into_iter().flat_map(empty).collect()
}

fn times(what: &str, moments: impl Iterator<Item = u64>) -> Vec<Flaw> {
    let mut before = 0;
    let mut flaws = Vec::new();
    for (nth, at) in (1..).zip(moments) {
        if at < before {
            flaws.push(Flaw::TimeRunsBack { place: place(what, nth), at });
        }
        before = at;
    }
    flaws
}

fn place(what: &str, nth: u32) -> String {
    format!("{what} {nth}")
}

/// Acts that the playbook does not know, and acts that only a task knows.
fn acts(walkthrough: &Walkthrough, playbook: &Playbook) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for (nth, it) in (1..).zip(&walkthrough.expert) {
        flaws.extend(unknown(&it.act, playbook, place("expert move", nth)));
    }
    for (nth, task) in (1..).zip(&walkthrough.tasks) {
        for act in &task.done_by {
            flaws.extend(unknown(act, playbook, place("task", nth)));
            if !walkthrough.expert.iter().any(|it| it.act == *act) {
                flaws.push(Flaw::NotByExpert { place: place("task", nth) });
            }
        }
        if task.done_by.is_empty() {
            flaws.push(Flaw::Nothing("acts that complete a task"));
        }
    }
    flaws
}

fn unknown(act: &Act, playbook: &Playbook, place: String) -> Option<Flaw> {
    match act {
        Act::Choose { flow: id, node, branch } => {
            let Some(flow) = playbook.flow(id) else {
                return Some(Flaw::NoFlow { place, flow: id.clone() });
            };
            if flow.node(node).is_none() {
                return Some(Flaw::NoNode { place, flow: id.clone(), node: node.clone() });
            }
            let branches = Walk::over(flow, []).branches(node).len();
            let (node, branch) = (node.clone(), *branch);
            (branch >= branches).then_some(Flaw::NoBranch { place, node, branch, branches })
        }
        Act::Mark { item, .. } => {
            playbook.item(item).is_none().then(|| Flaw::NoItem { place, item: item.clone() })
        }
    }
}

/// The expert walks the flows as a trainee would have to.
fn path(moves: &[Move], playbook: &Playbook) -> Vec<Flaw> {
    let mut chosen: Vec<(&FlowId, &NodeId, usize)> = Vec::new();
    let mut flaws = Vec::new();
    for (nth, it) in (1..).zip(moves) {
        let Act::Choose { flow: id, node, branch } = &it.act else { continue };
        let Some(flow) = playbook.flow(id) else { continue };
        let before = chosen.iter().filter(|(of, ..)| *of == id);
        let walk = Walk::over(flow, before.map(|(_, node, branch)| (*node, *branch)));
        let known = walk.branches(node).len() > *branch;
        if known && !walk.may_choose(node, *branch) {
            let place = place("expert move", nth);
            flaws.push(Flaw::NotReached { place, node: node.clone(), branch: *branch });
        }
        chosen.push((id, node, *branch));
    }
    flaws
}
