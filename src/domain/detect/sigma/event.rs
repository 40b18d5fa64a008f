//! What rules look at: one thing that happened, as fields with the names that Sigma gives them.

/// Fields and their values, and the values in lower case.
#[derive(Clone, Debug, Default)]
pub(in crate::domain::detect) struct Event {
    fields: Vec<(&'static str, Field)>,
}

/// A value as rules compare it.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub text: String,
    pub lower: String,
}

impl Event {
    /// With this field; one that is not known is left out.
    pub(in crate::domain::detect) fn with(mut self, name: &'static str, value: &[u8]) -> Self {
        if !value.is_empty() {
            let text = String::from_utf8_lossy(value).into_owned();
            let lower =
                if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase() };
            self.fields.push((name, Field { text, lower }));
        }
        self
    }

    pub(super) fn get(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|(known, _)| *known == name).map(|(_, field)| field)
    }

    /// All values, for what looks for words wherever they stand.
    pub(super) fn values(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().map(|(_, field)| field)
    }
}
