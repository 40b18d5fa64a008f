//! PB-31 in both languages.

use std::fmt::Write;

use firedamp::domain::base::Language;
use firedamp::domain::playbook::TableKind::{
    self, Binaries, Escalation, Impact, Other, PoolIndicators, Thresholds,
};
use firedamp::domain::playbook::{Block, PB_31, Playbook, Prose, Section, StepKind};

use crate::{clean, edges};

fn edition(language: Language) -> Playbook {
    clean(PB_31.get(language))
}

/// Everything that is the same in every language.
fn skeleton(playbook: &Playbook) -> String {
    let mut out = format!("{} {:?}\n", playbook.id, playbook.techniques);
    for section in &playbook.sections {
        let Section { number, level, phase, .. } = section;
        writeln!(out, "{level} {number} {phase:?} line {}", section.line).unwrap();
        for block in &section.blocks {
            writeln!(out, "  {}", outline(block)).unwrap();
        }
    }
    out
}

fn outline(block: &Block) -> String {
    let playbooks =
        |prose: &Prose| -> Vec<_> { prose.links.iter().map(|it| it.playbook.clone()).collect() };
    match block {
        Block::Flow(flow) => {
            let nodes: Vec<_> = flow.nodes.iter().map(|it| (&it.id, it.shape, it.line)).collect();
            let edges: Vec<_> = flow
                .edges
                .iter()
                .map(|it| (&it.from, &it.to, it.label.is_some(), it.stroke))
                .collect();
            format!("{:?} {:?} {nodes:?} {edges:?}", flow.id, flow.direction)
        }
        Block::Procedure(procedure) => {
            let people: Vec<_> =
                procedure.participants.iter().map(|it| (&it.id, &it.name)).collect();
            let steps: Vec<_> = procedure
                .steps
                .iter()
                .map(|it| match &it.kind {
                    StepKind::Ask { from, to, answer, .. } => {
                        format!("{} {from} {to} {answer}", it.number)
                    }
                    StepKind::Note(_) | StepKind::Frame(..) => format!("{:?}", it.kind),
                })
                .collect();
            format!("{} {people:?} {steps:?}", procedure.id)
        }
        Block::Checklist(list) => {
            let items: Vec<_> = list.items.iter().map(|it| (&it.id, it.ticked, &it.how)).collect();
            format!("{} {:?} {items:?}", list.id, list.phase)
        }
        Block::Table(table) => {
            let rows: Vec<Vec<_>> =
                table.rows.iter().map(|row| row.iter().map(playbooks).collect()).collect();
            format!("{:?} {} {rows:?}", table.kind, table.columns.len())
        }
        Block::Code(code) => {
            let commands: Vec<&str> = code.text.lines().filter(|it| !it.starts_with('#')).collect();
            format!("{} {commands:?}", code.language)
        }
        Block::Diagram(diagram) => diagram.text.clone(),
        Block::Prose(prose) => format!("{:?}", playbooks(prose)),
    }
}

#[test]
fn both_editions_have_the_same_structure() {
    assert_eq!(skeleton(&edition(Language::En)), skeleton(&edition(Language::Th)));
    assert_eq!(edition(Language::En).indicators(), edition(Language::Th).indicators());
    assert_eq!(edition(Language::En).language, Language::En);
    assert_eq!(edition(Language::Th).language, Language::Th);
}

#[test]
fn the_thai_edition_is_in_thai() {
    let thai = |text: &str| text.chars().any(|c| ('\u{e01}'..='\u{e4e}').contains(&c));
    let playbook = edition(Language::Th);
    assert!(playbook.sections.iter().all(|it| thai(&it.title)));
    let asks = playbook.procedures().flat_map(|it| &it.steps).map(|it| match &it.kind {
        StepKind::Ask { what, .. } => what.as_str(),
        StepKind::Note(_) | StepKind::Frame(..) => "",
    });
    assert_eq!(asks.filter(|it| !thai(it)).collect::<Vec<_>>(), ["Kill pod"]);
    let items = playbook.checklists().flat_map(|it| &it.items);
    assert_eq!(
        items.filter(|it| !thai(&it.text)).map(|it| it.id.0.as_str()).collect::<Vec<_>>(),
        ["2.1/1"]
    );
    let english = edition(Language::En);
    assert!(!english.sections.iter().any(|it| thai(&it.title)));
}

