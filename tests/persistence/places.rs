//! Places that are easily overlooked, and words that programs read otherwise than they look.

use std::path::Path;

use firedamp::domain::facts::{Autostart, AutostartKind, Packaged, Persistence, Remark};
use firedamp::domain::untrusted::Untrusted;
use firedamp::host::probe::{Hunt, Roots};
use proptest::prelude::*;
use tempfile::{TempDir, tempdir};

use super::{hunted, write};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMadeUp x@desk.example\n";

/// A tree with these files.
fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = tempdir().unwrap();
    for (path, text) in files {
        write(root.path(), path, text);
    }
    root
}

fn found(files: &[(&str, &str)]) -> Persistence {
    hunted(tree(files).path())
}

/// Place, line and text of every entry of a kind.
fn told(found: &Persistence, kind: AutostartKind) -> Vec<(String, u32, String)> {
    let of_kind = found.entries.iter().filter(|it| it.kind == kind);
    of_kind.map(|it| (it.path.printable(), it.line, text(it))).collect()
}

fn text(entry: &Autostart) -> String {
    String::from_utf8_lossy(entry.text.bytes()).into_owned()
}

fn named<'f>(found: &'f Persistence, text: &str) -> Option<&'f Autostart> {
    found.entries.iter().map(AsRef::as_ref).find(|it| it.text.printable().contains(text))
}

#[test]
fn a_second_root_is_one_however_its_number_is_written() {
    let passwd = "root:x:0:0:root:/root:/bin/bash\na:x: 0:0::/a:/bin/sh\nb:x:+0:0::/b:/bin/sh\n\
                  c:x:-0:0::/c:/bin/sh\n d:x:0:0::/d:/bin/sh\ne:x:\t00:0::/e:/bin/sh\nf:x:0:0\n";
    let found = found(&[("etc/passwd", passwd)]);
    let second = found.entries.iter().filter(|it| it.remarks.contains(&Remark::SecondRoot));
    let users: Vec<String> =
        second.filter_map(|it| it.user.as_ref()).map(Untrusted::printable).collect();
    assert_eq!(users, ["a", "b", "c", "d", "e", "f"]);
}

#[test]
fn a_line_that_is_no_account_is_told_without_what_may_be_a_password() {
    let passwd = "root:x:0:0:root:/root:/bin/bash\n\n# a remark\nr:secret:0x0:0::/:/bin/sh\n\
                  word\n$6$notahash:x\n+::::::\nz:x:0:\n";
    let found = found(&[("etc/passwd", passwd)]);
    let odd = found.entries.iter().filter(|it| it.remarks == [Remark::NotReadable]);
    let odd: Vec<(u32, String)> = odd.map(|it| (it.line, it.text.printable())).collect();
    let said = |line, text: &str| (line, text.to_owned());
    assert_eq!(
        odd,
        [
            said(4, "r:*:0x0:0::/:/bin/sh"),
            said(5, "word"),
            said(6, "*:*"),
            said(7, "+:*:::::"),
            said(8, "z:*:0:"),
        ]
    );
}

#[test]
fn keys_of_those_who_have_no_home_of_their_own_let_them_in_too() {
    let passwd = "root:x:0:0::/root:/bin/sh\nbin:x:2:2::/bin:/bin/sh\nsys:x:3:3::/dev:/bin/sh\n\
                  net:x:4:4::/:/bin/sh\ntwin:x:0:0::/root:/bin/sh\n";
    let config = "AuthorizedKeysFile .ssh/authorized_keys \"/etc/ssh/keys/%u\" /etc/ssh/id/%U\n";
    let found = found(&[
        ("etc/passwd", passwd),
        ("etc/ssh/sshd_config", config),
        ("bin/.ssh/authorized_keys", KEY),
        ("dev/.ssh/authorized_keys", KEY),
        (".ssh/authorized_keys2", KEY),
        ("root/.ssh/authorized_keys", KEY),
        ("etc/ssh/keys/twin", KEY),
        ("etc/ssh/id/3", KEY),
        ("bin/.ssh/rc", "/usr/bin/later\n"),
    ]);
    let keys = found.entries.iter().filter(|it| it.kind == AutostartKind::AuthorizedKey);
    let user = |it: &Autostart| it.user.as_ref().map(Untrusted::printable).unwrap_or_default();
    let keys: Vec<(String, String)> = keys.map(|it| (it.path.printable(), user(it))).collect();
    let of = |path: &str, user: &str| (path.to_owned(), user.to_owned());
    assert_eq!(
        keys,
        [
            of("/.ssh/authorized_keys2", "net"),
            of("/bin/.ssh/authorized_keys", "bin"),
            of("/dev/.ssh/authorized_keys", "sys"),
            of("/etc/ssh/id/3", "sys"),
            of("/etc/ssh/keys/twin", "twin"),
            of("/root/.ssh/authorized_keys", "root"),
        ]
    );
    let rc = named(&found, "/usr/bin/later").unwrap();
    assert_eq!((rc.path.printable().as_str(), user(rc).as_str()), ("/bin/.ssh/rc", "bin"));
}

