//! What git runs: hooks, and settings that hold a command. Repositories are looked for in homes and where services lie.

use std::rc::Rc;

use rustix::fs::FileType;

use super::cron::base_name;
use super::dig::{Dig, Draft, Home, Runs};
use super::ground::{Base, File, Meta};
use super::include::{ENOUGH_LEADS, Lead, Trail, beside, follow, unquoted};
use super::unit::{Setting, settings};
use super::walk::{Reach, below, everywhere};
use crate::domain::facts::{AutostartKind, NotWhole};

/// Repositories that are read of one home in any case, of all homes, and beside them.
const LEAST_REPOSITORIES: usize = 8;
const MOST_REPOSITORIES: usize = 256;
const DEEPEST: usize = 5;
/// Trees of one repository whose own settings are read.
const MOST_WORKTREES: usize = 32;
const SYSTEM: &[u8] = b"/etc/gitconfig";
/// Places of hooks that everybody's settings may name.
const MOST_HOOKS: usize = 8;
/// No repositories of anybody's own are in these.
const SKIPPED: &[&[u8]] = &[
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
/// Settings whose value is run, wherever they stand.
const RUN: [&[u8]; 17] = [
    b"hookspath",
    b"packobjectshook",
    b"sshcommand",
    b"templatedir",
    b"pager",
    b"editor",
    b"askpass",
    b"gitproxy",
    b"alternaterefscommand",
    b"textconv",
    b"uploadpack",
    b"receivepack",
    b"sendmailcmd",
    b"tocmd",
    b"cccmd",
    b"headercmd",
    b"defaultkeycommand",
];
/// Names under which git looks for a hook.
const HOOKS: [&[u8]; 28] = [
    b"applypatch-msg",
    b"commit-msg",
    b"fsmonitor-watchman",
    b"p4-changelist",
    b"p4-post-changelist",
    b"p4-pre-submit",
    b"p4-prepare-changelist",
    b"post-applypatch",
    b"post-checkout",
    b"post-commit",
    b"post-index-change",
    b"post-merge",
    b"post-receive",
    b"post-rewrite",
    b"post-update",
    b"pre-applypatch",
    b"pre-auto-gc",
    b"pre-commit",
    b"pre-merge-commit",
    b"pre-push",
    b"pre-rebase",
    b"pre-receive",
    b"prepare-commit-msg",
    b"proc-receive",
    b"push-to-checkout",
    b"reference-transaction",
    b"sendemail-validate",
    b"update",
];

const REACH: Reach = Reach { dirs: 0, deepest: DEEPEST, skipped: SKIPPED, sought: b".git" };

pub(super) fn hunt(dig: &mut Dig<'_>) {
    let system = dig.read(SYSTEM).into_iter().collect();
    configs(dig, system, None);
    for home in dig.homes {
        let mut own = Vec::new();
        for path in [&b".gitconfig"[..], b".config/git/config"] {
            own.extend(dig.read_or_link(home, path, AutostartKind::GitHook));
        }
        configs(dig, own, Some(home));
    }
    everywhere(dig, REACH, (LEAST_REPOSITORIES, MOST_REPOSITORIES), &mut looked);
}

/// Reads a repository if this is one; below it there is none.
fn looked(
    dig: &mut Dig<'_>,
    base: Base<'_>,
    (dir, names): (&[u8], &[&[u8]]),
    home: Option<&Home>,
    left: &mut usize,
) -> bool {
    let has = |name: &[u8]| names.binary_search(&name).is_ok();
    if !(has(b"HEAD") && has(b"objects") && (has(b"hooks") || has(b"config"))) {
        return true;
    }
    if *left == 0 {
        dig.part(&base.whole(dir), NotWhole::Directories);
    } else {
        *left -= 1;
        repository(dig, base, dir, home);
        modules(dig, base, dir, home, left);
    }
    false
}

fn repository(dig: &mut Dig<'_>, base: Base<'_>, dir: &[u8], home: Option<&Home>) {
    let user = home.map(|home| home.user.as_slice());
    let names: [&[u8]; 2] = [b"config", b"config.worktree"];
    let mut own: Vec<File> =
        names.iter().filter_map(|name| dig.read_in(base, &below(dir, name))).collect();
    for tree in dig.list_in(base, &below(dir, b"worktrees")).iter().take(MOST_WORKTREES) {
        own.extend(dig.read_in(base, &below(tree, b"config.worktree")));
    }
    configs(dig, own, home);
    hooks(dig, base, &below(dir, b"hooks"), user);
}

/// Repositories in a repository, of which each has settings and hooks of its own. A name of one may have slashes in it.
fn modules(dig: &mut Dig<'_>, base: Base<'_>, dir: &[u8], home: Option<&Home>, left: &mut usize) {
    let mut level = vec![below(dir, b"modules")];
    for _ in 0..DEEPEST {
        let mut next = Vec::new();
        for path in level.iter().flat_map(|it| dig.list_in(base, it)).collect::<Vec<_>>() {
            if *left == 0 {
                return dig.part(&base.whole(&path), NotWhole::Directories);
            }
            let is_dir = |meta: Meta| meta.kind == FileType::Directory;
            if !dig.ground.meta(base, &path).is_ok_and(is_dir) {
                continue;
            }
            *left -= 1;
            if dig.ground.meta(base, &below(&path, b"HEAD")).is_ok() {
                repository(dig, base, &path, home);
                next.push(below(&path, b"modules"));
            } else {
                next.push(path);
            }
        }
        level = next;
    }
    if !level.is_empty() {
        dig.part(&base.whole(dir), NotWhole::Directories);
    }
}

fn hooks(dig: &mut Dig<'_>, base: Base<'_>, dir: &[u8], user: Option<&[u8]>) {
    let mut paths = dig.list_in(base, dir);
    paths.retain(|it| !it.ends_with(b".sample"));
    scripts(dig, base, &paths, user);
}

fn scripts(dig: &mut Dig<'_>, base: Base<'_>, paths: &[Vec<u8>], user: Option<&[u8]>) {
    for path in paths {
        let Some(file) = dig.read_quietly(base, path) else { continue };
        let draft = Draft::new(AutostartKind::GitHook, &file, 0, b"");
        dig.add_script_as(draft.by(user).runs(Runs::Program(&file.path)), &file);
    }
}

/// Where everybody's settings say that hooks are.
fn shared_hooks(dig: &mut Dig<'_>, file: &File) {
    let named = told(file).into_iter().filter(|it| it.name == b"hookspath");
    let dirs = named.map(|it| unquoted(&it.value).to_vec()).filter(|it| it.starts_with(b"/"));
    for dir in dirs.take(MOST_HOOKS) {
        hooks(dig, dig.ground.base(), &dir, None);
    }
}

/// Where somebody's settings say that hooks are, in the same home. It may be any folder: only hooks are read in it.
fn own_hooks(dig: &mut Dig<'_>, file: &File, home: &Home) {
    let named = told(file).into_iter().filter(|it| it.name == b"hookspath");
    for setting in named.take(MOST_HOOKS) {
        let value = unquoted(&setting.value);
        let whole = [home.path.as_slice(), b"/"].concat();
        let inside = value.strip_prefix(b"~/").or_else(|| value.strip_prefix(whole.as_slice()));
        let Some(dir) = inside.filter(|it| !it.is_empty()) else { continue };
        let Some(mut paths) = dig.try_list(home.base(), dir) else { continue };
        paths.retain(|it| HOOKS.contains(&base_name(it)));
        scripts(dig, home.base(), &paths, Some(&home.user));
    }
}

/// Settings of these files and of those that they include.
fn configs(dig: &mut Dig<'_>, first: Vec<File>, home: Option<&Home>) {
    let trail = Trail { kind: AutostartKind::GitHook, home };
    let home_path = home.map(|home| home.path.as_slice());
    for file in follow(dig, trail, first, &|file| included(file, home_path)) {
        config(dig, &file, home.map(|home| home.user.as_slice()));
        if file.path == SYSTEM {
            shared_hooks(dig, &file);
        }
        if let Some(home) = home {
            own_hooks(dig, &file, home);
        }
    }
}

/// `[include] path` and `[includeIf "…"] path`; whether git takes the second depends on where it runs.
fn included(file: &File, home: Option<&[u8]>) -> Vec<Lead> {
    let named = told(file).into_iter().filter(|it| it.section.starts_with(b"include"));
    let named = named.filter(|it| it.name == b"path" && !it.value.is_empty());
    let lead = |it: Told| {
        let value = unquoted(&it.value);
        let path = match (value.strip_prefix(b"~/"), home) {
            (Some(below), Some(home)) => [home, below].join(&b'/'),
            // Of everybody's settings it is in everybody's home.
            (Some(_), None) => value.to_vec(),
            (None, _) => beside(&file.path, value),
        };
        Lead::new(it.line, &[&b"include path = "[..], value].concat(), path)
    };
    named.map(lead).take(ENOUGH_LEADS).collect()
}

/// A setting of git: names and sections in small letters, but for what stands in quotes.
struct Told {
    line: usize,
    section: Rc<[u8]>,
    name: Vec<u8>,
    value: Vec<u8>,
}

/// The settings of a file.
fn told(file: &File) -> Vec<Told> {
    let (mut told, mut before) = (Vec::<Told>::new(), None);
    for Setting { line, section, name, value } in settings(&file.bytes) {
        let same =
            told.last().filter(|_| before.as_ref().is_some_and(|it| Rc::ptr_eq(it, &section)));
        let small = same.map(|it| Rc::clone(&it.section));
        let small = small.unwrap_or_else(|| section.trim_ascii().to_ascii_lowercase().into());
        told.push(Told { line, section: small, name: name.to_ascii_lowercase(), value });
        before = Some(section);
    }
    told
}

/// Settings that make git run something.
fn config(dig: &mut Dig<'_>, file: &File, user: Option<&[u8]>) {
    for setting in told(file) {
        let (name, value) = (setting.name.as_slice(), unquoted(&setting.value));
        let section = &*setting.section;
        let of = |names: &[&[u8]]| names.iter().any(|it| section.starts_with(it));
        let is_switch = matches!(value, b"true" | b"false" | b"");
        let runs = match name {
            _ if RUN.contains(&name) => true,
            b"external" => section == b"diff",
            b"fsmonitor" => section == b"core",
            b"helper" => value.starts_with(b"!") || value.starts_with(b"/"),
            b"clean" | b"smudge" | b"process" => of(&[b"filter"]),
            b"driver" => of(&[b"merge"]),
            b"command" => of(&[b"diff", b"trailer", b"interactive", b"tar", b"hook"]),
            b"cmd" => of(&[b"difftool", b"mergetool", b"man", b"browser", b"trailer", b"guitool"]),
            b"path" => of(&[b"difftool", b"mergetool", b"man", b"browser"]),
            b"update" => of(&[b"submodule"]) && value.starts_with(b"!"),
            b"smtpserver" => of(&[b"sendemail"]) && value.starts_with(b"/"),
            b"program" => of(&[b"gpg"]),
            b"difffilter" => of(&[b"interactive"]),
            // `ext::` runs what stands behind it.
            b"url" | b"pushurl" | b"insteadof" => {
                value.starts_with(b"ext::") || section.windows(5).any(|it| it == b"ext::")
            }
            _ => section == b"pager" || section == b"alias" && value.starts_with(b"!"),
        };
        if runs && !is_switch {
            let text = [name, b" = ", setting.value.as_slice()].concat();
            let command = value.strip_prefix(b"!").unwrap_or(value);
            let draft = Draft::new(AutostartKind::GitHook, file, setting.line, &text).by(user);
            dig.add(draft.runs(Runs::Command(command)));
        }
    }
}
