//! Any text is a playbook: no panic, only printable text, linear work.

use std::fmt::Write;
use std::time::Duration;

use firedamp::domain::base::Language;
use firedamp::domain::playbook::{Block, PB_31, Playbook, Walk, read};
use proptest::prelude::*;
use rustix::time::{ClockId, clock_gettime};

use crate::document;

/// No string of the document holds a character that a terminal acts on; breaks and tabs stand only in code.
fn is_printable(playbook: &Playbook) -> bool {
    let plain = |text: &str| !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t'));
    let texts = playbook.blocks().all(|(_, block)| match block {
        Block::Code(it) | Block::Diagram(it) => plain(&it.text),
        Block::Prose(it) => plain(&it.text),
        Block::Flow(_) | Block::Procedure(_) | Block::Checklist(_) | Block::Table(_) => true,
    });
    let shown = format!("{playbook:?}").replace("\\\\", "");
    let acting =
        ["\\u{1b}", "\\u{7f}", "\\u{202e}", "\\u{200b}", "\\u{9b}", "\\u{fe0f}", "\\r", "\\0"];
    texts && !acting.iter().any(|it| shown.contains(it))
}

fn looked_at(text: &str) -> Playbook {
    let (playbook, problems) = read(text);
    let lines = text.split(['\n', '\r']).count() + 1;
    assert!(problems.iter().all(|it| (1..=lines).contains(&it.line)), "{problems:?}");
    for flow in playbook.flows() {
        let chosen: Vec<_> = flow.nodes.iter().map(|it| (&it.id, 0)).collect();
        let walk = Walk::over(flow, chosen);
        let rows = walk.rows();
        assert_eq!(rows.iter().filter(|it| !it.repeat).count(), flow.nodes.len());
        assert!(rows.len() <= flow.nodes.len() + flow.edges.len());
        assert!(
            walk.open()
                .iter()
                .all(|it| walk.branches(it).iter().any(|(at, _)| walk.may_choose(it, *at)))
        );
    }
    let mut ids: Vec<_> = playbook.checklists().flat_map(|it| &it.items).map(|it| &it.id).collect();
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "an id stands for two items");
    let _indicators = playbook.indicators();
    playbook
}

/// Words that mean something to a reader.
const WORDS: &str = "``` mermaid graph TD sequenceDiagram A B[ \" ] { } ( ) --> --- -. .-> == ==> -- | & ; %% %%{ }}%% \
                     subgraph end @{ ::: ->> -->> -x : Note over alt else participant as # - [ ] [x] 1. > ~~~ * ` | a | ☐ | \
                     |--|--| **ID**: PB-1 <br/> <!-- #quot; &#10; \\n \\| ก ำ ๑.๒ [x](PB-2) CPU 80% T1496";

/// White space, and what must not reach a terminal.
const BETWEEN: [&str; 13] = [
    "\n- [ ] ",
    " ",
    " ",
    " ",
    "",
    "\n",
    "\n\n",
    "\n  ",
    "\t",
    "\r\n",
    "\u{1b}[2J\u{0}",
    "\u{202e}\u{200b}",
    "\u{fe0f}\u{e35}",
];

/// These in any order.
fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(WORDS.split(' ').collect::<Vec<_>>());
    let pair =
        (word, prop::sample::select(&BETWEEN[..])).prop_map(|(word, gap)| format!("{word}{gap}"));
    prop::collection::vec(pair, 0..60).prop_map(|it| it.concat())
}

