//! Words for graphics processors and who uses them.

use crate::domain::base::Language;
use crate::words::pick;

/// A driver reports a process that the list of processes has not.
#[must_use]
pub const fn unlisted(language: Language) -> &'static str {
    pick(language, "not in the list of processes", "ไม่อยู่ในรายการโปรเซส")
}

/// How much of the time a device was not in its deepest sleep.
#[must_use]
pub fn awake(language: Language, percent: &str) -> String {
    format!("{} {percent}", pick(language, "awake", "ตื่น"))
}

/// No source tells how busy a device is.
#[must_use]
pub const fn no_load(language: Language) -> &'static str {
    pick(language, "no source tells its load", "ไม่มีแหล่งข้อมูลบอกโหลด")
}
