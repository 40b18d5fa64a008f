//! What can be said on the command line.

mod usage;
pub(super) use usage::parse;

use std::ffi::OsString;
use std::path::{self, PathBuf};
use std::time::Duration;

use clap::builder::PossibleValue;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::cockpit::model::Glyphs;
use crate::domain::base::Language;
use crate::domain::session::{Anchor, PROGRAM};
use crate::run::assess::Given;
use crate::run::guard;
use crate::run::scan::Asked;
use crate::ui::theme::BUILT_IN;

/// The terminal cockpit for responding to a cryptomining compromise on this host (playbook PB-31, ATT&CK T1496).
///
/// Without a command it opens the cockpit: on the sessions that can be taken up, or on a new one.
#[derive(Debug, Parser)]
#[command(name = "firedamp", version, max_term_width = 100)]
pub(super) struct Arguments {
    /// Options of the cockpit.
    #[command(flatten)]
    pub options: Options,
    /// What to do; the cockpit if nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options that every command understands.
#[derive(Clone, Debug, Args)]
pub(super) struct Options {
    /// Directory of the sessions
    #[arg(long, global = true, value_name = "DIR", env = "FIREDAMP_DIR")]
    pub dir: Option<PathBuf>,
    /// Accept a disk that other machines write to (NFS, CIFS, 9p, FUSE): two could write at once
    #[arg(long, global = true, env = "FIREDAMP_SHARED_DISK")]
    pub shared_disk: bool,
    /// Name to sign with in the journal
    #[arg(long = "as", global = true, value_name = "NAME", env = "FIREDAMP_AS", value_parser = signer)]
    pub signer: Option<String>,
    /// Language of the screen
    #[arg(long, global = true, value_name = "en|th", env = "FIREDAMP_LANG", value_enum)]
    pub lang: Option<LanguageArg>,
    /// Theme of the screen
    #[arg(long, global = true, value_name = "NAME", env = "FIREDAMP_THEME", help = themes())]
    pub theme: Option<String>,
    /// Glyphs that this terminal can draw
    #[arg(long, global = true, value_name = "SET", env = "FIREDAMP_GLYPHS", value_enum)]
    pub glyphs: Option<GlyphsArg>,
    /// Folder of your own rules: packs of indicators (TOML, STIX, lists) and Sigma rules
    #[arg(long, global = true, value_name = "DIR", env = "FIREDAMP_RULES")]
    pub rules: Option<PathBuf>,
    /// Leave the program's own priority as it is: as root it runs before others, so that miners cannot starve it
    #[arg(long, global = true, env = "FIREDAMP_NO_RAISE")]
    pub no_raise: bool,
    /// Begin a new session at once, without asking which
    #[arg(long, global = true)]
    pub new: bool,
    /// Playbook for a new session, or to judge by: a Markdown file
    #[arg(long, global = true, value_name = "FILE")]
    pub playbook: Option<PathBuf>,
}

/// `--lang`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LanguageArg {
    /// English
    En,
    /// Thai
    Th,
}

/// `--glyphs`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum GlyphsArg {
    /// Nothing but ASCII
    Ascii,
    /// Lines, blocks and arrows
    Block,
    /// Braille graphs too
    Braille,
}

