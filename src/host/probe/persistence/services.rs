//! What starts services beside systemd: D-Bus when somebody asks for a name, supervisor, the inetds, acpid.

use std::rc::Rc;

use super::cron::{base_name, lines};
use super::dig::{Dig, Draft, Runs};
use super::ground::File;
use super::include::{ENOUGH_LEADS, Lead, Trail, beside, follow};
use super::unit::{Setting, settings};
use crate::domain::facts::{AutostartKind, Remark};
use crate::host::probe::text::words;

const KIND: AutostartKind = AutostartKind::ServiceStarter;
const BUS: [&[u8]; 7] = [
    b"/etc/dbus-1/system-services",
    b"/run/dbus-1/system-services",
    b"/usr/local/share/dbus-1/system-services",
    b"/usr/share/dbus-1/system-services",
    b"/run/dbus-1/services",
    b"/usr/local/share/dbus-1/services",
    b"/usr/share/dbus-1/services",
];
const SUPERVISED: [&[u8]; 3] =
    [b"/etc/supervisord.conf", b"/etc/supervisor/supervisord.conf", b"/etc/supervisor.conf"];
const SUPERVISED_DIRS: [&[u8]; 3] =
    [b"/etc/supervisor/conf.d", b"/etc/supervisord.d", b"/etc/supervisor.d"];

pub(super) fn hunt(dig: &mut Dig<'_>) {
    for dir in BUS {
        for file in dig.files(dir) {
            bus(dig, &file, None);
        }
    }
    for home in dig.homes {
        for file in dig.files_in(home.base(), b".local/share/dbus-1/services") {
            bus(dig, &file, Some(&home.user));
        }
    }
    supervisor(dig);
    xinetd(dig);
    let mut tables: Vec<File> = dig.read(b"/etc/inetd.conf").into_iter().collect();
    tables.extend(dig.files(b"/etc/inetd.d"));
    for file in &tables {
        inetd(dig, file);
    }
    for file in dig.files(b"/etc/acpi/events") {
        for setting in settings(&file.bytes).iter().filter(|it| it.name == b"action") {
            command(dig, &file, setting, Some(b"root"), false);
        }
    }
}

/// A setting whose value is a command.
fn command(dig: &mut Dig<'_>, file: &File, setting: &Setting, user: Option<&[u8]>, off: bool) {
    let text = [setting.name.as_slice(), b"=", setting.value.as_slice()].concat();
    let draft = Draft::new(KIND, file, setting.line, &text).by(user);
    dig.add(draft.runs(Runs::Command(&setting.value)).remark(Remark::NotEnabled, off));
}

/// A service that the bus starts when its name is asked for.
fn bus(dig: &mut Dig<'_>, file: &File, user: Option<&[u8]>) {
    let found = settings(&file.bytes);
    let named = found.iter().rfind(|it| it.name == b"User").map(|it| it.value.as_slice());
    for setting in found.iter().filter(|it| it.name == b"Exec") {
        command(dig, file, setting, named.or(user), false);
    }
}

fn supervisor(dig: &mut Dig<'_>) {
    let mut files: Vec<File> = SUPERVISED.iter().filter_map(|path| dig.read(path)).collect();
    for dir in SUPERVISED_DIRS {
        files.extend(dig.files(dir));
    }
    let trail = Trail { kind: KIND, home: None };
    for file in &follow(dig, trail, files, &|file| included(file)) {
        let found = supervised(&file.bytes);
        for setting in found.iter().filter(|it| it.name == b"command") {
            let same = || found.iter().filter(|it| it.section == setting.section);
            let user = same().rfind(|it| it.name == b"user").map(|it| it.value.as_slice());
            let off =
                same().rfind(|it| it.name == b"autostart").is_some_and(|it| it.value == b"false");
            command(dig, file, setting, user, off);
        }
    }
}