#[test]
fn the_flows_have_every_edge() {
    let playbook = edition(Language::En);
    let flows: Vec<_> = playbook.flows().map(edges).collect();
    let detection = [
        "Detect->Source",
        "Source-[CPU/GPU at 100%]->Host",
        "Source-[Network → mining pool]->Net",
        "Source-[Cloud billing spike]->Bill",
        "Host->Confirm",
        "Net->Confirm",
        "Bill->Confirm",
        "Confirm->Kill",
    ];
    let decision = [
        "Alert->Env",
        "Env-[Cloud (AWS/Azure/GCP)]->Cloud",
        "Env-[On-premise]->OnPrem",
        "Cloud->Scope",
        "OnPrem->Scope",
        "Scope-[One machine]->Single",
        "Scope-[Several machines/regions]->Multi",
        "Multi->IAM",
    ];
    let pool = [
        "Traffic->DNS",
        "DNS->Pool",
        "Pool-[Yes]->Block",
        "Pool-[No]->Allow",
        "Traffic->TLS",
        "TLS->Stratum",
        "Stratum-[Yes]->Block",
    ];
    assert_eq!(flows, [detection.to_vec(), decision.to_vec(), pool.to_vec()]);
    assert_eq!(playbook.main_flow().unwrap().id.0, "F2");
}

#[test]
fn every_figure_is_there() {
    for language in [Language::En, Language::Th] {
        let playbook = edition(language);
        let counts = playbook.counts();
        assert_eq!((counts.flows, counts.nodes, counts.edges), (3, 22, 23));
        assert_eq!((counts.procedures, counts.steps), (2, 13));
        assert_eq!((counts.checklists, counts.items), (5, 29));
        assert_eq!((counts.tables, counts.code, counts.diagrams), (6, 1, 0));
        let found = playbook.indicators();
        let binaries = ["xmrig", "ccminer", "ethminer", "t-rex", "phoenixminer", "nbminer"];
        assert_eq!(found.binaries, binaries);
        assert_eq!(found.ports, [3333, 4444, 5555, 8333, 14444]);
        assert_eq!(found.schemes, ["stratum+tcp://"]);
        assert_eq!(found.names, ["pool.*", "mining.*", "xmr.*", "f2pool.*", "nanopool.*"]);
        assert_eq!((found.cpu, found.gpu), (Some((80.0, 30)), Some(60.0)));
        let kinds: Vec<TableKind> = playbook.tables().map(|it| it.kind).collect();
        assert_eq!(kinds, [Binaries, PoolIndicators, Escalation, Other, Thresholds, Impact]);
        let rows: Vec<usize> = playbook.tables().map(|it| it.rows.len()).collect();
        assert_eq!(rows, [6, 3, 5, 2, 4, 4]);
        let lists: Vec<_> =
            playbook.checklists().map(|it| (it.id.as_str(), it.items.len())).collect();
        assert_eq!(lists, [("1.3", 8), ("2.1", 5), ("3", 5), ("4", 5), ("6", 6)]);
        for fact in
            ["$1,000", "PB-22", "PB-16", "PB-32", "describe-regions", "P1", "P2", "P3", "SCP", "72"]
        {
            assert!(PB_31.get(language).contains(fact), "{fact}");
        }
        for rule in ["proc_cryptomining_indicators.yml", "cloud_aws_ec2_mining.yml"] {
            assert!(PB_31.get(language).contains(rule), "{rule}");
        }
    }
}

#[test]
fn nothing_in_it_needs_an_escape() {
    for language in [Language::En, Language::Th] {
        let text = PB_31.get(language);
        assert!(!text.contains(['\u{fe0f}', '\u{200d}', '\u{200b}', '\t', '\r']));
        let playbook = edition(language);
        assert!(!format!("{playbook:?}").contains("<U+"));
    }
}
