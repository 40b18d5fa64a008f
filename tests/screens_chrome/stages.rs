//! The same incident trained, and the start screen before any.

use std::sync::Arc;

use firedamp::cockpit::Model;
use firedamp::cockpit::coach::Coach;
use firedamp::cockpit::model::{Condition, Offer, Source, SourceKind, Stage};
use firedamp::cockpit::trouble::Damage;
use firedamp::domain::base::{Both, Language};
use firedamp::domain::session::LineProblem;
use firedamp::domain::training::{Act, Inject, Move, Task, Walkthrough};
use firedamp::domain::untrusted::Untrusted;

use crate::incident::{at, at_work, flow, node_id, now, opening, suda};

pub(crate) fn in_training(language: Language) -> Model {
    let both = |en: &str, th: &str| Both { en: en.to_owned(), th: th.to_owned() };
    let choose = Act::Choose { flow: flow(), node: node_id("Scope"), branch: 1 };
    let task = |text, act| Task {
        text,
        hints: vec![
            both("What does the name hide?", "ชื่อนี้ซ่อนอะไรไว้?"),
            both("Look at FLAGS.", "ดูช่อง FLAGS"),
        ],
        done_by: vec![act],
    };
    let walkthrough = Arc::new(Walkthrough {
        name: String::from("two-miners"),
        playbook: String::from("PB-31"),
        title: both("Two miners, one hidden", "miner สองตัว ตัวหนึ่งซ่อนอยู่"),
        story: both(
            "The night shift calls: the build server is slow since midnight.",
            "กะดึกแจ้งว่าเซิร์ฟเวอร์ build ช้าผิดปกติตั้งแต่เที่ยงคืน",
        ),
        tasks: vec![task(
            both("Find the second miner before you decide.", "หา miner ตัวที่สองก่อนตัดสินใจ"),
            choose.clone(),
        )],
        injects: vec![Inject {
            at: 60,
            from: String::from("SOC\u{1b}"),
            text: both("The firewall sees a second pool.", "ไฟร์วอลล์เห็น pool ที่สอง"),
        }],
        expert: vec![Move {
            at: 120,
            act: choose,
            why: both("Two hosts talk to it.", "มีสองเครื่องที่คุยกับมัน"),
        }],
    });
    let mut model = at_work(language);
    model.coach = Some(Coach { injects: 1, ..Coach::new(walkthrough) });
    model.source = Source {
        kind: SourceKind::Training,
        paused: false,
        speed: 2.0,
        at_ms: 65_000,
        length_ms: 720_000,
    };
    let state = &mut model.session.as_mut().unwrap().state;
    state.opening = Some(opening(Some(String::from("two-miners"))));
    state.training.hints.insert(0, 1);
    model
}

pub(crate) fn offers() -> Vec<Offer> {
    let offer = |id: &str, entries, condition| Offer {
        id: id.to_owned(),
        host: Untrusted::from("web-07"),
        playbook: String::from("PB-31"),
        opened_at: Some(at("2026-11-21T02:40:26Z")),
        last_at: Some(at("2026-11-21T02:57:00Z")),
        last_by: Some(suda()),
        entries,
        condition,
    };
    vec![
        offer("20261121T024026Z-web-07", 142, Condition::CutOff),
        offer("20261120T101500Z-web-07", 388, Condition::Held),
        offer("20261119T090000Z-build-02", 61, Condition::Left),
        offer(
            "20261118T120000Z-db\u{1b}[31m",
            9,
            Condition::Broken(Damage::Somewhere(LineProblem::Content("\u{202e}bad".into()))),
        ),
    ]
}

pub(crate) fn at_start(language: Language, offers: Vec<Offer>, selected: usize) -> Model {
    let mut model = Model::new(suda(), now(), firedamp::words::search);
    model.language = language;
    model.stage = Stage::Start { offers, selected };
    model
}
