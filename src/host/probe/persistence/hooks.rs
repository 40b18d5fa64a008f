//! What runs when something else does: the package manager, the network, git, python.

use super::cron::{base_name, lines};
use super::dig::{Dig, Draft, Home, Runs};
use super::ground::File;
use super::unit::settings;
use crate::domain::facts::{AutostartKind, NotWhole};

/// Settings of apt and dpkg that hold a command.
const INVOKED: [&[u8]; 6] = [
    b"-invoke",
    b"pre-install-pkgs",
    b"status-logger",
    b"proxy-auto-detect",
    b"planner",
    b"-install-pkgs",
];
const PLUGINS: [&[u8]; 9] = [
    b"/etc/yum/pluginconf.d",
    b"/etc/dnf/plugins",
    b"/etc/dnf/libdnf5-plugins/actions.d",
    b"/usr/lib/yum-plugins",
    b"/usr/lib/zypp/plugins/commit",
    b"/etc/apk/commit_hooks.d",
    b"/etc/pacman.d/hooks",
    b"/usr/share/libalpm/hooks",
    b"/usr/lib/rpm-plugins",
];
const DISPATCHERS: [&[u8]; 17] = [
    b"/etc/NetworkManager/dispatcher.d",
    b"/etc/NetworkManager/dispatcher.d/pre-up.d",
    b"/etc/NetworkManager/dispatcher.d/pre-down.d",
    b"/etc/NetworkManager/dispatcher.d/no-wait.d",
    b"/usr/lib/NetworkManager/dispatcher.d",
    b"/usr/lib/NetworkManager/dispatcher.d/pre-up.d",
    b"/usr/lib/NetworkManager/dispatcher.d/no-wait.d",
    b"/etc/network/if-pre-up.d",
    b"/etc/network/if-up.d",
    b"/etc/network/if-down.d",
    b"/etc/network/if-post-down.d",
    b"/etc/networkd-dispatcher/routable.d",
    b"/etc/networkd-dispatcher/configured.d",
    b"/etc/dhcp/dhclient-enter-hooks.d",
    b"/etc/dhcp/dhclient-exit-hooks.d",
    b"/etc/ppp/ip-up.d",
    b"/etc/ppp/ip-down.d",
];
/// Directories that are looked into for repositories, and repositories that are found.
const MOST_LOOKED: usize = 4_000;
const MOST_REPOSITORIES: usize = 256;
const DEEPEST: usize = 5;
/// No repositories of anybody's own are in these.
const SKIPPED: [&[u8]; 12] = [
    b"node_modules",
    b"target",
    b".cache",
    b".cargo",
    b".rustup",
    b".npm",
    b".nvm",
    b".venv",
    b"venv",
    b"__pycache__",
    b"snap",
    b".steam",
];

pub(super) fn packages(dig: &mut Dig<'_>) {
    let mut files: Vec<File> = dig.read(b"/etc/apt/apt.conf").into_iter().collect();
    files.extend(dig.files(b"/etc/apt/apt.conf.d"));
    files.extend(dig.read(b"/etc/dpkg/dpkg.cfg"));
    files.extend(dig.files(b"/etc/dpkg/dpkg.cfg.d"));
    for file in &files {
        for (line, text, command) in invoked(&file.bytes) {
            let draft = Draft::new(AutostartKind::PackageHook, file, line, text).by(Some(b"root"));
            dig.add(draft.runs(Runs::Command(command)));
        }
    }
    let mut plugins: Vec<File> = PLUGINS.iter().flat_map(|dir| dig.files(dir)).collect();
    for python in pythons(dig) {
        plugins.extend(dig.files(&[python.as_slice(), b"site-packages/dnf-plugins"].join(&b'/')));
    }
    for file in &plugins {
        let words = super::dig::first_words(file);
        dig.add(Draft::new(AutostartKind::PackageHook, file, 0, words).by(Some(b"root")));
    }
}