#[test]
fn lines_of_python_end_where_python_ends_them() {
    let dir = "usr/lib/python3/dist-packages";
    let found = found(&[
        (&format!("{dir}/cr.pth"), "foo\rimport os; one()\n"),
        (&format!("{dir}/ff.pth"), "foo\n\u{c}import os; two()\n"),
        (&format!("{dir}/bom.pth"), "\u{feff}import os; three()\n"),
        (&format!("{dir}/nel.pth"), "foo\u{85}import os; four()\u{2028}import five\n"),
        (&format!("{dir}/plain.pth"), "/opt/lib\n# import none\nimportant\n"),
    ]);
    let of = |name: &str, line, text: &str| (format!("/{dir}/{name}.pth"), line, text.to_owned());
    assert_eq!(
        told(&found, AutostartKind::PythonPath),
        [
            of("bom", 1, "import os; three()"),
            of("cr", 1, "import os; one()"),
            of("ff", 2, "import os; two()"),
            of("nel", 1, "import five"),
            of("nel", 1, "import os; four()"),
        ]
    );
}

#[test]
fn pythons_of_ones_own_and_of_services_are_looked_for() {
    let line = "import os; own()\n";
    let packages = "lib/python3.12/site-packages/x.pth";
    let files: Vec<String> =
        ["home/a/venv", "home/a/.pyenv/versions/3.12.1", "opt/app/.venv", "srv/x/env"]
            .iter()
            .map(|it| format!("{it}/{packages}"))
            .collect();
    let root = tree(&[("etc/passwd", "a:x:1000:1000::/home/a:/bin/sh\n")]);
    for file in &files {
        write(root.path(), file, line);
        let prefix = file.strip_suffix(packages).unwrap();
        write(root.path(), &format!("{prefix}bin/python"), "");
    }
    let mut paths: Vec<String> = files.iter().map(|it| format!("/{it}")).collect();
    paths.sort();
    let told = told(&hunted(root.path()), AutostartKind::PythonPath);
    assert_eq!(told.iter().map(|it| it.0.clone()).collect::<Vec<_>>(), paths);
}

#[test]
fn what_every_python_loads_is_read_to_its_end() {
    let long = format!("import os\n{}os.system('later')\n", "x = 1  # a remark\n".repeat(2_000));
    let found = found(&[
        (
            "usr/lib/python3.12/sitecustomize.py",
            "\n# A remark.\nimport os\n    os.system('early')\n",
        ),
        ("usr/local/lib/python3.12/dist-packages/usercustomize.py", &long),
        ("usr/lib/python3.12/site-packages/sitecustomize/__init__.py", "folder()\n"),
    ]);
    assert_eq!(text(named(&found, "early").unwrap()), "import os\nos.system('early')");
    let later = named(&found, "later").unwrap();
    assert!(later.line > 0 && later.text.bytes().len() <= 16 << 10);
    assert!(named(&found, "folder()").is_some());
}

