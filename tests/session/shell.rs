//! Anybody can check a journal without this program: the recipe of `src/domain/session/chain.rs`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::{bytes, every_kind, journal};

#[test]
fn a_shell_can_check_the_chain() {
    let script = r#"prev=$(printf '%064d' 0)
while IFS= read -r line; do
  [ "$(printf '%s' "$line" | jq -r .prev)" = "$prev" ] || echo "broken: $line"
  sum=$(printf '%s' "${line%,\"sum\":*}" | sha256sum | cut -c-64)
  [ "$(printf '%s' "$line" | jq -r .sum)" = "$sum" ] || echo "damaged: $line"
  prev=$(printf '%s\n' "$line" | sha256sum | cut -c-64)
done
echo "$prev""#;
    let has = |tool: &str| which(tool);
    if !["jq", "sha256sum"].into_iter().all(has) {
        return;
    }
    let (lines, end) = journal(every_kind());
    assert_eq!(shell(script, &bytes(&lines)).trim(), end.head().to_string());
    let mut changed = bytes(&lines);
    let at = changed.windows(5).position(|part| part == b"xmrig").unwrap();
    changed[at] = b'X';
    let told = shell(script, &changed);
    assert!(told.contains("damaged: ") && told.contains("broken: "), "{told}");
}

#[expect(clippy::disallowed_methods, reason = "a test asks the tools that a reader would use")]
fn which(tool: &str) -> bool {
    Command::new(tool).arg("--version").stdout(Stdio::null()).status().is_ok()
}

#[expect(clippy::disallowed_methods, reason = "a test asks the tools that a reader would use")]
fn shell(script: &str, input: &[u8]) -> String {
    let mut child = Command::new("sh")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}
