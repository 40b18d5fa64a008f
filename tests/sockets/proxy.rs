//! Connections that a process of this host passes on.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use firedamp::domain::base::{Moment, Pid, ProcessId, Timestamp};
use firedamp::domain::detect::{Grade, Rule, Subject, Watch};
use firedamp::domain::facts::{Beyond, Process, Protocol, Proxies, Snapshot, Socket, SocketState};
use firedamp::domain::playbook::Indicators;
use firedamp::host::probe::Eyes;
use proptest::prelude::*;

use crate::child::Role;
use crate::{look_for, may};

fn id(pid: u32) -> ProcessId {
    ProcessId { pid: Pid(pid), start: u64::from(pid), inode: 0 }
}

/// A socket of process `pid`, in a namespace; listening where there is no other end.
fn socket(pid: u32, namespace: u64, local: &str, remote: Option<&str>) -> Socket {
    Socket {
        protocol: Protocol::Tcp,
        local: local.parse().unwrap(),
        remote: remote.map(|remote| remote.parse().unwrap()),
        state: if remote.is_some() { SocketState::Established } else { SocketState::Listen },
        inode: 7,
        uid: 0,
        owners: vec![id(pid)],
        first_seen_ms: 0,
        since_before: false,
        namespace,
        flow: None,
        only_in: None,
        own: false,
    }
}

fn snapshot(sockets: Vec<Socket>) -> Snapshot {
    let at = Timestamp::from_millisecond(1_795_282_200_000).unwrap();
    let mut snapshot = Snapshot::empty(Moment { at, boot_ms: 90_000 });
    let mut pids: Vec<_> = sockets.iter().flat_map(|it| it.owners.clone()).collect();
    pids.sort_by_key(|id| id.pid);
    pids.dedup();
    let process = |id| Arc::new(Process { id, comm: "worker".into(), ..Process::default() });
    snapshot.processes = pids.into_iter().map(process).collect();
    snapshot.sockets = sockets.into_iter().map(Arc::new).collect();
    snapshot
}

/// The chain and the ends of the first socket.
fn beyond(snapshot: &Snapshot) -> Option<(Vec<u32>, Vec<String>)> {
    let found: Beyond = Proxies::of(snapshot).beyond(snapshot.sockets.first()?)?;
    let hops = found.hops.iter().map(|hop| hop.by.pid.0).collect();
    Some((hops, found.ends.iter().map(SocketAddr::to_string).collect()))
}

fn through_a_proxy() -> Vec<Socket> {
    vec![
        socket(10, 0, "127.0.0.1:50000", Some("127.0.0.1:9443")),
        socket(20, 0, "127.0.0.1:9443", None),
        socket(20, 0, "127.0.0.1:9443", Some("127.0.0.1:50000")),
        socket(20, 0, "192.0.2.10:41000", Some("203.0.113.7:3333")),
        socket(30, 0, "192.0.2.10:41001", Some("203.0.113.8:443")),
    ]
}

fn ends(all: &[&str]) -> Vec<String> {
    all.iter().map(|it| (*it).to_owned()).collect()
}

#[test]
fn a_local_connection_leads_to_who_answers_it_and_to_where_that_one_goes() {
    let all = snapshot(through_a_proxy());
    assert_eq!(beyond(&all), Some((vec![20], ends(&["203.0.113.7:3333"]))));
    let proxies = Proxies::of(&all);
    for socket in &all.sockets[1..] {
        assert_eq!(proxies.beyond(socket), None, "{socket:?}");
    }
}

#[test]
fn who_took_the_connection_counts_before_who_listens() {
    let mut all = through_a_proxy();
    all[2].owners = vec![id(21)];
    all[3].owners = vec![id(21)];
    assert_eq!(beyond(&snapshot(all.clone())), Some((vec![21], ends(&["203.0.113.7:3333"]))));
    // Whoever listened for this one connection alone is told by the ports.
    all.remove(1);
    assert_eq!(beyond(&snapshot(all.clone())), Some((vec![21], ends(&["203.0.113.7:3333"]))));
    // Nobody may see who took it: who listens is known.
    let mut all = through_a_proxy();
    all.remove(2);
    assert_eq!(beyond(&snapshot(all)), Some((vec![20], ends(&["203.0.113.7:3333"]))));
}

#[test]
fn a_chain_is_followed_over_namespaces_and_a_loop_ends() {
    let mut all = vec![
        socket(10, 0, "127.0.0.1:50000", Some("127.0.0.1:9443")),
        socket(20, 0, "127.0.0.1:9443", None),
        socket(20, 0, "172.17.0.1:50001", Some("172.17.0.2:8080")),
        socket(30, 5, "172.17.0.2:8080", None),
        socket(30, 5, "172.17.0.2:8080", Some("172.17.0.1:50001")),
        socket(30, 5, "172.17.0.2:50002", Some("203.0.113.7:443")),
    ];
    assert_eq!(beyond(&snapshot(all.clone())), Some((vec![20, 30], ends(&["203.0.113.7:443"]))));
    all[5] = socket(30, 5, "172.17.0.2:50003", Some("172.17.0.1:9444"));
    all.push(socket(20, 0, "172.17.0.1:9444", None));
    all.push(socket(20, 0, "172.17.0.1:9444", Some("172.17.0.2:50003")));
    assert_eq!(beyond(&snapshot(all)), Some((vec![20, 30], vec![])));
}

#[test]
fn the_same_loopback_port_in_another_namespace_is_somebody_else() {
    let all = vec![
        socket(10, 0, "127.0.0.1:50000", Some("127.0.0.1:9443")),
        socket(20, 5, "127.0.0.1:9443", None),
        socket(20, 5, "127.0.0.1:9443", Some("127.0.0.1:50000")),
    ];
    assert_eq!(beyond(&snapshot(all)), None);
}