#[test]
fn files_that_others_include_are_read() {
    let found = found(&[
        ("etc/passwd", "a:x:1000:1000::/home/a:/bin/sh\n"),
        ("etc/hostname", "box\n"),
        (
            "etc/sudoers",
            "#include /opt/s\n@includedir /opt/sd\n@include sudoers.%h\n#1000 ALL=(ALL) ALL\n# no\n",
        ),
        ("opt/s", "a ALL=(ALL) \\\n NOPASSWD: /one\n"),
        ("opt/sd/x", "a ALL=(ALL) NOPASSWD: /two\n#include /opt/s\n"),
        ("etc/sudoers.box", "a ALL=(ALL) NOPASSWD: /three\n"),
        ("etc/ssh/sshd_config", "Include /opt/ssh*.conf \"more.conf\"\n"),
        ("opt/ssh1.conf", "ForceCommand /four\nInclude /opt/ssh1.conf\n"),
        ("etc/ssh/more.conf", "ForceCommand /five\n"),
        ("etc/ld.so.conf", "include /opt/ld/*.conf\n"),
        ("opt/ld/x.conf", "/six\n"),
        ("etc/apt/apt.conf.d/3", "#include \"/opt/a.conf\";\nDir::Etc::parts \"/opt/apt\";\n"),
        ("opt/a.conf", "DPkg::Post-Invoke {\"/seven\";};\n"),
        ("opt/apt/9", "DPkg::Pre-Invoke {\"/eight\";};\n"),
        ("etc/pam.d/sshd", "@include /opt/pam\n"),
        ("opt/pam", "session optional pam_exec.so \\\n  quiet /nine\n"),
        (
            "home/a/.gitconfig",
            "[include]\n path = ~/.more\n[includeIf \"gitdir:x\"] path = /opt/out\n",
        ),
        ("home/a/.more", "[core] pager = /ten\n editor = /eleven\n"),
        ("opt/out", "[core]\n pager = /never\n"),
    ]);
    for name in
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]
    {
        assert!(named(&found, &format!("/{name}")).is_some(), "{name}");
    }
    assert!(named(&found, "/never").is_none(), "no file leads out of a home");
    let out = named(&found, "/opt/out").unwrap();
    assert_eq!(
        (out.path.printable().as_str(), &out.remarks[..]),
        ("/home/a/.gitconfig", &[Remark::NotFollowed][..])
    );
    let rule = named(&found, "/one").unwrap();
    assert!(rule.line == 1 && rule.remarks == [Remark::NoPassword], "{rule:?}");
    assert!(named(&found, "#1000").is_some(), "the number of a user is no remark");
}

#[test]
fn files_that_include_each_other_without_end_are_read_once_and_bounded() {
    let root = tempdir().unwrap();
    for file in 0..400 {
        let text = format!("a ALL = /bin/x{file}\n@include /opt/s/{}\n", (file + 1) % 400);
        write(root.path(), &format!("opt/s/{file}"), text);
    }
    write(root.path(), "etc/sudoers", "@include /opt/s/0\n@include /opt/wide/*\n");
    for file in 0..400 {
        write(root.path(), &format!("opt/wide/{file}"), "a ALL = /bin/wide\n");
    }
    let found = hunted(root.path());
    let told = told(&found, AutostartKind::Sudoers);
    assert!(told.len() < 400 && told.len() > 200, "{}", told.len());
}

