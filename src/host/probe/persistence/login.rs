//! What a login starts: the start files of shells, the message of the day, desktops.

use std::collections::HashSet;

use super::cron::{base_name, lines};
use super::dig::{Dig, Draft, Home, Runs, first_words};
use super::ground::File;
use super::unit::settings;
use crate::domain::facts::{AutostartKind, Remark, is_frame};

/// Lines of one file that are listed by themselves.
const MOST_LINES: usize = 200;
/// Read at every login, or by every shell.
const SYSTEM: [&[u8]; 18] = [
    b"/etc/profile",
    b"/etc/bash.bashrc",
    b"/etc/bashrc",
    b"/etc/bash.bash_logout",
    b"/etc/environment",
    b"/etc/zshenv",
    b"/etc/zshrc",
    b"/etc/zprofile",
    b"/etc/zlogin",
    b"/etc/zsh/zshenv",
    b"/etc/zsh/zshrc",
    b"/etc/zsh/zprofile",
    b"/etc/zsh/zlogin",
    b"/etc/csh.cshrc",
    b"/etc/csh.login",
    b"/etc/fish/config.fish",
    b"/etc/ssh/sshrc",
    b"/etc/security/pam_env.conf",
];
const SYSTEM_DIRS: [&[u8]; 6] = [
    b"/etc/profile.d",
    b"/etc/fish/conf.d",
    b"/etc/environment.d",
    b"/run/environment.d",
    b"/usr/local/lib/environment.d",
    b"/usr/lib/environment.d",
];
/// The same in a home.
const OWN: [&[u8]; 27] = [
    b".bashrc",
    b".profile",
    b".bash_profile",
    b".bash_login",
    b".bash_logout",
    b".bash_aliases",
    b".zshrc",
    b".zprofile",
    b".zshenv",
    b".zlogin",
    b".zlogout",
    b".kshrc",
    b".mkshrc",
    b".cshrc",
    b".tcshrc",
    b".login",
    b".logout",
    b".xprofile",
    b".xinitrc",
    b".xsession",
    b".xsessionrc",
    b".pam_environment",
    b".ssh/rc",
    b".ssh/environment",
    b".config/fish/config.fish",
    b".inputrc",
    b".shrc",
];
/// Files of shells to which `fi` is a program like any other.
const OTHER_WORDS: [&[u8]; 5] = [b".cshrc", b".tcshrc", b".login", b".logout", b"config.fish"];
/// Where new homes come from, and where root's does.
const SKELETONS: [&[u8]; 5] = [
    b"/usr/share/base-files/dot.bashrc",
    b"/usr/share/base-files/dot.profile",
    b"/usr/share/base-files/profile",
    b"/etc/bashrc",
    b"/etc/profile",
];
const AUTOSTART: [&[u8]; 5] = [
    b"/etc/xdg/autostart",
    b"/usr/share/autostart",
    b"/usr/share/gnome/autostart",
    b"/usr/share/gdm/autostart/LoginWindow",
    b"/usr/share/gdm/greeter/autostart",
];
/// The last of one desktop entry, which are listed by themselves.
const MOST_COMMANDS: usize = 20;
const MOTD: [&[u8]; 3] = [b"/etc/update-motd.d", b"/usr/lib/update-motd.d", b"/etc/motd.d"];

pub(super) fn shells(dig: &mut Dig<'_>) {
    let mut shared: Vec<File> = SYSTEM.iter().filter_map(|path| dig.read(path)).collect();
    for dir in SYSTEM_DIRS {
        shared.extend(dig.files(dir));
    }
    for file in &shared {
        dig.add_script_as(Draft::new(AutostartKind::ShellStart, file, 0, b""), file);
    }
    let mut skeleton: Vec<File> = SKELETONS.iter().filter_map(|path| dig.read(path)).collect();
    skeleton.extend(dig.files(b"/etc/skel"));
    let usual: HashSet<&[u8]> = skeleton
        .iter()
        .flat_map(|file| file.bytes.split(|byte| *byte == b'\n'))
        .map(<[u8]>::trim_ascii)
        .collect();
    for home in dig.homes {
        for path in OWN {
            if dig.is_for_later(home.base(), path) {
                continue;
            }
            if let Some(file) = dig.read_or_link(home, path, AutostartKind::ShellStart) {
                own(dig, home, &file, &usual);
            }
        }
        for dir in [
            &b".config/environment.d"[..],
            b".config/fish/conf.d",
            b".bashrc.d",
            b".profile.d",
            b".zshrc.d",
        ] {
            for file in dig.files_in(home.base(), dir) {
                own(dig, home, &file, &usual);
            }
        }
    }
    of_server(dig);
}

