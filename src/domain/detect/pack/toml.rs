//! Packs written in TOML: who says so and since when at the top, then the indicators.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use jiff::civil::Date;

use super::{Indicator, Kind, Pack, Pattern, Row, day, shown};
use crate::domain::detect::fault::{BadRule, Lines, MOST, RuleFault};

/// The file while it is read.
struct Reader<'a> {
    text: &'a str,
    lines: Lines,
    pack: Pack,
    faults: Vec<BadRule>,
}

/// Reads a pack. One that does not say whose it is and until when is refused as a whole.
pub(in crate::domain::detect) fn read(file: &str, text: &str) -> (Pack, Vec<BadRule>) {
    let pack = Pack { file: file.to_owned(), ..Pack::default() };
    let mut reader = Reader { text, lines: Lines::of(text), pack, faults: Vec::new() };
    match DeTable::parse(text) {
        Ok(document) => reader.document(document.get_ref()),
        Err(error) => {
            let why = RuleFault::NotToml(shown(error.message()));
            reader.fault(&error.span().unwrap_or_default(), why);
        }
    }
    (reader.pack, reader.faults)
}

impl Reader<'_> {
    fn fault(&mut self, span: &Range<usize>, why: RuleFault) {
        if self.faults.len() < MOST {
            self.faults.push(why.at(self.lines.at(span.start)));
        }
    }

    fn document(&mut self, document: &DeTable<'_>) {
        for (key, value) in document {
            match key.get_ref().as_ref() {
                "name" => self.pack.name = self.string(value, "name"),
                "source" => self.pack.source = self.string(value, "source"),
                "licence" | "license" => self.pack.licence = self.string(value, "licence"),
                "date" => self.pack.date = self.date(value),
                "expires" => self.pack.expires = self.date(value),
                "indicator" => self.tables(value),
                "indicators" => self.plain(value),
                other => self.fault(&key.span(), RuleFault::Key(shown(other))),
            }
        }
        let pack = &self.pack;
        let missing = [
            (pack.name.is_empty(), "name"),
            (pack.source.is_empty(), "source"),
            (pack.licence.is_empty(), "licence"),
            (pack.date.is_none(), "date"),
            (pack.expires.is_none(), "expires"),
        ];
        let before = self.faults.len();
        for (_, key) in missing.iter().filter(|(missing, _)| *missing) {
            self.faults.push(RuleFault::Missing(key).at(1));
        }
        if self.faults.len() > before {
            self.pack.rows.clear();
        }
    }

    /// `[[indicator]]`.
    fn tables(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(tables) = value.get_ref().as_array() else {
            return self.fault(&value.span(), RuleFault::NotList(shown("indicator")));
        };
        for table in tables {
            match table.get_ref().as_table() {
                Some(row) => self.row(row, &table.span()),
                None => self.fault(&table.span(), RuleFault::NotList(shown("indicator"))),
            }
        }
    }

    /// `indicators = ["…", "…"]`.
    fn plain(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(items) = value.get_ref().as_array() else {
            return self.fault(&value.span(), RuleFault::NotList(shown("indicators")));
        };
        for item in items {
            let text = self.string(item, "indicators");
            if !text.is_empty() {
                let note = String::new();
                self.add(&text, None, note, (None, None), &item.span());
            }
        }
    }

    fn row(&mut self, row: &DeTable<'_>, span: &Range<usize>) {
        let (mut text, mut note, mut kind) = (None, String::new(), None);
        let mut days = (None, None);
        let before = self.faults.len();
        for (key, value) in row {
            match key.get_ref().as_ref() {
                "value" => text = Some((self.string(value, "value"), value.span())),
                "note" => note = self.string(value, "note"),
                "since" => days.0 = self.date(value),
                "expires" => days.1 = self.date(value),
                "type" => {
                    let name = self.string(value, "type");
                    kind = Kind::of(&name);
                    if kind.is_none() {
                        self.fault(&value.span(), RuleFault::NoType(shown(&name)));
                    }
                }
                other => self.fault(&key.span(), RuleFault::Key(shown(other))),
            }
        }
        match text {
            Some((text, span)) if self.faults.len() == before => {
                self.add(&text, kind, note, days, &span);
            }
            Some(_) => {}
            None => self.fault(span, RuleFault::Missing("value")),
        }
    }

    fn add(
        &mut self,
        text: &str,
        kind: Option<Kind>,
        note: String,
        (since, expires): (Option<Date>, Option<Date>),
        span: &Range<usize>,
    ) {
        match Indicator::read(text, kind) {
            Ok(indicator) => {
                let place = self.lines.at(span.start).to_string();
                let pattern = Pattern::Is(indicator);
                self.pack.rows.push(Row { place, note, since, expires, pattern });
            }
            Err(why) => self.fault(span, why),
        }
    }

    fn string(&mut self, value: &Spanned<DeValue<'_>>, name: &str) -> String {
        if let Some(text) = value.get_ref().as_str() {
            return text.to_owned();
        }
        self.fault(&value.span(), RuleFault::NotText(shown(name)));
        String::new()
    }

    /// A day, with quotes or without.
    fn date(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Date> {
        let written = self.text.get(value.span()).unwrap_or_default();
        let found = day(value.get_ref().as_str().unwrap_or(written));
        if found.is_none() {
            self.fault(&value.span(), RuleFault::NotDate(shown(written)));
        }
        found
    }
}
