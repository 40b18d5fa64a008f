//! Settings that stand in lines: INI, TOML, YAML, environments, `set` of batch files, and the pools of `epools.txt`.

use super::json;
use super::settings::Settings;

/// A value goes on in the next line at most so often.
const MOST_LINES: usize = 256;

/// Reads lines into `settings`.
pub(super) fn read(text: &str, settings: &mut Settings) {
    let mut lines = text.lines();
    let (mut section, mut inner): (usize, Vec<Inner>) = (0, Vec::new());
    while let Some(line) = lines.next() {
        let body = line.trim();
        if body.is_empty() || is_comment(body) {
            continue;
        }
        if let Some(name) = heading(body) {
            section = settings.group(0, name);
            inner.clear();
            continue;
        }
        let mut place = line.len() - line.trim_start().len();
        let is_item = body.starts_with("- ");
        // Items of a list may stand as far in as its key.
        inner.retain(|it| it.place < place || is_item && it.place == place && !it.item);
        let outer = |inner: &[Inner]| inner.last().map_or(section, |it| it.group);
        let mut body = assigned(body);
        while let Some(item) = body.strip_prefix("- ").map(str::trim_start) {
            let list = outer(&inner);
            if pair(item).is_none() || is_assignment(item) {
                // `- KEY=value`, `- word`: they belong to the key of the list.
                body = item;
                break;
            }
            inner.push(Inner { place, group: settings.group(list, ""), item: true });
            place += 2;
            body = item;
        }
        if pairs(body, settings, outer(&inner)) {
            continue;
        }
        let Some((key, value)) = pair(body) else {
            let key = settings.groups.get(outer(&inner)).map(|it| it.name.clone());
            if let Some(key) = key.filter(|_| is_item) {
                settings.add(outer(&inner), &key, unquoted(body));
            }
            continue;
        };
        if value.is_empty() {
            let group = settings.group(outer(&inner), key);
            inner.push(Inner { place, group, item: false });
        } else if value.starts_with(['{', '[']) {
            let whole = balanced(value, &mut lines);
            json::read(&whole, settings, outer(&inner), key);
        } else {
            settings.add(outer(&inner), key, unquoted(value));
        }
    }
}

/// Where lines that stand further in belong.
struct Inner {
    /// How far in the key stands, or the item.
    place: usize,
    group: usize,
    /// It is an item of a list.
    item: bool,
}

fn is_comment(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    line.starts_with(['#', ';'])
        || line.starts_with("//")
        || line.starts_with("::")
        || first.eq_ignore_ascii_case("rem")
}

/// `[section]` or `[[list]]`.
fn heading(line: &str) -> Option<&str> {
    let name = line.strip_prefix('[')?.strip_suffix(']')?.trim_matches(['[', ']']);
    (!name.is_empty() && !name.contains(['=', ',', '"', '{'])).then_some(name)
}

/// Without the word that makes a variable of it.
fn assigned(line: &str) -> &str {
    let words = ["export ", "set ", "SET ", "Set ", "setx ", "declare -x ", "ENV ", "local "];
    words.iter().find_map(|word| line.strip_prefix(word)).map_or(line, str::trim_start)
}

/// `key = value`, `key: value`, `"key": value`.
fn pair(line: &str) -> Option<(&str, &str)> {
    let colon = line.find(": ").or_else(|| line.ends_with(':').then(|| line.len() - 1));
    let at = match (line.find('='), colon) {
        (Some(one), Some(other)) => one.min(other),
        (one, other) => one.or(other)?,
    };
    let (key, rest) = line.split_at_checked(at)?;
    let key = key.trim().trim_matches(['"', '\'']);
    let is_part = |it: u8| it.is_ascii_alphanumeric() || b"_-./ []".contains(&it);
    let is_key = !key.is_empty() && key.len() <= 48 && key.bytes().all(is_part);
    // Several words before it are a sentence or a command.
    let words = key.split_whitespace().count();
    (is_key && words <= 2).then(|| (key, rest.get(1..).unwrap_or_default().trim()))
}

/// `KEY=value`, and no `key: a=b`.
fn is_assignment(line: &str) -> bool {
    let colon = line.find(": ").unwrap_or(line.len());
    !line.ends_with(':') && line.find('=').is_some_and(|at| at < colon)
}

/// `POOL: host:port, WALLET: address, PSW: x`, each line a group; `false` if it is none.
fn pairs(line: &str, settings: &mut Settings, outer: usize) -> bool {
    if line.matches(',').count() == 0 || line.matches(':').count() < 2 || line.contains(['{', '"'])
    {
        return false;
    }
    let is_word =
        |key: &str| (2..=16).contains(&key.len()) && key.bytes().all(|it| it.is_ascii_alphabetic());
    let found: Vec<(&str, &str)> = line
        .split(',')
        .filter_map(|part| part.split_once(':'))
        .map(|(key, value)| (key.trim(), value.trim()))
        .filter(|(key, _)| is_word(key))
        .collect();
    if found.len() < 2 {
        return false;
    }
    let group = settings.group(outer, "");
    for (key, value) in found {
        settings.add(group, key, value);
    }
    true
}

/// A value with what closes it, which may stand some lines further on.
fn balanced(value: &str, lines: &mut std::str::Lines<'_>) -> String {
    let opened = |text: &str| text.matches(['{', '[']).count();
    let closed = |text: &str| text.matches(['}', ']']).count();
    let (mut whole, mut open, mut shut) = (value.to_owned(), opened(value), closed(value));
    for _ in 0..MOST_LINES {
        if open <= shut {
            break;
        }
        let Some(line) = lines.next() else { break };
        (open, shut) = (open + opened(line), shut + closed(line));
        whole.push('\n');
        whole.push_str(line);
    }
    whole
}

/// Without quotes, or without a comment behind it.
fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote) {
            return rest.split(quote).next().unwrap_or(rest);
        }
    }
    let end = [" #", " ;", "\t#", " //"].iter().filter_map(|mark| value.find(mark)).min();
    let value = end.and_then(|end| value.get(..end)).unwrap_or(value);
    value.trim().trim_end_matches([',', '"', '\''])
}
