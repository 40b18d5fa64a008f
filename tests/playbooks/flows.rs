//! Decision trees in every notation that mermaid knows.

use firedamp::domain::playbook::Stroke::{self, Dotted, Solid, Thick};
use firedamp::domain::playbook::{Direction, Shape, read};

use crate::{clean, document, edges, flow};

#[test]
fn a_label_between_bars_may_hold_brackets_slashes_arrows_and_quotes() {
    let flow = flow(
        "A{\"Where?\"} -->|Cloud (AWS/Azure/GCP)| B\nA -->|Network → Pool| C\n\
         A -->|\"a | b\"| D\nA -->|say \"no\" --> stop| E\nA -->| | F",
    );
    let expected = [
        "A-[Cloud (AWS/Azure/GCP)]->B",
        "A-[Network → Pool]->C",
        "A-[a | b]->D",
        "A-[say \"no\" --> stop]->E",
        "A->F",
    ];
    assert_eq!(edges(&flow), expected);
}

#[test]
fn a_label_inside_the_arrow_is_the_same() {
    let flow = flow(
        "A -- yes (x/y) --> B\nA -. maybe .-> C\nA == surely ==> D\nA --\"q --> r\"--> E\n\
         A -- open --- F\nA-- no -->G",
    );
    let expected = [
        "A-[yes (x/y)]->B",
        "A-[maybe]->C",
        "A-[surely]->D",
        "A-[q --> r]->E",
        "A-[open]->F",
        "A-[no]->G",
    ];
    assert_eq!(edges(&flow), expected);
    let strokes: Vec<Stroke> = flow.edges.iter().map(|it| it.stroke).collect();
    assert_eq!(strokes, [Solid, Dotted, Thick, Solid, Solid, Solid]);
}

#[test]
fn every_arrow_is_an_edge() {
    let arrows = [
        "-->", "---", "--o", "--x", "<-->", "o--o", "x--x", "---->", "-----", "-.->", "-.-",
        "-..->", "==>", "===", "====>", "~~~", "<-.->", "<==>", "---o", "e1@-->", "-->|x|",
        "--> |x|",
    ];
    for arrow in arrows {
        let flow = flow(&format!("A {arrow} B"));
        assert_eq!(flow.edges.len(), 1, "{arrow}");
        assert_eq!(
            (flow.edges[0].from.0.as_str(), flow.edges[0].to.0.as_str()),
            ("A", "B"),
            "{arrow}"
        );
    }
    assert_eq!(
        edges(&flow("A---oB\nA-->ops\nnode-1-->node-2")),
        ["A->B", "A->ops", "node-1->node-2"]
    );
}

#[test]
fn chains_and_groups_make_every_edge() {
    assert_eq!(edges(&flow("A --> B -->|x| C --> A")), ["A->B", "B-[x]->C", "C->A"]);
    assert_eq!(edges(&flow("A & B --> C & D")), ["A->C", "A->D", "B->C", "B->D"]);
    assert_eq!(edges(&flow("A-->B;B-->C; ;C-->D;")), ["A->B", "B->C", "C->D"]);
}

#[test]
fn every_shape_of_a_node_is_known() {
    let shapes = [
        ("[x]", Shape::Rectangle),
        ("(x)", Shape::Round),
        ("([x])", Shape::Stadium),
        ("[[x]]", Shape::Subroutine),
        ("[(x)]", Shape::Cylinder),
        ("((x))", Shape::Circle),
        ("(((x)))", Shape::DoubleCircle),
        (">x]", Shape::Flag),
        ("{x}", Shape::Diamond),
        ("{{x}}", Shape::Hexagon),
        ("[/x/]", Shape::Slanted),
        ("[\\x\\]", Shape::Slanted),
        ("[/x\\]", Shape::Slanted),
        ("[\\x/]", Shape::Slanted),
        ("@{ shape: diam, label: \"x\" }", Shape::Diamond),
        ("@{ shape: cloud, label: x }", Shape::Other),
    ];
    for (brackets, shape) in shapes {
        let flow = flow(&format!("A{brackets}:::hot --> B"));
        assert_eq!((flow.nodes[0].shape, flow.nodes[0].label.as_str()), (shape, "x"), "{brackets}");
        let quoted = brackets.replace('x', "\"x (y) [z] {w}\"");
        if !brackets.starts_with('@') {
            assert_eq!(
                crate::flow(&format!("A{quoted}")).nodes[0].label,
                "x (y) [z] {w}",
                "{quoted}"
            );
        }
    }
}