/// What the server of SSH runs for those whose home is a place of the machine.
fn of_server(dig: &mut Dig<'_>) {
    let mut seen: HashSet<&[u8]> = HashSet::from([&b"/proc"[..], b"/sys"]);
    for login in dig.logins.iter().filter(|it| it.is_place) {
        if !seen.insert(&login.home) {
            continue;
        }
        for name in [&b".ssh/rc"[..], b".ssh/environment"] {
            let Some(file) = dig.read(&[login.home.as_slice(), name].join(&b'/')) else { continue };
            let draft = Draft::new(AutostartKind::ShellStart, &file, 0, b"");
            dig.add_script_as(draft.by(Some(&login.user)), &file);
        }
    }
}

/// Lines that new homes do not have, and that are more than the frame of a command.
fn own(dig: &mut Dig<'_>, home: &Home, file: &File, usual: &HashSet<&[u8]>) {
    let user = Some(home.user.as_slice());
    dig.add(Draft::new(AutostartKind::ShellStart, file, 0, first_words(file)).by(user));
    let framed = !OTHER_WORDS.iter().any(|name| file.path.ends_with(name));
    let known = |line: &[u8]| usual.contains(line.trim_ascii()) || (framed && is_frame(line));
    let other: Vec<_> = lines(&file.bytes).filter(|(_, line)| !known(line)).collect();
    let (alone, rest) = other.split_at(other.len().min(MOST_LINES));
    dig.add_rest(AutostartKind::ShellStart, file, user, rest);
    for &(line, text) in alone {
        let draft = Draft::new(AutostartKind::ShellStart, file, line, text).by(user);
        dig.add(draft.runs(Runs::Command(text)).remark(Remark::NotLikeSkeleton, true));
    }
}

pub(super) fn motd(dig: &mut Dig<'_>) {
    for dir in MOTD {
        for file in dig.files(dir) {
            let draft = Draft::new(AutostartKind::Motd, &file, 0, b"");
            let off = file.meta.mode & 0o111 == 0;
            let draft = draft.by(Some(b"root")).runs(Runs::Program(&file.path));
            dig.add_script_as(draft.remark(Remark::NotEnabled, off), &file);
        }
    }
}

pub(super) fn desktops(dig: &mut Dig<'_>) {
    for dir in AUTOSTART {
        for file in dig.files(dir) {
            desktop(dig, &file, None);
        }
    }
    for dir in [&b"/etc/X11/Xsession.d"[..], b"/etc/X11/xinit/xinitrc.d"] {
        for file in dig.files(dir) {
            let draft = Draft::new(AutostartKind::DesktopAutostart, &file, 0, b"");
            dig.add_script_as(draft, &file);
        }
    }
    for home in dig.homes {
        for file in dig.files_in(home.base(), b".config/autostart") {
            desktop(dig, &file, Some(&home.user));
        }
        for dir in [&b".config/autostart-scripts"[..], b".config/plasma-workspace/env"] {
            for file in dig.files_in(home.base(), dir) {
                let draft = Draft::new(AutostartKind::DesktopAutostart, &file, 0, b"");
                let draft = draft.by(Some(&home.user)).runs(Runs::Program(&file.path));
                dig.add_script_as(draft, &file);
            }
        }
    }
}

fn desktop(dig: &mut Dig<'_>, file: &File, user: Option<&[u8]>) {
    if !base_name(&file.path).ends_with(b".desktop") {
        return;
    }
    let mut found = settings(&file.bytes);
    found.retain(|it| *it.section == *b"Desktop Entry");
    // Of two of one name the last counts.
    let is = |name: &[u8], said: &[u8]| {
        found.iter().rfind(|it| it.name == name).is_some_and(|it| it.value == said)
    };
    let off = is(b"Hidden", b"true") || is(b"X-GNOME-Autostart-enabled", b"false");
    let commands: Vec<_> = found.iter().filter(|it| it.name == b"Exec").collect();
    let first = commands.len().saturating_sub(MOST_COMMANDS);
    for (at, exec) in commands.iter().enumerate().skip(first) {
        let text = [b"Exec=", exec.value.as_slice()].concat();
        let draft = Draft::new(AutostartKind::DesktopAutostart, file, exec.line, &text).by(user);
        let off = off || at + 1 < commands.len();
        dig.add(draft.runs(Runs::Command(&exec.value)).remark(Remark::NotEnabled, off));
    }
}
