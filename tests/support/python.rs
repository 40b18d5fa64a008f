//! Children that do what only a script can.

use std::process::{Command, Stdio};

/// Whether there is a `python3`, and a word about it where there is none. Where nothing may be left out for want of it,
/// as in `.ci/run`, there has to be one.
pub(crate) fn is_here() -> bool {
    let mut asked = Command::new("python3");
    asked.args(["-c", ""]).stdout(Stdio::null()).stderr(Stdio::null());
    let here = asked.status().is_ok_and(|it| it.success());
    assert!(here || !is_demanded(), "there is no python3 here, and nothing may be left out");
    if !here {
        eprintln!("left out: there is no python3 here");
    }
    here
}

fn is_demanded() -> bool {
    ["CI", "FIREDAMP_WHOLE"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|it| !it.is_empty()))
}
