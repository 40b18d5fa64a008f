//! Words for the figures that a responder states.

use crate::domain::base::Language;
use crate::domain::session::Figure;
use crate::words::pick;

/// What a figure is called.
#[must_use]
pub const fn figure_name(language: Language, figure: Figure) -> &'static str {
    match figure {
        Figure::Rate => pick(language, "an hour of a core", "ราคาต่อคอร์-ชั่วโมง"),
        Figure::GpuRate => pick(language, "an hour of a GPU", "ราคาต่อ GPU-ชั่วโมง"),
        Figure::Billing => pick(language, "billed", "ค่าใช้จ่ายที่เรียกเก็บ"),
        Figure::Hosts => pick(language, "hosts that mine", "จำนวนเครื่องที่ขุด"),
        Figure::HostType => pick(language, "host type", "ประเภทเครื่อง"),
    }
}

/// How the figure is written: an example of it alone. Of kinds of host there are those of the playbook's table.
#[must_use]
pub fn figure_help(language: Language, figure: Figure, types: &[String]) -> String {
    let example = match figure {
        Figure::Rate => pick(language, "a price, as 0.05 or $0.05", "ราคา เช่น 0.05 หรือ $0.05"),
        Figure::GpuRate => pick(language, "a price, as 2.50 or $2.50", "ราคา เช่น 2.50 หรือ $2.50"),
        Figure::Billing => pick(language, "a sum, as 2400 or $2,400", "ยอดเงิน เช่น 2400 หรือ $2,400"),
        Figure::Hosts => pick(language, "a number with this host, as 3", "จำนวน รวมเครื่องนี้ เช่น 3"),
        Figure::HostType => pick(language, "one of: ", "หนึ่งในนี้: "),
    };
    let types = if figure == Figure::HostType { types.join(", ") } else { String::new() };
    let note = pick(language, "; it is a note: u takes it back", "; เป็นโน้ต กด u เพื่อถอน");
    format!("{example}{types}{note}")
}
