//! Bundles of STIX 2.1: their objects of type `indicator`, by the patterns in them.
//!
//! Of the pattern language what names things is read: `=`, `IN`, `AND`, `OR` and parentheses. What counts, waits or compares
//! otherwise is refused by name. Absent: observed data, and relations between objects.

mod pattern;

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{Pack, Row, day, shown};
use crate::domain::detect::fault::{BadRule, Lines, MOST, RuleFault};

/// Reads a bundle.
pub(in crate::domain::detect) fn read(file: &str, text: &str) -> (Pack, Vec<BadRule>) {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let mut pack = Pack { file: file.to_owned(), name: stem.to_owned(), ..Pack::default() };
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => {
            let why = RuleFault::NotJson(shown(&error.to_string()));
            return (pack, vec![why.at(error.line().max(1))]);
        }
    };
    let is_bundle = value.get("type").and_then(Value::as_str) == Some("bundle");
    let objects = value.get("objects").and_then(Value::as_array).filter(|_| is_bundle);
    let Some(objects) = objects else { return (pack, vec![RuleFault::NotBundle.at(1)]) };
    let objects: Vec<&Map<String, Value>> = objects.iter().filter_map(Value::as_object).collect();
    let names = names(&objects);
    let mut faults = Vec::new();
    for object in objects.iter().filter(|it| is(it, "indicator")) {
        if object.get("revoked").and_then(Value::as_bool) == Some(true) {
            continue;
        }
        header(&mut pack, object, &names);
        match row(object) {
            Ok(row) => pack.rows.push(row),
            Err(why) if faults.len() < MOST => {
                let at = text.find(text_of(object, "id")).unwrap_or_default();
                faults.push(why.at(Lines::of(text).at(at)));
            }
            Err(_) => {}
        }
    }
    (pack, faults)
}

fn is(object: &Map<String, Value>, kind: &str) -> bool {
    text_of(object, "type") == kind
}

fn text_of<'a>(object: &'a Map<String, Value>, key: &str) -> &'a str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Who somebody is, and what a marking says, by their ids.
fn names<'a>(objects: &[&'a Map<String, Value>]) -> HashMap<&'a str, &'a str> {
    let named = |object: &&'a Map<String, Value>| {
        let said = match text_of(object, "type") {
            "identity" => text_of(object, "name"),
            "marking-definition" => {
                let statement = object.get("definition").and_then(|it| it.get("statement"));
                statement.and_then(Value::as_str).unwrap_or_else(|| text_of(object, "name"))
            }
            _ => "",
        };
        (!said.is_empty()).then(|| (text_of(object, "id"), said))
    };
    objects.iter().filter_map(named).collect()
}

/// What the first indicators that say it say of all.
fn header(pack: &mut Pack, object: &Map<String, Value>, names: &HashMap<&str, &str>) {
    if pack.source.is_empty() {
        let author = names.get(text_of(object, "created_by_ref")).copied();
        let first = object.get("external_references").and_then(|it| it.get(0));
        let cited = first.and_then(|it| it.get("source_name")).and_then(Value::as_str);
        author.or(cited).unwrap_or_default().clone_into(&mut pack.source);
    }
    if pack.licence.is_empty() {
        let marks = object.get("object_marking_refs").and_then(Value::as_array);
        let mut marks = marks.into_iter().flatten().filter_map(Value::as_str);
        let said = marks.find_map(|mark| names.get(mark).copied());
        said.unwrap_or_default().clone_into(&mut pack.licence);
    }
}

fn row(object: &Map<String, Value>) -> Result<Row, RuleFault> {
    let language = text_of(object, "pattern_type");
    if !matches!(language, "" | "stix") {
        return Err(RuleFault::Language(shown(language)));
    }
    let text = text_of(object, "pattern");
    if text.is_empty() {
        return Err(RuleFault::Missing("pattern"));
    }
    let pattern = pattern::read(text)?;
    let date = |key: &str| {
        let text = text_of(object, key);
        let found = day(text);
        if found.is_none() && !text.is_empty() {
            return Err(RuleFault::NotDate(shown(text)));
        }
        Ok(found)
    };
    let since = date("valid_from")?.or(date("created")?);
    let (place, note) = (text_of(object, "id").to_owned(), text_of(object, "name").to_owned());
    Ok(Row { place, note, since, expires: date("valid_until")?, pattern })
}
