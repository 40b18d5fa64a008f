//! What an author is told: the line, what is wrong, and what to do.

use firedamp::domain::playbook::{Severity, read};

use crate::{complaints, document};

/// The line of the only complaint, which must hold `words`.
fn one(body: &str, severity: Severity, words: &str) -> usize {
    let (_, problems) = read(&document(body));
    assert_eq!(problems.len(), 1, "{body}: {problems:?}");
    assert!(problems[0].message.contains(words), "{}", problems[0].message);
    assert_eq!(problems[0].severity, severity, "{body}");
    problems[0].line
}

fn in_flow(line: &str) -> String {
    format!("```mermaid\ngraph TD\nA --> B\n{line}\n```")
}

#[test]
fn a_line_of_a_flow_that_cannot_be_read_is_an_error() {
    let cases = [
        ("A[\"open --> B", "never closed"),
        ("A[open --> B", "never closed"),
        ("A@{ shape: diam", "never closed"),
        ("A -->|open B", "opens with |"),
        ("A -- text B", "has no arrow"),
        ("A -->", "leads nowhere"),
        ("A -> B", "an arrow was expected"),
        ("--> B", "a node was expected"),
        ("A --> \"B\"", "a node was expected"),
    ];
    for (line, words) in cases {
        assert_eq!(one(&in_flow(line), Severity::Error, words), 8, "{line}");
    }
    let long = format!("{} --> B", "x".repeat(900));
    assert_eq!(one(&in_flow(&long), Severity::Error, "longer than 200"), 8);
}

#[test]
fn an_empty_flow_and_an_empty_procedure_are_errors() {
    assert_eq!(one("```mermaid\ngraph TD\n```", Severity::Error, "no nodes"), 5);
    assert_eq!(one("```mermaid\nsequenceDiagram\n```", Severity::Error, "no steps"), 5);
}

#[test]
fn two_labels_for_one_node_are_a_warning() {
    assert_eq!(one(&in_flow("A[x]\nA[y]"), Severity::Warning, "another label"), 9);
    assert_eq!(complaints(&document(&in_flow("A[x]\nA[x]"))), []);
}

#[test]
fn groups_and_frames_that_do_not_close_are_warnings() {
    assert_eq!(one(&in_flow("subgraph x\nC"), Severity::Warning, "never closed"), 8);
    assert_eq!(one(&in_flow("end"), Severity::Warning, "closes nothing"), 8);
    let sequence = |line: &str| format!("```mermaid\nsequenceDiagram\nA->>B: x\n{line}\n```");
    assert_eq!(one(&sequence("loop x\nA->>B: y"), Severity::Warning, "never closed"), 8);
    assert_eq!(one(&sequence("end"), Severity::Warning, "closes nothing"), 8);
    assert_eq!(one(&sequence("what is this"), Severity::Error, "as a step"), 8);
    assert_eq!(one(&sequence("A->>: nobody"), Severity::Error, "name the participant"), 8);
}

#[test]
fn an_item_without_text_keeps_its_number_and_is_a_warning() {
    let body = "## 1 X\n\n| a | ☐ |\n|--|--|\n| | ☐ |\n| b | ☐ |";
    assert_eq!(one(body, Severity::Warning, "item 1/1 says nothing"), 9);
    let (playbook, _) = read(&document(body));
    assert_eq!(playbook.checklists().next().unwrap().items[1].id.0, "1/2");
    assert_eq!(one("- [ ] a\n- [ ]", Severity::Warning, "item C1/2 says nothing"), 6);
}

#[test]
fn a_row_with_too_few_or_too_many_cells_is_a_warning() {
    let table = |row: &str| format!("| a | b |\n|--|--|\n{row}\n| x \\| y | `z` |");
    assert_eq!(one(&table("| x |"), Severity::Warning, "has 1 cells"), 7);
    assert_eq!(one(&table("| x | y | z |"), Severity::Warning, "has 3 cells"), 7);
    assert_eq!(one("| a | b |\n|---|\n| c | d |", Severity::Warning, "looks like a table"), 5);
}

#[test]
fn a_section_number_used_twice_is_a_warning_and_ids_stay_unique() {
    let body = "## 1 X\n- [ ] a\n\n## 1 Y\n- [ ] b";
    assert_eq!(one(body, Severity::Warning, "section number 1 is used twice"), 9);
    let (playbook, _) = read(&document(body));
    let ids: Vec<_> =
        playbook.checklists().flat_map(|it| &it.items).map(|it| it.id.0.as_str()).collect();
    assert_eq!(ids, ["1/1", "1/2"]);
}

#[test]
fn an_open_fence_a_missing_id_and_deep_nesting_are_warnings() {
    assert_eq!(one("```bash\necho\n\n## lost", Severity::Warning, "never closed"), 5);
    assert_eq!(one("> ~~~~\n> x\n> ~~~", Severity::Warning, "never closed"), 5);
    assert_eq!(complaints(&document("> ~~~\n> x\n> ~~~~")), []);
    assert_eq!(one(&"> ".repeat(40), Severity::Warning, "nested more than 16"), 5);
    assert!(complaints("# Title\n- [ ] a")[0].1.contains("no id"));
}

#[test]
fn a_text_that_has_nothing_of_a_playbook_is_an_error_and_one_part_is_enough() {
    for text in
        ["", "hello", "# Title", "# Title\n\n| a | b |\n|--|--|\n| c | d |\n\n```sh\nls\n```"]
    {
        let (_, problems) = read(text);
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        assert_eq!((problems[0].line, problems[0].severity), (1, Severity::Error), "{text}");
        assert!(problems[0].message.starts_with("nothing of a playbook is in it"), "{problems:?}");
    }
    let flow = "```mermaid\ngraph TD\nA --> B\n```";
    let procedure = "```mermaid\nsequenceDiagram\nA->>B: x\n```";
    let binaries = "| Mining binary |\n|--|\n| xmrig |";
    let thresholds = "| Signal | Threshold |\n|--|--|\n| CPU | > 80% for 10 minutes |";
    let header = ["**ID**: PB-9", "**Severity**: High", "**ความรุนแรง**: สูง"];
    for part in [flow, procedure, "- [ ] a", binaries, thresholds].into_iter().chain(header) {
        let (_, problems) = read(&format!("# Title\n\n{part}\n"));
        assert!(problems.iter().all(|it| it.severity == Severity::Warning), "{part}: {problems:?}");
    }
}

#[test]
fn what_is_copied_by_ampersands_has_an_end() {
    let many: Vec<String> = (0..400).map(|at| format!("N{at}")).collect();
    let line = format!("{} --> {}", many.join(" & "), many.join(" & "));
    assert_eq!(one(&in_flow(&line), Severity::Error, "more arrows"), 8);
}
