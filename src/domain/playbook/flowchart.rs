//! `graph` and `flowchart` blocks as decision trees.
//!
//! Invariant: tolerant and linear. A line that cannot be read is named in a problem, the rest of the flow stands.
//! Looks (`style`, `classDef`, `click`, …) are none of our business.

use std::collections::{HashMap, HashSet};

use crate::domain::playbook::budget::Budget;
use crate::domain::playbook::diagram::{Direction, Edge, Flow, FlowId, Group, Node, NodeId, Shape};
use crate::domain::playbook::document::{Problem, Severity};
use crate::domain::playbook::label;
use crate::domain::playbook::mermaid::{Line, Seat};
use crate::domain::playbook::printable;
use crate::domain::playbook::shape;
use crate::domain::playbook::statement::{self, Chain, Fault, Mention};

/// A label in quotes may go on over so many lines.
const JOINED: usize = 8;

/// Reads the lines of a flow, the first of which names its kind and direction.
pub(super) fn read(
    seat: Seat,
    number: usize,
    lines: &[Line<'_>],
    budget: &mut Budget,
) -> (Flow, Vec<Problem>) {
    let flow = Flow {
        id: FlowId(format!("F{number}")),
        title: seat.title,
        direction: Direction::default(),
        nodes: Vec::new(),
        edges: Vec::new(),
        groups: Vec::new(),
        line: seat.line,
    };
    let mut builder = Builder::over(flow, budget);
    let mut lines = lines.iter();
    let first = lines.next().map(|line| builder.header(line));
    if let Some(rest) = first.flatten() {
        builder.line(&rest, &mut lines);
    }
    while let Some(line) = lines.next() {
        builder.line(line, &mut lines);
    }
    builder.finish()
}

struct Builder<'a> {
    flow: Flow,
    budget: &'a mut Budget,
    problems: Vec<Problem>,
    /// Place of each node, and whether a label of its own was given.
    index: HashMap<String, (usize, bool)>,
    /// Ids of groups, and their places.
    named: HashMap<String, usize>,
    /// Groups that are open, innermost last, with the line that opened them.
    open: Vec<(usize, usize)>,
    members: HashSet<(usize, usize)>,
    arrows: HashSet<String>,
}

impl<'a> Builder<'a> {
    fn over(flow: Flow, budget: &'a mut Budget) -> Self {
        Self {
            flow,
            budget,
            problems: Vec::new(),
            index: HashMap::new(),
            named: HashMap::new(),
            open: Vec::new(),
            members: HashSet::new(),
            arrows: HashSet::new(),
        }
    }

    fn problem(&mut self, line: usize, severity: Severity, message: String) {
        self.problems.push(Problem { line, severity, message });
    }