/// Lines that are in a setting which holds commands, with the command: one may stand lines below its setting's name.
pub(super) fn invoked(text: &[u8]) -> Vec<(usize, &[u8], &[u8])> {
    let mut found = Vec::new();
    // How deep the block is that holds commands, and a name that waits for its block.
    let (mut open, mut depth, mut named) = (None, 0_usize, false);
    let numbered = text.split(|byte| *byte == b'\n').enumerate();
    let said = numbered.filter(|(_, line)| {
        let line = line.trim_ascii();
        !line.is_empty() && !line.starts_with(b"//") && !line.starts_with(b"#")
    });
    for (at, line) in said {
        let small = line.to_ascii_lowercase();
        let is_name = INVOKED.iter().any(|it| small.windows(it.len()).any(|some| some == *it));
        named |= is_name;
        let quoted = line.split(|byte| *byte == b'"').nth(1);
        let bare = || line.splitn(2, |byte| *byte == b'=').nth(1);
        let command = quoted.or_else(|| bare().filter(|_| is_name)).map(<[u8]>::trim_ascii);
        let holds = named || open.is_some();
        if let Some(command) = command.filter(|it| holds && !it.is_empty()) {
            found.push((at + 1, line, command));
        }
        let before = depth;
        depth = (depth + outside(line, b'{')).saturating_sub(outside(line, b'}'));
        if named && depth > before {
            open = open.or(Some(depth));
        }
        named &= depth <= before && !line.trim_ascii_end().ends_with(b";");
        open = open.filter(|since| depth >= *since);
    }
    found
}

/// How often a byte stands outside of quotes.
fn outside(line: &[u8], byte: u8) -> usize {
    let mut in_quotes = false;
    let counted = line.iter().filter(|it| {
        in_quotes ^= **it == b'"';
        **it == byte && !in_quotes
    });
    counted.count()
}

pub(super) fn network(dig: &mut Dig<'_>) {
    for dir in DISPATCHERS {
        for file in dig.files(dir) {
            dig.add_script(AutostartKind::NetworkDispatcher, &file);
        }
    }
    let interfaces = dig.read(b"/etc/network/interfaces");
    let more = dig.files(b"/etc/network/interfaces.d");
    for file in interfaces.into_iter().chain(more) {
        for (line, text) in lines(&file.bytes) {
            let text = text.trim_ascii();
            let end = text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len());
            let (word, command) = text.split_at(end);
            if matches!(word, b"up" | b"pre-up" | b"post-up" | b"down" | b"pre-down" | b"post-down")
            {
                let draft = Draft::new(AutostartKind::NetworkDispatcher, &file, line, text);
                dig.add(draft.by(Some(b"root")).runs(Runs::Command(command)));
            }
        }
    }
}

pub(super) fn git(dig: &mut Dig<'_>) {
    if let Some(file) = dig.read(b"/etc/gitconfig") {
        git_config(dig, &file, None);
    }
    let mut left = MOST_LOOKED;
    let mut repositories = MOST_REPOSITORIES;
    for home in dig.homes {
        for path in [&b".gitconfig"[..], b".config/git/config"] {
            if let Some(file) = dig.read_or_link(home, path, AutostartKind::GitHook) {
                git_config(dig, &file, Some(&home.user));
            }
        }
        search(dig, home, &mut left, &mut repositories);
    }
    if left == 0 || repositories == 0 {
        dig.part(b"~/**/.git/hooks", NotWhole::Directories);
    }
}

/// Breadth first, so that what is near is found however much lies deep.
fn search(dig: &mut Dig<'_>, home: &Home, left: &mut usize, repositories: &mut usize) {
    let base = home.base();
    let mut level: Vec<Vec<u8>> = vec![Vec::new()];
    for _ in 0..DEEPEST {
        let mut next = Vec::new();
        for dir in level {
            if *left == 0 || *repositories == 0 {
                return;
            }
            *left -= 1;
            let Ok((names, _)) = dig.ground.names(base, &dir) else { continue };
            let has = |name: &[u8]| names.binary_search_by(|it| it.as_slice().cmp(name)).is_ok();
            let below = |name: &[u8]| {
                if dir.is_empty() { name.to_vec() } else { [dir.as_slice(), name].join(&b'/') }
            };
            if has(b"HEAD") && has(b"objects") && has(b"hooks") {
                *repositories -= 1;
                repository(dig, home, &dir);
                continue;
            }
            let worth = |name: &&Vec<u8>| !SKIPPED.contains(&name.as_slice());
            let dirs = names.iter().filter(worth).map(|name| below(name)).filter(|path| {
                let meta = dig.ground.meta(base, path);
                meta.is_ok_and(|meta| meta.kind == rustix::fs::FileType::Directory)
            });
            next.extend(dirs.take(MOST_LOOKED));
        }
        level = next;
    }
}

