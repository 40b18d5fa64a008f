//! What the machine starts beside systemd: rc.local, init scripts, udev rules, kernel modules, the first file system.

use std::collections::BTreeSet;

use super::cron::{base_name, hidden, lines};
use super::dig::{Dig, Draft, Runs};
use super::ground::File;
use super::include::joined;
use crate::domain::facts::{AutostartKind, Remark, is_frame};
use crate::host::probe::text::words;

const EXECUTABLE: u32 = 0o111;
const RC_FILES: [&[u8]; 4] =
    [b"/etc/rc.local", b"/etc/rc.d/rc.local", b"/etc/rc.boot", b"/etc/init.d/boot.local"];
const RUN_LEVELS: [&[u8]; 18] = [
    b"/etc/rc0.d",
    b"/etc/rc1.d",
    b"/etc/rc6.d",
    b"/etc/rc.d/rc0.d",
    b"/etc/rc.d/rc1.d",
    b"/etc/rc.d/rc2.d",
    b"/etc/rc.d/rc4.d",
    b"/etc/rc.d/rc6.d",
    b"/etc/rcS.d",
    b"/etc/rc2.d",
    b"/etc/rc3.d",
    b"/etc/rc4.d",
    b"/etc/rc5.d",
    b"/etc/rc.d/rc3.d",
    b"/etc/rc.d/rc5.d",
    b"/etc/runlevels/default",
    b"/etc/runlevels/boot",
    b"/etc/runlevels/sysinit",
];
const RULES: [&[u8]; 5] = [
    b"/etc/udev/rules.d",
    b"/run/udev/rules.d",
    b"/usr/local/lib/udev/rules.d",
    b"/usr/lib/udev/rules.d",
    b"/lib/udev/rules.d",
];
const LOADED: [&[u8]; 4] = [
    b"/etc/modules-load.d",
    b"/run/modules-load.d",
    b"/usr/local/lib/modules-load.d",
    b"/usr/lib/modules-load.d",
];
const INSTALLED: [&[u8]; 4] =
    [b"/etc/modprobe.d", b"/run/modprobe.d", b"/usr/local/lib/modprobe.d", b"/usr/lib/modprobe.d"];
const INITRAMFS: [&[u8]; 12] = [
    b"/etc/initramfs-tools/hooks",
    b"/usr/share/initramfs-tools/hooks",
    b"/etc/initramfs/post-update.d",
    b"/etc/kernel/postinst.d",
    b"/etc/kernel/postrm.d",
    b"/etc/kernel/preinst.d",
    b"/etc/kernel/prerm.d",
    b"/etc/kernel/install.d",
    b"/usr/lib/kernel/install.d",
    b"/etc/initcpio/hooks",
    b"/etc/initcpio/install",
    b"/etc/mkinitfs/features.d",
];
/// In each of these stands a folder for every stage.
const STAGES: [&[u8]; 4] = [
    b"/etc/initramfs-tools/scripts",
    b"/usr/share/initramfs-tools/scripts",
    b"/etc/dracut/modules.d",
    b"/usr/lib/dracut/modules.d",
];

pub(super) fn hunt(dig: &mut Dig<'_>) {
    rc_local(dig);
    init_scripts(dig);
    if let Some(file) = dig.read(b"/etc/inittab") {
        for (line, text) in lines(&file.bytes) {
            let command = text.splitn(4, |byte| *byte == b':').nth(3).unwrap_or_default();
            let draft = Draft::new(AutostartKind::RcLocal, &file, line, text);
            dig.add(draft.by(Some(b"root")).runs(Runs::Command(command)));
        }
    }
}

fn rc_local(dig: &mut Dig<'_>) {
    let mut files: Vec<File> = RC_FILES.iter().filter_map(|path| dig.read(path)).collect();
    files.extend(dig.files(b"/etc/local.d").into_iter().filter(|it| it.path.ends_with(b".start")));
    for file in files {
        let off = file.meta.mode & EXECUTABLE == 0;
        for (line, text) in lines(&file.bytes) {
            if matches!(text.trim_ascii(), b"exit 0" | b"exit") || is_frame(text) {
                continue;
            }
            let draft = Draft::new(AutostartKind::RcLocal, &file, line, text).by(Some(b"root"));
            dig.add(draft.runs(Runs::Command(text)).remark(Remark::NotEnabled, off));
        }
    }
}

fn init_scripts(dig: &mut Dig<'_>) {
    let mut enabled: BTreeSet<Vec<u8>> = BTreeSet::new();
    for level in RUN_LEVELS {
        for link in dig.list(level) {
            let name = base_name(&link);
            // `S20name` starts; the links of OpenRC have the bare name.
            let sorted = name.strip_prefix(b"S").and_then(|rest| rest.get(2..));
            enabled.extend(sorted.map(<[u8]>::to_vec));
            enabled.extend(level.starts_with(b"/etc/runlevels").then(|| name.to_vec()));
            let starts = name.starts_with(b"S") || name.starts_with(b"K");
            if starts && !leads_to_init(dig, &link) {
                beside(dig, &link);
            }
        }
    }
    for dir in [&b"/etc/init.d"[..], b"/etc/rc.d/init.d"] {
        for file in dig.files(dir) {
            let name = base_name(&file.path);
            if name == b"README" || name == b"functions" {
                continue;
            }
            let on = enabled.contains(name);
            let mark = if on { Remark::Enabled } else { Remark::NotEnabled };
            let draft = Draft::new(AutostartKind::InitScript, &file, 0, b"");
            let draft = draft.runs(Runs::Program(&file.path)).remark(mark, true);
            dig.add_script_as(draft.remark(Remark::HiddenName, hidden(&file.path)), &file);
        }
    }
}

