//! Everything of a document that is no diagram.

use firedamp::domain::base::Language;
use firedamp::domain::playbook::{Block, Counts, Phase, TableKind, read};

use crate::{clean, document};

fn items(text: &str) -> Vec<String> {
    let playbook = clean(text);
    let items = playbook.checklists().flat_map(|list| &list.items);
    items
        .map(|it| {
            let mark = if it.ticked { "x" } else { "-" };
            let how = it.how.as_ref().map(|how| format!(" ({how})")).unwrap_or_default();
            format!("{} {mark} {}{how}", it.id.0, it.text)
        })
        .collect()
}

#[test]
fn a_table_with_boxes_is_a_checklist() {
    let text = document(
        "## 2.1 Do\n\n| # | Action | Tool | Owner | Done |\n|:-:|:--|:--|:--|:-:|\n| 1 | **Kill** it \\| all | EDR | SOC | ☐ |\n\
         | 2 | Block | | | ☑ |\n| 3 | Look | a | | [x] |\n| 4 | Wait | | | [ ] |",
    );
    let expected =
        ["2.1/1 - Kill it | all (EDR; SOC)", "2.1/2 x Block", "2.1/3 x Look (a)", "2.1/4 - Wait"];
    assert_eq!(items(&text), expected);
    let boxes_first = document("## 3 Do\n\n| Done | Item |\n|--|--|\n| ⬜ | a |\n| ✅ | b |");
    assert_eq!(items(&boxes_first), ["3/1 - a", "3/2 x b"]);
}

#[test]
fn a_list_with_boxes_is_a_checklist() {
    let text = document(
        "## 4. Do\n\n- [ ] one\n  - how to\n  - and with what\n- [x] two\n  - [ ] inner\n\ntext\n\n1. ☐ three\n2. ☑ four",
    );
    let expected = [
        "4/1 - one (how to; and with what)",
        "4/2 x two",
        "4/3 - inner",
        "4/4 - three",
        "4/5 x four",
    ];
    assert_eq!(items(&text), expected);
}

#[test]
fn ids_count_on_within_a_section_and_are_places_where_it_has_no_number() {
    let text = document(
        "## 1.3 A\n- [ ] a\n\n| x | ☐ |\n|--|--|\n| b | ☐ |\n\n## B\n- [ ] c\n- [ ] d\n\n## ๒.๑ C\n- [ ] e\n\n### D\n- [ ] f",
    );
    let expected = ["1.3/1 - a", "1.3/2 - b", "C3/1 - c", "C3/2 - d", "2.1/1 - e", "C5/1 - f"];
    assert_eq!(items(&text), expected);
}

#[test]
fn the_phase_is_that_of_the_nearest_heading_above() {
    let text = "# Playbook: recovery\n\n**ID**: PB-99\n\n## 1. การวิเคราะห์\n### 1.3 รายการ\n- [ ] a\n## 2. การควบคุม\n- [ ] b\n\
                ## 3. Eradication\n### x\n#### y\n- [ ] c\n## 4. การฟื้นฟู\n- [ ] d\n## หลังเหตุการณ์ (Post-Incident)\n- [ ] e\n## Other\n- [ ] f";
    let phases: Vec<_> = clean(text).checklists().map(|it| it.phase).collect();
    let expected = [
        Some(Phase::Analysis),
        Some(Phase::Containment),
        Some(Phase::Eradication),
        Some(Phase::Recovery),
        Some(Phase::PostIncident),
        None,
    ];
    assert_eq!(phases, expected);
    assert_eq!(phases.iter().flatten().copied().collect::<Vec<_>>(), Phase::ALL);
}

