//! Which kind of diagram a mermaid block is, and its lines without comments and settings.

/// Where a diagram stands.
pub(super) struct Seat {
    /// Heading above it.
    pub(super) title: String,
    /// Line of the fence.
    pub(super) line: usize,
}

/// A line that means something, without the white space around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) number: usize,
    pub(super) text: &'a str,
}

/// The kinds that are read; all others are kept as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Flow,
    Sequence,
    Other,
}

/// The lines of a block whose first line has number `first`.
pub(super) fn lines(text: &str, first: usize) -> Vec<Line<'_>> {
    let mut found = Vec::new();
    let mut until = None;
    let has_end = text.split('\n').filter(|line| line.trim() == "---").nth(1).is_some();
    for (at, line) in text.split('\n').enumerate() {
        let line = line.trim();
        if let Some(end) = until {
            if line.ends_with(end) {
                until = None;
            }
        } else if line == "---" && has_end && found.is_empty() {
            until = Some("---");
        } else if line.starts_with("%%{") {
            until = (!line.contains("}%%")).then_some("}%%");
        } else if line.starts_with("accDescr") && line.contains('{') {
            until = (!line.contains('}')).then_some("}");
        } else if !line.is_empty() && !line.starts_with("%%") && line != "---" {
            found.push(Line { number: first + at, text: line });
        }
    }
    found
}

/// What the first line says that the diagram is.
pub(super) fn kind(lines: &[Line<'_>]) -> Kind {
    let first = lines.first().map_or("", |line| line.text);
    match first.split([' ', '\t', ';']).next().unwrap_or_default() {
        "graph" | "flowchart" | "flowchart-v2" | "flowchart-elk" => Kind::Flow,
        "sequenceDiagram" => Kind::Sequence,
        _ => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, kind, lines};

    #[test]
    fn comments_settings_and_front_matter_are_no_lines() {
        let text = "---\ntitle: x\n---\n%%{init: {\n'theme': 'dark'\n}}%%\n%% note\ngraph TD\n\n A --> B\n";
        let lines = lines(text, 10);
        assert_eq!(lines.iter().map(|it| it.number).collect::<Vec<_>>(), [17, 19]);
        assert_eq!(kind(&lines), Kind::Flow);
    }

    #[test]
    fn front_matter_without_an_end_hides_nothing() {
        let found = lines("---\nsequenceDiagram\nA->>B: x", 1);
        assert_eq!(kind(&found), Kind::Sequence);
        assert_eq!(found.len(), 2);
    }
}
