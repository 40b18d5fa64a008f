//! Walking a flow.

use firedamp::domain::base::Language;
use firedamp::domain::playbook::{Flow, NodeId, PB_31, Standing, Walk};

use crate::{clean, flow};

fn decision() -> Flow {
    clean(PB_31.get(Language::En)).main_flow().unwrap().clone()
}

fn id(name: &str) -> NodeId {
    NodeId(name.to_owned())
}

fn walk<'a>(flow: &'a Flow, chosen: &[(&str, usize)]) -> Walk<'a> {
    let chosen: Vec<(NodeId, usize)> =
        chosen.iter().map(|(node, branch)| (id(node), *branch)).collect();
    Walk::over(flow, chosen.iter().map(|(node, branch)| (node, *branch)))
}

fn names<'a>(nodes: impl IntoIterator<Item = &'a NodeId>) -> Vec<&'a str> {
    nodes.into_iter().map(|it| it.0.as_str()).collect()
}

#[test]
fn a_walk_begins_at_the_entry_with_everything_ahead() {
    let flow = decision();
    let walk = walk(&flow, &[]);
    assert_eq!(walk.here(), Some(&id("Alert")));
    assert_eq!(names(walk.open()), ["Alert"]);
    assert_eq!(walk.standing(&id("Alert")), Standing::Here);
    for node in ["Env", "Cloud", "OnPrem", "Scope", "Single", "Multi", "IAM"] {
        assert_eq!(walk.standing(&id(node)), Standing::Ahead, "{node}");
    }
    assert!(!walk.is_finished());
    assert!(walk.path().is_empty());
}

