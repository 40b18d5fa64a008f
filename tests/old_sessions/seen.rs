//! What the session of form 3 recorded: looks in which nothing is left out, since nothing in them is what it is by default.
//!
//! Every value is written member by member, so that a new member does not compile before it is here; and what is here
//! must be in the newest recording. That is when a new form is due.

use std::net::SocketAddr;
use std::sync::Arc;

use firedamp::domain::base::{Digest, Pid, ProcessId};
use firedamp::domain::facts::{
    Ancestor, Around, Autostart, AutostartKind, Container, Contradiction, ContradictionKind,
    Evidence, FileStanding, Firmware, Flow, FoundBy, FoundFile, FoundText, Gap, Gpu, GpuDevice,
    GpuHolder, GpuOutcome, GpuSource, GpuSourceKind, GpuUnlisted, Heard, HiddenFrom, Hiding, Host,
    HostView, Io, Namespaces, Once, OtherKind, OtherSocket, Own, Packaged, Persistence, Process,
    Protocol, Raised, Reading, Remark, RunState, Runtime, Sighting, Site, Snapshot, Socket,
    SocketState, SocketView, Speaker, Spoken, SshHome, Target, Trace, Trick, Unread, Wire,
    WireState,
};

use crate::incident::moment;

/// So many looks were recorded.
pub(crate) const LOOKS: u64 = 4;

const fn id(pid: u32) -> ProcessId {
    ProcessId { pid: Pid(pid), start: pid as u64 * 7, inode: 9_000_000 + pid as u64 }
}