#[test]
fn a_pool_behind_a_proxy_speaks_against_who_talks_to_the_proxy() {
    let look_for = Indicators { ports: vec![3333], ..Indicators::default() };
    let seen = snapshot(through_a_proxy());
    let found = Watch::default().see(&seen, &look_for);
    for pid in [10, 20] {
        let against = &found[&Subject::Process(id(pid))];
        assert_eq!((against.grade, against.reasons[0].rule), (Grade::Suspect, Rule::PoolPort));
    }
    assert!(!found.contains_key(&Subject::Process(id(30))));
    let reason = &found[&Subject::Process(id(10))].reasons[0];
    assert_eq!(reason.value.plain(80), "127.0.0.1:9443 -> 203.0.113.7:3333");
    // A proxy that goes to many places may go there for somebody else.
    let mut all = through_a_proxy();
    for port in 1..9 {
        all.push(socket(20, 0, "192.0.2.10:42000", Some(&format!("198.51.100.{port}:443"))));
    }
    all.swap(3, 5);
    let found = Watch::default().see(&snapshot(all), &look_for);
    assert!(found.get(&Subject::Process(id(10))).is_none_or(|it| it.grade == Grade::Noted));
}

#[test]
fn the_connection_that_the_responder_came_by_matches_no_pool() {
    let look_for = Indicators { ports: vec![3333], ..Indicators::default() };
    let mut own = socket(10, 0, "192.0.2.10:22", Some("198.51.100.9:3333"));
    let found = |own: &Socket| Watch::default().see(&snapshot(vec![own.clone()]), &look_for).len();
    assert_eq!(found(&own), 2);
    own.own = true;
    assert_eq!(found(&own), 0);
}

#[test]
fn a_real_connection_through_a_real_proxy_is_followed_to_its_end() {
    let pool = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = pool.local_addr().unwrap();
    let mut proxy = Role::start(&[], "", "passes_on", &to.to_string());
    let at: SocketAddr = proxy.line("LISTENS ").parse().unwrap();
    let mut client = Role::start(&[], "", "calls", &at.to_string());
    client.line("CALLED");
    proxy.line("PASSES");
    let (_taken, _) = pool.accept().unwrap();
    let mut eyes = Eyes::open().unwrap();
    let pid = Pid(client.child.id());
    let held = |it: &Socket| it.remote == Some(at) && it.owners.iter().any(|id| id.pid == pid);
    let (seen, socket) = look_for(&mut eyes, held);
    let found = Proxies::of(&seen).beyond(&socket).unwrap();
    let hops: Vec<_> = found.hops.iter().map(|hop| (hop.to, hop.by.pid.0)).collect();
    assert_eq!(hops, [(at, proxy.child.id()), (to, std::process::id())]);
    assert!(found.ends.is_empty(), "all of them are on this host");
}

#[test]
fn a_real_connection_into_another_namespace_is_followed_there() {
    if !may("to make network namespaces") {
        return;
    }
    // Both ends of the cable are in namespaces of the test's own.
    let cable = "ip link set lo up\nip link add near type veth peer name far\n\
        unshare --net sleep 60 &\n\
        while [ $(readlink /proc/$!/ns/net) = $(readlink /proc/$$/ns/net) ]; do sleep 0.05; done\n\
        ip link set far netns $!\n\
        ip addr add 192.0.2.1/24 dev near\nip link set near up\necho CABLE $!";
    let mut client = Role::start(
        &["unshare", "--net"],
        &format!(
            "{cable}\nnsenter -t $! -n ip addr add 192.0.2.2/24 dev far\n\
             nsenter -t $! -n ip link set far up\necho READY\nread go"
        ),
        "calls",
        "192.0.2.2:9443",
    );
    let inner: u32 = client.line("CABLE ").parse().unwrap();
    client.line("READY");
    let enter = ["nsenter", "-t", &inner.to_string(), "-n"];
    let mut server = Role::start(&enter, "", "answers", "192.0.2.2:9443");
    server.line("LISTENS");
    client.go();
    client.line("CALLED");
    let to: SocketAddr = "192.0.2.2:9443".parse().unwrap();
    let mut eyes = Eyes::open().unwrap();
    let pid = Pid(client.child.id());
    let held = |it: &Socket| it.remote == Some(to) && it.owners.iter().any(|id| id.pid == pid);
    let found = (0..100).find_map(|_| {
        let (seen, socket) = look_for(&mut eyes, held);
        Proxies::of(&seen).beyond(&socket)
    });
    let hops: Vec<_> = found.unwrap().hops.iter().map(|hop| hop.by.pid.0).collect();
    assert_eq!(hops, [server.child.id()]);
    std::process::Command::new("kill").arg(inner.to_string()).status().unwrap();
}

fn any_socket() -> impl Strategy<Value = Socket> {
    let end = (0_u8..4, 1_u16..6).prop_map(|(host, port)| match host {
        0 => format!("127.0.0.1:{port}"),
        host => format!("192.0.2.{host}:{port}"),
    });
    (1_u32..6, 0_u64..2, end.clone(), prop::option::weighted(0.8, end)).prop_map(
        |(pid, namespace, local, remote)| socket(pid, namespace, &local, remote.as_deref()),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_connected_to_whatever_every_chain_ends(all in prop::collection::vec(any_socket(), 0..40)) {
        let seen = snapshot(all);
        let proxies = Proxies::of(&seen);
        for socket in &seen.sockets {
            let Some(found) = proxies.beyond(socket) else { continue };
            prop_assert!((1..=4).contains(&found.hops.len()) && found.ends.len() <= 8);
            prop_assert!(found.hops.iter().all(|hop| !socket.owners.contains(&hop.by)));
        }
    }
}
