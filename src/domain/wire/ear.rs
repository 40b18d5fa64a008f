//! Listens: remembers what is asked, joins what comes in pieces, and keeps what matters.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use crate::domain::base::{Moment, ProcessId};
use crate::domain::facts::{Heard, Sighting, Socket, Speaker, Spoken, Wire};
use crate::domain::playbook::Indicators;
use crate::domain::untrusted::Untrusted;
use crate::domain::wire::filter::{DNS, Filter};
use crate::domain::wire::newest::Newest;
use crate::domain::wire::packet::{Segment, segment};
use crate::domain::wire::tls::Greeting;
use crate::domain::wire::{dns, stratum, tls};

/// Questions that wait for their answer.
const QUESTIONS: usize = 1_024;
/// Conversations whose beginning came in pieces.
const TORN: usize = 256;
/// Conversations whose newest packet is known, so that it is not heard twice.
const FLOWS: usize = 1_024;
/// Addresses with a name.
const NAMES: usize = 4_096;
/// Of these, those that a snapshot holds.
const TOLD: usize = 1_024;
/// Sightings.
const SIGHTINGS: usize = 256;
/// Addresses of one name.
const ADDRESSES: usize = 32;
/// Who holds an end is looked for so long after it was last heard.
const JOIN_MS: u64 = 10_000;

/// Who says something to whom.
type Flow = (SocketAddr, SocketAddr);

/// What tells one sighting from another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// Who asks, without its port, which is another one each time; whom; for what.
    Name(IpAddr, SocketAddr, Vec<u8>),
    /// A conversation, from the client on.
    Stratum(Flow),
}

/// The beginning of a conversation, as far as it came.
#[derive(Debug)]
struct Torn {
    next: u32,
    bytes: Vec<u8>,
}

/// A name of an address.
#[derive(Debug)]
struct Named {
    name: Untrusted,
    /// A name server told it, which knows better than who opens a conversation.
    by_dns: bool,
    matters: bool,
}

/// Listens to packets and keeps what matters.
#[derive(Debug)]
pub struct Ear {
    look_for: Indicators,
    asked: Newest<(Flow, u16), String>,
    torn: Newest<Flow, Torn>,
    newest: Newest<Flow, u32>,
    names: Newest<IpAddr, Named>,
    sightings: Newest<Key, Arc<Sighting>>,
    heard: Heard,
    let_go: u64,
    changes: u64,
}

impl Ear {
    /// Listens for what these indicators name, and for mining protocols.
    #[must_use]
    pub fn new(look_for: Indicators) -> Self {
        Self {
            look_for,
            asked: Newest::of(QUESTIONS),
            torn: Newest::of(TORN),
            newest: Newest::of(FLOWS),
            names: Newest::of(NAMES),
            sightings: Newest::of(SIGHTINGS),
            heard: Heard::default(),
            let_go: 0,
            changes: 0,
        }
    }

    /// What the kernel shall let through for it.
    #[must_use]
    pub fn filter(&self) -> Filter {
        Filter::new(&self.look_for.ports)
    }

    /// Takes in one packet, from its IP header on.
    pub fn hear(&mut self, now: Moment, packet: &[u8]) {
        let Some(said) = segment(packet) else {
            self.heard.unclear += 1;
            return;
        };
        match said.place {
            _ if said.payload.is_empty() => {}
            _ if said.source.port() == DNS || said.destination.port() == DNS => {
                self.name_service(now, &said);
            }
            Some(place) => self.conversation(now, &said, place),
            None => self.heard.unclear += 1,
        }
    }

    /// Counts up when there is something new to tell; what is only counted does not.
    #[must_use]
    pub const fn changes(&self) -> u64 {
        self.changes
    }

    /// Looks for those who hold the ends of what was heard lately.
    pub fn join(&mut self, now: Moment, sockets: &[Arc<Socket>]) {
        let waits = |it: &Sighting| {
            (it.process.is_none() || it.served_by.is_none())
                && now.boot_ms.saturating_sub(it.last.boot_ms) <= JOIN_MS
        };
        let waiting = self.sightings.iter().filter(|(_, it)| waits(it));
        let ends: HashSet<SocketAddr> =
            waiting.flat_map(|(_, it)| [it.client, it.server]).collect();
        if ends.is_empty() {
            return;
        }
        let holders = holders(&ends, sockets);
        for sighting in self.sightings.values_mut().filter(|it| waits(it)) {
            let holder = |end: SocketAddr, other: SocketAddr| {
                holders.get(&(end, Some(other))).or_else(|| holders.get(&(end, None))).copied()
            };
            let process = sighting.process.or_else(|| holder(sighting.client, sighting.server));
            let served_by = sighting.served_by.or_else(|| holder(sighting.server, sighting.client));
            if (process, served_by) != (sighting.process, sighting.served_by) {
                let sighting = Arc::make_mut(sighting);
                (sighting.process, sighting.served_by) = (process, served_by);
                self.changes += 1;
            }
        }
    }