#[test]
fn containers_and_pods_are_found_where_their_daemons_were_told_to_keep_them() {
    let always = r#"{"RestartPolicy":{"Name":"always"}}"#;
    let found = found(&[
        ("etc/docker/daemon.json", r#"{"data-root":"/data/docker/"}"#),
        ("data/docker/containers/a/hostconfig.json", always),
        (
            "etc/systemd/system/docker.service.d/x.conf",
            "[Service]\nExecStart=dockerd --data-root=/moved -H fd://\n",
        ),
        ("moved/containers/b/hostconfig.json", always),
        ("var/lib/kubelet/config.yaml", "{\"kind\": \"x\", \"staticPodPath\": \"/opt/pods\"}\n"),
        (
            "opt/pods/x.json",
            r#"{"kind":"Pod","spec":{"containers":[{"command":["sh","-c","one"]}]}}"#,
        ),
        ("etc/default/kubelet", "KUBELET_EXTRA_ARGS=\"--pod-manifest-path /opt/more\"\n"),
        (
            "opt/more/x.yaml",
            "kind: Pod\nspec:\n  containers:\n  - command:\n    - sh\n    - two\n    image: x\n",
        ),
        ("opt/more/y.yaml", "{spec: {containers: [{command: [three]}]}}\n"),
    ]);
    let places: Vec<String> =
        told(&found, AutostartKind::Container).into_iter().map(|it| it.0).collect();
    assert_eq!(
        places,
        ["/data/docker/containers/a/hostconfig.json", "/moved/containers/b/hostconfig.json"]
    );
    let texts: Vec<String> =
        told(&found, AutostartKind::Kubernetes).into_iter().map(|it| it.2).collect();
    assert_eq!(
        texts,
        [
            "kind: Pod\ncommand:\n- sh\n- two\nimage: x",
            "command: [\"three\"]",
            "kind: Pod\ncommand: [\"sh\",\"-c\",\"one\"]",
        ]
    );
}

#[test]
fn each_of_these_places_is_read() {
    let script = "#!/bin/sh\n/run/me\n";
    let unit = "[Service]\nExecStart=/run/me\n";
    for (path, text) in [
        ("run/user/1000/systemd/transient/x.service", unit),
        ("run/systemd/user-generators/x", script),
        ("run/systemd/system-environment-generators/x", script),
        ("etc/systemd/user-environment-generators/x", script),
        ("home/a/.config/environment.d/x.conf", "LD_PRELOAD=/run/me\n"),
        ("usr/lib/environment.d/x.conf", "A=b\nLD_PRELOAD=/run/me\n"),
        ("opt/app/.git/hooks/post-merge", script),
        ("var/www/app/.git/hooks/post-merge", script),
        (
            "usr/share/gnome/autostart/x.desktop",
            "[Other]\nExec=/bin/a\n[Desktop Entry]\nExec=/run/me\n",
        ),
        ("etc/rc1.d/S99x", script),
        ("usr/lib/python3.12/site-packages/dnf-plugins/x.py", "import os\n/run/me\n"),
        ("etc/udev/rules.d/1.rules", "ACTION==\"add\", \\\n RUN+=\"/run/me\"\n"),
        (
            "etc/udev/rules.d/2.rules",
            "ACTION==\"add\", ENV{A}=\"\\\"x\", RUN{program}+=e\"/run/me\"\n",
        ),
        ("etc/modprobe.d/x.conf", "install x \\\n /run/me\n"),
        ("usr/lib/NetworkManager/dispatcher.d/pre-down.d/x", script),
        ("etc/networkd-dispatcher/off.d/x", script),
        ("etc/logrotate.d/x", "/var/log/x {\n postrotate\n  /run/me\n endscript\n}\n"),
        (
            "usr/share/dbus-1/system-services/x.service",
            "[D-BUS Service]\nExec=/run/me\nUser=root\n",
        ),
        ("etc/supervisor/conf.d/x.conf", "[program:x]\ncommand=/run/me\nuser=a\n"),
        ("etc/xinetd.d/x", "service x\n{\n server = /run/me\n server_args = -c\n}\n"),
        ("etc/inetd.conf", "9999 stream tcp nowait root /run/me me -c\n"),
        ("var/lib/cloud/scripts/per-boot/x", script),
        ("etc/cloud/cloud.cfg.d/x.cfg", "password: none\nruncmd:\n - /run/me\n"),
        (
            "etc/tmpfiles.d/x.conf",
            "d /run/x 0755\nw /etc/cron.d/z - - - - * * * * * root /run/me\n",
        ),
        ("etc/sysctl.d/x.conf", "kernel.core_pattern=|/run/me %p\n"),
        ("etc/sysctl.conf", "kernel/modprobe = /run/me\n"),
        ("proc/sys/kernel/core_pattern", "|/run/me %P\n"),
        ("etc/binfmt.d/x.conf", ":x:E::evil::/run/me:\n"),
        ("home/a/.ssh/config", "Host *\n  ProxyCommand /run/me %h\n"),
        ("etc/ssh/ssh_config", "Match exec \"/run/me\"\n"),
        ("etc/ssh/sshrc", script),
        ("etc/acpi/events/x", "event=.*\naction=/run/me\n"),
    ] {
        let mut files = vec![("etc/passwd", "a:x:1000:1000::/home/a:/bin/sh\n"), (path, text)];
        let repository = path
            .split_once("/hooks/")
            .map(|(it, _)| (format!("{it}/HEAD"), format!("{it}/objects/x")));
        if let Some((head, objects)) = &repository {
            files.extend([(head.as_str(), ""), (objects.as_str(), "")]);
        }
        let found = found(&files);
        let entry = named(&found, "/run/me").filter(|it| it.path.printable() == format!("/{path}"));
        assert!(entry.is_some(), "{path}: {:?}", found.entries);
    }
}

#[test]
fn of_two_commands_of_a_desktop_entry_both_are_entries_and_the_last_one_runs() {
    let text = "[Desktop Entry]\nHidden=true\nHidden=false\nExec=/bin/first\nExec=/bin/last\n[Desktop Action x]\nExec=/bin/asked\n";
    let found = found(&[("etc/xdg/autostart/x.desktop", text)]);
    let told: Vec<(String, bool)> = found
        .entries
        .iter()
        .map(|it| (it.text.printable(), it.remarks.contains(&Remark::NotEnabled)))
        .collect();
    assert_eq!(told, [("Exec=/bin/first".to_owned(), true), ("Exec=/bin/last".to_owned(), false)]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn no_line_of_the_list_of_accounts_is_dropped(lines in prop::collection::vec("[ -~]{1,40}", 1..12)) {
        let root = tempdir().unwrap();
        write(root.path(), "etc/passwd", lines.join("\n"));
        let found = hunted(Path::new(root.path()));
        for (at, line) in (1_u32..).zip(&lines) {
            let says = !line.trim().is_empty() && !line.trim_start().starts_with('#');
            let entry = found.entries.iter().any(|it| it.line == at && it.path.printable() == "/etc/passwd");
            // An account that cannot log in is none that starts something.
            let fields: Vec<&str> = line.split(':').collect();
            let is_account = fields.len() > 3;
            prop_assert!(entry || !says || is_account, "{line:?}");
        }
    }
}

/// Nested folders, wide enough that each pattern over them is many looks.
fn wide(root: &Path, home: &str) {
    for (a, b, c) in (0..6).flat_map(|a| (0..6).flat_map(move |b| (0..6).map(move |c| (a, b, c)))) {
        std::fs::create_dir_all(root.join(format!("{home}/.ssh/a/{a}/{b}/{c}"))).unwrap();
    }
}

#[test]
fn a_home_that_leads_everywhere_takes_no_more_than_its_own_share() {
    let passwd = "a:x:1000:1000::/home/a:/bin/sh\nb:x:1001:1001::/home/b:/bin/sh\n";
    let patterns: Vec<_> = (0..200).map(|at| format!("Include a/*/*/*/zz{at}*\n")).collect();
    let patterns = patterns.concat();
    let root = tree(&[
        ("etc/passwd", passwd),
        ("home/a/.ssh/config", &format!("Include first\n{patterns}")),
        ("home/a/.ssh/first", "ProxyCommand /of-a\n"),
        ("home/b/.ssh/config", "Include b*\nInclude b*\n"),
        ("home/b/.ssh/b.conf", "ProxyCommand /of-b\n"),
    ]);
    wide(root.path(), "home/a");
    let found = hunted(root.path());
    let remarks = |text| &named(&found, text).unwrap().remarks;
    assert!(remarks("/of-a").is_empty() && remarks("/of-b").is_empty());
    let not_followed: Vec<u32> = found
        .entries
        .iter()
        .filter(|it| it.remarks == [Remark::NotFollowed])
        .map(|it| it.line)
        .collect();
    // A pattern lists 1 + 6 + 36 + 216 folders: of 2,000 looks seven are begun, and the eighth is cut short.
    assert_eq!(not_followed, (10..42).collect::<Vec<u32>>());
}

#[test]
fn a_line_with_very_many_leads_is_cut_and_that_is_said() {
    let root = tree(&[
        ("etc/passwd", "a:x:1000:1000::/home/a:/bin/sh\n"),
        ("home/a/.ssh/config", &format!("Include{}\n", " x".repeat(200_000))),
    ]);
    let mut hunt = Hunt::new(&Roots::recorded(root.path()), Box::new(|_| Packaged::Unknown));
    hunt.everywhere();
    let unread: Vec<String> = hunt.unread().map(|it| it.what.printable()).collect();
    assert!(unread.contains(&"/home/a/.ssh/config".to_owned()), "{unread:?}");
}

#[test]
fn a_home_full_of_pythons_takes_nobody_elses_turn() {
    let passwd = "a:x:1000:1000::/home/a:/bin/sh\nb:x:1001:1001::/home/b:/bin/sh\n";
    let root = tree(&[
        ("etc/passwd", passwd),
        ("home/b/env/lib/python3.12/site-packages/x.pth", "import of_b\n"),
    ]);
    for at in 0..150 {
        let dir = format!("home/a/env{at}/lib/python3.12/site-packages");
        std::fs::create_dir_all(root.path().join(dir)).unwrap();
    }
    assert!(named(&hunted(root.path()), "import of_b").is_some());
}

#[test]
fn a_token_that_cloud_init_was_given_is_not_told_and_what_it_runs_is() {
    let data = "#cloud-config\nruncmd:\n - curl -sfL https://get.k3s.example | K3S_TOKEN=hush1 sh -\n \
                - |\n   chpasswd <<EOF\n   root:hush2\n   EOF\n - [ /run/me, now ]\n";
    let found = found(&[
        ("var/lib/cloud/instance/user-data.txt", data),
        ("var/lib/cloud/scripts/per-boot/x", "#!/bin/sh\n/run/boot --token hush3\n"),
    ]);
    let said: Vec<String> =
        told(&found, AutostartKind::CloudInit).into_iter().map(|(_, _, text)| text).collect();
    assert!(!said.iter().any(|it| it.contains("hush")), "{said:?}");
    for runs in ["K3S_TOKEN=*** sh -", "root:***", "[ /run/me, now ]", "/run/boot --token ***"] {
        assert!(said.iter().any(|it| it.contains(runs)), "{runs} {said:?}");
    }
}
