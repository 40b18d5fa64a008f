//! Sequence diagrams as procedures.

use firedamp::domain::playbook::{Procedure, StepKind};

use crate::procedure;

/// `1 A -> B: what`, `--` for answers, notes and frames in their own marks; a dot for each level.
fn steps(procedure: &Procedure) -> Vec<String> {
    let shown = procedure.steps.iter().map(|step| {
        let dots = ".".repeat(usize::from(step.depth));
        let text = match &step.kind {
            StepKind::Ask { from, to, what, answer } => {
                let arrow = if *answer { "--" } else { "->" };
                format!("{} {from} {arrow} {to}: {what}", step.number)
            }
            StepKind::Note(text) => format!("{} note {text}", step.number),
            StepKind::Frame(word, label) => format!("{} {word} {label}", step.number),
        };
        format!("{dots}{text}")
    });
    shown.collect()
}

#[test]
fn participants_have_aliases_and_may_appear_on_their_own() {
    let procedure = procedure(
        "participant Cloud as AWS/Azure/GCP\nactor R as Responder<br/>on duty\nCloud->>R: look\nR->>New one: go\n\
         participant API@{ \"type\": \"boundary\" } as Public API",
    );
    let names: Vec<_> = procedure.participants.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["AWS/Azure/GCP", "Responder on duty", "New one", "Public API"]);
    assert_eq!(
        steps(&procedure),
        ["1 AWS/Azure/GCP -> Responder on duty: look", "2 Responder on duty -> New one: go"]
    );
}

#[test]
fn a_name_given_later_counts_for_earlier_steps() {
    let procedure = procedure("A->>B: x\nparticipant A as Anna");
    assert_eq!(steps(&procedure), ["1 Anna -> B: x"]);
}

#[test]
fn every_arrow_is_a_step_and_dashes_are_answers() {
    let plain = ["->", "->>", "-x", "-)", "<<->>", "->>+", "->>-"];
    let dashed = ["-->", "-->>", "--x", "--)", "<<-->>", "-->>-"];
    for arrow in plain {
        assert_eq!(steps(&procedure(&format!("A{arrow}B: x: y"))), ["1 A -> B: x: y"], "{arrow}");
    }
    for arrow in dashed {
        assert_eq!(steps(&procedure(&format!("A {arrow} B: x"))), ["1 A -- B: x"], "{arrow}");
    }
    assert_eq!(steps(&procedure("A->>A: check itself")), ["1 A -> A: check itself"]);
}

#[test]
fn frames_and_notes_stand_between_the_steps_they_belong_to() {
    let procedure = procedure(
        "autonumber\nbox Team A\nparticipant A\nend\nA->>B: one\nalt found\nactivate B\nB-->>A: two\nloop each<br/>host\n\
         A->>B: three\nend\nelse not found\nNote over A,B: stop<br>here\nend\ncreate participant C\nA->>C: four\ndestroy C\n\
         rect rgb(0, 0, 0)\npar x\nand y\nend\nend\nopt z\nend\ncritical w\noption v\nend\nbreak u\nend\nnote right of A: last",
    );
    let expected = [
        "1 A -> B: one",
        "1 alt found",
        ".2 B -- A: two",
        ".2 loop each\nhost",
        "..3 A -> B: three",
        "3 else not found",
        ".3 note stop\nhere",
        "4 A -> C: four",
        "4 rect rgb(0, 0, 0)",
        ".4 par x",
        ".4 and y",
        "4 opt z",
        "4 critical w",
        "4 option v",
        "4 break u",
        "4 note last",
    ];
    assert_eq!(steps(&procedure), expected);
}
