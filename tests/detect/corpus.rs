//! The same facts by both doors: whatever `firedamp assess` says of a row of the corpus, a running host says too.
//!
//! What a look always knows (user, load, time, the kernel's flag, the address of an end) is filled in on both sides where
//! a row leaves it out. The exceptions are facts that no look has: the current folder of a process; and a name of an end,
//! which is only known where somebody asked for it, and is told as asked for.

use std::collections::BTreeSet;
use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::process::{Command, Stdio};
use std::sync::Arc;

use firedamp::domain::base::Pid;
use firedamp::domain::detect::{self, Finding, Rulebook, Subject, Watch};
use firedamp::domain::facts::{
    Ancestor, Around, Evidence, Packaged, Process, Reading, Snapshot, Socket, SocketState, Trace,
    Wire,
};
use firedamp::domain::playbook::{PB_31, read};
use firedamp::domain::untrusted::Untrusted;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{id, process, snapshot, socket};

const PID: u32 = 4242;
const CORPUS: [&str; 3] = [
    include_str!("../corpus/ordinary.jsonl"),
    include_str!("../corpus/miners.jsonl"),
    include_str!("../corpus/disguised.jsonl"),
];
/// Since the start of the host: longer than anybody ran.
const NOW_MS: u64 = 1 << 50;

/// What is said of somebody: the grade, and the rules.
type Said = (String, BTreeSet<String>);

fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[expect(clippy::disallowed_methods, reason = "a test starts the program itself")]
fn assessed(facts: &[Value]) -> Vec<Said> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firedamp"));
    command.args(["assess", "-", "--json"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let text = facts.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let mut to = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || to.write_all(text.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    rows(std::str::from_utf8(&output.stdout).unwrap()).iter().map(said).collect()
}

fn said(answer: &Value) -> Said {
    let rule = |it: &Value| it["rule"].as_str().unwrap().to_owned();
    let rules = answer["reasons"].as_array().unwrap().iter().map(rule).collect();
    (answer["grade"].as_str().unwrap().to_owned(), rules)
}

fn live<'a>(found: impl Iterator<Item = &'a Finding>) -> Said {
    let found: Vec<&Finding> = found.collect();
    let grade = found.iter().map(|it| it.grade).max();
    let grade = grade.map_or_else(|| "none".into(), |it| serde_json::to_value(it).unwrap());
    let rule = |it: &detect::Reason| {
        let rule = serde_json::to_value(it.rule).unwrap();
        rule.as_str().unwrap().replace("pool-name-asked", "pool-name")
    };
    let rules = found.iter().flat_map(|it| &it.reasons).map(rule).collect();
    (grade.as_str().unwrap().to_owned(), rules)
}

/// With all that a look always knows, and without what none has.
fn whole(fact: &Value) -> Value {
    let mut fact = fact.clone();
    let known = fact.as_object_mut().unwrap();
    known.remove("label");
    known.remove("cwd");
    let root = known.get("user").is_some_and(|it| it == "root");
    let mut fill = |name: &str, value: Value| {
        if known.get(name).is_none_or(Value::is_null) {
            known.insert(name.to_owned(), value);
        }
    };
    fill("uid", if root { 0 } else { 1000 }.into());
    fill("ppid", 812.into());
    fill("kthread", false.into());
    fill("cpu_pct", 0.into());
    fill("cpu_minutes", 2.into());
    if let Some(remote) = known.get_mut("remote").and_then(Value::as_array_mut) {
        remote.iter_mut().zip(1..).for_each(|(end, at)| addressed(end, at));
    }
    let kept = |it: &Value| detect::kept_variable(it.as_str().unwrap().as_bytes());
    if let Some(environment) = known.get_mut("environ").and_then(Value::as_array_mut) {
        *environment = environment
            .iter()
            .filter_map(kept)
            .map(|it| String::from_utf8(it).unwrap().into())
            .collect();
    }
    fact
}

/// Who has a connection knows an address. A name of the own net is at one of the own net.
fn addressed(end: &mut Value, at: usize) {
    let near = end["domain"].as_str().is_some_and(|it| {
        !it.contains('.')
            || [".internal", ".local", ".lan", ".corp"].iter().any(|of| it.contains(of))
    });
    if end["ip"].is_null() {
        end["ip"] = if near { format!("10.0.0.{at}") } else { format!("203.0.113.{at}") }.into();
    }
}

fn text<'a>(fact: &'a Value, name: &str) -> &'a str {
    fact[name].as_str().unwrap_or_default()
}