/// Settings as supervisor reads them: behind a colon too, in letters of any size, and on in lines that are further in.
fn supervised(text: &[u8]) -> Vec<Setting> {
    let (mut found, mut section): (Vec<Setting>, Rc<[u8]>) = (Vec::new(), Rc::default());
    for (line, text) in lines(text).filter(|(_, text)| !text.starts_with(b";")) {
        let bare = text.trim_ascii();
        if let Some(name) = bare.strip_prefix(b"[").and_then(|it| it.strip_suffix(b"]")) {
            section = name.into();
            continue;
        }
        if text.first().is_some_and(u8::is_ascii_whitespace)
            && let Some(last) = found.last_mut()
        {
            last.value.push(b' ');
            last.value.extend_from_slice(bare);
            continue;
        }
        let Some(cut) = bare.iter().position(|byte| matches!(byte, b'=' | b':')) else { continue };
        let (name, value) = bare.split_at(cut);
        let name = name.trim_ascii().to_ascii_lowercase();
        let value = value.get(1..).unwrap_or_default().trim_ascii().to_vec();
        found.push(Setting { line, section: Rc::clone(&section), name, value });
    }
    found
}

/// `[include] files`, any number of patterns.
fn included(file: &File) -> Vec<Lead> {
    let found = supervised(&file.bytes);
    let named = found.iter().filter(|it| *it.section == *b"include" && it.name == b"files");
    let leads = named.flat_map(|it| {
        words(&it.value).map(|path| {
            let (line, text) = (it.line, [b"files = ", it.value.as_slice()].concat());
            Lead::new(line, &text, beside(&file.path, path))
        })
    });
    leads.take(ENOUGH_LEADS).collect()
}

/// `service x { … }`: the server and its arguments are one entry.
fn xinetd(dig: &mut Dig<'_>) {
    let mut files: Vec<File> = dig.read(b"/etc/xinetd.conf").into_iter().collect();
    files.extend(dig.files(b"/etc/xinetd.d"));
    let trail = Trail { kind: KIND, home: None };
    for file in &follow(dig, trail, files, &|file| xinetd_included(file)) {
        let mut service: Vec<Setting> = Vec::new();
        let found = settings(&file.bytes);
        for setting in found {
            // A server begins another service, as each has one.
            let known = service.iter().any(|it| it.name == setting.name);
            if known && matches!(setting.name.as_slice(), b"server" | b"socket_type" | b"disable") {
                xinetd_service(dig, file, &service);
                service.clear();
            }
            service.push(setting);
        }
        xinetd_service(dig, file, &service);
    }
}

fn xinetd_included(file: &File) -> Vec<Lead> {
    let leads = lines(&file.bytes).filter_map(|(line, text)| {
        let mut fields = words(text);
        let word = fields.next()?;
        let mut path = beside(&file.path, fields.next()?);
        match word {
            b"includedir" => path.push(b'/'),
            b"include" => {}
            _ => return None,
        }
        Some(Lead::new(line, text, path))
    });
    leads.take(ENOUGH_LEADS).collect()
}

fn xinetd_service(dig: &mut Dig<'_>, file: &File, found: &[Setting]) {
    let value = |name: &[u8]| found.iter().rfind(|it| it.name == name);
    let Some(server) = value(b"server") else { return };
    let arguments = value(b"server_args").map(|it| it.value.as_slice()).unwrap_or_default();
    let text = [server.value.as_slice(), arguments].join(&b' ');
    let text = text.trim_ascii_end();
    let user = value(b"user").map(|it| it.value.as_slice());
    let off = value(b"disable").is_some_and(|it| it.value == b"yes");
    let draft = Draft::new(KIND, file, server.line, text).by(user).runs(Runs::Command(text));
    dig.add(draft.remark(Remark::NotEnabled, off));
}

/// Service, kind, protocol, whether it waits, user, program, and its name and arguments.
fn inetd(dig: &mut Dig<'_>, file: &File) {
    for (line, text) in lines(&file.bytes) {
        let fields: Vec<&[u8]> = words(text).take(7).collect();
        let (Some(user), Some(program)) = (fields.get(4), fields.get(5)) else { continue };
        let user = user.split(|byte| matches!(byte, b'.' | b':' | b'/')).next();
        let is_inside = base_name(program) == b"internal";
        let runs = if is_inside { Runs::Nothing } else { Runs::Program(program) };
        dig.add(Draft::new(KIND, file, line, text).by(user).runs(runs));
    }
}
