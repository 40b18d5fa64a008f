//! Where things are: sessions, settings, themes, rules.

use std::io;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::cockpit::trouble::{Trouble, Unusable};
use crate::domain::base::Language;
use crate::domain::session::PROGRAM;
use crate::host::probe;
use crate::host::store::Store;
use crate::run::args::Options;
use crate::run::complain::Complaint;
use crate::run::reason;
use crate::run::start::refused;
use crate::ui::text::width;
use crate::words::paths::{self, By, Place};
use crate::words::trouble::BadPath;

/// Cells of the names of places.
const NAMES: usize = 9;
/// Sessions of root, who has no business in a home directory.
const ROOT_SESSIONS: &str = "/var/lib/firedamp/sessions";

/// Directories in use.
#[derive(Clone, Debug)]
pub(super) struct Places {
    /// Sessions.
    pub sessions: PathBuf,
    /// Where sessions can be when that cannot be written; empty where somebody named the place.
    pub instead: Vec<PathBuf>,
    /// Somebody named the place for sessions.
    pub named: bool,
    /// What said so.
    pub sessions_by: By,
    /// Themes of the responder's own; `None` without a home directory.
    pub themes: Option<PathBuf>,
    /// Rules of the responder's own; `None` without a home directory.
    pub rules: Option<PathBuf>,
    /// Somebody named the folder of rules.
    pub rules_named: bool,
}

impl Places {
    /// Finds them: the command line and environment first, then root's own place, then the XDG state directory.
    pub(super) fn find(options: &Options) -> Result<Self, Trouble> {
        let config = own_folder(Folder::Config);
        let themes = config.as_deref().map(|it| it.join("themes"));
        let rules_named = options.rules.is_some();
        let rules = options.rules.clone().or_else(|| Some(config?.join("rules")));
        let root = rustix::process::geteuid().is_root();
        let (sessions, sessions_by) = if let Some(dir) = &options.dir {
            (dir.clone(), By::Dir)
        } else if root {
            (PathBuf::from(ROOT_SESSIONS), By::Root)
        } else if let Some(state) = own_folder(Folder::State) {
            (state.join("sessions"), By::State)
        } else {
            return Err(Trouble::NoHome);
        };
        let mut instead = if options.dir.is_some() { Vec::new() } else { instead(root) };
        instead.retain(|it| *it != sessions);
        let named = options.dir.is_some();
        Ok(Self { sessions, instead, named, sessions_by, themes, rules, rules_named })
    }

    /// All places for a new session, the best first.
    pub(super) fn candidates(&self) -> Vec<PathBuf> {
        [&self.sessions].into_iter().chain(&self.instead).cloned().collect()
    }

    /// The sessions, to be written, of which there are some: what goes on with one makes no place for others, since a
    /// place that is not there was mistyped.
    pub(super) fn kept(&self, options: &Options) -> Result<Store, Trouble> {
        Store::existing(&self.sessions).map_err(|error| refused(&error))?;
        self.store(options)
    }

    /// A place that somebody named has yet to be made. Where the directory above it is not there either, it was mistyped.
    pub(super) fn is_new(&self) -> Result<bool, Trouble> {
        if !self.named || is_there(&self.sessions) {
            return Ok(false);
        }
        if !may_be_made(&self.sessions) {
            return Err(Trouble::NoParent(reason::shown(&self.sessions)));
        }
        Ok(true)
    }

    /// A place that is `new` and that is still not there when it should have been made cannot be made.
    pub(super) fn not_made(&self, new: bool, why: Trouble) -> Complaint {
        if new && matches!(why, Trouble::Session(Unusable::Missing(_))) {
            return Complaint::Path(BadPath::NotMade, reason::shown(&self.sessions));
        }
        why.into()
    }

    /// The sessions, to be written. A disk that other machines write to must have been asked for.
    pub(super) fn store(&self, options: &Options) -> Result<Store, Trouble> {
        let at = if options.shared_disk { Store::at_shared } else { Store::at };
        at(&self.sessions).map_err(|error| refused(&error))
    }

    /// As text for `firedamp paths`.
    #[must_use]
    pub(super) fn show(&self, language: Language) -> String {
        let line = |name: Place, path: Option<&Path>, by: By| {
            let name = paths::place(language, name);
            let room = " ".repeat(NAMES.saturating_sub(width(name)));
            let none = || paths::none(language).to_owned();
            let path = path.map_or_else(none, |path| reason::shown(path).plain(usize::MAX));
            format!("{name}{room} {path}  ({})\n", paths::by(language, by))
        };
        let rules_by = if self.rules_named { By::Rules } else { By::Config };
        line(Place::Sessions, Some(&self.sessions), self.sessions_by)
            + &line(Place::Themes, self.themes.as_deref(), By::Config)
            + &line(Place::Rules, self.rules.as_deref(), rules_by)
    }
}

/// Folders of ours in the XDG base directories.
#[derive(Clone, Copy)]
enum Folder {
    /// Settings.
    Config,
    /// State: sessions.
    State,
}

/// Our folder in one of the XDG base directories. Without `HOME` the usual library asks the C library who we are, and that
/// one loads libraries of the host: then the list of users tells, as we read it ourselves.
fn own_folder(folder: Folder) -> Option<PathBuf> {
    if std::env::var_os("HOME").is_some_and(|home| !home.is_empty()) {
        let project = ProjectDirs::from("", "", PROGRAM)?;
        return match folder {
            Folder::Config => Some(project.config_dir().to_owned()),
            Folder::State => project.state_dir().map(Path::to_owned),
        };
    }
    let (variable, below_home) = match folder {
        Folder::Config => ("XDG_CONFIG_HOME", ".config"),
        Folder::State => ("XDG_STATE_HOME", ".local/state"),
    };
    let named = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = named.or_else(|| Some(probe::home()?.join(below_home)))?;
    Some(base.join(PROGRAM))
}

/// It is there, or the directory above it is: otherwise it was mistyped.
pub(super) fn may_be_made(dir: &Path) -> bool {
    let parent = dir.parent().filter(|it| !it.as_os_str().is_empty());
    is_there(dir) || parent.is_none_or(is_there)
}

/// Whatever it is, something of this name is there, or nobody may know.
fn is_there(path: &Path) -> bool {
    path.symlink_metadata().map_or_else(|error| error.kind() != io::ErrorKind::NotFound, |_| true)
}

/// Other disks first, then memory: what is there is gone with the next boot, and the header says so.
///
/// Each is one folder below one that others cannot exchange things in; what stands there and is not ours is refused.
fn instead(root: bool) -> Vec<PathBuf> {
    let state = own_folder(Folder::State).map(|it| it.join("sessions"));
    let uid = rustix::process::geteuid().as_raw();
    let run = if root { PathBuf::from("/run") } else { PathBuf::from(format!("/run/user/{uid}")) };
    let memory = [run.join("firedamp"), PathBuf::from(format!("/dev/shm/firedamp-{uid}"))];
    state.into_iter().chain(memory).collect()
}