#[test]
fn labels_keep_their_breaks_and_lose_their_decoration() {
    let label = |raw: &str| flow(&format!("A{raw}")).nodes[0].label.clone();
    assert_eq!(label("[\"one<br/>two\\nthree<br>four\"]"), "one\ntwo\nthree\nfour");
    assert_eq!(label("[a [b] (c) d]"), "a [b] (c) d");
    assert_eq!(label("[\"he said \"go\" twice\"]"), "he said \"go\" twice");
    assert_eq!(label("[\"#quot;x#quot; ☁\u{fe0f} \u{1b}[2J\"]"), "\"x\" ☁ ^[[2J");
    assert_eq!(label("[\"over\n  two lines\"] --> B"), "over\ntwo lines");
    assert_eq!(label("@{ shape: diam\n  label: \"x\" }"), "x");
}

#[test]
fn a_node_may_be_used_before_it_is_declared_and_stand_in_a_cycle() {
    let flow = flow("A --> B\nB --> A\nB[\"later\"]\nA{first}\nผู้ตอบ --> A");
    let nodes: Vec<_> = flow.nodes.iter().map(|it| (it.id.0.as_str(), it.label.as_str())).collect();
    assert_eq!(nodes, [("A", "first"), ("B", "later"), ("ผู้ตอบ", "ผู้ตอบ")]);
    assert_eq!(edges(&flow), ["A->B", "B->A", "ผู้ตอบ->A"]);
}

#[test]
fn groups_hold_their_nodes_and_may_be_ends_of_an_edge() {
    let flow = flow(
        "subgraph one[\"First group\"]\n direction LR\n A --> B\n subgraph Inner part\n  C\n end\nend\n\
         subgraph \"Third\"\n D\nend\none --> D",
    );
    let groups: Vec<_> = flow
        .groups
        .iter()
        .map(|it| (it.title.as_str(), it.nodes.iter().map(|it| it.0.as_str()).collect::<Vec<_>>()))
        .collect();
    let expected =
        [("First group", vec!["A", "B"]), ("Inner part", vec!["C"]), ("Third", vec!["D"])];
    assert_eq!(groups, expected);
    assert_eq!(edges(&flow), ["A->B", "one->D"]);
    assert_eq!(flow.nodes.iter().find(|it| it.id.0 == "one").unwrap().label, "First group");
}

#[test]
fn looks_and_comments_are_not_read() {
    let flow = flow(
        "%% a comment --> not\n%%{init: {'theme':'dark'}}%%\nA --> B %% behind\nstyle A fill:#fff,color:#000\n\
         classDef hot fill:#f00\nclass A,B hot\nlinkStyle 0 stroke:red\nclick A \"https://soc.example\" _blank\n\
         accTitle: x\naccDescr {\n many\n lines\n}\ne7@{ animate: true }",
    );
    let ids: Vec<_> = flow.nodes.iter().map(|it| it.id.0.as_str()).collect();
    assert_eq!((edges(&flow), ids), (vec!["A->B".to_owned()], vec!["A", "B", "e7"]));
    let flow = crate::flow("A e7@--> B\ne7@{ animate: true }");
    assert_eq!(flow.nodes.len(), 2);
}

#[test]
fn the_first_line_says_the_direction_and_may_say_more() {
    let cases = [
        ("graph TD", Direction::Down),
        ("graph TB", Direction::Down),
        ("flowchart BT", Direction::Up),
        ("flowchart LR", Direction::Right),
        ("flowchart-elk RL", Direction::Left),
        ("graph", Direction::Down),
        ("---\ntitle: x\n---\ngraph LR", Direction::Right),
        ("%%{init: {}}%%\n\n  graph RL", Direction::Left),
    ];
    for (head, direction) in cases {
        let text = document(&format!("```mermaid\n{head}\nA-->B\n```"));
        assert_eq!(clean(&text).flows().next().unwrap().direction, direction, "{head}");
    }
    let text = document("~~~mermaid\ngraph LR; A-->B; B-->C\n~~~");
    assert_eq!(edges(clean(&text).flows().next().unwrap()), ["A->B", "B->C"]);
}

#[test]
fn lines_are_those_of_the_file_even_with_foreign_line_ends() {
    let text = document("> - x\n>\n>   ```mermaid\n>   graph TD\n>   A-->B\n>   B-->C\n>   ```");
    for text in [text.clone(), text.replace('\n', "\r\n")] {
        let (playbook, problems) = read(&text);
        assert_eq!(problems, []);
        let flow = playbook.flows().next().unwrap();
        assert_eq!((flow.line, flow.edges[0].line, flow.edges[1].line), (7, 9, 10));
        assert_eq!(edges(flow), ["A->B", "B->C"]);
    }
}

#[test]
fn what_can_be_read_of_a_broken_flow_stands() {
    let (playbook, problems) =
        read(&document("```mermaid\ngraph TD\nA --> B\nB --> C[open\nC --> D\n```"));
    assert_eq!(edges(playbook.flows().next().unwrap()), ["A->B", "C->D"]);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].line, 8);
}
