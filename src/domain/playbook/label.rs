//! What a label of a diagram says, once quotes, entities, tags and breaks are read.

use crate::domain::playbook::printable;

/// Tags that only change how a label looks.
const LOOKS: [&str; 12] =
    ["b", "i", "u", "s", "em", "strong", "small", "code", "sub", "sup", "center", "span"];

/// A label as lines of printable text; empty if it says nothing.
pub(super) fn read(raw: &str) -> String {
    let text = unquoted(raw.trim());
    printable::lines(&decoded(&broken(text)))
}

/// Without the quotes, and the back quotes of a Markdown label, around it.
fn unquoted(text: &str) -> &str {
    ['"', '`'].into_iter().fold(text, |text, quote| {
        text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)).unwrap_or(text)
    })
}

/// `<br>` and `\n` become breaks; tags that only change the look are dropped.
fn broken(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '\\']) {
        out.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at..).unwrap_or_default();
        if let Some(after) = rest.strip_prefix("\\n") {
            out.push('\n');
            rest = after;
        } else if let Some((tag, after)) = tag(rest) {
            if tag.eq_ignore_ascii_case("br") {
                out.push('\n');
            } else if !LOOKS.iter().any(|it| tag.eq_ignore_ascii_case(it)) {
                out.push_str(rest.get(..rest.len() - after.len()).unwrap_or_default());
            }
            rest = after;
        } else {
            let (one, after) = rest.split_at(1);
            out.push_str(one);
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// Name of the short tag that `text` begins with, and what follows it.
fn tag(text: &str) -> Option<(&str, &str)> {
    let window = text.char_indices().take(64).find(|(_, c)| *c == '>')?.0;
    let inner = text.get(..window)?.strip_prefix('<')?.trim_matches(['/', ' ']);
    let name = inner.split([' ', '/']).next().unwrap_or_default();
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_name.then_some((name, text.get(window + 1..)?))
}

/// Mermaid's `#quot;` and `#35;`, and HTML's `&amp;`.
fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['#', '&']) {
        out.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at..).unwrap_or_default();
        let end = rest.char_indices().take(12).find(|(_, c)| *c == ';').map(|(end, _)| end);
        let name = end.and_then(|end| rest.get(1..end)).map(|name| name.trim_start_matches('#'));
        if let (Some(c), Some(end)) = (name.and_then(entity), end) {
            out.push(c);
            rest = rest.get(end + 1..).unwrap_or_default();
        } else {
            let (one, after) = rest.split_at(1);
            out.push_str(one);
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    match name {
        "quot" => Some('"'),
        "apos" => Some('\''),
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "nbsp" => Some(' '),
        "semi" => Some(';'),
        "colon" => Some(':'),
        "num" => Some('#'),
        _ => match name.strip_prefix(['x', 'X']) {
            Some(hex) => char::from_u32(u32::from_str_radix(hex, 16).ok()?),
            None => char::from_u32(name.parse().ok()?),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn quotes_breaks_entities_and_tags_are_read() {
        assert_eq!(read("\"a<br/>b\\nc<BR>d\""), "a\nb\nc\nd");
        assert_eq!(read("\"`**x**`\""), "**x**");
        assert_eq!(read("say #quot;hi#quot; &amp; #59; #9829;"), "say \"hi\" & ; ♥");
        assert_eq!(read("<b>Kill</b> <pid> a < b"), "Kill <pid> a < b");
        assert_eq!(read("\"a\nb\""), "a\nb");
    }
}
