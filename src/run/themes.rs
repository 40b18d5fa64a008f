//! Which theme is in use, and the files that it may come from.
//!
//! A file of the responder's own goes before the built-in theme of the same name. A broken file keeps the
//! last good theme. A file that somebody else could have written is not read (CVE-2018-1122 was that, in top).

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::{fs, io};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::Sender;

use crate::cockpit::trouble::{BadTheme, ThemeFault};
use crate::run::cockpit::Happening;
use crate::run::reason;
use crate::ui::theme::{self, Theme};

/// Largest theme file that is read.
const LARGEST: u64 = 256 * 1024;

/// The theme in use and where others are.
#[derive(Debug)]
pub(super) struct Themes {
    dir: Option<PathBuf>,
    current: Theme,
}

impl Themes {
    /// Begins with `name`, or `mono` where colour is not wanted.
    ///
    /// The second value says what is wrong with the theme that was asked for, if anything is; the built-in
    /// dark theme is in use then.
    #[must_use]
    pub(super) fn open(dir: Option<PathBuf>, name: Option<&str>) -> (Self, Option<BadTheme>) {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|it| !it.is_empty());
        let name = name.unwrap_or(if no_color { "mono" } else { "dark" });
        let mut themes = Self { dir, current: Theme::of_name("dark") };
        match themes.load(name) {
            Ok(theme) => {
                themes.current = theme;
                (themes, None)
            }
            Err(problem) => (themes, Some(problem)),
        }
    }

    /// The theme in use.
    #[must_use]
    pub(super) const fn current(&self) -> &Theme {
        &self.current
    }

    /// Takes the theme after this one into use: the built-in ones, then the responder's own.
    pub(super) fn next(&mut self) -> Result<&Theme, BadTheme> {
        let names = self.names();
        let at = names.iter().position(|name| name == self.current.name());
        let next = at.map_or(0, |at| (at + 1) % names.len().max(1));
        if let Some(name) = names.get(next) {
            self.current = self.load(name)?;
        }
        Ok(&self.current)
    }

    /// Reads the theme in use again.
    pub(super) fn reload(&mut self) -> Result<&Theme, BadTheme> {
        self.current = self.load(self.current.name())?;
        Ok(&self.current)
    }

    /// Tells the loop when a theme file changes, for as long as the watcher is kept.
    #[must_use]
    pub(super) fn watch(&self, inbox: Sender<Happening>) -> Option<RecommendedWatcher> {
        let dir = self.dir.as_deref().filter(|dir| dir.is_dir())?;
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                let changed = event.is_ok_and(|event| {
                    !event.kind.is_access()
                        && event
                            .paths
                            .iter()
                            .any(|path| path.extension().is_some_and(|it| it == "toml"))
                });
                if changed {
                    // A full inbox holds another chance: editors write several times.
                    inbox.try_send(Happening::ThemesChanged).ok();
                }
            })
            .ok()?;
        watcher.watch(dir, RecursiveMode::NonRecursive).ok()?;
        Some(watcher)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            theme::BUILT_IN.iter().map(|(name, _)| (*name).to_owned()).collect();
        let entries = self.dir.as_deref().and_then(|dir| fs::read_dir(dir).ok());
        let mut own: Vec<String> = entries
            .into_iter()
            .flatten()
            .filter_map(|entry| {
                let path = entry.ok()?.path();
                let is_theme = path.extension().is_some_and(|it| it == "toml");
                let name = path.file_stem()?.to_str()?.to_owned();
                (is_theme && !names.contains(&name)).then_some(name)
            })
            .collect();
        own.sort();
        names.append(&mut own);
        names
    }

    fn load(&self, name: &str) -> Result<Theme, BadTheme> {
        let own = self.dir.as_deref().map(|dir| dir.join(format!("{name}.toml")));
        let own = own.filter(|path| path.is_file() && !name.contains('/'));
        let text = match own {
            Some(path) => read_own(&path)?,
            None => theme::built_in(name)
                .ok_or_else(|| {
                    let why = ThemeFault::NoTheme(name.into(), self.names());
                    BadTheme { place: None, why }
                })?
                .to_owned(),
        };
        let lookup = |parent: &str| self.text_of(parent);
        Theme::parse(name, &text, &lookup).map_err(BadTheme::from)
    }

    fn text_of(&self, name: &str) -> Option<String> {
        let own = self.dir.as_deref().map(|dir| dir.join(format!("{name}.toml")));
        let own = own.filter(|path| path.is_file() && !name.contains('/'));
        own.and_then(|path| read_own(&path).ok())
            .or_else(|| theme::built_in(name).map(str::to_owned))
    }
}

/// Reads a theme file that nobody but the responder can have written.
fn read_own(path: &Path) -> Result<String, BadTheme> {
    let named = |why| BadTheme { place: Some((reason::shown(path), 1)), why };
    let refused = |error: io::Error| named(ThemeFault::Kernel(reason::refusal(&error)));
    let meta = fs::metadata(path).map_err(refused)?;
    if !is_ours(&meta) {
        return Err(named(ThemeFault::Open));
    }
    if meta.len() > LARGEST {
        return Err(named(ThemeFault::TooLarge));
    }
    fs::read_to_string(path).map_err(refused)
}

/// Nobody but the responder and root can have written this file.
pub(super) fn is_ours(meta: &fs::Metadata) -> bool {
    let euid = rustix::process::geteuid().as_raw();
    let sudo = std::env::var("SUDO_UID").ok().and_then(|uid| uid.parse().ok());
    let trusted = meta.uid() == euid || meta.uid() == 0 || Some(meta.uid()) == sudo;
    trusted && meta.mode() & 0o022 == 0
}