    /// `graph TD; A --> B`: what follows the direction is a line of its own.
    fn header<'t>(&mut self, line: &Line<'t>) -> Option<Line<'t>> {
        let (_, rest) = first_word(line.text);
        let (word, after) = first_word(rest);
        let direction = match word {
            "TD" | "TB" | "v" => Some(Direction::Down),
            "BT" | "^" => Some(Direction::Up),
            "LR" | ">" => Some(Direction::Right),
            "RL" | "<" => Some(Direction::Left),
            _ => None,
        };
        self.flow.direction = direction.unwrap_or_default();
        let text = if direction.is_some() { after } else { rest };
        (!text.is_empty()).then_some(Line { text, ..*line })
    }

    fn line(&mut self, line: &Line<'_>, following: &mut std::slice::Iter<'_, Line<'_>>) {
        let (word, rest) = first_word(line.text);
        match word {
            "style" | "classDef" | "class" | "linkStyle" | "click" | "direction" | "accTitle:"
            | "accDescr:"
                if !rest.is_empty() => {}
            "subgraph" => self.open_group(rest, line.number),
            "end" if rest.is_empty() || rest.starts_with(';') => {
                if self.open.pop().is_none() {
                    let message = "`end` closes nothing; remove it, or open a subgraph before it";
                    self.problem(line.number, Severity::Warning, message.to_owned());
                }
            }
            _ => self.statements(line, following),
        }
    }

    fn statements(&mut self, line: &Line<'_>, following: &mut std::slice::Iter<'_, Line<'_>>) {
        let (mut chains, mut fault) = statement::read(line.text);
        if matches!(fault, Some(Fault::OpenQuote | Fault::OpenProperties)) {
            let mut joined = line.text.to_owned();
            for (count, next) in following.as_slice().iter().take(JOINED).enumerate() {
                joined.push('\n');
                joined.push_str(next.text);
                let closes = if fault == Some(Fault::OpenQuote) { '"' } else { '}' };
                if next.text.contains(closes) {
                    let again = statement::read(&joined);
                    if again.1.is_none() {
                        (chains, fault) = again;
                        *following =
                            following.as_slice().get(count + 1..).unwrap_or_default().iter();
                    }
                    break;
                }
            }
        }
        for chain in chains {
            self.chain(chain, line.number);
        }
        if let Some(fault) = fault {
            let shown = printable::capped(&printable::line(line.text), 40);
            self.problem(line.number, Severity::Error, format!("cannot read `{shown}`: {fault}"));
        }
    }

    fn chain(&mut self, chain: Chain, line: usize) {
        let mut groups = chain.groups.into_iter();
        let Some(first) = groups.next() else { return };
        let mut tails = self.mentions(first, line);
        for (arrow, group) in chain.arrows.into_iter().zip(groups) {
            self.arrows.extend(arrow.name);
            let heads = self.mentions(group, line);
            let mut is_first = true;
            for from in &tails {
                for to in &heads {
                    let label = arrow.label.clone();
                    let size =
                        128 + from.0.len() + to.0.len() + label.as_ref().map_or(0, String::len);
                    if !is_first && !self.budget.spend(size) {
                        let message = "`&` makes more arrows than the document has room for; \
                                       the rest is left out: write the arrows that matter one by one";
                        self.problem(line, Severity::Error, message.to_owned());
                        return;
                    }
                    is_first = false;
                    let (from, to) = (from.clone(), to.clone());
                    self.flow.edges.push(Edge { from, to, label, stroke: arrow.stroke, line });
                }
            }
            tails = heads;
        }
    }

    fn mentions(&mut self, group: Vec<Mention>, line: usize) -> Vec<NodeId> {
        let is_arrow = |it: &Mention| it.shape.is_some() && self.arrows.contains(&it.id);
        let group: Vec<Mention> = group.into_iter().filter(|it| !is_arrow(it)).collect();
        group.into_iter().map(|it| self.mention(it, line)).collect()
    }

    fn mention(&mut self, mention: Mention, line: usize) -> NodeId {
        let id = printable::line(&mention.id);
        let place = self.flow.nodes.len();
        let (at, labelled) = *self.index.entry(id.clone()).or_insert((place, false));
        if at == place {
            let node =
                Node { id: NodeId(id.clone()), label: id.clone(), shape: Shape::default(), line };
            self.flow.nodes.push(node);
        }
        if let Some(node) = self.flow.nodes.get_mut(at) {
            node.shape = mention.shape.unwrap_or(node.shape);
            if let Some(label) = mention.label {
                if labelled && node.label != label {
                    self.problems.push(Problem {
                        line,
                        severity: Severity::Warning,
                        message: format!(
                            "node `{}` has another label already (line {}); the later one counts: \
                             give one of them another id, or make them the same",
                            printable::capped(&id, 40),
                            node.line
                        ),
                    });
                }
                node.label = label;
                self.index.insert(id.clone(), (at, true));
            }
        }
        if let Some((group, _)) = self.open.last().copied()
            && self.members.insert((group, at))
            && let Some(group) = self.flow.groups.get_mut(group)
        {
            group.nodes.push(NodeId(id.clone()));
        }
        NodeId(id)
    }

    /// `subgraph title`, `subgraph id[title]`, `subgraph "title"`.
    fn open_group(&mut self, rest: &str, line: usize) {
        let at = self.flow.groups.len();
        let bracket = rest.find(['[', '(', '{']).unwrap_or(rest.len());
        let (id, brackets) = rest.split_at_checked(bracket).unwrap_or((rest, ""));
        let id = printable::line(id);
        let is_id = !id.is_empty() && !id.contains(['"', ' ']);
        let titled = if is_id { shape::read(brackets).ok().flatten() } else { None };
        let title = titled.and_then(|it| it.label).unwrap_or_else(|| label::read(rest));
        if is_id {
            self.named.insert(id, at);
        }
        self.flow.groups.push(Group { title, nodes: Vec::new() });
        self.open.push((at, line));
    }

    fn finish(mut self) -> (Flow, Vec<Problem>) {
        for (_, line) in std::mem::take(&mut self.open) {
            let message = "this subgraph is never closed; write `end` behind its last node";
            self.problem(line, Severity::Warning, message.to_owned());
        }
        if self.flow.nodes.is_empty() {
            let message = "this flow has no nodes, so there is nothing to decide; \
                           write at least one, such as `A[\"what happened\"]`, or remove the block";
            self.problem(self.flow.line, Severity::Error, message.to_owned());
        }
        for (id, group) in &self.named {
            if let Some((at, false)) = self.index.get(id)
                && let (Some(node), Some(group)) =
                    (self.flow.nodes.get_mut(*at), self.flow.groups.get(*group))
            {
                node.label.clone_from(&group.title);
            }
        }
        (self.flow, self.problems)
    }
}

/// The word that a line begins with, and what follows it.
fn first_word(text: &str) -> (&str, &str) {
    let end = text.find([' ', '\t', ';', '\n']).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    (word, rest.trim_start())
}
