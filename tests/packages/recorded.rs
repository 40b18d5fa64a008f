//! Trees as they are on hosts with dpkg, apk and rpm, with tools that were replaced.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;

use firedamp::domain::facts::{ContradictionKind, FileStanding, Packaged};
use firedamp::host::probe::{Database, Packages, Roots, inspect};
use md5::{Digest as _, Md5};
use tempfile::TempDir;

const RPMDB: &[u8] = include_bytes!("rpmdb.sqlite");
const NDB: &[u8] = include_bytes!("Packages.db");
/// Written by Berkeley DB 5.3 itself, with small pages, so that there are chains of them, and with some that are free.
const BERKELEY: &[u8] = include_bytes!("Packages");

/// A tree with these files in it.
fn tree(files: &[(&str, &[u8])]) -> TempDir {
    let tree = TempDir::new().unwrap();
    for (path, content) in files {
        put(&tree, path, content);
    }
    tree
}

fn put(tree: &TempDir, path: &str, content: &[u8]) {
    let at = tree.path().join(path);
    fs::create_dir_all(at.parent().unwrap()).unwrap();
    fs::write(at, content).unwrap();
}

fn packages(tree: &TempDir) -> Packages {
    Packages::open(&Roots::recorded(tree.path()))
}

fn judged(tree: &TempDir, path: &str) -> Packaged {
    packages(tree).judge(Path::new(path))
}

/// What is found on the tools: the file, and what is shown.
fn doubts(tree: &TempDir) -> Vec<(String, String)> {
    let roots = Roots::recorded(tree.path());
    let (_, found) = inspect(&roots, &Packages::open(&roots));
    let tools = found.into_iter().filter(|it| it.kind == ContradictionKind::Tool);
    tools.map(|it| (it.what.plain(200), it.shown.plain(200))).collect()
}

/// What comes before tools: the file, and what is shown.
fn shadows(tree: &TempDir) -> Vec<(String, String)> {
    let roots = Roots::recorded(tree.path());
    let (_, found) = inspect(&roots, &Packages::open(&roots));
    let shadows = found.into_iter().filter(|it| it.kind == ContradictionKind::Shadow);
    shadows.map(|it| (it.what.plain(200), it.shown.plain(200))).collect()
}

fn put_program(tree: &TempDir, path: &str, content: &[u8]) {
    put(tree, path, content);
    fs::set_permissions(tree.path().join(path), fs::Permissions::from_mode(0o755)).unwrap();
}

fn sum(content: &[u8]) -> String {
    let digest = Md5::digest(content).iter().fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
    format!("{digest:032x}")
}

/// A host with dpkg and a merged `/usr`: `ps` is listed as `/bin/ps`, and a configuration file.
fn debian() -> TempDir {
    let list =
        "/.\n/bin\n/bin/ps\n/usr\n/usr/bin\n/usr/bin/top\n/usr/bin/skill\n/etc\n/etc/sysctl.conf\n";
    let sums = format!("{}  bin/ps\n{}  usr/bin/top\n", sum(b"the true ps\n"), sum(b"top\n"));
    let conffile = format!(" /etc/sysctl.conf {}\n", sum(b"kernel.panic = 1\n"));
    let status = format!("Package: procps\nStatus: install ok installed\nConffiles:\n{conffile}\n");
    let tree = tree(&[
        ("var/lib/dpkg/status", status.as_bytes()),
        ("var/lib/dpkg/info/procps.list", list.as_bytes()),
        ("var/lib/dpkg/info/procps.md5sums", sums.as_bytes()),
        ("usr/bin/ps", b"the true ps\n"),
        ("usr/bin/top", b"top\n"),
        ("etc/sysctl.conf", b"kernel.panic = 1\n"),
    ]);
    symlink("usr/bin", tree.path().join("bin")).unwrap();
    symlink("top", tree.path().join("usr/bin/skill")).unwrap();
    tree
}