fn end(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// The look number `at`, from 0.
pub(crate) fn seen(at: u64) -> Snapshot {
    let mut processes = vec![process(1, 0), process(4_242, at)];
    if at == 1 {
        processes.push(process(5_000, 0));
    }
    let unread = Unread {
        what: "/proc/net/raw".into(),
        why: "permission denied".into(),
        gap: Some(Gap::HidePid { mode: "invisible".into(), group: Some(27) }),
    };
    Snapshot {
        moment: moment(at * 1_000),
        host: Arc::new(host(at)),
        processes: processes.into_iter().map(Arc::new).collect(),
        sockets: sockets(at).into_iter().map(Arc::new).collect(),
        others: Arc::new(others(at)),
        gpu: Arc::new(gpu(at)),
        hiding: Arc::new(hiding(at)),
        persistence: Arc::new(persistence(at)),
        wire: Arc::new(wire(at)),
        evidence: Arc::new(evidence(at)),
        site: Arc::new(site(at)),
        own: Arc::new(own(at)),
        unread: if at == 2 { Vec::new() } else { vec![unread] },
    }
}

fn host(at: u64) -> Host {
    Host {
        name: "web-03.example".into(),
        kernel: "6.12.0-example".into(),
        boot_id: "4f7c1e0a-0000-4000-8000-000000000000".into(),
        cpus: vec![97.5, 12.5],
        cpu: if at == 1 { 60.0 } else { 55.0 },
        load: [2.5, 1.5, 0.5],
        memory_total: 8 << 30,
        memory_used: 3 << 30,
        // Swap that is added meanwhile: a host whose figures alone change does not say the rest again.
        swap_total: if at == 3 { 4 << 30 } else { 2 << 30 },
        swap_used: 1 << 20,
    }
}

fn process(pid: u32, at: u64) -> Process {
    Process {
        id: id(pid),
        parent: Pid(1),
        uid: 33,
        user: Some("www-data".into()),
        comm: "kworkerd".into(),
        command: Reading::Known("kworkerd\0-o\0stratum+tcp://pool.example:3333".into()),
        exe: Reading::Known("/memfd:kworkerd (deleted)".into()),
        exe_deleted: true,
        exe_memory: true,
        // No recording has it.
        image: 0,
        state: RunState::Running,
        cpu: 97.5,
        cpu_ms: 1_000 + at * 970,
        memory: 64 << 20,
        threads: 2,
        nice: -5,
        started_ms: 70 + u64::from(pid),
        kernel: pid == 1,
        io: Reading::Known(Io { read: 4_096 + at * 512, written: 8_192 }),
        huge: Reading::Known(2 << 20),
        around: Arc::new(around()),
        headless: Some(Pid(4_243)),
        hidden: Some(HiddenFrom::List),
    }
}

fn around() -> Around {
    Around {
        session: 4_000,
        terminal: Some("pts/3".into()),
        login: Some(1_000),
        cgroup: "/system.slice/docker-0123456789abcdef.scope".into(),
        container: Some(Container { runtime: Runtime::Docker, id: "0123456789abcdef".into() }),
        namespaces: Namespaces {
            cgroup: 4_026_531_835,
            ipc: 4_026_531_839,
            mnt: 4_026_532_201,
            net: 4_026_532_204,
            pid: 4_026_532_203,
            user: 4_026_531_837,
            uts: 4_026_532_202,
        },
        capabilities: Reading::Known(0xa80_425fb),
        seccomp: Reading::Known(2),
        cpus: "0-3,8".into(),
        ancestors: vec![Ancestor { id: id(900), comm: "sh".into() }],
    }
}

fn sockets(at: u64) -> Vec<Socket> {
    let pool = Socket {
        protocol: Protocol::Tcp,
        local: end("192.0.2.7:40112"),
        remote: Some(end("198.51.100.9:3333")),
        state: SocketState::Established,
        inode: 77_001,
        uid: 33,
        owners: vec![id(4_242)],
        first_seen_ms: 5,
        since_before: true,
        namespace: 4_026_532_204,
        flow: Some(Flow {
            sent: 900 + at * 40,
            received: 70_000,
            last_sent_ms: at * 1_000,
            last_received_ms: 990,
        }),
        only_in: Some(SocketView::Netlink),
        own: true,
    };
    let late = Socket { inode: 77_002, local: end("[2001:db8::7]:53"), ..pool.clone() };
    if at == 2 { vec![late, pool] } else { vec![pool] }
}

fn others(at: u64) -> Vec<OtherSocket> {
    let packet = OtherSocket {
        kind: OtherKind::Packet { protocol: 3, interface: 2 },
        inode: 78_001,
        namespace: 4_026_532_204,
        owners: vec![id(4_242)],
        own: true,
    };
    let kind = OtherKind::Unix("@/tmp/.x".into());
    if at == 0 { vec![packet] } else { vec![packet.clone(), OtherSocket { kind, ..packet }] }
}

fn gpu(at: u64) -> Gpu {
    let source = GpuSourceKind::Nvml;
    let device = GpuDevice {
        name: "nvidia0".into(),
        model: Some("Example 100".into()),
        bus: "0000:03:00.0".into(),
        busy: Reading::Known(98.5),
        awake: Reading::Known(99.5),
        memory_used: Reading::Known(5 << 30),
        memory_total: Reading::Known(16 << 30),
        temperature: Reading::Known(71.5),
        power: Reading::Known(if at == 0 { 240.5 } else { 250.5 }),
        power_limit: Reading::Known(300.5),
        clock: Reading::Known(1_700),
        source,
    };
    let holder = GpuHolder {
        process: id(4_242),
        device: "/dev/nvidia0".into(),
        card: "nvidia0".into(),
        busy: Reading::Known(98.5),
        memory: Reading::Known(4 << 30),
        source,
    };
    let unlisted = GpuUnlisted {
        pid: Pid(6_001),
        card: "nvidia0".into(),
        busy: Reading::Known(1.5),
        memory: Reading::Known(1 << 20),
        source,
    };
    Gpu {
        sources: vec![GpuSource { kind: source, outcome: GpuOutcome::Answered }],
        devices: vec![device],
        holders: vec![holder],
        unlisted: vec![unlisted],
    }
}

fn hiding(at: u64) -> Hiding {
    let one = |kind, what: &str| {
        Arc::new(Contradiction {
            kind,
            process: Some(id(4_242)),
            what: what.into(),
            shown: "its control group".into(),
            packaged: Packaged::No,
            files: vec![FileStanding {
                path: "/usr/local/lib/libx.so".into(),
                uid: 33,
                open: true,
                script: true,
                gone: true,
            }],
            first_seen_ms: 900,
        })
    };
    let mut contradictions = vec![one(ContradictionKind::Process, "4242")];
    if at > 1 {
        contradictions.push(one(ContradictionKind::Preloaded, "/usr/local/lib/libx.so"));
    }
    Hiding {
        contradictions,
        unexplained_cpu: Reading::Known(if at == 0 { 90.5 } else { 95.5 }),
        pids_tried: (32_000, 32_768),
        views: vec![HostView::Clocks, HostView::Cgroups],
    }
}

fn persistence(at: u64) -> Persistence {
    let touched = if at == 0 { 100 } else { 200 };
    let entry = |line, text: &str| {
        Arc::new(Autostart {
            kind: AutostartKind::Cron,
            path: "/etc/cron.d/update".into(),
            line,
            text: text.into(),
            user: Some("www-data".into()),
            uid: 33,
            mode: 0o100_644,
            modified: moment(50).at,
            changed: moment(touched).at,
            immutable: Reading::Known(true),
            packaged: Packaged::Changed("cron".into()),
            runs: Some(Target {
                program: "/var/tmp/.x/up".into(),
                exists: Reading::Known(true),
                packaged: Packaged::No,
            }),
            tricks: vec![Trick::CarriageReturn, Trick::Base64],
            remarks: vec![Remark::WorldWritable],
        })
    };
    let (first, second) = (entry(3, "* * * * * root a"), entry(4, "* * * * * root b"));
    let entries = match at {
        0 => vec![first],
        1 => vec![first, second],
        2 => vec![second],
        // Out of their order: only a list that is told as a whole can say that.
        _ => vec![second, first],
    };
    Persistence { entries, hunted_ms: Some(900 + at), watched: true }
}

fn wire(at: u64) -> Wire {
    let heard = |spoken| {
        Arc::new(Sighting {
            moment: moment(400),
            last: moment(500),
            times: 3,
            spoken,
            client: end("192.0.2.7:40112"),
            server: end("198.51.100.9:3333"),
            process: Some(id(4_242)),
            served_by: Some(id(900)),
        })
    };
    let address = end("198.51.100.9:0").ip();
    let name = || "pool.example".into();
    let asked =
        Spoken::Dns { name: name(), alias: "eu.pool.example".into(), addresses: vec![address] };
    let said = Spoken::Stratum {
        method: "login".into(),
        login: "nobody".into(),
        agent: "miner/0".into(),
        by: Speaker::Both,
    };
    Wire {
        state: WireState::Listening,
        since: Some(moment(300)),
        packets: 40 + at,
        dropped: 2,
        heard: Heard { questions: 5, greetings: 6, messages: 7, unclear: 8 },
        names: vec![(address, name())],
        sightings: vec![heard(asked), heard(Spoken::Tls { name: name() }), heard(said)],
        let_go: 9,
    }
}

/// Read by the second look.
fn site(at: u64) -> Site {
    let firmware = Firmware {
        vendor: "Example Servers".into(),
        product: "R 740".into(),
        bios: "Example BIOS".into(),
        version: "1.2".into(),
        tag: "asset-7".into(),
        chassis: 23,
    };
    let home = SshHome { user: "suda".into(), known: 3, keys: 2 };
    match at {
        0 => Site::default(),
        _ => Site {
            firmware: Reading::Known(firmware),
            homes: Reading::Known(vec![home]),
            homes_unread: 1,
        },
    }
}

/// Found in the second look.
fn evidence(at: u64) -> Evidence {
    let found = |packaged| {
        let (path, content) = ("/tmp/.x/config.json".into(), "{\"pools\":[]}".into());
        Arc::new(FoundFile {
            path,
            by: FoundBy::Open,
            deleted: true,
            packaged,
            content,
            read: Once::default(),
        })
    };
    let text = FoundText { memory: true, text: "stratum+tcp://gw.example:3333".into() };
    let trace = Trace {
        process: id(4_242),
        program: Packaged::No,
        asked: true,
        digest: Some(Digest([0x5a; 32])),
        files: vec![found(Packaged::Changed("tools".into()))],
        texts: vec![text],
        environment: vec!["SSH_CLIENT=203.0.113.9 51122 22".into()],
    };
    // What was read before the others is told whole, and then what changed.
    let digest = trace.digest.filter(|_| at > 0);
    Evidence { traces: vec![Arc::new(Trace { digest, ..trace })] }
}

/// How the program stood.
pub(crate) fn own(at: u64) -> Own {
    Own {
        process: Some(id(4_000)),
        fixed: Reading::Known(true),
        loaded: vec!["/usr/local/lib/libx.so".into()],
        tracer: Some(Pid(700)),
        variables: vec!["LD_PRELOAD".into()],
        preload: Reading::Known(true),
        listeners: vec![id(800)],
        raised: Raised::RealTime(10),
        looks: Raised::Nice(-10),
        carriers: 2,
        locked: Reading::Known((8 << 20) + at),
        spared: Reading::Known(-900),
    }
}
