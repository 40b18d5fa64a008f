//! What a manifest of Kubernetes says of what it runs: in lines of YAML, or in JSON, which is YAML too. What no line says as
//! it is, such as a key in quotes or values in brackets, is told as the values say it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::dig::LONGEST;
use super::yaml::{self, Kind, Node, bare};

/// Keys whose value says what is run.
const TELLING: [&str; 9] = [
    "kind",
    "image",
    "command",
    "args",
    "schedule",
    "hostPath",
    "privileged",
    "hostPID",
    "hostNetwork",
];
/// Keys whose value may stand in the lines below.
const LONG: [&str; 2] = ["command", "args"];
/// More of such lines are not taken.
const MOST_BELOW: usize = 200;

/// The telling parts of a manifest, a line each, and whether a limit was reached.
pub(super) fn telling(text: &[u8]) -> (Vec<u8>, bool) {
    let mut is_cut = false;
    let mut told = Vec::new();
    // One value after the other, as a list of manifests may stand there.
    let values = serde_json::Deserializer::from_slice(text).into_iter::<Value>();
    for value in values.map_while(Result::ok).filter(|it| it.is_object() || it.is_array()) {
        of_json(&value, &mut told);
    }
    if told.is_empty() {
        of_yaml(text, &mut told);
        let shown = told.split(|byte| *byte == b'\n').map(bare).collect();
        let (documents, cut) = yaml::read(text);
        for document in &documents {
            of_node(document, &shown, &mut told);
        }
        is_cut = cut;
    }
    if told.is_empty() {
        // Where braces stand in the place of lines, all of it may be telling.
        told.extend_from_slice(text.get(..text.len().min(LONGEST)).unwrap_or_default());
    }
    let end = told.trim_ascii_end().len();
    told.truncate(end);
    (told, is_cut)
}

/// What no line shows. It goes no deeper than the text was read.
fn of_node(node: &Node, shown: &BTreeSet<Vec<u8>>, told: &mut Vec<u8>) {
    match &node.kind {
        Kind::Map(members) => {
            for (key, value) in members {
                if TELLING.contains(&key.as_str()) {
                    let text = format!("{key}: {}", value_of(value));
                    let mut lines = value
                        .texts()
                        .into_iter()
                        .flat_map(str::lines)
                        .map(|it| bare(it.as_bytes()));
                    let is_shown = shown.contains(&bare(text.as_bytes()))
                        || LONG.contains(&key.as_str())
                            && lines.all(|it| it.is_empty() || shown.contains(&it));
                    if !is_shown {
                        told.extend_from_slice(text.as_bytes());
                        told.push(b'\n');
                    }
                } else {
                    of_node(value, shown, told);
                }
            }
        }
        Kind::List(items) => {
            for item in items {
                of_node(item, shown, told);
            }
        }
        Kind::Text(_) => {}
    }
}

/// A value in one line, but for the lines that a text of it has.
fn value_of(node: &Node) -> String {
    match &node.kind {
        Kind::Text(text) => text.clone(),
        Kind::List(_) | Kind::Map(_) => {
            let items: Vec<String> = node.texts().iter().map(|it| format!("\"{it}\"")).collect();
            format!("[{}]", items.join(", "))
        }
    }
}

/// It goes no deeper than the text was read.
fn of_json(value: &Value, told: &mut Vec<u8>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                if TELLING.contains(&key.as_str()) {
                    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    told.extend_from_slice(format!("{key}: {value}\n").as_bytes());
                } else {
                    of_json(value, told);
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|it| of_json(it, told)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn of_yaml(text: &[u8], told: &mut Vec<u8>) {
    // How far in the key stands whose value is in the lines below, and how many of them are taken yet.
    let mut open: Option<(usize, usize)> = None;
    for line in text.split(|byte| *byte == b'\n') {
        let said = line.trim_ascii();
        if said.is_empty() || said.starts_with(b"#") {
            continue;
        }
        let depth = line.iter().take_while(|byte| **byte == b' ').count();
        if let Some((key, left)) = open {
            let is_item = said.starts_with(b"- ") || said == b"-";
            if left > 0 && (depth > key || (depth == key && is_item)) {
                told.extend_from_slice(said);
                told.push(b'\n');
                open = Some((key, left - 1));
                continue;
            }
            open = None;
        }
        let bare = said.strip_prefix(b"- ").map_or(said, <[u8]>::trim_ascii_start);
        let key = |name: &&&str| {
            bare.strip_prefix(name.as_bytes()).is_some_and(|rest| rest.starts_with(b":"))
        };
        if let Some(name) = TELLING.iter().find(key) {
            told.extend_from_slice(bare);
            told.push(b'\n');
            // What stands behind a dash is as far in as its first letter.
            let column = depth + (said.len() - bare.len());
            open = LONG.contains(name).then_some((column, MOST_BELOW));
        }
    }
}
