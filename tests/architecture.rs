//! The table in ARCHITECTURE.md, kept true.
#![expect(clippy::unwrap_used, reason = "a broken tree should stop the test where it is")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Crates and corners of std that only the rooms that claim them may name.
const CLAIMED: &[&str] = &[
    "ratatui",
    "crossterm",
    "termina",
    "tokio",
    "tokio_util",
    "sysinfo",
    "notify",
    "clap",
    "pulldown_cmark",
    "serde_json",
    "sha2",
    "sha3",
    "aho_corasick",
    "toml",
    "tui_input",
    "nucleo_matcher",
    "icu_segmenter",
    "netlink_sys",
    "netlink_packet_core",
    "netlink_packet_sock_diag",
    "etherparse",
    "libc",
    "socket2",
    "nvml_wrapper",
    "zstd",
    "rustix",
    "nix",
    "std::fs",
    "std::process",
    "std::env",
];

struct Room {
    name: String,
    may_import: Vec<String>,
    claims: Vec<String>,
}

#[test]
fn rooms_import_only_what_their_row_allows() {
    for room in rooms() {
        for (path, text) in files(&room.name) {
            for used in text.split("crate::").skip(1) {
                let allowed = room.may_import.iter().chain([&room.name]).any(|it| is_in(used, it));
                let used = used.lines().next().unwrap_or(used);
                assert!(allowed, "{}: `{}` must not import `{used}`", path.display(), room.name);
            }
        }
    }
}

#[test]
fn every_arrow_points_up_the_table() {
    let mut above = BTreeSet::new();
    for room in rooms() {
        let unknown: Vec<&String> =
            room.may_import.iter().filter(|it| !above.contains(*it)).collect();
        assert!(unknown.is_empty(), "`{}` imports {unknown:?}, not above it", room.name);
        above.insert(room.name);
    }
}

#[test]
fn rooms_name_only_the_crates_they_claim() {
    for room in rooms() {
        for (path, text) in files(&room.name) {
            let code: String =
                text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            for name in CLAIMED.iter().filter(|name| !room.claims.contains(&(**name).to_owned())) {
                assert!(
                    !names(&code, name),
                    "{}: `{}` must not name `{name}`",
                    path.display(),
                    room.name
                );
            }
        }
    }
}

#[test]
fn every_file_has_a_room_says_what_it_is_and_stays_small() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let rooms = rooms();
    for (path, text) in files("") {
        let inside = path.strip_prefix(&src).unwrap().with_extension("");
        let is_map = ["lib", "main", "domain", "host"].map(Path::new).contains(&inside.as_path());
        let has_room = rooms.iter().any(|room| inside.starts_with(room.name.replace("::", "/")));
        assert!(is_map || has_room, "{} belongs to no room", path.display());
        assert!(text.starts_with("//! "), "{} does not say what it is", path.display());
        assert!(text.lines().count() <= 400, "{} has outgrown one file", path.display());
    }
}

/// The code names this crate or corner of std, and not just something whose name ends like it.
fn names(code: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let path = format!("{name}::");
    code.match_indices(&path).any(|(at, _)| !code[..at].ends_with(is_part))
}

/// The path that `used` begins with lies in `room`, or is the room itself.
fn is_in(used: &str, room: &str) -> bool {
    let after = used.strip_prefix(room).map(|rest| rest.chars().next().unwrap_or(';'));
    after.is_some_and(|next| !next.is_alphanumeric() && next != '_')
}

fn rooms() -> Vec<Room> {
    let quoted =
        |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<String>>();
    let table = include_str!("../ARCHITECTURE.md");
    let rows = table
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.split('|').collect::<Vec<&str>>());
    rows.map(|cells| {
        let [_, name, may_import, _, claims, ..] = cells[..] else {
            panic!("a row with too few cells: {cells:?}")
        };
        Room {
            name: quoted(name).remove(0),
            may_import: quoted(may_import),
            claims: quoted(claims),
        }
    })
    .collect()
}

fn files(room: &str) -> Vec<(PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut dirs = vec![src.clone()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path);
            } else if path.extension().is_some_and(|it| it == "rs")
                && path
                    .strip_prefix(&src)
                    .unwrap()
                    .with_extension("")
                    .starts_with(room.replace("::", "/"))
            {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "room `{room}` has no file");
    found
}