/// One place of PB-31 cut out, doubled or replaced.
fn mutated() -> impl Strategy<Value = String> {
    (any::<bool>(), any::<prop::sample::Index>(), 0..200_usize, words(), any::<bool>()).prop_map(
        |(thai, at, len, with, keep)| {
            let language = if thai { Language::Th } else { Language::En };
            let chars: Vec<char> = PB_31.get(language).chars().collect();
            let at = at.index(chars.len());
            let end = (at + len).min(chars.len());
            let kept: String = if keep { chars[at..end].iter().collect() } else { String::new() };
            let (before, after): (String, String) =
                (chars[..end].iter().collect(), chars[end..].iter().collect());
            let before: String = if keep { before } else { chars[..at].iter().collect() };
            format!("{before}{with}{kept}{after}")
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        prop_assert!(is_printable(&looked_at(&text)));
    }

    #[test]
    fn any_words_are_read(text in words()) {
        prop_assert!(is_printable(&looked_at(&text)));
        let flow = document(&format!("```mermaid\ngraph TD\n{text}\n```"));
        prop_assert!(is_printable(&looked_at(&flow)));
        looked_at(&document(&format!("```mermaid\nsequenceDiagram\n{text}\n```")));
    }

    #[test]
    fn a_flow_that_is_written_out_is_read_back(edges in prop::collection::vec((0..12_u8, 0..12_u8, prop::option::of("[a-zก-ฮ0-9()/→?.,+ ]{1,12}"), 0..4_u8), 1..40)) {
        let mut lines = String::new();
        let mut expected = Vec::new();
        for (from, to, label, notation) in edges {
            let label = label.map(|it| it.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|it| !it.is_empty());
            let arrow = match (&label, notation) {
                (None, 0) => "-->".to_owned(),
                (None, 1) => "==>".to_owned(),
                (None, 2) => "-.->".to_owned(),
                (None, _) => "---".to_owned(),
                (Some(label), 0) => format!("-->|{label}|"),
                (Some(label), 1) => format!("-->|\"{label}\"|"),
                (Some(label), 2) => format!("-- \"{label}\" -->"),
                (Some(label), _) => format!("== \"{label}\" ==>"),
            };
            writeln!(lines, "n{from} {arrow} n{to}").unwrap();
            expected.push((format!("n{from}"), format!("n{to}"), label));
        }
        let flow = crate::flow(&lines);
        let found: Vec<_> = flow.edges.iter().map(|it| (it.from.0.clone(), it.to.0.clone(), it.label.clone())).collect();
        prop_assert_eq!(found, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    #[test]
    fn a_mutated_playbook_is_read(text in mutated()) {
        prop_assert!(is_printable(&looked_at(&text)));
    }
}

/// CPU time of this thread that reading `text` takes, the best of three.
fn cost(text: &str) -> Duration {
    let now = || {
        let at = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(at.tv_sec.try_into().unwrap(), at.tv_nsec.try_into().unwrap())
    };
    let run = || {
        let start = now();
        let playbook = read(text).0;
        for flow in playbook.flows() {
            assert!(Walk::over(flow, []).rows().len() >= flow.nodes.len());
        }
        now().checked_sub(start).unwrap()
    };
    (0..3).map(|_| run()).min().unwrap()
}

type Make = Box<dyn Fn(usize) -> String>;

fn fill(part: &str, size: usize) -> String {
    part.repeat(size / part.len() + 1)
}

fn in_flow(body: &str) -> String {
    document(&format!("```mermaid\ngraph TD\n{body}\n```"))
}

fn in_steps(body: &str) -> String {
    document(&format!("```mermaid\nsequenceDiagram\n{body}\n```"))
}

/// Two parts, each filling half of the text.
fn halves(first: &'static str, between: &'static str, second: &'static str) -> Make {
    Box::new(move |size| format!("{}{between}{}", fill(first, size / 2), fill(second, size / 2)))
}

fn documents() -> Vec<(&'static str, Make)> {
    let list = |at: usize| format!("{}- a\n", "  ".repeat(at % 300));
    vec![
        ("brackets", Box::new(|size| fill("[", size))),
        ("links", Box::new(|size| fill("[a](", size))),
        ("nested lists over lines", halves("- ", "x\n", "a\n")),
        ("nested quotes over lines", halves("> ", "x\n", ">\n")),
        ("indented lists", Box::new(move |size| (0..size / 300).map(list).collect())),
        (
            "a long heading over tables",
            Box::new(|size| format!("# {}", halves("a", "\n", "|a|\n|-|\n|b|\n\n")(size))),
        ),
        (
            "short rows",
            Box::new(|size| {
                format!(
                    "{}|\n{}|\n{}",
                    fill("|a", size / 3),
                    fill("|-", size / 3),
                    fill("|x|\n", size / 3)
                )
            }),
        ),
        ("marks", Box::new(|size| fill("\u{301}", size))),
        ("one Thai word", Box::new(|size| fill("กี่", size))),
    ]
}

fn diagrams() -> Vec<(&'static str, Make)> {
    let lines = [
        ("a chain", "A --> "),
        ("open labels", "A[\"x\n"),
        ("open brackets", "A[a[x] --> "),
        ("open arrows", "A -- x;"),
        ("open properties", "A@{ \n"),
        ("slanted nodes", "A[/x/] --> "),
        ("bars and quotes", "A-->|\"x| "),
        ("groups", "subgraph a\nA\n"),
    ];
    let mut cases: Vec<(&'static str, Make)> = Vec::new();
    for (name, line) in lines {
        cases.push((name, Box::new(move |size| in_flow(&fill(line, size)))));
    }
    let hub = |at: usize| format!("A --> B{at}\n");
    cases.push((
        "a hub",
        Box::new(move |size| in_flow(&(0..size / 12).map(hub).collect::<String>())),
    ));
    cases.push((
        "products",
        Box::new(|size| in_flow(&format!("{}B", halves("A & ", "A --> ", "B & ")(size)))),
    ));
    cases.push(("frames", Box::new(|size| in_steps(&fill("alt x\nA->>B: y\n", size)))));
    let named = halves("x", "\n", "A->>A: y\n");
    cases.push((
        "a long name",
        Box::new(move |size| in_steps(&format!("participant A as {}", named(size)))),
    ));
    cases
}

#[test]
fn four_times_the_text_takes_about_four_times_the_work() {
    for (name, make) in documents().into_iter().chain(diagrams()) {
        let (small, large) = (cost(&make(30_000)), cost(&make(120_000)));
        assert!(large < small * 8 + Duration::from_millis(20), "{name}: {small:?}, then {large:?}");
    }
}
