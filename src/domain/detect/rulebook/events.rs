//! What is seen here, as the events that Sigma rules are written for.
//!
//! A parent is often known by its name alone, and so is a program whose file cannot be read: such a path begins with `…/`,
//! so that what a rule says of its end fits and what it says of its folder does not.

use super::super::sigma::Event;
use super::super::{End, Seen};

/// `process_creation`.
pub(super) fn process(seen: &Seen<'_>) -> Event {
    let parent = seen.ancestors.first().copied().unwrap_or_default();
    let line = seen.arguments.join(&b' ');
    let event = Event::default()
        .with("Image", &path(seen))
        .with("CommandLine", &line)
        .with("CurrentDirectory", seen.folder)
        .with("ParentImage", &somewhere(parent))
        .with("User", seen.user);
    seen.digests.iter().fold(event, |event, digits| match digits.len() {
        32 => event.with("md5", digits.as_bytes()),
        40 => event.with("sha1", digits.as_bytes()),
        _ => event
            .with("sha256", digits.as_bytes())
            .with("Hashes", format!("SHA256={digits}").as_bytes()),
    })
}

/// `network_connection`.
pub(super) fn connection(end: &End<'_>, owner: Option<&Seen<'_>>) -> Event {
    let address = end.address.map(|it| it.to_canonical().to_string()).unwrap_or_default();
    let port = if end.port > 0 { end.port.to_string() } else { String::new() };
    by(owner)
        .with("DestinationIp", address.as_bytes())
        .with("DestinationHostname", end.name)
        .with("DestinationPort", port.as_bytes())
        .with("Initiated", b"true")
}

/// `dns_query`, whose older name is `dns`.
pub(super) fn name(name: &[u8], owner: Option<&Seen<'_>>) -> Event {
    by(owner).with("QueryName", name).with("query", name)
}

/// `file_event`: a file that starts something.
pub(super) fn file(path: &[u8]) -> Event {
    Event::default().with("TargetFilename", path)
}

fn by(owner: Option<&Seen<'_>>) -> Event {
    owner.map_or_else(Event::default, |owner| {
        Event::default().with("Image", &path(owner)).with("User", owner.user)
    })
}

fn path(seen: &Seen<'_>) -> Vec<u8> {
    if seen.exe.is_empty() { somewhere(seen.name) } else { seen.exe.to_vec() }
}

/// The path of what is known by its name alone.
fn somewhere(name: &[u8]) -> Vec<u8> {
    if name.is_empty() || name.starts_with(b"/") {
        return name.to_vec();
    }
    ["…/".as_bytes(), name].concat()
}