#[test]
fn the_header_is_read_in_either_language_and_any_layout() {
    let thai = "# Playbook: ทดสอบ\n\n**ID**: PB-98 | **ระดับความรุนแรง**: สูง | **หมวดหมู่**: เครือข่าย\n\
                **MITRE ATT&CK**: [T1496](https://attack.mitre.org/techniques/T1496/) (Resource Hijacking), [T1078.004](x) (Cloud Accounts)\n\
                **ทริกเกอร์**: หนึ่ง, สอง (ก, ข)\n\n## หัวข้อ\n\nID: PB-11\n";
    let playbook = clean(thai);
    assert_eq!((playbook.id.as_str(), playbook.language), ("PB-98", Language::Th));
    assert_eq!(playbook.severity.as_deref(), Some("สูง"));
    assert_eq!(playbook.category.as_deref(), Some("เครือข่าย"));
    assert_eq!(playbook.triggers, ["หนึ่ง", "สอง (ก, ข)"]);
    let techniques: Vec<_> =
        playbook.techniques.iter().map(|it| (it.id.as_str(), it.name.as_str())).collect();
    assert_eq!(techniques, [("T1496", "Resource Hijacking"), ("T1078.004", "Cloud Accounts")]);

    let listed = clean(
        "# X\n\n- **ID**: PB-97\n- **Severity**: Low\n\n**Triggers**:\n\n- a\n- b\n\n## Y\n- c\n",
    );
    assert_eq!((listed.id.as_str(), listed.severity.as_deref()), ("PB-97", Some("Low")));
    assert_eq!(listed.triggers, ["a", "b"]);

    let table =
        clean("# X\n\n| Field | Value |\n|--|--|\n| **ID** | PB-96 |\n| Category | Net |\n");
    assert_eq!((table.id.as_str(), table.category.as_deref()), ("PB-96", Some("Net")));

    let matter = clean("---\nid: PB-95\nseverity: High\n---\n# X\n");
    assert_eq!((matter.id.as_str(), matter.severity.as_deref()), ("PB-95", Some("High")));
    assert_eq!(clean("# PB-94: by its title").id, "PB-94");
}

#[test]
fn tables_are_known_by_their_heading_and_columns() {
    let cases = [
        ("Known mining binaries", "| Binary | Coin |", TableKind::Binaries),
        ("โปรแกรมขุดที่รู้จัก", "| ชื่อ | เหรียญ |", TableKind::Binaries),
        ("Mining pool indicators", "| Indicator | Value |", TableKind::PoolIndicators),
        ("ตัวบ่งชี้ Mining Pool", "| ตัวบ่งชี้ | ค่า |", TableKind::PoolIndicators),
        ("Detection indicators", "| Indicator | Threshold |", TableKind::Thresholds),
        ("ตัวบ่งชี้", "| ตัวบ่งชี้ | เกณฑ์ |", TableKind::Thresholds),
        ("Escalation criteria", "| Condition | To |", TableKind::Escalation),
        ("เกณฑ์การยกระดับ", "| เงื่อนไข | ไปยัง |", TableKind::Escalation),
        ("Resource impact", "| Host | Priority |", TableKind::Impact),
        ("การประเมินผลกระทบ", "| เครื่อง | ลำดับความสำคัญ |", TableKind::Impact),
        ("Contacts", "| Who | Phone |", TableKind::Other),
    ];
    for (heading, columns, kind) in cases {
        let text = document(&format!("## {heading}\n\n{columns}\n|--|--|\n| a | b |"));
        assert_eq!(clean(&text).tables().next().unwrap().kind, kind, "{heading}");
    }
}

#[test]
fn indicators_come_out_of_the_tables_that_hold_them() {
    let text = document(
        "## Known binaries\n| Binary | x |\n|--|--|\n| **XMRig** | y |\n| `t-rex` | y |\n| in the browser | y |\n\n\
         ## Pool indicators\n| Indicator | Value |\n|--|--|\n| Ports | 3333, 70000, 4444/5555 |\n| Protocol | Stratum (`stratum+tcp://`, stratum2+ssl://) |\n\
         | DNS | pool.*, *mining.*, xmr.* |\n\n## Rules\n| Indicator | Threshold |\n|--|--|\n| CPU of a host | > 92.5% for 2 hours |\n| GPU | above 60 % |\n",
    );
    let found = clean(&text).indicators();
    assert_eq!(found.binaries, ["xmrig", "t-rex"]);
    assert_eq!(found.ports, [3333, 4444, 5555]);
    assert_eq!(found.schemes, ["stratum+tcp://", "stratum2+ssl://"]);
    assert_eq!(found.names, ["pool.*", "*mining.*", "xmr.*"]);
    assert_eq!((found.cpu, found.gpu), (Some((92.5, 120)), Some(60.0)));
}

