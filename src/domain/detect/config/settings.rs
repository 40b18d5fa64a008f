//! What a file of settings says, whatever it is written in: keys with values, in groups that stand in others.

/// More of a file is no configuration that anybody wrote.
const MOST: usize = 16_384;

/// All settings of a file.
#[derive(Debug)]
pub(super) struct Settings {
    /// The first is the file itself.
    pub(super) groups: Vec<Group>,
    /// In the order of the file.
    pub(super) all: Vec<Setting>,
}

/// An object, a section, an item of a list, or a line.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// What it stands in.
    pub(super) parent: Option<usize>,
    /// The key that it is the value of.
    pub(super) name: String,
}

/// A key and its value.
#[derive(Debug)]
pub(super) struct Setting {
    /// Where it stands.
    pub(super) group: usize,
    /// As [`plain`] writes it.
    pub(super) key: String,
    /// As it was written, without quotes.
    pub(super) value: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self { groups: vec![Group::default()], all: Vec::new() }
    }
}

impl Settings {
    /// A new group in another one; the other one itself once there are too many.
    pub(super) fn group(&mut self, parent: usize, name: &str) -> usize {
        if self.groups.len() >= MOST {
            return parent;
        }
        self.groups.push(Group { parent: Some(parent), name: plain(name) });
        self.groups.len() - 1
    }

    /// A key and its value, unless there are too many.
    pub(super) fn add(&mut self, group: usize, key: &str, value: &str) {
        if self.all.len() < MOST && key.len() <= 64 && value.len() <= 4096 {
            self.all.push(Setting { group, key: plain(key), value: value.to_owned() });
        }
    }

    /// The group and those that it stands in, up to the file.
    pub(super) fn lineage(&self, group: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(group), |at| self.groups.get(*at)?.parent)
    }
}

/// A key in small letters with `-` between its words: `poolAddress`, `POOL_ADDRESS` and `pool address` are one.
pub(super) fn plain(key: &str) -> String {
    let mut found = String::with_capacity(key.len() + 4);
    let mut small = false;
    for letter in key.chars() {
        if letter.is_ascii_uppercase() && small {
            found.push('-');
        }
        small = letter.is_ascii_lowercase();
        found.push(match letter {
            '_' | ' ' | '.' => '-',
            other => other.to_ascii_lowercase(),
        });
    }
    found
}