fn repository(dig: &mut Dig<'_>, home: &Home, dir: &[u8]) {
    let base = home.base();
    if let Some(file) = dig.read_in(base, &[dir, b"config"].join(&b'/')) {
        git_config(dig, &file, Some(&home.user));
    }
    for path in dig.list_in(base, &[dir, b"hooks"].join(&b'/')) {
        if path.ends_with(b".sample") {
            continue;
        }
        let Some(file) = dig.read_quietly(base, &path) else { continue };
        let draft = Draft::new(AutostartKind::GitHook, &file, 0, super::dig::first_words(&file));
        dig.add(draft.by(Some(&home.user)).runs(Runs::Program(&file.path)));
    }
}

/// Settings that make git run something.
fn git_config(dig: &mut Dig<'_>, file: &File, user: Option<&[u8]>) {
    for setting in settings(&file.bytes) {
        let section = setting.section.to_ascii_lowercase();
        let name = setting.name.to_ascii_lowercase();
        let value = setting.value.as_slice();
        let runs = match (section.as_slice(), name.as_slice()) {
            (_, b"hookspath" | b"packobjectshook" | b"sshcommand" | b"templatedir")
            | (b"diff", b"external") => true,
            (b"core", b"fsmonitor") => !matches!(value, b"true" | b"false"),
            (_, b"helper") => value.starts_with(b"!") || value.starts_with(b"/"),
            (filter, b"clean" | b"smudge" | b"process") => filter.starts_with(b"filter"),
            (b"alias", _) => value.starts_with(b"!"),
            _ => false,
        };
        if runs {
            let text = [name.as_slice(), b" = ", value].concat();
            let command = value.strip_prefix(b"!").unwrap_or(value);
            let draft = Draft::new(AutostartKind::GitHook, file, setting.line, &text).by(user);
            dig.add(draft.runs(Runs::Command(command)));
        }
    }
}

/// Directories of python's own modules: `/usr/lib/python3.11`.
fn pythons(dig: &mut Dig<'_>) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for lib in [&b"/usr/lib"[..], b"/usr/lib64", b"/usr/local/lib"] {
        let names = dig.list_quietly(dig.ground.base(), lib);
        found.extend(names.into_iter().filter(|it| base_name(it).starts_with(b"python")));
    }
    found
}

pub(super) fn python(dig: &mut Dig<'_>) {
    let root = dig.ground.base();
    for dir in pythons(dig) {
        let below = |name: &[u8]| [dir.as_slice(), name].join(&b'/');
        for place in [below(b"site-packages"), below(b"dist-packages"), dir.clone()] {
            for path in dig.list_in(root, &place) {
                if is_python_start(&path)
                    && let Some(file) = dig.read_quietly(root, &path)
                {
                    python_start(dig, &file, None);
                }
            }
        }
    }
    for home in dig.homes {
        let base = home.base();
        for dir in dig.list_in(base, b".local/lib") {
            if !base_name(&dir).starts_with(b"python") {
                continue;
            }
            for path in dig.list_in(base, &[dir.as_slice(), b"site-packages"].join(&b'/')) {
                if is_python_start(&path)
                    && let Some(file) = dig.read_quietly(base, &path)
                {
                    python_start(dig, &file, Some(&home.user));
                }
            }
        }
    }
}

fn is_python_start(path: &[u8]) -> bool {
    path.ends_with(b".pth") || matches!(base_name(path), b"sitecustomize.py" | b"usercustomize.py")
}

/// Of a `.pth` the lines that python runs; of the others the file.
fn python_start(dig: &mut Dig<'_>, file: &File, user: Option<&[u8]>) {
    if !file.path.ends_with(b".pth") {
        let words = super::dig::first_words(file);
        return dig.add(Draft::new(AutostartKind::PythonPath, file, 0, words).by(user));
    }
    for (line, text) in lines(&file.bytes) {
        if text.starts_with(b"import ") || text.starts_with(b"import\t") {
            dig.add(Draft::new(AutostartKind::PythonPath, file, line, text).by(user));
        }
    }
}