/// It is a link to a script that is read where it stands.
fn leads_to_init(dig: &Dig<'_>, link: &[u8]) -> bool {
    let target = dig.ground.link(dig.ground.base(), link).unwrap_or_default();
    let dir = target.strip_suffix(base_name(&target)).unwrap_or_default();
    dir == b"../init.d/" || dir == b"/etc/init.d/" || dir == b"/etc/rc.d/init.d/"
}

/// A script of a run level that is no link to one of the usual, or one that leads elsewhere.
fn beside(dig: &mut Dig<'_>, path: &[u8]) {
    if let Some(file) = dig.read_quietly(dig.ground.base(), path) {
        let draft = Draft::new(AutostartKind::InitScript, &file, 0, b"");
        let draft = draft.runs(Runs::Program(&file.path)).remark(Remark::Enabled, true);
        dig.add_script_as(draft, &file);
    }
}

pub(super) fn udev(dig: &mut Dig<'_>) {
    let mut seen = BTreeSet::new();
    for dir in RULES {
        for file in dig.files(dir) {
            // The name in the stronger directory counts, and `/lib` is often the same as `/usr/lib`.
            if !file.path.ends_with(b".rules") || !seen.insert(base_name(&file.path).to_vec()) {
                continue;
            }
            for (line, text) in &joined(&file.bytes) {
                let (line, text) = (*line, text.as_slice());
                let Some(command) = command_of_rule(text) else { continue };
                let program = command.split(u8::is_ascii_whitespace).next().unwrap_or_default();
                let path = match program {
                    bare if !bare.contains(&b'/') => [b"/usr/lib/udev/", bare].concat(),
                    whole => whole.to_vec(),
                };
                let draft = Draft::new(AutostartKind::UdevRule, &file, line, text);
                let is_shell = path.ends_with(b"/sh") || path.ends_with(b"/bash");
                let runs = if is_shell { Runs::Command(command) } else { Runs::Program(&path) };
                dig.add(draft.by(Some(b"root")).runs(runs));
            }
        }
    }
}

/// The command of a rule that has one: the value of `RUN`, `PROGRAM` or `IMPORT{program}`.
pub(super) fn command_of_rule(rule: &[u8]) -> Option<&[u8]> {
    let keys: [&[u8]; 4] = [b"RUN", b"PROGRAM", b"IMPORT{program}", b"RUN{program}"];
    let mut rest = rule;
    loop {
        let rule = rest.trim_ascii_start();
        let open = rule.iter().position(|byte| *byte == b'"')?;
        let key = rule.get(..open)?;
        let value = rule.get(open + 1..)?;
        let close = closing(value);
        let name = key.trim_ascii().trim_ascii_start();
        let end = name.iter().position(|byte| matches!(byte, b'=' | b'+' | b':' | b'-' | b'!'));
        if keys.contains(&name.get(..end.unwrap_or(name.len()))?.trim_ascii()) {
            return value.get(..close);
        }
        let after = value.get(close + 1..)?;
        rest = after.strip_prefix(b",").unwrap_or(after);
    }
}

/// Where the quote is that ends a value: one behind a backslash does not.
fn closing(value: &[u8]) -> usize {
    let mut escaped = false;
    let close = value.iter().position(|byte| {
        let found = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        found
    });
    close.unwrap_or(value.len())
}

pub(super) fn modules(dig: &mut Dig<'_>) {
    let listed: Vec<File> = dig.read(b"/etc/modules").into_iter().collect();
    let files = LOADED.iter().flat_map(|dir| dig.files(dir)).collect::<Vec<_>>();
    for file in listed.iter().chain(&files) {
        for (line, text) in lines(&file.bytes).filter(|(_, text)| !text.starts_with(b";")) {
            dig.add(Draft::new(AutostartKind::KernelModule, file, line, text));
        }
    }
    for file in INSTALLED.iter().flat_map(|dir| dig.files(dir)).collect::<Vec<_>>() {
        for (line, text) in &joined(&file.bytes) {
            let (line, text) = (*line, text.as_slice());
            let mut fields = words(text);
            if !matches!(fields.next(), Some(b"install" | b"remove")) {
                continue;
            }
            let module = fields.next().unwrap_or_default();
            // The command is the rest of the line.
            let at = text.windows(module.len().max(1)).position(|it| it == module);
            let command = at.and_then(|at| text.get(at + module.len()..)).unwrap_or_default();
            let draft = Draft::new(AutostartKind::KernelModule, &file, line, text);
            dig.add(draft.by(Some(b"root")).runs(Runs::Command(command)));
        }
    }
}

pub(super) fn initramfs(dig: &mut Dig<'_>) {
    let mut folders: Vec<Vec<u8>> = INITRAMFS.iter().map(|it| it.to_vec()).collect();
    for stages in STAGES {
        folders.extend(dig.list(stages));
    }
    for folder in folders {
        for file in dig.files(&folder) {
            dig.add_script(AutostartKind::Initramfs, &file);
        }
    }
    let dracut = dig.read(b"/etc/dracut.conf").into_iter().chain(dig.files(b"/etc/dracut.conf.d"));
    let tools = dig.read(b"/etc/initramfs-tools/modules");
    for file in dracut.chain(tools).collect::<Vec<_>>() {
        for (line, text) in lines(&file.bytes) {
            dig.add(Draft::new(AutostartKind::Initramfs, &file, line, text));
        }
    }
}
