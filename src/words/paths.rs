//! Words for where things are, and what says so.

use crate::domain::base::Language;
use crate::words::pick;

/// Something that has a directory of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Sessions.
    Sessions,
    /// Themes of the responder's own.
    Themes,
    /// Rules of the responder's own.
    Rules,
}

/// What says where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// An option, or a variable of the environment.
    Dir,
    /// Another option, or its variable.
    Rules,
    /// Root has a place of its own.
    Root,
    /// Where states are kept.
    State,
    /// Where settings are kept.
    Config,
}

/// What it is called.
#[must_use]
pub const fn place(language: Language, place: Place) -> &'static str {
    match place {
        Place::Sessions => pick(language, "sessions", "session"),
        Place::Themes => pick(language, "themes", "ธีม"),
        Place::Rules => pick(language, "rules", "กฎ"),
    }
}

/// What says so.
#[must_use]
pub const fn by(language: Language, by: By) -> &'static str {
    match by {
        By::Dir => pick(language, "--dir or FIREDAMP_DIR", "จาก --dir หรือ FIREDAMP_DIR"),
        By::Rules => pick(language, "--rules or FIREDAMP_RULES", "จาก --rules หรือ FIREDAMP_RULES"),
        By::Root => pick(language, "root's own place", "ที่ของ root เอง"),
        By::State => pick(language, "the XDG state directory", "ไดเรกทอรี state ของ XDG"),
        By::Config => pick(language, "the XDG configuration directory", "ไดเรกทอรีค่าตั้งของ XDG"),
    }
}

/// There is no home to have it in.
#[must_use]
pub const fn none(language: Language) -> &'static str {
    pick(language, "none", "ไม่มี")
}
