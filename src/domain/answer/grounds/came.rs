//! How a process came in, by what is above it.

use crate::domain::answer::fact::Way;
use crate::domain::detect::{Reason, Rule};
use crate::domain::facts::{Ancestor, Process, Runtime, Snapshot};
use crate::domain::untrusted::Untrusted;

/// So many of those above a process are told.
const ABOVE: usize = 5;

/// Tools that install or build what others wrote, by `comm`.
const SUPPLY: [&[u8]; 20] = [
    b"npm",
    b"npm install",
    b"npm ci",
    b"npm rebuild",
    b"yarn",
    b"pnpm",
    b"pip",
    b"pip3",
    b"gem",
    b"bundle",
    b"cargo",
    b"mvn",
    b"gradle",
    b"composer",
    b"Runner.Worker",
    b"gitlab-runner",
    b"dpkg",
    b"rpm",
    b"apk",
    b"conda",
];
/// Those of them that start what was installed as well, and do not say by their names which of both they do.
const RUNNERS: [&[u8]; 5] = [b"npm", b"yarn", b"pnpm", b"bundle", b"composer"];
/// What an install script is run by.
const SCRIPTS: [&[u8]; 11] = [
    b"sh", b"bash", b"dash", b"ash", b"busybox", b"make", b"node", b"python", b"python3", b"ruby",
    b"perl",
];
/// Those of them that servers are run by.
const SERVERS: [&[u8]; 5] = [b"node", b"python", b"python3", b"ruby", b"perl"];
/// So many may be between a tool and what its script starts: a shell, and what that runs.
const SCRIPTED: usize = 3;
/// What starts a container's own program.
const SHIMS: [&[u8]; 7] = [
    b"containerd-shim",
    b"conmon",
    b"docker-init",
    b"tini",
    b"dumb-init",
    b"catatonit",
    b"lxc-start",
];
/// What starts something by a clock.
const CLOCKS: [&[u8]; 5] = [b"cron", b"crond", b"atd", b"anacron", b"fcron"];
/// Folders that tools fill with what others wrote.
const OF_OTHERS: [&[u8]; 4] =
    [b"/node_modules/", b"/site-packages/", b"/dist-packages/", b"/vendor/bundle/"];
/// Numbers of people's accounts begin here; the last one is nobody's.
const PEOPLE: std::ops::Range<u32> = 1000..65_534;

/// Somebody who logged in by an account of their own typed it, at a terminal that it still has; whoever they became since.
pub(super) fn is_by_hand(process: &Process) -> bool {
    let around = &process.around;
    let shell = |it: &Ancestor| begins(it.comm.bytes(), b"sshd") || it.comm.bytes() == b"login";
    around.terminal.is_some()
        && around.login.is_some_and(|login| PEOPLE.contains(&login))
        && around.ancestors.iter().any(shell)
}

/// Its executable is one of a package, or lies where tools put what others wrote.
pub(super) fn is_of_others(process: &Process, snapshot: &Snapshot) -> bool {
    let trace = snapshot.evidence.of(process.id);
    let exe = process.exe.known().map(Untrusted::bytes).unwrap_or_default();
    let name = exe.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    // What runs any text is no miner by itself, whoever brought it.
    let runs_texts = SCRIPTS.iter().chain(&[&b"java"[..], b"php"]).any(|it| begins(name, it));
    let packaged = trace.is_some_and(|it| it.program.is_as_packaged() == Some(true));
    packaged && !runs_texts
        || OF_OTHERS.iter().any(|folder| exe.windows(folder.len()).any(|part| part == *folder))
}

/// Those above it, and what they tell of how it came in.
pub(super) fn came(process: &Process, entered: &[Reason]) -> Option<(Way, Untrusted)> {
    let above = &process.around.ancestors;
    let one_of = |names: &[&[u8]]| {
        above.iter().any(|it| names.iter().any(|name| begins(it.comm.bytes(), name)))
    };
    let in_container =
        process.around.container.as_ref().is_some_and(|it| it.runtime != Runtime::Systemd);
    let parent = above.first().map(|it| it.comm.bytes()).unwrap_or_default();
    let is_first = above.is_empty() || SHIMS.iter().any(|name| begins(parent, name));
    // The rule names the service above it, or only the user that it runs as.
    let is_above = |it: &Reason| {
        it.rule == Rule::FromRequest || it.value.bytes().windows(3).any(|part| part == b" > ")
    };
    let way = if entered.iter().any(is_above) {
        Way::Service
    } else if is_installed(above) {
        Way::Supply
    } else if in_container && is_first {
        Way::Image
    } else if one_of(&[b"sshd", b"login", b"su", b"sudo"]) || process.around.terminal.is_some() {
        Way::Login
    } else if one_of(&CLOCKS) {
        Way::Autostart
    } else if !entered.is_empty() {
        Way::Service
    } else {
        return None;
    };
    Some((way, chain(above, process)))
}

/// A script of what is being installed started it: nothing but that script is between it and the tool. Further below such
/// a tool runs whatever was installed, and who breaks into that comes in by another way.
fn is_installed(above: &[Ancestor]) -> bool {
    let is_one =
        |it: &Ancestor, names: &[&[u8]]| names.iter().any(|name| begins(it.comm.bytes(), name));
    let (scripts, rest) = above.split_at(
        above.iter().take_while(|it| SCRIPTS.contains(&it.comm.bytes())).count().min(SCRIPTED),
    );
    let Some(tool) = rest.first() else { return false };
    // These start services too, and then what they call a script is a server.
    let bare =
        is_one(tool, &RUNNERS) && scripts.iter().any(|it| SERVERS.contains(&it.comm.bytes()));
    is_one(tool, &SUPPLY) && !bare
}

/// The kernel cuts names, and shells of tools add a version.
fn begins(name: &[u8], with: &[u8]) -> bool {
    if with.len() < 4 { name == with } else { name.starts_with(with) }
}

/// `nginx > sh > x`
fn chain(above: &[Ancestor], process: &Process) -> Untrusted {
    let names: Vec<&[u8]> = above.iter().take(ABOVE).map(|it| it.comm.bytes()).collect();
    let mut text: Vec<u8> = Vec::new();
    for name in names.into_iter().rev() {
        text.extend_from_slice(name);
        text.extend_from_slice(b" > ");
    }
    text.extend_from_slice(process.comm.bytes());
    Untrusted::new(text)
}
