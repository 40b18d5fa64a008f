//! What runs when something else does: the package manager and the network.

use super::cron::{base_name, lines};
use super::dig::{Dig, Draft, Runs};
use super::ground::File;
use super::include::{ENOUGH_LEADS, Lead, Trail, beside, follow};
use crate::domain::facts::AutostartKind;
use crate::host::probe::text::words;

/// Settings of apt and dpkg that hold a command.
const INVOKED: [&[u8]; 7] = [
    b"dir::bin::",
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
const DISPATCHERS: [&[u8]; 33] = [
    b"/etc/NetworkManager/dispatcher.d",
    b"/etc/NetworkManager/dispatcher.d/pre-up.d",
    b"/etc/NetworkManager/dispatcher.d/pre-down.d",
    b"/etc/NetworkManager/dispatcher.d/no-wait.d",
    b"/usr/lib/NetworkManager/dispatcher.d",
    b"/usr/lib/NetworkManager/dispatcher.d/pre-up.d",
    b"/usr/lib/NetworkManager/dispatcher.d/pre-down.d",
    b"/usr/lib/NetworkManager/dispatcher.d/no-wait.d",
    b"/etc/network/if-pre-up.d",
    b"/etc/network/if-up.d",
    b"/etc/network/if-down.d",
    b"/etc/network/if-post-down.d",
    b"/etc/networkd-dispatcher/routable.d",
    b"/etc/networkd-dispatcher/dormant.d",
    b"/etc/networkd-dispatcher/no-carrier.d",
    b"/etc/networkd-dispatcher/off.d",
    b"/etc/networkd-dispatcher/carrier.d",
    b"/etc/networkd-dispatcher/degraded.d",
    b"/etc/networkd-dispatcher/configuring.d",
    b"/etc/networkd-dispatcher/configured.d",
    b"/usr/lib/networkd-dispatcher/routable.d",
    b"/usr/lib/networkd-dispatcher/dormant.d",
    b"/usr/lib/networkd-dispatcher/no-carrier.d",
    b"/usr/lib/networkd-dispatcher/off.d",
    b"/usr/lib/networkd-dispatcher/carrier.d",
    b"/usr/lib/networkd-dispatcher/degraded.d",
    b"/usr/lib/networkd-dispatcher/configuring.d",
    b"/usr/lib/networkd-dispatcher/configured.d",
    b"/usr/lib/dhcpcd/dhcpcd-hooks",
    b"/etc/dhcp/dhclient-enter-hooks.d",
    b"/etc/dhcp/dhclient-exit-hooks.d",
    b"/etc/ppp/ip-up.d",
    b"/etc/ppp/ip-down.d",
];
/// Files that are run, or read by what is.
const DISPATCHED: [&[u8]; 8] = [
    b"/etc/dhcpcd.enter-hook",
    b"/etc/dhcpcd.exit-hook",
    b"/etc/dhcp/dhclient-enter-hooks",
    b"/etc/dhcp/dhclient-exit-hooks",
    b"/etc/ppp/ip-up",
    b"/etc/ppp/ip-up.local",
    b"/etc/ppp/ip-down",
    b"/etc/ppp/ip-down.local",
];

/// Brackets in brackets, and names in them.
const DEEPEST: usize = 16;
const LONGEST_NAME: usize = 256;

pub(super) fn packages(dig: &mut Dig<'_>) {
    let mut files: Vec<File> = dig.read(b"/etc/apt/apt.conf").into_iter().collect();
    files.extend(dig.files(b"/etc/apt/apt.conf.d"));
    let trail = Trail { kind: AutostartKind::PackageHook, home: None };
    let mut files = follow(dig, trail, files, &|file| included(file));
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
        dig.add_whole(AutostartKind::PackageHook, file, Some(b"root"));
    }
}

/// Where settings of apt lead: `#include "/x";`, and those that name its files, such as `Dir::Etc::parts "/x/";`.
fn included(file: &File) -> Vec<Lead> {
    let lines = file.bytes.split(|byte| *byte == b'\n').enumerate();
    let nested = nested(&file.bytes);
    let leads = lines.filter_map(|(at, line)| {
        let text = line.trim_ascii();
        let small = text.to_ascii_lowercase();
        let parts = small.starts_with(b"dir::etc::parts");
        let is_one =
            parts || small.starts_with(b"#include") || small.starts_with(b"dir::etc::main");
        let quoted = text.split(|byte| *byte == b'"').nth(1);
        let bare = words(text).nth(1).map(|it| it.strip_suffix(b";").unwrap_or(it));
        let path = quoted.or(bare).filter(|it| is_one && !it.is_empty())?;
        let mut path = beside(b"/etc/apt/apt.conf", path);
        if parts && !path.ends_with(b"/") {
            path.push(b'/');
        }
        Some(Lead::new(at + 1, text, path))
    });
    leads.chain(nested).take(ENOUGH_LEADS).collect()
}

/// The same in brackets: `Dir { Etc { parts "/x/"; }; };`.
fn nested(text: &[u8]) -> Vec<Lead> {
    let (mut found, mut open): (Vec<Lead>, Vec<Vec<u8>>) = (Vec::new(), Vec::new());
    let mut name: Vec<u8> = Vec::new();
    for (at, line) in text.split(|byte| *byte == b'\n').enumerate() {
        if line.trim_ascii().starts_with(b"//") {
            continue;
        }
        for (number, part) in line.split(|byte| *byte == b'"').enumerate() {
            if number % 2 == 1 {
                let scope = [open.join(&b"::"[..]), name.clone()].join(&b"::"[..]);
                let is_dir = scope == b"dir::etc::parts";
                if !open.is_empty() && (is_dir || scope == b"dir::etc::main") && !part.is_empty() {
                    let mut path = beside(b"/etc/apt/apt.conf", part);
                    path.extend((is_dir && !path.ends_with(b"/")).then_some(b'/'));
                    found.push(Lead::new(at + 1, line.trim_ascii(), path));
                }
                continue;
            }
            for piece in part.split_inclusive(|byte| matches!(byte, b'{' | b'}' | b';')) {
                let (word, sign) = match piece.split_last() {
                    Some((sign @ (b'{' | b'}' | b';'), word)) => (word, *sign),
                    _ => (piece, b' '),
                };
                name.extend_from_slice(&word.trim_ascii().to_ascii_lowercase());
                match sign {
                    b'{' if open.len() < DEEPEST => open.push(std::mem::take(&mut name)),
                    b'}' => {
                        open.pop();
                        name.clear();
                    }
                    b';' | b'{' => name.clear(),
                    _ => {}
                }
                name.truncate(LONGEST_NAME);
            }
        }
    }
    found
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
    for path in DISPATCHED {
        if let Some(file) = dig.read(path) {
            dig.add_script(AutostartKind::NetworkDispatcher, &file);
        }
    }
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

/// Directories of python's own modules: `/usr/lib/python3.11`.
pub(super) fn pythons(dig: &mut Dig<'_>) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for lib in [&b"/usr/lib"[..], b"/usr/lib64", b"/usr/local/lib"] {
        let names = dig.list_quietly(dig.ground.base(), lib);
        found.extend(names.into_iter().filter(|it| base_name(it).starts_with(b"python")));
    }
    found
}