/// `--format`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Format {
    /// Plain text
    Text,
    /// Markdown
    Md,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the sessions
    Sessions {
        /// One JSON array
        #[arg(long)]
        json: bool,
    },
    /// Take a session up again: the one that was written last, or the one with this id or unique beginning of an id
    Resume {
        /// Which
        id: Option<String>,
    },
    /// Add a note to a session, without the screen
    ///
    /// Without TEXT each line of the standard input is a note; text without an id goes there. `saved N` is printed for
    /// each, once it is on disk. The pen is held until the input ends; while a screen has it, note it there.
    Note {
        /// Which: an id, a unique beginning of one, or `latest`
        #[arg(default_value = "latest")]
        id: String,
        /// What to note; words that begin with `-` go behind `--`
        text: Vec<OsString>,
    },
    /// Check a session's journal: its chain, what entries refer to, anchors and signatures
    ///
    /// Ends with 0 if everything holds, with 1 if something does not, and with 2 if the session cannot be read.
    Verify {
        /// Which: an id, a unique beginning of one, or `latest`
        id: String,
        /// A line for every entry
        #[arg(short = 'v', long = "verbose")]
        each: bool,
        /// An anchor that was written down elsewhere: "171 pilot-other-slender-74"
        #[arg(long, value_name = "ANCHOR")]
        anchor: Option<Anchor>,
    },
    /// Print every entry of a session, the oldest first
    ///
    /// Ends with 1 if the journal does not hold up to its end; what holds is printed all the same.
    Timeline {
        /// Which: an id, a unique beginning of one, or `latest`
        id: String,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Sign a session over to the next responder: opens the card, whose lines with `!` are marked as read
    Handoff {
        /// Which: an id, a unique beginning of one, or `latest`
        id: String,
        /// Who shall take it
        #[arg(long, value_name = "NAME")]
        to: String,
        /// Words for them
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// Print the card and sign at once, without a screen
        #[arg(long = "i-have-read-it")]
        read: bool,
    },
    /// Take over a session that was signed over: opens the card, whose lines with `!` are marked as read
    Takeover {
        /// Which: an id, a unique beginning of one, or `latest`
        #[arg(default_value = "latest")]
        id: String,
        /// Print the card and accept at once, without a screen
        #[arg(long = "i-have-read-it")]
        read: bool,
    },
    /// Print the handoff card
    Brief {
        /// Which: an id, a unique beginning of one, or `latest`
        id: String,
        /// Plain text, or Markdown for a ticket
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Sign a session's journal with an SSH key; without options, say what to sign and how
    ///
    /// The signature is one that `ssh-keygen -Y verify` accepts. The key need not be on this host: sign on your own
    /// machine what `--print` shows, and bring it back with `--add`.
    Sign {
        /// Which: an id, a unique beginning of one, or `latest`
        id: String,
        /// Up to this entry; else up to the newest handoff, else up to the last
        #[arg(long, value_name = "N")]
        entry: Option<u64>,
        /// Print what to sign, and the command for it
        #[arg(long, conflicts_with_all = ["key", "add"])]
        print: bool,
        /// Sign with this private key, which has no passphrase
        #[arg(long, value_name = "FILE", conflicts_with = "add")]
        key: Option<PathBuf>,
        /// Take in a signature from a file, or from what is pasted (`-`)
        #[arg(long, value_name = "FILE|-")]
        add: Option<PathBuf>,
    },
    /// Write a session to one file that another machine can take in; anybody opens it with `tar --zstd`
    Export {
        /// Which: an id, a unique beginning of one, or `latest`
        id: String,
        /// File to write, `-` for standard output; ID.tar.zst if nothing is said
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Leave evidence, torn bytes and arguments of commands out, and mask the names given
        #[arg(long)]
        redact: bool,
        /// Name of a host or a person to mask; may be given several times
        #[arg(long = "mask", value_name = "NAME")]
        masked: Vec<String>,
    },
    /// Take in a session that `export` wrote, and verify it; nothing that is here is changed
    Import {
        /// The file, `-` for standard input
        file: PathBuf,
    },
    /// Play a session's recording back; nothing is written
    Replay {
        /// Which: an id, a unique beginning of one, or `latest`
        id: String,
    },
    /// List the walkthroughs, or train with one
    Train {
        /// Which
        // An id of its own: `name` is that of `--as`, which every command understands.
        #[arg(id = "walkthrough", value_name = "NAME")]
        name: Option<String>,
    },
    /// Print the debrief of a training that is over
    Debrief {
        /// Which: an id, a unique beginning of one, or `latest`
        id: String,
    },
    /// Check or show playbooks
    Playbook {
        /// Which of the two
        #[command(subcommand)]
        command: PlaybookCommand,
    },
    /// Check packs of indicators and Sigma rules
    Rules {
        /// What to do
        #[command(subcommand)]
        command: RulesCommand,
    },
    /// Say what each look costs on this host, what can be seen, and what is missing; takes some seconds
    Doctor {
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
    /// Look at this host once, without a session, and say what speaks against whom
    ///
    /// Ends with 0 if nothing is found, with 1 if somebody is suspect, with 2 if somebody is confirmed, with 3 if nothing
    /// is found but too little could be seen, and with 4 if it could not look.
    Scan(Asked),
    /// Judge facts from files, without a host: processes, connections, and what starts by itself
    ///
    /// One JSON object a line: {"kind":"process","id":...,"name":...,"exe":...,"cmdline":[...]}, or a `connection` or
    /// `persistence`. One answer a line. Ends with 3 if a line could not be read, with 4 if a file could not: it is named.
    Assess {
        /// Files of facts, `-` for standard input
        #[arg(required = true, value_name = "FILE|-")]
        files: Vec<PathBuf>,
        /// What the files hold
        #[arg(long = "from", value_enum, default_value_t = Given::Json)]
        given: Given,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Say where sessions, themes and rules are
    Paths,
}

/// What to do with playbooks.
#[derive(Debug, Subcommand)]
pub(super) enum PlaybookCommand {
    /// Read playbooks, count what they hold, and name what is wrong with them
    Check {
        /// Markdown files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// One JSON array
        #[arg(long)]
        json: bool,
    },
    /// Print a playbook as text
    Show {
        /// An id such as PB-31, or a Markdown file
        which: String,
    },
}

/// What to do with rules.
#[derive(Debug, Subcommand)]
pub(super) enum RulesCommand {
    /// Read files of rules, count what they hold, and name what is wrong with them
    ///
    /// Ends with 0 if nothing is wrong, and with 1 if something is.
    Check {
        /// Packs (.toml, .json, .txt) and Sigma rules (.yml)
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// One JSON array
        #[arg(long)]
        json: bool,
    },
}

/// A name to sign with: somebody's, and not the program's own.
fn signer(name: &str) -> Result<String, String> {
    let name = name.trim();
    if name.is_empty() || name.eq_ignore_ascii_case(PROGRAM) {
        return Err(format!("sign with a name of your own, not with `{name}`"));
    }
    Ok(name.to_owned())
}

/// A time in seconds or minutes, of a day at most; none is no time.
pub(super) fn time(text: &str) -> Option<Duration> {
    let (number, unit) = match text.strip_suffix('m') {
        Some(number) => (number, 60),
        None => (text.strip_suffix('s').unwrap_or(text), 1),
    };
    let seconds = number.parse::<u64>().ok()?.checked_mul(unit)?;
    Some(Duration::from_secs(seconds)).filter(|_| (1..=86_400).contains(&seconds))
}

/// The help of `--theme` names what is built in, whatever that is.
fn themes() -> String {
    let names: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
    format!("Theme: {}, or one of your own", names.join(", "))
}

impl Options {
    /// The language that was asked for, else that of the environment, else English.
    #[must_use]
    pub(super) fn language(&self) -> Language {
        let asked = self.lang.map(Language::from);
        asked.unwrap_or_else(|| {
            let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
                .iter()
                .filter_map(|name| std::env::var(name).ok())
                .find(|value| !value.is_empty());
            let thai = locale.is_some_and(|locale| locale.starts_with("th"));
            if thai { Language::Th } else { Language::En }
        })
    }

    /// Those that whoever goes on with a session needs again, as words of a command line; but for the place, which the
    /// session itself knows best.
    #[must_use]
    pub(super) fn to_go_on(&self) -> Vec<OsString> {
        let name = |value: Option<PossibleValue>| value.map(|it| OsString::from(it.get_name()));
        // Whoever goes on may stand in another folder.
        let rules = self.rules.as_ref().and_then(|it| path::absolute(it).ok());
        let values = [
            ("--as", self.signer.clone().map(OsString::from)),
            ("--lang", name(self.lang.and_then(|it| it.to_possible_value()))),
            ("--theme", self.theme.clone().map(OsString::from)),
            ("--rules", rules.map(OsString::from)),
            ("--glyphs", name(self.glyphs.and_then(|it| it.to_possible_value()))),
        ];
        let flags = [("--shared-disk", self.shared_disk), ("--no-raise", self.no_raise)];
        let flags = flags.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag.into());
        let values = values.into_iter().filter_map(|(name, value)| Some((name, value?)));
        values.flat_map(|(name, value)| guard::option(name, &value)).chain(flags).collect()
    }

    /// The glyphs that were asked for, else those that the environment promises.
    #[must_use]
    pub(super) fn glyphs(&self) -> Glyphs {
        let asked = self.glyphs.map(Glyphs::from);
        asked.unwrap_or_else(|| {
            let term = std::env::var("TERM").unwrap_or_default();
            let poor = matches!(term.as_str(), "linux" | "dumb" | "vt100" | "vt220" | "");
            if poor { Glyphs::Ascii } else { Glyphs::Block }
        })
    }
}

impl From<LanguageArg> for Language {
    fn from(arg: LanguageArg) -> Self {
        match arg {
            LanguageArg::En => Self::En,
            LanguageArg::Th => Self::Th,
        }
    }
}

impl From<GlyphsArg> for Glyphs {
    fn from(arg: GlyphsArg) -> Self {
        match arg {
            GlyphsArg::Ascii => Self::Ascii,
            GlyphsArg::Block => Self::Block,
            GlyphsArg::Braille => Self::Braille,
        }
    }
}
