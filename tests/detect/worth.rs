//! Who is worth reading, to whoever looks for something.

use firedamp::domain::detect::worth;
use firedamp::domain::facts::{Process, Reading};
use firedamp::domain::playbook::Indicators;

use super::process;

#[test]
fn what_the_playbook_names_is_worth_reading() {
    let exe = Reading::Known("/usr/bin/kdfd".into());
    let it = Process { exe, ..process(42, "kdfd", b"kdfd\0-x") };
    let named = Indicators { binaries: vec!["kdfd".into()], ..Indicators::default() };
    assert!(worth(&it, &named).suspect && worth(&it, &named).memory);
    assert!(!worth(&it, &Indicators::default()).suspect);
}