#[test]
fn a_file_is_known_by_either_name_of_a_merged_folder() {
    let tree = debian();
    let procps = Packaged::Unchanged("procps".into());
    assert_eq!(judged(&tree, "/usr/bin/ps"), procps);
    assert_eq!(judged(&tree, "/bin/ps"), procps);
    assert_eq!(judged(&tree, "/bin/top"), procps);
}

#[test]
fn files_links_and_configuration_are_told_apart() {
    let tree = debian();
    assert_eq!(judged(&tree, "/usr/bin/skill"), Packaged::Undigested("procps".into()));
    assert_eq!(judged(&tree, "/etc/sysctl.conf"), Packaged::Unchanged("procps".into()));
    put(&tree, "etc/sysctl.conf", b"kernel.panic = 0\n");
    assert_eq!(judged(&tree, "/etc/sysctl.conf"), Packaged::Changed("procps".into()));
    put(&tree, "usr/bin/kworkerd", b"new\n");
    assert_eq!(judged(&tree, "/usr/bin/kworkerd"), Packaged::No);
}

#[test]
fn a_changed_file_is_changed_and_one_that_cannot_be_read_is_not() {
    let tree = debian();
    put(&tree, "usr/bin/ps", b"another ps\n");
    assert_eq!(judged(&tree, "/usr/bin/ps"), Packaged::Changed("procps".into()));
    fs::remove_file(tree.path().join("usr/bin/top")).unwrap();
    assert_eq!(judged(&tree, "/usr/bin/top"), Packaged::Unknown);
    // A link where the package has a file is not what the package has.
    symlink("/tmp/other", tree.path().join("usr/bin/top")).unwrap();
    assert_eq!(judged(&tree, "/usr/bin/top"), Packaged::Changed("procps".into()));
}

#[test]
fn without_a_database_nothing_is_said_to_be_of_no_package() {
    let tree = tree(&[("usr/bin/ps", b"ps\n")]);
    assert_eq!(judged(&tree, "/usr/bin/ps"), Packaged::Unknown);
    assert!(packages(&tree).sources().is_empty());
}

#[test]
fn a_file_that_another_package_took_over_is_judged_by_that_one() {
    let tree = debian();
    put(&tree, "var/lib/dpkg/diversions", b"/bin/ps\n/bin/ps.procps\nother-ps\n");
    put(&tree, "var/lib/dpkg/info/other-ps.list", b"/bin/ps\n");
    let sums = format!("{}  bin/ps\n", sum(b"the other ps\n"));
    put(&tree, "var/lib/dpkg/info/other-ps.md5sums", sums.as_bytes());
    put(&tree, "usr/bin/ps", b"the other ps\n");
    put(&tree, "usr/bin/ps.procps", b"the true ps\n");
    assert_eq!(judged(&tree, "/usr/bin/ps"), Packaged::Unchanged("other-ps".into()));
    assert_eq!(judged(&tree, "/usr/bin/ps.procps"), Packaged::Unchanged("procps".into()));
}

#[test]
fn a_database_that_changes_is_read_again() {
    let tree = debian();
    let packages = packages(&tree);
    put(&tree, "usr/bin/lsof", b"lsof\n");
    assert_eq!(packages.judge(Path::new("/usr/bin/lsof")), Packaged::No);
    put(&tree, "var/lib/dpkg/info/lsof.list", b"/usr/bin/lsof\n");
    let sums = format!("{}  usr/bin/lsof\n", sum(b"lsof\n"));
    put(&tree, "var/lib/dpkg/info/lsof.md5sums", sums.as_bytes());
    becomes(&packages, "/usr/bin/lsof", &Packaged::Unchanged("lsof".into()));
}