#[test]
fn an_answered_question_leaves_its_other_branches_behind() {
    let flow = decision();
    let walk = walk(&flow, &[("Alert", 0), ("Env", 1), ("OnPrem", 0)]);
    assert_eq!(walk.here(), Some(&id("Scope")));
    assert_eq!(walk.standing(&id("Env")), Standing::Reached);
    assert_eq!(walk.standing(&id("Cloud")), Standing::NotTaken);
    assert_eq!(walk.standing(&id("IAM")), Standing::Ahead);
    assert!(walk.taken(&id("Env"), 1) && !walk.taken(&id("Env"), 0));
    assert!(!walk.may_choose(&id("Env"), 0) && !walk.may_choose(&id("Cloud"), 0));
    assert!(walk.may_choose(&id("Scope"), 0) && !walk.may_choose(&id("Scope"), 2));
    let branches = walk.branches(&id("Scope"));
    assert_eq!(branches.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(branches[1].1.to, id("Multi"));
    let path: Vec<_> = walk.path().iter().map(|it| it.to.0.as_str()).collect();
    assert_eq!(path, ["Env", "OnPrem", "Scope"]);
}

#[test]
fn a_walk_ends_where_nothing_is_left_to_choose() {
    let flow = decision();
    let one = walk(&flow, &[("Alert", 0), ("Env", 0), ("Cloud", 0), ("Scope", 0)]);
    assert!(one.is_finished());
    assert_eq!(one.standing(&id("IAM")), Standing::NotTaken);
    let many = walk(&flow, &[("Alert", 0), ("Env", 0), ("Cloud", 0), ("Scope", 1)]);
    assert_eq!(names(many.open()), ["Multi"]);
}

#[test]
fn choices_that_do_not_fit_change_nothing() {
    let flow = decision();
    let right = [("Alert", 0), ("Env", 1)];
    let wrong = [
        ("Scope", 0),
        ("Nobody", 0),
        ("Alert", 0),
        ("Env", 7),
        ("Env", 1),
        ("Env", 0),
        ("Alert", 0),
    ];
    let (right, wrong) = (walk(&flow, &right), walk(&flow, &wrong));
    assert_eq!(right.here(), wrong.here());
    assert_eq!(right.path(), wrong.path());
    assert_eq!(right.open(), wrong.open());
}

#[test]
fn a_plain_fork_may_be_taken_both_ways() {
    let flow = flow("T --> DNS\nT --> TLS\nDNS --> End\nTLS --> End");
    let walk = walk(&flow, &[("T", 0), ("T", 1), ("T", 1)]);
    assert!(!walk.is_question(&id("T")));
    assert_eq!(names(walk.open()), ["DNS", "TLS"]);
    assert_eq!(walk.here(), Some(&id("TLS")));
    assert!(!walk.may_choose(&id("T"), 1));
}

#[test]
fn labels_make_a_question_even_without_a_diamond() {
    let flow = flow("A -->|yes| B\nA -->|no| C");
    let walk = walk(&flow, &[("A", 0)]);
    assert!(walk.is_question(&id("A")));
    assert!(!walk.may_choose(&id("A"), 1));
    assert_eq!(walk.standing(&id("C")), Standing::NotTaken);
}

#[test]
fn one_can_go_round_a_cycle_and_out_again() {
    let flow = flow("A --> B{again?}\nB -->|yes| A\nB -->|no| C");
    let start = walk(&flow, &[]);
    assert_eq!(start.here(), Some(&id("A")));
    let round = walk(&flow, &[("A", 0), ("B", 0)]);
    assert_eq!(round.here(), Some(&id("A")));
    assert_eq!(round.standing(&id("C")), Standing::NotTaken);
}

#[test]
fn invisible_arrows_are_no_branches_and_lonely_parts_have_an_entry() {
    let flow = flow("A ~~~ B\nA --> C\nX --> Y\nY --> X");
    let walk = walk(&flow, &[]);
    assert_eq!(walk.branches(&id("A")).len(), 1);
    let entries: Vec<_> =
        walk.rows().into_iter().filter(|it| it.depth == 0).map(|it| it.node).collect();
    assert_eq!(names(entries), ["A", "B", "X"]);
}

#[test]
fn the_tree_shows_every_node_once_in_full_and_refers_back_to_it() {
    let flow = decision();
    let rows: Vec<String> = walk(&flow, &[])
        .rows()
        .into_iter()
        .map(|row| {
            let again = if row.repeat { "^" } else { "" };
            let via = row.via.map(|it| format!(" ({it})")).unwrap_or_default();
            format!("{}{again}{}{via} {}", "  ".repeat(row.depth), row.node.0, row.branch)
        })
        .collect();
    let expected = [
        "Alert 0",
        "  Env 0",
        "    Cloud (Cloud (AWS/Azure/GCP)) 0",
        "      Scope 0",
        "        Single (One machine) 0",
        "        Multi (Several machines/regions) 1",
        "          IAM 0",
        "    OnPrem (On-premise) 1",
        "      ^Scope 0",
    ];
    assert_eq!(rows, expected);
}

#[test]
fn a_very_deep_and_a_very_wide_flow_are_walked_without_recursion() {
    let mut deep = flow("N0 --> N1");
    let (node, edge) = (deep.nodes[0].clone(), deep.edges[0].clone());
    deep.nodes.clear();
    deep.edges.clear();
    let count = 100_000;
    for at in 0..count {
        let mut node = node.clone();
        node.id = id(&format!("N{at}"));
        deep.nodes.push(node);
        let mut edge = edge.clone();
        (edge.from, edge.to) = (id(&format!("N{at}")), id(&format!("N{}", (at + 1) % count)));
        deep.edges.push(edge.clone());
        (edge.from, edge.to) = (id("N0"), id(&format!("N{at}")));
        deep.edges.push(edge);
    }
    let chosen: Vec<(NodeId, usize)> =
        deep.nodes.iter().flat_map(|it| [(it.id.clone(), 0), (id("N0"), 1)]).collect();
    let walk = Walk::over(&deep, chosen.iter().map(|(node, branch)| (node, *branch)));
    assert_eq!(walk.rows().len(), 2 * count + 1);
    assert_eq!(walk.rows().iter().filter(|row| !row.repeat).count(), count);
    assert!(walk.is_finished());
}