fn list(fact: &Value, name: &str) -> Vec<String> {
    let items = fact[name].as_array().into_iter().flatten();
    items.map(|it| it.as_str().unwrap().to_owned()).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small figures")]
fn seen(fact: &Value) -> Process {
    let mut above = list(fact, "ancestors");
    let parent = text(fact, "parent").to_owned();
    if !parent.is_empty() && above.first() != Some(&parent) {
        above.insert(0, parent);
    }
    let above = above
        .iter()
        .zip(100..)
        .map(|(comm, pid)| Ancestor { id: id(pid), comm: comm.as_str().into() });
    let around = Around {
        session: if fact["session_own"] == true { 77 } else { 0 },
        ancestors: above.collect(),
        ..Around::default()
    };
    let (exe, gone) = (text(fact, "exe"), fact["exe_deleted"] == true);
    let deleted = gone || exe.ends_with(" (deleted)");
    let (percent, minutes) =
        (fact["cpu_pct"].as_f64().unwrap(), fact["cpu_minutes"].as_f64().unwrap());
    let cpu_ms = minutes * 60_000.0;
    // Over its life it comes to its load now; who idles has lived for long.
    let age = if percent > 0.0 { cpu_ms * 100.0 / percent } else { cpu_ms * 1e4 };
    // As the kernel has them: a NUL behind each.
    let mut words = list(fact, "cmdline");
    words.push(String::new());
    let words = words.join("\0");
    Process {
        parent: Pid(u32::try_from(fact["ppid"].as_u64().unwrap()).unwrap()),
        uid: u32::try_from(fact["uid"].as_u64().unwrap()).unwrap(),
        user: fact["user"].as_str().map(Into::into),
        exe: if exe.is_empty() { Reading::Denied } else { Reading::Known(exe.into()) },
        exe_deleted: deleted,
        kernel: fact["kthread"] == true,
        cpu: percent as f32,
        cpu_ms: cpu_ms as u64,
        started_ms: NOW_MS - age.ceil() as u64,
        around: Arc::new(around),
        ..process(PID, text(fact, "name"), words.as_bytes())
    }
}

fn end(fact: &Value, at: u16) -> (Socket, Option<(IpAddr, Untrusted)>) {
    let remote: IpAddr = text(fact, "ip").trim_matches(['[', ']']).parse().unwrap();
    let port = u16::try_from(fact["port"].as_u64().unwrap_or_default()).unwrap();
    let remote = SocketAddr::new(remote, port);
    let local: SocketAddr =
        if remote.is_ipv4() { "192.0.2.7:0" } else { "[2001:db8::7]:0" }.parse().unwrap();
    let local = SocketAddr::new(local.ip(), 40_000 + at);
    let name = fact["domain"].as_str().map(|it| (remote.ip(), it.to_lowercase().into()));
    (Socket { local, inode: u64::from(at), ..socket(PID, &remote.to_string()) }, name)
}

/// A host with this process, its sockets, the program that looks, and what was read of the process.
fn host(fact: &Value, it: Process) -> Snapshot {
    let ends = fact["remote"].as_array().into_iter().flatten().zip(1..);
    let (mut sockets, names): (Vec<Socket>, Vec<_>) = ends.map(|(it, at)| end(it, at)).unzip();
    for port in fact["listen"].as_array().into_iter().flatten() {
        let local = SocketAddr::new(
            "0.0.0.0".parse().unwrap(),
            u16::try_from(port.as_u64().unwrap()).unwrap(),
        );
        let inode = u64::from(local.port()) + 10_000;
        let (remote, state) = (None, SocketState::Listen);
        sockets.push(Socket { local, remote, state, inode, ..socket(PID, "192.0.2.1:1") });
    }
    let me = Around { session: 77, ..Around::default() };
    let me = Process { around: Arc::new(me), ..process(9_999, "firedamp", b"firedamp") };
    let mut host = snapshot(NOW_MS, vec![it, me], sockets);
    let mut names: Vec<_> = names.into_iter().flatten().collect();
    names.sort();
    host.wire = Arc::new(Wire { names, ..Wire::default() });
    Arc::make_mut(&mut host.own).process = Some(id(9_999));
    let program = match fact["package"].as_str() {
        None => Packaged::Unknown,
        Some("") => Packaged::No,
        Some(name) => Packaged::Unchanged(name.into()),
    };
    let environment = list(fact, "environ").into_iter().map(Into::into).collect();
    let trace = Trace { process: id(PID), program, environment, ..Trace::default() };
    host.evidence = Arc::new(Evidence { traces: vec![Arc::new(trace)] });
    host
}

/// What is said of the process after it was looked at for a while.
fn watched(first: &Snapshot) -> Vec<(Subject, Finding)> {
    let look_for = read(PB_31.en).0.indicators();
    let mut watch = Watch::heeding(Arc::new(Rulebook::built_in()));
    watch.see(first, &look_for);
    let mut later = first.clone();
    later.moment.boot_ms += 25_000;
    watch.see(&later, &look_for).into_iter().collect()
}

#[test]
fn a_running_host_says_of_every_process_what_assess_says_of_its_facts() {
    let facts: Vec<Value> = CORPUS.iter().flat_map(|it| rows(it)).map(|it| whole(&it)).collect();
    let mut others = Vec::new();
    for (fact, assessed) in facts.iter().zip(assessed(&facts)) {
        let found = watched(&host(fact, seen(fact)));
        let its = found.iter().filter(|(it, _)| *it == Subject::Process(id(PID)));
        let live = live(its.map(|(_, it)| it));
        if live != assessed {
            others.push(format!("{fact}\n  assess {assessed:?}\n  live   {live:?}"));
        }
    }
    assert!(facts.len() > 1_000);
    assert!(others.is_empty(), "{} of {}:\n{}", others.len(), facts.len(), others.join("\n"));
}

/// Another process beside the one of this host, with its sockets, begun and grouped as it was.
fn beside(mut host: Snapshot, other: &Value, at: u32) -> Snapshot {
    // Whom it talks to is at other addresses: the same address has one name.
    let other = other.to_string().replace("203.0.113.", &format!("198.18.{at}."));
    let other: Value = serde_json::from_str(&other).unwrap();
    let (pid, its) = (PID + at, seen(&other));
    let around = Around { session: 5, ..(*its.around).clone() };
    let theirs = host.processes.first().unwrap().started_ms;
    let its = Process { id: id(pid), started_ms: theirs, around: Arc::new(around), ..its };
    let more = self::host(&other, its);
    let of = |it: &Socket| {
        let port = it.local.port().wrapping_add(u16::try_from(at).unwrap() * 100);
        let local = SocketAddr::new(
            it.local.ip(),
            if it.remote.is_some() { port } else { it.local.port() },
        );
        Socket {
            owners: vec![id(pid)],
            inode: it.inode + u64::from(at) * 100_000,
            local,
            ..it.clone()
        }
    };
    host.sockets.extend(more.sockets.iter().map(|it| Arc::new(of(it))));
    host.processes.extend(more.processes.into_iter().filter(|it| it.id == id(pid)));
    host.processes.sort_by_key(|it| it.id);
    let traces = more.evidence.traces.iter().map(|it| Trace { process: id(pid), ..(**it).clone() });
    let evidence = Arc::make_mut(&mut host.evidence);
    evidence.traces.extend(traces.map(Arc::new));
    evidence.traces.sort_by_key(|it| it.process);
    let wire = Arc::make_mut(&mut host.wire);
    wire.names.extend(more.wire.names.iter().cloned());
    wire.names.sort();
    host
}

/// The same host in one session and of one user, so that everything that joins processes looks at both.
fn in_session(host: Snapshot) -> Snapshot {
    let join = |it: &Arc<Process>| {
        if it.id != id(PID) {
            return Arc::clone(it);
        }
        let around = Around { session: 5, ..(*it.around).clone() };
        Arc::new(Process { around: Arc::new(around), ..(**it).clone() })
    };
    Snapshot { processes: host.processes.iter().map(join).collect(), ..host }
}

fn addresses(host: &Snapshot) -> BTreeSet<IpAddr> {
    host.sockets.iter().filter_map(|it| it.remote.map(|it| it.ip())).collect()
}

fn grade(host: &Snapshot) -> Option<detect::Grade> {
    let found = watched(host);
    found.iter().find(|(it, _)| *it == Subject::Process(id(PID))).map(|(_, it)| it.grade)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn an_ordinary_process_beside_it_changes_nobodys_grade(
        whose in 0_usize..3, row in any::<prop::sample::Index>(),
        others in prop::collection::vec(any::<prop::sample::Index>(), 1..4)
    ) {
        let rows = [rows(CORPUS[0]), rows(CORPUS[1]), rows(CORPUS[2])];
        let fact = whole(row.get(&rows[whose]));
        let alone = in_session(host(&fact, seen(&fact)));
        prop_assume!(fact["session_own"] != true);
        let mut together = alone.clone();
        for (other, at) in others.iter().zip(1..) {
            let other = whole(other.get(&rows[0]));
            // Nothing is said of whoever was begun with somebody who is accused but that.
            let accused = grade(&host(&other, seen(&other))) >= Some(detect::Grade::Suspect);
            prop_assume!(other["session_own"] != true && !accused);
            let more = beside(alone.clone(), &other, at);
            let new: BTreeSet<_> = more.sockets[alone.sockets.len()..].iter().filter_map(|it| it.remote.map(|it| it.ip())).collect();
            prop_assume!(new.is_disjoint(&addresses(&together)));
            together = beside(together, &other, at);
        }
        prop_assert_eq!(together.processes.len(), 2 + others.len());
        prop_assert_eq!(grade(&alone), grade(&together), "{}", fact);
    }
}

#[test]
fn a_running_host_says_of_every_connection_what_assess_says_of_its_facts() {
    let mut facts = rows(include_str!("../corpus/connections.jsonl"));
    for fact in &mut facts {
        fact.as_object_mut().unwrap().remove("label");
        addressed(fact, 9);
    }
    let mut others = Vec::new();
    for (fact, assessed) in facts.iter().zip(assessed(&facts)) {
        let owner = text(fact, "process");
        let (bare, gone) = owner.strip_suffix(" (deleted)").map_or((owner, false), |it| (it, true));
        // A look knows the file as well. Who is known by a name is installed under it, if anything is called so.
        let is_path = bare.starts_with('/');
        let plain =
            bare.len() > 2 && bare.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
        let installed = if plain { format!("/usr/bin/{bare}") } else { String::new() };
        let who = json!({
            "name": if is_path { "worker" } else { bare },
            "exe": if is_path { bare.to_owned() } else { installed },
            "exe_deleted": gone,
            "cmdline": [],
            "remote": [fact],
        });
        let who = whole(&who);
        let found = watched(&host(&who, Process { uid: 1000, user: None, ..seen(&who) }));
        // What the owner is, is said of the owner.
        let live = live(found.iter().map(|(_, it)| it));
        if live.0 != assessed.0 || !assessed.1.is_subset(&live.1) {
            others.push(format!("{fact}\n  assess {assessed:?}\n  live   {live:?}"));
        }
    }
    assert!(others.is_empty(), "{} of {}:\n{}", others.len(), facts.len(), others.join("\n"));
}