fn becomes(packages: &Packages, path: &str, wanted: &Packaged) {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while packages.judge(Path::new(path)) != *wanted {
        assert!(std::time::Instant::now() < end, "the old index stayed");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

#[test]
fn a_wrapped_tool_is_found_with_the_true_one_beside_it() {
    let tree = debian();
    assert_eq!(doubts(&tree), []);
    fs::rename(tree.path().join("usr/bin/ps"), tree.path().join("usr/bin/.ps")).unwrap();
    put(&tree, "usr/bin/ps", b"#!/bin/sh\n/usr/bin/.ps \"$@\" | grep -v kworkerd\n");
    let wrapped = ("/usr/bin/ps".to_owned(), "procps #!/bin/sh = /usr/bin/.ps".to_owned());
    assert_eq!(doubts(&tree), [wrapped]);
}

#[test]
fn a_tool_that_leads_elsewhere_or_is_gone_is_found() {
    let tree = debian();
    fs::remove_file(tree.path().join("usr/bin/ps")).unwrap();
    symlink("/dev/shm/.x", tree.path().join("usr/bin/ps")).unwrap();
    fs::remove_file(tree.path().join("usr/bin/top")).unwrap();
    let elsewhere = ("/usr/bin/ps".to_owned(), "procps -> /dev/shm/.x".to_owned());
    let gone = "procps: No such file or directory (os error 2)".to_owned();
    assert_eq!(doubts(&tree), [elsewhere, ("/usr/bin/top".to_owned(), gone)]);
}

#[test]
fn a_program_that_comes_before_a_packaged_tool_is_found_and_whose_it_is() {
    let tree = debian();
    assert_eq!(shadows(&tree), []);
    put_program(&tree, "usr/local/bin/ps", b"#!/bin/sh\n/bin/ps \"$@\" | grep -v kworkerd\n");
    let uid = fs::metadata(tree.path().join("usr/local/bin/ps")).unwrap().uid();
    let said = format!("uid {uid} 0755  #!/bin/sh  < /usr/bin/ps procps");
    assert_eq!(shadows(&tree), [("/usr/local/bin/ps".to_owned(), said)]);
    assert_eq!(doubts(&tree), [], "the tool itself is as it was");
}

#[test]
fn how_what_comes_before_a_tool_stands_is_told_behind_all_links() {
    let tree = debian();
    put_program(&tree, "opt/site/bin/ps", b"\x7fELF");
    fs::create_dir_all(tree.path().join("usr/local/bin")).unwrap();
    symlink("/opt/site/bin/ps", tree.path().join("usr/local/bin/ps")).unwrap();
    let uid = fs::metadata(tree.path().join("opt/site/bin/ps")).unwrap().uid();
    let stands = || {
        let roots = Roots::recorded(tree.path());
        let (_, found) = inspect(&roots, &Packages::open(&roots));
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].files.clone()
    };
    let path = || "/opt/site/bin/ps".into();
    let as_it_should = FileStanding { path: path(), uid, open: uid != 0, ..Default::default() };
    assert_eq!(stands(), [as_it_should]);
    put_program(&tree, "opt/site/bin/ps", b"#!/bin/sh\n");
    let mode = fs::Permissions::from_mode(0o757);
    fs::set_permissions(tree.path().join("opt/site/bin/ps"), mode).unwrap();
    let wrapper = FileStanding { path: path(), uid, open: true, script: true, gone: false };
    assert_eq!(stands(), [wrapper]);
    put_program(&tree, "opt/site/bin/ps", b"\x7fELF");
    let folder = tree.path().join("opt/site");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
    assert!(stands()[0].open, "anybody can put another folder in its place");
}

#[test]
fn what_shadows_no_packaged_tool_and_what_a_package_brought_is_not_told_of() {
    let tree = debian();
    // No tool, a tool that no package has, one that cannot be run, and a link to the packaged one.
    put_program(&tree, "usr/local/bin/deploy", b"#!/bin/sh\n");
    put_program(&tree, "usr/local/bin/curl", b"curl\n");
    put(&tree, "root/bin/ps", b"notes\n");
    symlink("/usr/bin/top", tree.path().join("usr/local/bin/top")).unwrap();
    assert_eq!(shadows(&tree), []);
    // One that another package brought, as it brought it; and then not any more.
    put(&tree, "var/lib/dpkg/info/site-tools.list", b"/usr/local/sbin/ps\n");
    let sums = format!("{}  usr/local/sbin/ps\n", sum(b"ps of the site\n"));
    put(&tree, "var/lib/dpkg/info/site-tools.md5sums", sums.as_bytes());
    put_program(&tree, "usr/local/sbin/ps", b"ps of the site\n");
    assert_eq!(shadows(&tree), []);
    put_program(&tree, "usr/local/sbin/ps", b"another\n");
    let [(_, said)] = &shadows(&tree)[..] else { panic!("it is told of") };
    assert!(said.ends_with("0755  < /usr/bin/ps procps"), "{said}");
}

#[test]
fn a_link_to_somewhere_else_before_a_tool_is_told_of_with_where_it_leads() {
    let tree = debian();
    put_program(&tree, "dev/shm/.x", b"x");
    fs::create_dir_all(tree.path().join("root/.local/bin")).unwrap();
    symlink("/dev/shm/.x", tree.path().join("root/.local/bin/ps")).unwrap();
    let [(path, said)] = &shadows(&tree)[..] else { panic!("it is told of") };
    assert_eq!(path, "/root/.local/bin/ps");
    assert!(said.ends_with("0755 -> /dev/shm/.x  < /usr/bin/ps procps"), "{said}");
}

/// SHA-1 in base64, as apk writes it, of `the true ps` and of `the true top`, each with a line feed.
const ALPINE: &str = "C:Q1\nP:procps-ng\nV:4.0.4-r0\nF:bin\nR:ps\na:0:0:755\nZ:Q1PSSUM\nR:kill\nF:usr/bin\nR:top\nZ:Q1TOPSUM\n\n";

#[test]
fn alpine_is_read() {
    let installed = ALPINE.replace("PSSUM", &sha1_64(b"the true ps\n"));
    let installed = installed.replace("TOPSUM", &sha1_64(b"the true top\n"));
    let tree = tree(&[
        ("lib/apk/db/installed", installed.as_bytes()),
        ("bin/ps", b"the true ps\n"),
        ("bin/kill", b"any\n"),
        ("usr/bin/top", b"another top\n"),
    ]);
    assert_eq!(judged(&tree, "/bin/ps"), Packaged::Unchanged("procps-ng".into()));
    assert_eq!(judged(&tree, "/bin/kill"), Packaged::Undigested("procps-ng".into()));
    assert_eq!(judged(&tree, "/usr/bin/top"), Packaged::Changed("procps-ng".into()));
    assert_eq!(doubts(&tree), [("/usr/bin/top".to_owned(), "procps-ng".to_owned())]);
    let sources = packages(&tree).sources();
    assert_eq!((sources[0].database, sources[0].packages), (Database::Apk, 1));
}

#[test]
fn a_tool_that_is_upgraded_together_with_its_database_is_no_changed_one() {
    for database in ["lib/apk/db/installed", "usr/lib/apk/db/installed"] {
        let installed =
            |content: &[u8]| format!("C:Q1\nP:top\nF:usr/bin\nR:top\nZ:Q1{}\n\n", sha1_64(content));
        let tree =
            tree(&[(database, installed(b"top 1\n").as_bytes()), ("usr/bin/top", b"top 1\n")]);
        let (packages, wanted) = (packages(&tree), Packaged::Unchanged("top".into()));
        assert_eq!(packages.judge(Path::new("/usr/bin/top")), wanted);
        put(&tree, "usr/bin/top", b"top 2 is longer\n");
        put(&tree, database, installed(b"top 2 is longer\n").as_bytes());
        becomes(&packages, "/usr/bin/top", &wanted);
    }
}

#[test]
fn a_database_of_rpm_that_is_written_is_read_again() {
    for path in [
        "usr/lib/sysimage/rpm/rpmdb.sqlite",
        "usr/lib/sysimage/rpm/Packages.db",
        "var/lib/rpm/rpmdb.sqlite",
        "var/lib/rpm/Packages.db",
        "var/lib/rpm/Packages",
    ] {
        let whole = match path.rsplit('/').next() {
            Some("rpmdb.sqlite") => RPMDB,
            Some("Packages.db") => NDB,
            _ => BERKELEY,
        };
        let tree = tree(&[(path, b"torn"), ("usr/bin/ps", b"the true ps\n")]);
        let packages = packages(&tree);
        assert_eq!(packages.judge(Path::new("/usr/bin/ps")), Packaged::Unknown);
        put(&tree, path, whole);
        becomes(&packages, "/usr/bin/ps", &Packaged::Unchanged("procps-ng".into()));
    }
}

/// By another way than the program's own: standard base64 of the digest.
fn sha1_64(content: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digest = sha1::Sha1::digest(content);
    let groups = digest.chunks(3).map(|group| {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - group.len()));
        let letters = (0..4).map(|place| (bits >> (18 - 6 * place) & 63) as usize);
        let letter = |(place, at): (usize, usize)| {
            if place <= group.len() { char::from(LETTERS[at]) } else { '=' }
        };
        letters.enumerate().map(letter).collect::<String>()
    });
    groups.collect()
}

