//! Calls [`firedamp::run::main`].

use std::process::ExitCode;

fn main() -> ExitCode {
    firedamp::run::main()
}
