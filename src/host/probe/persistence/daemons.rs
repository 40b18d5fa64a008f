//! Where the daemons of containers were told to keep things: in their settings, and in the command that starts them.

use serde_json::Value;

use super::dig::Dig;
use super::include::unquoted;

/// More places of one kind are not looked into.
const MOST: usize = 16;
/// More of a value is none.
const LONGEST: usize = 4096;
const UNITS: [&str; 5] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

/// Where docker keeps its containers: where it always does, and where it was told to.
pub(super) fn docker_roots(dig: &mut Dig<'_>) -> Vec<Vec<u8>> {
    let usual: [&[u8]; 2] = [b"/var/lib/docker", b"/var/snap/docker/common/var-lib-docker"];
    let mut roots: Vec<Vec<u8>> = usual.iter().map(|it| it.to_vec()).collect();
    for path in [&b"/etc/docker/daemon.json"[..], b"/var/snap/docker/current/config/daemon.json"] {
        if let Some(file) = dig.read(path) {
            roots.extend(data_root(&file.bytes));
        }
    }
    for text in commands(dig, "docker", &[b"/etc/default/docker", b"/etc/sysconfig/docker"]) {
        for name in [&b"--data-root"[..], b"--graph", b"-g"] {
            roots.extend(values(&text, name));
        }
    }
    places(roots)
}

/// `data-root` of docker's settings, or what it was called before. What stands behind the settings does not count.
fn data_root(settings: &[u8]) -> Option<Vec<u8>> {
    let mut texts = serde_json::Deserializer::from_slice(settings).into_iter::<Value>();
    let value = texts.next()?.ok()?;
    let root = value.get("data-root").or_else(|| value.get("graph"))?;
    Some(root.as_str()?.as_bytes().to_vec())
}

/// Where a kubelet was told that its settings are, and its pods.
#[derive(Default)]
pub(super) struct Kubelet {
    pub(super) configs: Vec<Vec<u8>>,
    pub(super) pods: Vec<Vec<u8>>,
}

/// What the command of the kubelet says.
pub(super) fn kubelet(dig: &mut Dig<'_>) -> Kubelet {
    let files: [&[u8]; 3] =
        [b"/etc/default/kubelet", b"/etc/sysconfig/kubelet", b"/var/lib/kubelet/kubeadm-flags.env"];
    let (mut configs, mut pods) = (Vec::new(), Vec::new());
    for text in commands(dig, "kubelet", &files) {
        configs.extend(values(&text, b"--config"));
        for name in [&b"--pod-manifest-path"[..], b"--staticPodPath", b"--file"] {
            pods.extend(values(&text, name));
        }
    }
    Kubelet { configs: places(configs), pods: places(pods) }
}

/// The unit of a daemon, what is laid over it, and files that hold options of its command.
fn commands(dig: &mut Dig<'_>, name: &str, files: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut found: Vec<_> = files.iter().filter_map(|path| dig.read(path)).collect();
    for dir in UNITS {
        let unit = format!("{dir}/{name}.service");
        found.extend(dig.read(unit.as_bytes()));
        found.extend(dig.files(format!("{unit}.d").as_bytes()));
    }
    found.into_iter().map(|file| file.bytes).collect()
}

/// Absolute paths, each once, without a slash at the end.
fn places(mut paths: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    for path in &mut paths {
        while path.len() > 1 && path.ends_with(b"/") {
            path.pop();
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    paths
        .retain(|path| path.starts_with(b"/") && path.len() < LONGEST && seen.insert(path.clone()));
    paths.truncate(MOST);
    paths
}

/// Values of an option wherever it stands in a text: `--x=V`, `--x V`, `--x "V"`.
pub(super) fn values(text: &[u8], name: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'\\');
    for line in text.split(|byte| *byte == b'\n') {
        if line.trim_ascii_start().starts_with(b"#") {
            continue;
        }
        for (at, window) in line.windows(name.len()).enumerate() {
            let is_alone = at == 0 || line.get(at - 1).is_some_and(|it| ends(it) || *it == b'=');
            if window != name || !is_alone || found.len() >= MOST {
                continue;
            }
            let rest = line.get(at + name.len()..).unwrap_or_default();
            if !rest.first().is_some_and(|it| it.is_ascii_whitespace() || *it == b'=') {
                continue;
            }
            let rest = rest.trim_ascii_start();
            let rest = rest.strip_prefix(b"=").unwrap_or(rest).trim_ascii_start();
            let rest = rest.strip_prefix(b"\"").unwrap_or(rest);
            let end = rest.iter().position(ends).unwrap_or(rest.len());
            found.extend(rest.get(..end).filter(|it| !it.is_empty()).map(<[u8]>::to_vec));
        }
    }
    found
}

/// Every value that a key has in a text of YAML, or of JSON, which is YAML: `key: V`, `"key": "V"`.
pub(super) fn yaml_values(text: &[u8], key: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for (at, window) in text.windows(key.len()).enumerate() {
        if window != key || found.len() >= MOST {
            continue;
        }
        let before = text.get(..at).unwrap_or_default();
        let line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let rest = text.get(at + key.len()..).unwrap_or_default();
        let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
        let Some(rest) = rest.trim_ascii_start().strip_prefix(b":") else { continue };
        if line.trim_ascii_start().starts_with(b"#") {
            continue;
        }
        let rest = rest.get(..rest.len().min(LONGEST)).unwrap_or_default().trim_ascii_start();
        let quote = rest.first().filter(|byte| matches!(byte, b'"' | b'\''));
        let end = match quote {
            Some(quote) => rest.iter().skip(1).position(|byte| byte == quote).map(|at| at + 2),
            None => rest.iter().position(|byte| matches!(byte, b'\n' | b'\r' | b',' | b'}' | b'#')),
        };
        let value = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default().trim_ascii();
        found.push(unquoted(value).to_vec());
    }
    found
}