#[test]
fn rpm_is_read_from_sqlite_from_slots_and_from_a_hash() {
    for (path, database) in [
        ("usr/lib/sysimage/rpm/rpmdb.sqlite", RPMDB),
        ("var/lib/rpm/Packages.db", NDB),
        ("var/lib/rpm/Packages", BERKELEY),
    ] {
        let tree = tree(&[
            (path, database),
            ("usr/bin/ps", b"the true ps\n"),
            ("usr/bin/top", b"another top\n"),
            ("usr/bin/lsof", b"the true lsof\n"),
            ("usr/bin/kill", b"of another package\n"),
            ("usr/share/pkg56/file1", b"1"),
            ("usr/lib/big/some-long-folder-0/file119", b"119"),
        ]);
        let unchanged = |name: &str| Packaged::Unchanged(name.into());
        assert_eq!(judged(&tree, "/usr/bin/ps"), unchanged("procps-ng"), "{path}");
        assert_eq!(judged(&tree, "/usr/bin/top"), Packaged::Changed("procps-ng".into()));
        // An MD5, where the header names no other algorithm.
        assert_eq!(judged(&tree, "/usr/bin/lsof"), unchanged("old-tools"));
        assert_eq!(judged(&tree, "/usr/share/pkg56/file1"), unchanged("pkg56"));
        assert_eq!(judged(&tree, "/usr/bin/kill"), Packaged::No, "replaced by another's");
        assert_eq!(doubts(&tree), [("/usr/bin/top".to_owned(), "procps-ng".to_owned())]);
        let sources = packages(&tree).sources();
        assert_eq!((sources[0].packages, sources[0].trouble), (60, None), "{path}");
    }
}

#[test]
fn a_torn_database_and_one_of_no_known_form_leave_doubt() {
    let torn = &RPMDB[..RPMDB.len() / 2];
    let tree = tree(&[("var/lib/rpm/rpmdb.sqlite", torn), ("usr/bin/new", b"x")]);
    assert_eq!(judged(&tree, "/usr/bin/new"), Packaged::Unknown);
    assert!(packages(&tree).sources()[0].trouble.is_some());
    for torn in [&BERKELEY[..BERKELEY.len() - 600], b"\0"] {
        let tree = self::tree(&[("var/lib/rpm/Packages", torn), ("usr/bin/new", b"x")]);
        assert_eq!(judged(&tree, "/usr/bin/new"), Packaged::Unknown);
        assert!(packages(&tree).sources()[0].trouble.is_some());
    }
}
