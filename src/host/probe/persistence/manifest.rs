//! What a manifest of Kubernetes says of what it runs: in lines of YAML, or in JSON, which is YAML too.

use serde_json::Value;

use super::dig::LONGEST;

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

/// The telling parts of a manifest, a line each.
pub(super) fn telling(text: &[u8]) -> Vec<u8> {
    let mut told = Vec::new();
    // One value after the other, as a list of manifests may stand there.
    let values = serde_json::Deserializer::from_slice(text).into_iter::<Value>();
    for value in values.map_while(Result::ok).filter(|it| it.is_object() || it.is_array()) {
        of_json(&value, &mut told);
    }
    if told.is_empty() {
        of_yaml(text, &mut told);
    }
    if told.is_empty() {
        // Where braces stand in the place of lines, all of it may be telling.
        told.extend_from_slice(text.get(..text.len().min(LONGEST)).unwrap_or_default());
    }
    let end = told.trim_ascii_end().len();
    told.truncate(end);
    told
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
