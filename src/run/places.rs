//! Where things are: sessions, settings, themes.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::run::args::Options;
use crate::run::complain::Complaint;

/// Sessions of root, who has no business in a home directory.
const ROOT_SESSIONS: &str = "/var/lib/firedamp/sessions";

/// Directories in use.
#[derive(Clone, Debug)]
pub(super) struct Places {
    /// Sessions.
    pub sessions: PathBuf,
    /// What said so.
    pub sessions_by: &'static str,
    /// Themes of the responder's own; `None` without a home directory.
    pub themes: Option<PathBuf>,
}

impl Places {
    /// Finds them: the command line and environment first, then root's own place, then the XDG state directory.
    pub(super) fn find(options: &Options) -> Result<Self, Complaint> {
        let project = ProjectDirs::from("", "", "firedamp");
        let themes = project.as_ref().map(|project| project.config_dir().join("themes"));
        let root = rustix::process::geteuid().is_root();
        let (sessions, sessions_by) = if let Some(dir) = &options.dir {
            (dir.clone(), "--dir or FIREDAMP_DIR")
        } else if root {
            (PathBuf::from(ROOT_SESSIONS), "root's own place")
        } else if let Some(state) = project.as_ref().and_then(|it| it.state_dir()) {
            (state.join("sessions"), "the XDG state directory")
        } else {
            return Err(Complaint::new(
                "there is no place for sessions",
                "HOME is not set and no directory was named",
                "name one: firedamp --dir DIR",
            ));
        };
        Ok(Self { sessions, sessions_by, themes })
    }

    /// As text for `firedamp paths`.
    #[must_use]
    pub(super) fn show(&self) -> String {
        let line = |name: &str, path: Option<&Path>, by: &str| {
            let path = path.map_or_else(|| String::from("none"), |path| path.display().to_string());
            let path = crate::domain::untrusted::Untrusted::from(path).plain(usize::MAX);
            format!("{name:<9} {path}  ({by})\n")
        };
        line("sessions", Some(&self.sessions), self.sessions_by)
            + &line("themes", self.themes.as_deref(), "the XDG configuration directory")
    }
}
