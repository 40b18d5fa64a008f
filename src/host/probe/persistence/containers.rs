//! Containers that are started again by themselves: docker's restart policies, quadlets of podman, and what a node of
//! Kubernetes starts by itself or was given by a schedule.

use std::collections::BTreeMap;

use serde_json::Value;

use super::cron::base_name;
use super::daemons;
use super::dig::{Dig, Draft, Runs};
use super::ground::{Base, File};
use super::manifest::telling;
use super::unit::settings;
use crate::domain::facts::{AutostartKind, NotWhole, Remark};
use crate::host::probe::packages::sqlite::{self, Sqlite};
use crate::host::probe::text::whole_number;

const MANIFESTS: [&[u8]; 3] = [
    b"/etc/kubernetes/manifests",
    b"/var/lib/rancher/k3s/server/manifests",
    b"/var/lib/rancher/k3s/agent/pod-manifests",
];
const QUADLETS: [&[u8]; 4] = [
    b"/etc/containers/systemd",
    b"/run/containers/systemd",
    b"/usr/share/containers/systemd",
    b"/usr/local/share/containers/systemd",
];
const USERS: &[u8] = b"/etc/containers/systemd/users";
/// Where the servers of a cluster keep everything, if they run here.
const ETCD: &[u8] = b"/var/lib/etcd/member";
const KINE: &[u8] = b"/var/lib/rancher/k3s/server/db/state.db";
/// More of that is not read.
const MOST_KINE: usize = 64 << 20;
/// What a row of it is named, where it is a schedule.
const SCHEDULES: &[u8] = b"/registry/cronjobs/";
pub(super) fn hunt(dig: &mut Dig<'_>) {
    let root = dig.ground.base();
    for place in daemons::docker_roots(dig) {
        for dir in dig.list(&[place.as_slice(), b"/containers"].concat()) {
            docker(dig, root, &dir, None);
        }
    }
    for dir in QUADLETS {
        quadlets(dig, root, dir, None);
    }
    // What everybody's podman starts, and that of one user by number.
    quadlets(dig, root, USERS, None);
    for dir in dig.list(USERS) {
        let owner = dig.homes.iter().find(|home| Some(home.uid) == whole_number(base_name(&dir)));
        quadlets(dig, root, &dir, owner.map(|home| home.user.as_slice()));
    }
    super::podman::hunt(dig);
    for home in dig.homes {
        // Docker without root.
        for dir in dig.list_in(home.base(), b".local/share/docker/containers") {
            docker(dig, home.base(), &dir, Some(&home.user));
        }
        quadlets(dig, home.base(), b".config/containers/systemd", Some(&home.user));
    }
}

fn docker(dig: &mut Dig<'_>, root: Base<'_>, dir: &[u8], user: Option<&[u8]>) {
    let Some(host) = dig.read_in(root, &[dir, b"hostconfig.json"].join(&b'/')) else { return };
    let Some(policy) = restart_policy(&host.bytes) else { return };
    let config = dig.read_quietly(root, &[dir, b"config.v2.json"].join(&b'/'));
    let about = config.map(|it| about(&it.bytes)).unwrap_or_default();
    let text = format!("restart={policy} {about}");
    let draft = Draft::new(AutostartKind::Container, &host, 0, text.as_bytes()).by(user);
    dig.add(draft.remark(Remark::RestartsAlways, true));
}

/// What docker does when the container ends; `None` if it does nothing.
pub(super) fn restart_policy(hostconfig: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(hostconfig).ok()?;
    let name = value.get("RestartPolicy")?.get("Name")?.as_str()?;
    (!name.is_empty() && name != "no").then(|| name.to_owned())
}

/// Name, image and command of a container.
pub(super) fn about(config: &[u8]) -> String {
    let value: Value = serde_json::from_slice(config).unwrap_or_default();
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let name = text(value.get("Name"));
    let image = text(value.get("Config").and_then(|it| it.get("Image")));
    let path = text(value.get("Path"));
    let list = value.get("Args").and_then(Value::as_array);
    let args: Vec<&str> = list.into_iter().flatten().filter_map(Value::as_str).collect();
    let running = value.get("State").and_then(|it| it.get("Running")).and_then(Value::as_bool);
    let state = if running == Some(true) { " running" } else { "" };
    format!("{} {image} {path} {}{state}", name.trim_start_matches('/'), args.join(" "))
}

fn quadlets(dig: &mut Dig<'_>, base: Base<'_>, dir: &[u8], user: Option<&[u8]>) {
    for file in dig.files_in(base, dir) {
        if ![&b".container"[..], b".kube", b".pod"].iter().any(|it| file.path.ends_with(it)) {
            continue;
        }
        let mut text = Vec::new();
        for setting in settings(&file.bytes) {
            if matches!(setting.name.as_slice(), b"Image" | b"Exec" | b"Entrypoint" | b"Yaml") {
                text.extend_from_slice(
                    &[setting.name.as_slice(), b"=", &setting.value, b"\n"].concat(),
                );
            }
        }
        let text = text.trim_ascii_end();
        dig.add(Draft::new(AutostartKind::Container, &file, 0, text).by(user).runs(Runs::Nothing));
    }
}