#[test]
fn links_know_the_playbook_they_lead_to() {
    let text = document(
        "See [PB-16 Cloud](a.md), [that one](pb-22.md).\n\n- [ ] read [PB-32](x)\n\n| a |\n|--|\n| [b](https://soc.example) |",
    );
    let playbook = clean(&text);
    let links: Vec<_> =
        playbook.links().map(|it| (it.text.as_str(), it.playbook.as_deref())).collect();
    let expected = [
        ("PB-16 Cloud", Some("PB-16")),
        ("that one", Some("PB-22")),
        ("PB-32", Some("PB-32")),
        ("b", None),
    ];
    assert_eq!(links, expected);
}

#[test]
fn code_and_other_diagrams_are_kept_as_text() {
    let text = document(
        "```bash extra\nif x; then\n\techo \u{7}\nfi\n```\n\n    plain\n\n```mermaid\ngantt\n title X\n```\n\n```mermaid\n%% nothing\npie\n```\n\n```\nno language\n```",
    );
    let playbook = clean(&text);
    let blocks: Vec<(&str, &str)> = playbook
        .blocks()
        .filter_map(|(_, block)| match block {
            Block::Code(it) | Block::Diagram(it) => Some((it.language.as_str(), it.text.as_str())),
            Block::Flow(_)
            | Block::Procedure(_)
            | Block::Checklist(_)
            | Block::Table(_)
            | Block::Prose(_) => None,
        })
        .collect();
    let expected = [
        ("bash", "if x; then\n\techo ^G\nfi"),
        ("", "plain"),
        ("mermaid", "gantt\n title X"),
        ("mermaid", "%% nothing\npie"),
        ("", "no language"),
    ];
    assert_eq!(blocks, expected);
    assert_eq!(
        (playbook.counts().diagrams, playbook.counts().code, playbook.counts().other()),
        (2, 3, 5)
    );
}

#[test]
fn the_main_flow_is_the_decision_flow_or_the_one_with_most_questions() {
    let block = |body: &str| format!("```mermaid\ngraph TD\n{body}\n```\n");
    let named =
        document(&format!("## A\n{}## ผังการตัดสินใจ\n{}", block("A{?}-->B{?}"), block("A-->B")));
    assert_eq!(clean(&named).main_flow().unwrap().id.0, "F2");
    let most = document(&format!("{}{}{}", block("A-->B"), block("A{?}-->B"), block("A{?}-->C")));
    assert_eq!(clean(&most).main_flow().unwrap().id.0, "F2");
    let first = document(&format!("{}{}", block("A-->B"), block("A-->B")));
    assert_eq!(clean(&first).main_flow().unwrap().id.0, "F1");
    assert!(clean(&document("no flow at all")).main_flow().is_none());
}

#[test]
fn rules_between_sections_swallow_nothing() {
    let text = "---\nid: PB-95\n---\n# X\n---\n## 1 A\n- [ ] a\n\n---\n## 2 B\n- [ ] b\n---\n";
    assert_eq!(items(text), ["1/1 - a", "2/1 - b"]);
    assert_eq!(clean(text).sections[1].line, 6);
    assert_eq!(read("---\n# X\nID: PB-1\n").0.title, "X");
}

#[test]
fn a_text_that_is_no_playbook_opens_with_one_warning() {
    for text in ["", "\u{feff}", "just a line", "{\"json\": [1, 2]}", "\n\n\n"] {
        let (playbook, problems) = read(text);
        assert_eq!((playbook.id.as_str(), problems.len()), ("", 1), "{text}");
        assert_eq!(playbook.counts(), Counts::default());
    }
}
