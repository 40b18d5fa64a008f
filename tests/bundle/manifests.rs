//! Manifests that do not fit the bundle they lead.

use serde_json::{Value, json};

use super::{Case, starts};
use crate::forge::{Forge, ID, header, hostile, other_digest, packed};

/// Changes a manifest.
type Change = Box<dyn Fn(&mut Value)>;

/// Manifests that do not fit, or say too much.
#[expect(clippy::too_many_lines, reason = "a table: one row a manifest")]
pub(super) fn manifests() -> Vec<Case> {
    let member =
        |name: &str, bytes: u64| json!({"name": name, "bytes": bytes, "sha256": other_digest()});
    let many: Vec<Value> = (0..10_001).map(|n| member(&format!("torn/{n}"), 0)).collect();
    let changes: Vec<(&str, Change)> = vec![
        ("null", Box::new(|it| *it = Value::Null)),
        ("a list", Box::new(|it| *it = json!([]))),
        ("no members", Box::new(|it| it["members"] = json!([]))),
        ("another form", Box::new(|it| it["firedamp_bundle"] = 2.into())),
        ("a form that is no number", Box::new(|it| it["firedamp_bundle"] = "1".into())),
        ("a negative form", Box::new(|it| it["firedamp_bundle"] = (-1).into())),
        ("something unknown", Box::new(|it| it["then_run"] = "rm".into())),
        ("something unknown about a file", Box::new(|it| it["members"][1]["link"] = "/".into())),
        ("a missing head", Box::new(|it| drop(it.as_object_mut().unwrap().remove("head")))),
        ("another head", Box::new(|it| it["head"] = other_digest().into())),
        ("a head in capitals", Box::new(|it| it["head"] = "AB".repeat(32).into())),
        ("more entries", Box::new(|it| it["entries"] = 5.into())),
        ("fewer entries", Box::new(|it| it["entries"] = 3.into())),
        ("no entries", Box::new(|it| it["entries"] = 0.into())),
        ("negative entries", Box::new(|it| it["entries"] = (-4).into())),
        ("files in another order", Box::new(|it| it["members"].as_array_mut().unwrap().swap(1, 2))),
        ("the journal last", Box::new(|it| it["members"].as_array_mut().unwrap().rotate_left(1))),
        (
            "a file twice",
            Box::new(|it| {
                let again = it["members"][1].clone();
                it["members"].as_array_mut().unwrap().insert(1, again);
            }),
        ),
        (
            "a file that is not there",
            Box::new(move |it| {
                it["members"].as_array_mut().unwrap().push(member("torn/1", 5));
            }),
        ),
        ("a file less", Box::new(|it| drop(it["members"].as_array_mut().unwrap().pop()))),
        ("no journal", Box::new(|it| drop(it["members"].as_array_mut().unwrap().remove(0)))),
        ("a wrong sum", Box::new(|it| it["members"][1]["sha256"] = other_digest().into())),
        (
            "a wrong sum of the journal",
            Box::new(|it| it["members"][0]["sha256"] = other_digest().into()),
        ),
        ("a wrong size", Box::new(|it| it["members"][1]["bytes"] = 12.into())),
        ("a file of 2 GiB", Box::new(|it| it["members"][1]["bytes"] = (2_u64 << 30).into())),
        ("a file of u64::MAX", Box::new(|it| it["members"][1]["bytes"] = u64::MAX.into())),
        ("a negative size", Box::new(|it| it["members"][1]["bytes"] = (-1).into())),
        (
            "10,001 files",
            Box::new(move |it| it["members"].as_array_mut().unwrap().extend(many.clone())),
        ),
        (
            "5 GiB in all",
            Box::new(|it| {
                let more = (0..5).map(|n| json!({"name": format!("torn/{n}"), "bytes": 1_u64 << 30, "sha256": other_digest()}));
                it["members"].as_array_mut().unwrap().extend(more);
            }),
        ),
        ("1,001 names left out", Box::new(|it| it["left_out"] = vec!["x"; 1_001].into())),
        (
            "something taken out that is there",
            Box::new(|it| {
                it["redacted"] = json!({"entries": 4, "head": other_digest(), "names": 1});
            }),
        ),
        ("a version that a terminal obeys", Box::new(|it| it["version"] = Value::from(7))),
        ("a time that is none", Box::new(|it| it["at"] = "yesterday".into())),
        ("another time than the headers", Box::new(|it| it["at"] = "2026-11-21T18:00:01Z".into())),
        (
            "a name that a terminal obeys",
            Box::new(|it| {
                it["members"][1]["name"] = String::from_utf8_lossy(hostile().bytes()).into();
            }),
        ),
    ];
    let with = |(what, change): &(&str, Change)| {
        let mut forge = Forge::right();
        change(&mut forge.manifest);
        (format!("a manifest with {what}"), forge.bundle())
    };
    let mut cases: Vec<Case> = changes.iter().map(with).collect();
    let raw = |what: &str, text: Vec<u8>| {
        let mut tar = header(ID, "manifest.json", text.len());
        tar.extend(&text);
        tar.resize(tar.len().next_multiple_of(512), 0);
        let right = Forge::right();
        tar.extend(&right.tar()[starts(&right)[1]..]);
        (format!("a manifest that is {what}"), packed(&tar))
    };
    cases.push(raw("empty", Vec::new()));
    cases.push(raw("no JSON", b"members: []".to_vec()));
    cases.push(raw("a deep nest", b"[".repeat(100_000)));
    cases.push(raw("5 MiB long", {
        let mut noise = 1_u64;
        let mut byte = || {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            b'a' + (noise >> 60) as u8
        };
        (0..5 << 20).map(|_| byte()).collect()
    }));
    cases.push(raw("not UTF-8", b"{\"id\":\"\xff\"}".to_vec()));
    cases
}