pub(super) fn kubernetes(dig: &mut Dig<'_>) {
    let mut dirs: Vec<Vec<u8>> = MANIFESTS.iter().map(|it| it.to_vec()).collect();
    let told = daemons::kubelet(dig);
    let usual: [&[u8]; 2] = [b"/var/lib/kubelet/config.yaml", b"/etc/kubernetes/kubelet.conf"];
    let configs = usual.iter().map(|it| it.to_vec()).chain(told.configs);
    let mut files: Vec<File> = configs.filter_map(|path| dig.read(&path)).collect();
    files.extend(dig.files(b"/etc/kubernetes/kubelet.conf.d"));
    for file in &files {
        dirs.extend(static_pods(&file.bytes));
        for url in daemons::yaml_values(&file.bytes, b"staticPodURL") {
            let text = [b"staticPodURL: ", url.as_slice()].concat();
            dig.add(Draft::new(AutostartKind::Kubernetes, file, 0, &text));
        }
    }
    dirs.extend(told.pods);
    dirs.sort();
    dirs.dedup();
    for dir in dirs {
        let mut manifests = dig.files(&dir);
        if manifests.is_empty() {
            // It may be one file.
            manifests.extend(dig.read(&dir));
        }
        for file in manifests {
            let (text, is_cut) = telling(&file.bytes);
            if is_cut {
                dig.part(&file.path, NotWhole::Entries);
            }
            dig.add(Draft::new(AutostartKind::Kubernetes, &file, 0, &text));
        }
    }
    schedules(dig);
    // A schedule stands on the servers; on the node it shows by the pods that it made.
    for path in dig.list(b"/var/log/pods") {
        if let Some(job) = scheduled(base_name(&path)).map(<[u8]>::to_vec) {
            let base = dig.ground.base();
            let Some(meta) = dig.meta(base, &path) else { continue };
            let text = [b"CronJob ", job.as_slice()].concat();
            let (kind, runs) = (AutostartKind::Kubernetes, Runs::Nothing);
            let (path, text) = (path.as_slice(), text.as_slice());
            let draft =
                Draft { kind, path, meta, line: 0, text, user: None, runs, remarks: Vec::new() };
            dig.add(draft);
        }
    }
}

/// What the servers keep of schedules, where they run on this machine: of k3s their names, and etcd is not read.
fn schedules(dig: &mut Dig<'_>) {
    let root = dig.ground.base();
    if dig.meta(root, ETCD).is_some() {
        dig.part(ETCD, NotWhole::Etcd);
    }
    // It is written to all the time, so nobody watches it.
    let Ok((file, meta)) = dig.ground.open_file(root, KINE) else { return };
    let log = dig.ground.open_file(root, &[KINE, b"-wal"].concat()).ok().map(|(log, _)| log);
    let mut found: BTreeMap<Vec<u8>, bool> = BTreeMap::new();
    let mut take = |row: &[u8]| {
        // The rows are in the order in which they were written: id, name, created, deleted.
        if let Some(name) = sqlite::column(row, 1).and_then(|it| it.strip_prefix(SCHEDULES)) {
            found.insert(name.to_vec(), sqlite::is_zero(row, 3));
        }
        Some(())
    };
    let read = Sqlite::open(&file, log.as_ref())
        .and_then(|it| it.at_most(MOST_KINE).each(b"kine", &mut take));
    if read.is_err() {
        dig.part(KINE, NotWhole::Database);
    }
    let there = found.iter().filter(|(_, is_there)| **is_there);
    for (line, (name, _)) in (1..).zip(there) {
        let text = [b"CronJob ", name.as_slice()].concat();
        let (kind, text, runs) = (AutostartKind::Kubernetes, text.as_slice(), Runs::Nothing);
        let remarks = Vec::new();
        dig.add(Draft { kind, path: KINE, meta, line, text, user: None, runs, remarks });
    }
}

/// Where the kubelet's settings say that pods are, if it is a place.
pub(super) fn static_pods(config: &[u8]) -> Vec<Vec<u8>> {
    let mut places = daemons::yaml_values(config, b"staticPodPath");
    places.retain(|it| it.starts_with(b"/"));
    places
}

/// `namespace_name-28371440-x2x9z_uid` was made by a schedule; gives `namespace_name`.
pub(super) fn scheduled(pod: &[u8]) -> Option<&[u8]> {
    let end = pod.iter().rposition(|byte| *byte == b'_')?;
    let name = pod.get(..end)?;
    let tail = name.iter().rposition(|byte| *byte == b'-')?;
    let job = name.get(..tail)?;
    let number = job.iter().rposition(|byte| *byte == b'-')?;
    let digits = job.get(number + 1..)?;
    let fits = name.len() - tail - 1 == 5 && (7..=10).contains(&digits.len());
    (fits && digits.iter().all(u8::is_ascii_digit)).then_some(job.get(..number)?)
}
