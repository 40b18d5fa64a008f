//! Whose machine it is, by what its firmware says, by whom it talks to and by what runs on it.
//!
//! Source: what providers write into the firmware of their machines, as cloud-init and systemd read it, and the addresses
//! at which a machine asks about itself. Nothing is asked here: a connection that somebody else made is seen.

use std::net::{IpAddr, Ipv4Addr};

use crate::domain::answer::fact::{Fact, FactsFrom, What};
use crate::domain::detect::FactSource;
use crate::domain::facts::{Firmware, Process, Protocol, Reading, Snapshot, Socket, SocketState};
use crate::domain::untrusted::Untrusted;

/// Who rents machines out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are those of the providers")]
pub enum Provider {
    Amazon,
    Azure,
    Google,
    Alibaba,
    Oracle,
    DigitalOcean,
    Hetzner,
    Tencent,
    Vultr,
    Akamai,
    Scaleway,
}

/// What firmware says, in small letters, and whose it is.
const FIRMWARE: [(&str, Provider); 13] = [
    ("amazon ec2", Provider::Amazon),
    (".amazon", Provider::Amazon),
    // Every machine of Azure has this tag; Hyper-V elsewhere has not.
    ("7783-7084-3265-9085-8269-3286-77", Provider::Azure),
    ("google compute engine", Provider::Google),
    ("alibaba cloud", Provider::Alibaba),
    ("oraclecloud.com", Provider::Oracle),
    ("digitalocean", Provider::DigitalOcean),
    ("hetzner", Provider::Hetzner),
    ("tencent cloud", Provider::Tencent),
    ("vultr", Provider::Vultr),
    ("linode", Provider::Akamai),
    ("akamai", Provider::Akamai),
    ("scaleway", Provider::Scaleway),
];

/// Hypervisors that anybody may run.
const HYPERVISORS: [&str; 13] = [
    "qemu",
    "kvm",
    "vmware",
    "virtualbox",
    "innotek",
    "xen",
    "bochs",
    "parallels",
    "bhyve",
    "virtual machine",
    "proxmox",
    "red hat",
    "openstack",
];

/// Who makes machines that stand in a room, on a table or on a lap.
const MAKERS: [&str; 24] = [
    "dell inc",
    "hewlett-packard",
    "hewlett packard",
    "hp inc",
    "hpe",
    "lenovo",
    "ibm",
    "supermicro",
    "super micro",
    "fujitsu",
    "cisco systems",
    "asustek",
    "acer",
    "gigabyte",
    "asrock",
    "micro-star",
    "intel corp",
    "apple inc",
    "inspur",
    "huawei",
    "quanta",
    "toshiba",
    "framework",
    "system76",
];

/// Agents of providers, by `comm`, which holds 15 letters.
const AGENTS: [(&[u8], Provider); 9] = [
    (b"amazon-ssm-agen", Provider::Amazon),
    (b"ssm-agent-worke", Provider::Amazon),
    (b"google_guest_ag", Provider::Google),
    (b"google_osconfig", Provider::Google),
    (b"waagent", Provider::Azure),
    (b"aliyun-service", Provider::Alibaba),
    (b"AliYunDun", Provider::Alibaba),
    (b"do-agent", Provider::DigitalOcean),
    (b"oracle-cloud-ag", Provider::Oracle),
];

impl Provider {
    /// What it is called; the same in every language.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Amazon => "AWS",
            Self::Azure => "Azure",
            Self::Google => "Google Cloud",
            Self::Alibaba => "Alibaba Cloud",
            Self::Oracle => "Oracle Cloud",
            Self::DigitalOcean => "DigitalOcean",
            Self::Hetzner => "Hetzner",
            Self::Tencent => "Tencent Cloud",
            Self::Vultr => "Vultr",
            Self::Akamai => "Akamai",
            Self::Scaleway => "Scaleway",
        }
    }
}

/// What the firmware says of whose the machine is.
pub(super) fn of_firmware(firmware: &Reading<Firmware>) -> Fact {
    let from = FactsFrom::Firmware;
    let Reading::Known(it) = firmware else { return Fact { what: What::FirmwareUnread, from } };
    let all = [&it.vendor, &it.product, &it.bios, &it.version, &it.tag];
    let text = all.map(|part| String::from_utf8_lossy(part.bytes()).to_lowercase()).join("\n");
    let vendor = String::from_utf8_lossy(it.vendor.bytes()).trim().to_lowercase();
    let shown = name(it);
    let whose = FIRMWARE.iter().find(|(mark, _)| text.contains(mark));
    let what = match whose {
        Some((_, provider)) => What::Rented(*provider, shown),
        None if text.trim().is_empty() => What::FirmwareUnread,
        None if HYPERVISORS.iter().any(|mark| text.contains(mark)) => What::Virtual(shown),
        None if MAKERS.iter().any(|maker| vendor.starts_with(maker)) => What::OwnMachine(shown),
        None => What::Firmware(shown),
    };
    Fact { what, from }
}

/// Vendor and product.
fn name(it: &Firmware) -> Untrusted {
    let parts = [it.vendor.bytes(), it.product.bytes()];
    let parts: Vec<&[u8]> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Untrusted::new(parts.join(&b' '))
}

/// Every machine of Azure talks to this one, for names, addresses and its health.
const AZURE_WIRE: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);

/// A machine asks about itself at one of these addresses.
pub(super) fn is_metadata(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(it) => [
            Ipv4Addr::new(169, 254, 169, 254),
            Ipv4Addr::new(169, 254, 170, 2),
            Ipv4Addr::new(169, 254, 170, 23),
            Ipv4Addr::new(169, 254, 0, 23),
            AZURE_WIRE,
            Ipv4Addr::new(100, 100, 100, 200),
        ]
        .contains(&it),
        IpAddr::V6(it) => it.segments() == [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254],
    }
}

/// At one of them it is also given credentials.
pub(super) fn hands_out_credentials(address: IpAddr) -> bool {
    is_metadata(address) && address.to_canonical() != IpAddr::V4(AZURE_WIRE)
}

/// Somebody answers there: a connection that nobody answers proves nothing.
pub(super) fn answers(socket: &Socket) -> bool {
    socket.protocol == Protocol::Tcp
        && !matches!(socket.state, SocketState::SynSent | SocketState::Close | SocketState::Listen)
}

/// Connections to what tells a machine about itself, and agents that run, each once.
pub(super) fn of_look(snapshot: &Snapshot) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    let mut add = |fact: Fact| {
        if !facts.contains(&fact) {
            facts.push(fact);
        }
    };
    for socket in snapshot.sockets.iter().filter(|it| answers(it)) {
        let Some(end) = socket.remote.map(|it| it.ip()).filter(|it| is_metadata(*it)) else {
            continue;
        };
        let owner = socket.owners.iter().find_map(|id| snapshot.process(*id));
        let who = owner.map_or_else(Untrusted::default, |it| it.comm.clone());
        add(Fact::look(What::Metadata(end, who), FactSource::Sockets));
    }
    for process in &snapshot.processes {
        if let Some(provider) = agent(process) {
            let what = What::Agent(provider, process.comm.clone());
            add(Fact::look(what, FactSource::Comm));
        }
    }
    facts
}

fn agent(process: &Process) -> Option<Provider> {
    let agent = AGENTS.iter().find(|(name, _)| *name == process.comm.bytes());
    agent.filter(|_| process.uid == 0).map(|(_, provider)| *provider)
}
