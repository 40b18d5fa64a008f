//! Words for a line of facts that cannot be taken, in both languages; the name of the file stands before them.

use crate::domain::base::Language;
use crate::domain::untrusted::Untrusted;
use crate::words::{Phrase, pick};

/// Why a line of facts is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misread {
    /// It is no JSON; from which column on, if its beginning is.
    NotJson(Option<usize>),
    /// It is JSON that ends too early.
    CutShort,
    /// It is JSON, and no object.
    NotObject,
    /// It has no `id`.
    NoId,
    /// It has no `kind`.
    NoKind,
    /// Nobody knows this kind.
    UnknownKind(Untrusted),
    /// This member is no text.
    NotText(&'static str),
    /// This member is neither true nor false.
    NotFlag(&'static str),
    /// This member is no whole number.
    NotWhole(&'static str),
    /// This member is no number.
    NotNumber(&'static str),
    /// This member is less than nothing, or more than any machine can have come to.
    OutOfRange(&'static str),
    /// This member is no list of texts.
    NotTexts(&'static str),
    /// This member is no list of objects.
    NotObjects(&'static str),
    /// This member is no list of ports.
    NotPorts(&'static str),
    /// This is no address.
    NotAddress(Untrusted),
    /// A port is larger than any.
    PortBeyond,
    /// It is longer than 4 MiB.
    TooLong,
    /// It stands before the names of the columns.
    BeforeColumns,
    /// It has fewer columns than their names.
    FewColumns,
    /// It has no pid, or this in its place.
    NoPid(Option<Untrusted>),
    /// The file is a list of another tool: the word that `--from` has for it.
    OtherTool(&'static str),
}

/// What is said of it.
#[must_use]
pub fn misread(language: Language, why: &Misread) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    let member = |name: &str, en: &str, th: &str| {
        Phrase::of(format!("`{name}` {}", if language == Language::Th { th } else { en }))
    };
    match why {
        Misread::NotJson(None) => say("is no JSON", "ไม่ใช่ JSON"),
        Misread::NotJson(Some(column)) => {
            say("is no JSON, from this column on: ", "ไม่ใช่ JSON ตั้งแต่คอลัมน์ ")
                .ours(column.to_string())
        }
        Misread::CutShort => say("is JSON that is cut short", "เป็น JSON ที่ขาดท้าย"),
        Misread::NotObject => say("is no JSON object", "ไม่ใช่ JSON object"),
        Misread::NoId => say("has no `id` (a text or a number)", "ไม่มี `id` (ข้อความหรือตัวเลข)"),
        Misread::NoKind => say(
            "has no `kind`: process, connection, persistence or file",
            "ไม่มี `kind`: process, connection, persistence หรือ file",
        ),
        Misread::UnknownKind(kind) => {
            say("has a kind that nobody knows: ", "มี kind ที่ไม่รู้จัก: ").theirs(kind)
        }
        Misread::NotText(name) => member(name, "is no text", "ไม่ใช่ข้อความ"),
        Misread::NotFlag(name) => {
            member(name, "is neither true nor false", "ไม่ใช่ทั้ง true และ false")
        }
        Misread::NotWhole(name) => member(name, "is no whole number", "ไม่ใช่จำนวนเต็ม"),
        Misread::NotNumber(name) => member(name, "is no number", "ไม่ใช่ตัวเลข"),
        Misread::OutOfRange(name) => member(name, "is out of range", "อยู่นอกช่วงที่เป็นไปได้"),
        Misread::NotTexts(name) => member(name, "is no list of texts", "ไม่ใช่รายการข้อความ"),
        Misread::NotObjects(name) => member(name, "is no list of objects", "ไม่ใช่รายการ object"),
        Misread::NotPorts(name) => member(name, "is no list of ports", "ไม่ใช่รายการพอร์ต"),
        Misread::NotAddress(text) => say("`ip` is no address: ", "`ip` ไม่ใช่ที่อยู่ IP: ").theirs(text),
        Misread::PortBeyond => member("port", "is beyond 65535", "เกิน 65535"),
        Misread::TooLong => say("is longer than 4 MiB", "ยาวเกิน 4 MiB"),
        Misread::BeforeColumns => {
            say("stands before a line with the names of the columns", "อยู่ก่อนบรรทัดที่บอกชื่อคอลัมน์")
        }
        Misread::FewColumns => say("has too few columns", "มีคอลัมน์ไม่ครบ"),
        Misread::NoPid(None) => say("has no pid", "ไม่มี pid"),
        Misread::NoPid(Some(text)) => say("has no pid: ", "ไม่มี pid: ").theirs(text),
        Misread::OtherTool(from) => {
            say("is a list of another tool: add --from ", "เป็นรายการของเครื่องมืออื่น ให้เพิ่ม --from ")
                .ours(*from)
        }
    }
}

/// A line that was not taken, behind its file and number.
#[must_use]
pub fn not_read(language: Language, why: &Misread) -> Phrase {
    Phrase::of(pick(language, "not read, ", "อ่านไม่ได้: ")).then(misread(language, why))
}
