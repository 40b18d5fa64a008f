//! Reading the command line.

use clap::{CommandFactory, FromArgMatches};

use crate::run::args::Arguments;

/// Reads the command line. A line of usage names what its command takes, and no option that only the environment set.
pub(in crate::run) fn parse() -> Result<Arguments, clap::Error> {
    let mut whole = Arguments::command();
    whole.build();
    let mut command = with_usages(Arguments::command(), &whole);
    let matches = command.try_get_matches_from_mut(std::env::args_os())?;
    Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

fn with_usages(mut command: clap::Command, whole: &clap::Command) -> clap::Command {
    for named in whole.get_subcommands().filter(|it| it.get_name() != "help") {
        let usage = named.clone().render_usage().to_string();
        let usage = usage.trim_start_matches("Usage:").trim().to_owned();
        command = command
            .mut_subcommand(named.get_name(), |it| with_usages(it.override_usage(usage), named));
    }
    command
}
