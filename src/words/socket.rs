//! Words for sockets: columns of the network pane, and what the page about a connection names.

use std::borrow::Cow;

use crate::domain::base::Language;
use crate::domain::facts::{Protocol, SocketView};
use crate::words::pick;

fixed! {
    /// A word about sockets.
    pub enum SocketWord;

    /// Column: bytes that went out.
    Sent => "SENT", "ส่ง";
    /// Column: bytes that came in.
    Received => "RECV", "รับ";
    /// Column: how long ago anything went over it.
    Last => "LAST", "ล่าสุด";
    /// Beside an owner: the connection is the responder's own.
    You => "you", "คุณ";
    /// Page: title.
    Connection => "Connection", "การเชื่อมต่อ";
    /// Page: the connection is no longer listed.
    Closed => "It is closed: nobody lists it any more.", "ปิดไปแล้ว ไม่มีในรายการอีก";
    /// Page: the other end.
    Remote => "remote", "ปลายทาง";
    /// Page: this end.
    Local => "local", "ต้นทาง";
    /// Page: nobody is at the other end.
    Nobody => "none: it waits", "ไม่มี: กำลังรอรับ";
    /// Page: transport and state.
    State => "state", "สถานะ";
    /// Page: inode and user.
    Kernel => "kernel", "kernel";
    /// Page: the network namespace.
    Namespace => "namespace", "namespace";
    /// Page: the namespace is that of the program.
    OurOwn => "our own", "ของเราเอง";
    /// Page: since when it was seen.
    Seen => "seen", "พบเมื่อ";
    /// Page: it is older than the first look.
    Before => "it was there before", "มีอยู่ก่อนหน้านี้";
    /// Page: bytes.
    Bytes => "bytes", "ไบต์";
    /// Page: bytes out.
    Out => "sent", "ส่ง";
    /// Page: bytes in.
    In => "received", "รับ";
    /// Page: how long ago.
    Ago => "ago", "ก่อน";
    /// Page: the kernel does not count it, or we were not told.
    NotCounted => "not counted", "ไม่ได้นับ";
    /// Page: processes that hold it.
    Owners => "Held by", "ถือโดย";
    /// Page: no process that holds it can be seen.
    NoOwner => "no process that we can see", "ไม่เห็นโปรเซสที่ถือ";
    /// Page: what is behind a proxy.
    Beyond => "Where it leads", "ต่อไปถึงไหน";
    /// Page: nobody of this host passes it on.
    Direct => "straight to the other end, as far as can be seen", "ตรงไปปลายทาง เท่าที่เห็น";
    /// Page: the last process of a chain goes nowhere.
    StaysHere => "and no further", "แล้วไม่ไปต่อ";
    /// Page: a proxy has more ends than are listed.
    More => "and more", "และอื่น ๆ";
    /// Page: the responder's own session runs over it.
    YourSession => "Your own session runs over it.", "sessionของคุณวิ่งอยู่บนนี้";
    /// Pane: what is bound to all interfaces.
    AllInterfaces => "all interfaces", "ทุก interface";
    /// Pane: a local socket that waits for somebody; its name follows.
    LocalSocket => "local socket", "socket ในเครื่อง";
    /// Pane: a local socket has no name.
    Nameless => "without a name", "ไม่มีชื่อ";
    /// Pane: an interface; its number follows.
    Interface => "interface", "interface";
}

/// What a view that has a socket alone says of the other.
#[must_use]
pub const fn only_in(language: Language, view: SocketView) -> &'static str {
    let (en, th) = match view {
        SocketView::Netlink => {
            ("HIDDEN: netlink has it, /proc/net lacks it.", "ซ่อน: netlinkมี แต่ /proc/netไม่มี")
        }
        SocketView::Proc => {
            ("HIDDEN: /proc/net has it, netlink lacks it.", "ซ่อน: /proc/netมี แต่ netlinkไม่มี")
        }
    };
    pick(language, en, th)
}

/// Transport by its common name, the same in every language.
#[must_use]
pub const fn protocol(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
        Protocol::Raw => "RAW",
    }
}

/// A protocol of IP by its number, as `/etc/protocols` has it.
#[must_use]
pub fn ip_protocol(number: u16) -> Cow<'static, str> {
    let name = match number {
        1 => "icmp",
        2 => "igmp",
        6 => "tcp",
        17 => "udp",
        47 => "gre",
        50 => "esp",
        58 => "ipv6-icmp",
        89 => "ospf",
        132 => "sctp",
        255 => "raw",
        other => return Cow::Owned(format!("ip-{other}")),
    };
    Cow::Borrowed(name)
}

/// What a packet socket hears, by its `EtherType`.
#[must_use]
pub fn ether_type(language: Language, number: u16) -> Cow<'static, str> {
    let name = match number {
        0 => pick(language, "nothing yet", "ยังไม่ฟัง"),
        3 => pick(language, "every packet", "ทุกแพ็กเก็ต"),
        0x0800 => "IPv4",
        0x0806 => "ARP",
        0x86dd => "IPv6",
        0x88cc => "LLDP",
        other => return Cow::Owned(format!("0x{other:04x}")),
    };
    Cow::Borrowed(name)
}

/// How many processes listen to whole packets.
#[must_use]
pub fn sniffers(language: Language, count: usize) -> String {
    match (language, count) {
        (Language::En, 1) => String::from("1 sniffer"),
        (Language::En, _) => format!("{count} sniffers"),
        (Language::Th, _) => format!("ตัวดักฟัง {count}"),
    }
}

/// How many local sockets are not named here, whether others are, and how many of them are in odd places.
#[must_use]
pub fn more_local(language: Language, count: usize, besides: bool, odd: usize) -> String {
    let more = if besides { pick(language, "more ", "อีก ") } else { "" };
    let said = match (language, count) {
        (Language::En, 1) => format!("1 {more}unix socket listens, on this host only"),
        (Language::En, _) => format!("{count} {more}unix sockets listen, on this host only"),
        (Language::Th, _) => format!("unix socket ที่เปิดรับในเครื่องเท่านั้น {more}{count}"),
    };
    match (language, odd) {
        (Language::En, 0) => format!("{said}: none odd"),
        (Language::Th, 0) => format!("{said}: ไม่ผิดปกติ"),
        (Language::En, _) => format!("{said}: {odd} in odd places"),
        (Language::Th, _) => format!("{said}: อยู่ในที่ผิดปกติ {odd}"),
    }
}

/// Connections that are being closed and are nobody's, on one row.
#[must_use]
pub fn folded(language: Language, count: usize) -> String {
    match language {
        Language::En => format!("{count} closed just now, nobody's (TIME_WAIT); Enter lists them"),
        Language::Th => format!("เพิ่งปิด {count} ไม่มีเจ้าของ (TIME_WAIT); Enter เพื่อดู"),
    }
}