    /// What there is to tell: all that matched, and the names of addresses that `sockets` lead to.
    #[must_use]
    pub fn told(&self, sockets: &[Arc<Socket>]) -> Wire {
        let open: HashSet<IpAddr> = sockets.iter().filter_map(|it| Some(it.remote?.ip())).collect();
        let newest = self.names.iter().rev();
        let wanted = newest.filter(|(ip, it)| it.matters || open.contains(ip)).take(TOLD);
        let mut names: Vec<_> = wanted.map(|(ip, it)| (*ip, it.name.clone())).collect();
        names.sort_unstable_by_key(|(ip, _)| *ip);
        let sightings = self.sightings.iter().map(|(_, it)| Arc::clone(it)).collect();
        Wire { heard: self.heard, names, sightings, let_go: self.let_go, ..Wire::default() }
    }

    fn name_service(&mut self, now: Moment, said: &Segment<'_>) {
        // Over TCP its length stands before each message.
        let bytes = if said.place.is_some() { said.payload.get(2..) } else { Some(said.payload) };
        let Some(message) = bytes.and_then(dns::message) else {
            self.heard.unclear += 1;
            return;
        };
        if message.is_answer && said.source.port() == DNS {
            let ends = (said.destination, said.source);
            // What nobody asked for anybody may say.
            if self.asked.get(&(ends, message.id)).is_some_and(|name| *name == message.name) {
                self.answered(now, ends, message);
            }
        } else if !message.is_answer && said.destination.port() == DNS {
            let ends = (said.source, said.destination);
            let known = self.asked.get(&(ends, message.id));
            if known.is_some_and(|name| *name == message.name) {
                // The same packet on another interface, or once more for want of an answer.
                return;
            }
            self.heard.questions += 1;
            if self.look_for.is_pool_name(&message.name) {
                let name = Untrusted::from(message.name.as_str());
                let spoken =
                    Spoken::Dns { name, alias: Untrusted::default(), addresses: Vec::new() };
                self.sight(now, ends, spoken);
            }
            self.asked.put((ends, message.id), message.name);
        }
    }

    fn answered(&mut self, now: Moment, ends: Flow, message: dns::Message) {
        let fits = |name: &&String| self.look_for.is_pool_name(name);
        let itself = fits(&&message.name);
        let alias = message.aliases.iter().find(fits).filter(|_| !itself);
        let alias = alias.map(|it| Untrusted::from(it.as_str())).unwrap_or_default();
        let matters = itself || !alias.is_empty();
        let name = Untrusted::from(message.name);
        // Who blocks names answers with an address of nobody, or of this host.
        let somewhere = |ip: &&IpAddr| !ip.is_loopback() && !ip.is_unspecified();
        for ip in message.addresses.iter().filter(somewhere).take(ADDRESSES) {
            self.names.put(*ip, Named { name: name.clone(), by_dns: true, matters });
        }
        if !matters {
            return;
        }
        let key = Key::Name(ends.0.ip(), ends.1, name.bytes().to_vec());
        let Some(sighting) = self.sightings.get_mut(&key) else {
            let spoken = Spoken::Dns { name, alias, addresses: message.addresses };
            return self.sight(now, ends, spoken);
        };
        if let Spoken::Dns { addresses, .. } = &Arc::make_mut(sighting).spoken.clone() {
            let mut all = addresses.clone();
            all.extend(message.addresses.iter().filter(|it| !addresses.contains(it)));
            all.truncate(ADDRESSES);
            if all != *addresses {
                Arc::make_mut(sighting).spoken = Spoken::Dns { name, alias, addresses: all };
                self.changes += 1;
            }
        }
    }

    fn conversation(&mut self, now: Moment, said: &Segment<'_>, place: u32) {
        let flow = (said.source, said.destination);
        if self.newest.get(&flow) == Some(&place) {
            // The same packet on another interface, or sent once more.
            return;
        }
        self.newest.put(flow, place);
        let goes_on = self.torn.get(&flow).is_some_and(|torn| torn.next == place);
        let mut bytes = Vec::new();
        if goes_on && let Some(torn) = self.torn.take(&flow) {
            bytes = torn.bytes;
        }
        bytes.extend_from_slice(said.payload);
        bytes.truncate(tls::MOST.max(stratum::MOST));
        let length = u32::try_from(said.payload.len()).unwrap_or_default();
        let next = place.wrapping_add(length);
        let rest = match bytes.first() {
            Some(22) => self.greeting(now, flow, bytes),
            Some(_) if stratum::begins(&bytes) => self.lines(now, flow, &bytes),
            // The tail of something that was not joined.
            Some(_) | None => None,
        };
        if let Some(bytes) = rest {
            self.torn.put(flow, Torn { next, bytes });
        }
    }

