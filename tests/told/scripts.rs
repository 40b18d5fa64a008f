//! Scripts that start by themselves: a row each, which says what runs and not what stands around it.

use std::path::Path;

use firedamp::domain::facts::{Autostart, Packaged, is_frame};
use firedamp::host::probe::{Hunt, Roots};

const BASHRC: &str = "\
# what a login runs
case $- in
    *i*) ;;
      *) return;;
esac
shopt -s histappend
function greet {
\techo hello
}
if [ -n \"$PS1\" ]; then
\t.  /usr/share/greet/completion
fi
";
const INIT: &str = "\
#!/bin/sh
case \"$1\" in
  start)
\tstart-stop-daemon --start\t--exec /usr/sbin/x
\t;;
esac
";
const RC: &str = "\
#!/bin/sh
if true; then
\t/usr/sbin/x\t-d
fi
exit 0
";

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[test]
fn a_script_is_told_by_what_it_runs_in_one_readable_line() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "etc/passwd", "malee:x:1000:1000::/home/malee:/bin/sh\n");
    write(root.path(), "home/malee/.bashrc", BASHRC);
    write(root.path(), "etc/init.d/x", INIT);
    write(root.path(), "etc/rc.local", RC);
    let mut hunt = Hunt::new(&Roots::recorded(root.path()), Box::new(|_| Packaged::Unknown));
    hunt.everywhere();
    let found = hunt.found();
    let told = |path: &str, line| -> Vec<String> {
        let is_it = |it: &&std::sync::Arc<Autostart>| {
            it.path.bytes().ends_with(path.as_bytes()) && (it.line == 0) == line
        };
        found.entries.iter().filter(is_it).map(|it| it.first_line().plain(80)).collect()
    };
    assert_eq!(told("/home/malee/.bashrc", true), [". /usr/share/greet/completion"]);
    assert_eq!(told("/etc/init.d/x", true), ["start-stop-daemon --start --exec /usr/sbin/x"]);
    assert_eq!(told("/etc/rc.local", false), ["if true; then", "/usr/sbin/x -d"]);
    let lines = told("/home/malee/.bashrc", false);
    assert!(!lines.iter().any(|it| ["fi", "esac", "}"].contains(&it.as_str())));
    assert!(lines.contains(&String::from("echo hello")), "{lines:?}");
}

#[test]
fn what_only_stands_around_commands_is_a_frame_and_what_runs_something_is_none() {
    for frame in ["fi", "\tfi;", "done # all", "else", "esac", "}", "  ", "then"] {
        assert!(is_frame(frame.as_bytes()), "{frame}");
    }
    for line in [
        "fi; curl",
        "done | sh",
        "then\rcurl",
        "{ curl; }",
        "else curl",
        "} > /tmp/x",
        "curl)",
        "a) curl ;;",
        "$(curl) ;;",
        "*) return;;",
        "*i*) ;;",
        "/tmp/m) ;;",
        "in",
        "in ;",
        "( *)",
        "*)",
    ] {
        assert!(!is_frame(line.as_bytes()), "{line}");
    }
}

#[test]
fn what_runs_as_the_end_of_a_subshell_or_under_the_name_of_a_keyword_is_an_entry() {
    let sly = "case x in x) (\n/tmp/m) ;;\nesac\nPATH=/tmp/bin\nin\ncd /tmp/one\n( *)\n";
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "etc/passwd", "malee:x:1000:1000::/home/malee:/bin/sh\n");
    write(root.path(), "home/malee/.profile", sly);
    // In these shells it is no keyword.
    write(root.path(), "home/malee/.cshrc", "fi\n");
    write(root.path(), "etc/rc.local", sly);
    let mut hunt = Hunt::new(&Roots::recorded(root.path()), Box::new(|_| Packaged::Unknown));
    hunt.everywhere();
    let found = hunt.found();
    let told = |path: &str| -> Vec<String> {
        let is_it = |it: &&std::sync::Arc<Autostart>| {
            it.path.bytes().ends_with(path.as_bytes()) && it.line > 0
        };
        found.entries.iter().filter(is_it).map(|it| it.text.plain(80)).collect()
    };
    for path in ["/home/malee/.profile", "/etc/rc.local"] {
        let lines = told(path);
        for runs in ["/tmp/m) ;;", "in", "( *)"] {
            assert!(lines.iter().any(|it| it == runs), "{path} {runs}: {lines:?}");
        }
        assert!(!lines.iter().any(|it| it == "esac"), "{lines:?}");
    }
    assert_eq!(told("/home/malee/.cshrc"), ["fi"]);
}