    /// Gives back what has to be joined with what follows.
    fn greeting(&mut self, now: Moment, flow: Flow, bytes: Vec<u8>) -> Option<Vec<u8>> {
        let name = match tls::greeting(&bytes) {
            Greeting::Names(name) => name,
            Greeting::GoesOn => return Some(bytes),
            Greeting::NamesNobody => {
                self.heard.greetings += 1;
                return None;
            }
            Greeting::No => {
                self.heard.unclear += 1;
                return None;
            }
        };
        self.heard.greetings += 1;
        let server = flow.1;
        let fits = std::str::from_utf8(&name).is_ok_and(|name| self.look_for.is_pool_name(name));
        let name = Untrusted::new(name);
        let is_told = self.names.get(&server.ip()).is_some_and(|known| known.by_dns);
        if !is_told && !server.ip().is_loopback() {
            let named = Named { name: name.clone(), by_dns: false, matters: fits };
            self.names.put(server.ip(), named);
        }
        if fits || self.look_for.ports.contains(&server.port()) {
            self.sight(now, flow, Spoken::Tls { name });
        }
        None
    }

    /// Gives back the last message, if it goes on in what follows.
    fn lines(&mut self, now: Moment, flow: Flow, bytes: &[u8]) -> Option<Vec<u8>> {
        let (said, rest) = stratum::messages(bytes);
        self.heard.messages += said.len() as u64;
        for stratum::Message { method, login, agent, from_server } in said {
            let (by, ends) = if from_server {
                (Speaker::Server, (flow.1, flow.0))
            } else {
                (Speaker::Client, flow)
            };
            self.sight(now, ends, Spoken::Stratum { method: method.into(), login, agent, by });
        }
        rest.map(<[u8]>::to_vec)
    }

    /// Keeps what matters: a new sighting, or one more time of a known one.
    fn sight(&mut self, now: Moment, (client, server): Flow, spoken: Spoken) {
        let key = match &spoken {
            Spoken::Stratum { .. } => Key::Stratum((client, server)),
            Spoken::Dns { name, .. } | Spoken::Tls { name } => {
                Key::Name(client.ip(), server, name.bytes().to_vec())
            }
        };
        if let Some(known) = self.sightings.get_mut(&key) {
            let known = Arc::make_mut(known);
            known.times += 1;
            (known.last, known.client) = (now, client);
            self.changes += u64::from(learn(&mut known.spoken, spoken));
            return;
        }
        let sighting = Sighting {
            moment: now,
            last: now,
            times: 1,
            spoken,
            client,
            server,
            process: None,
            served_by: None,
        };
        self.let_go += u64::from(self.sightings.put(key, Arc::new(sighting)));
        self.changes += 1;
    }
}

/// A conversation is known by what it says of itself: a login tells more than a job. `true` if more is known now.
fn learn(known: &mut Spoken, more: Spoken) -> bool {
    let Spoken::Stratum { method, login, agent, by } = known else { return false };
    let Spoken::Stratum { method: with, login: new, agent: program, by: speaker } = more else {
        return false;
    };
    let both = by.and(speaker);
    let is_news = both != *by;
    *by = both;
    let names = (login.is_empty() && !new.is_empty()) || (agent.is_empty() && !program.is_empty());
    // Work that was done tells more than what keeps a line open.
    let is_work = |it: &Untrusted| it.bytes().windows(6).any(|part| part == b"submit");
    let tells = names || (login.is_empty() && !is_work(method) && is_work(&with));
    if tells {
        *method = with;
        if !new.is_empty() {
            *login = new;
        }
        if !program.is_empty() {
            *agent = program;
        }
    }
    tells || is_news
}

/// Who holds these ends, by end and other end; no other end for a socket that talks to anybody.
fn holders(
    ends: &HashSet<SocketAddr>,
    sockets: &[Arc<Socket>],
) -> HashMap<(SocketAddr, Option<SocketAddr>), ProcessId> {
    let mut holders = HashMap::new();
    for socket in sockets.iter().filter(|it| ends.contains(&it.local)) {
        // Every namespace has a loopback of its own, and only ours is heard.
        let elsewhere = socket.namespace != 0 && socket.local.ip().is_loopback();
        if let Some(owner) = socket.owners.first().filter(|_| !elsewhere) {
            holders.entry((socket.local, socket.remote)).or_insert(*owner);
        }
    }
    holders
}
