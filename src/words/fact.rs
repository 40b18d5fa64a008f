//! Words for what was observed: states of processes and sockets, and sources of GPU facts.

use crate::cockpit::panes::ProcessSort;
use crate::domain::base::Language;
use crate::domain::facts::{GpuOutcome, GpuSourceKind, Reading, RunState, SocketState};
use crate::words::{Phrase, gap, pick};

/// State of a process in a word.
#[must_use]
pub const fn run_state(language: Language, state: RunState) -> &'static str {
    let (en, th) = match state {
        RunState::Running => ("running", "กำลังรัน"),
        RunState::Sleeping => ("sleeping", "หลับ"),
        RunState::Waiting => ("waiting for a disk", "รอดิสก์"),
        RunState::Stopped => ("stopped", "ถูกหยุด"),
        RunState::Zombie => ("zombie", "ซอมบี้"),
        RunState::Idle => ("idle", "ว่าง"),
        RunState::Other(_) => ("unusual", "ไม่ปกติ"),
    };
    pick(language, en, th)
}

/// A process is read through another thread than its first, which has ended; the number of that thread stands behind it.
#[must_use]
pub const fn headless(language: Language) -> &'static str {
    pick(
        language,
        "Its first thread has ended while others run; it is read through thread ",
        "thread แรกจบไปแล้วแต่ตัวอื่นยังรัน จึงอ่านผ่าน thread ",
    )
}

/// State of a socket in six letters at most, the same in every language, as other tools have it.
#[must_use]
pub const fn socket_letters(state: SocketState) -> &'static str {
    match state {
        SocketState::Established => "ESTAB",
        SocketState::SynSent => "SYN_S",
        SocketState::SynReceived => "SYN_R",
        SocketState::FinWait1 => "FIN_W1",
        SocketState::FinWait2 => "FIN_W2",
        SocketState::TimeWait => "TIME_W",
        SocketState::Close => "CLOSE",
        SocketState::CloseWait => "CLO_W",
        SocketState::LastAck => "L_ACK",
        SocketState::Listen => "LISTEN",
        SocketState::Closing => "CLOSNG",
        SocketState::Open => "OPEN",
    }
}

/// A source of GPU facts.
#[must_use]
pub const fn gpu_source(language: Language, kind: GpuSourceKind) -> &'static str {
    let (en, th) = match kind {
        GpuSourceKind::OpenFiles => ("open device files", "ไฟล์อุปกรณ์ที่เปิดอยู่"),
        GpuSourceKind::DrmFdinfo => ("DRM fdinfo", "DRM fdinfo"),
        GpuSourceKind::Sysfs => ("/sys/class/drm", "/sys/class/drm"),
        GpuSourceKind::Kfd => ("/sys/class/kfd", "/sys/class/kfd"),
        GpuSourceKind::NvidiaProc => ("/proc/driver/nvidia", "/proc/driver/nvidia"),
        GpuSourceKind::NvidiaSmi => ("nvidia-smi", "nvidia-smi"),
        GpuSourceKind::Nvml => ("NVML", "NVML"),
    };
    pick(language, en, th)
}

/// What came of asking a source.
#[must_use]
pub fn gpu_outcome(language: Language, outcome: &GpuOutcome) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match outcome {
        GpuOutcome::Answered => say("answered", "ตอบแล้ว"),
        GpuOutcome::Absent => say("not on this host", "ไม่มีบนเครื่องนี้"),
        GpuOutcome::NotAllowed(path) => {
            say("waits for you to allow ", "รอคุณอนุญาตให้รัน ").theirs(path)
        }
        GpuOutcome::Waiting => say("no answer yet", "ยังไม่ตอบ"),
        GpuOutcome::Late => say("does not answer", "ไม่ตอบ"),
        GpuOutcome::Failed(why) => say("failed: ", "ล้มเหลว: ").then(gap::why(language, why)),
    }
}

/// Why a value is not there; empty for one that is.
#[must_use]
pub const fn not_read<T>(language: Language, reading: &Reading<T>) -> &'static str {
    let (en, th) = match reading {
        Reading::Known(_) => ("", ""),
        Reading::Denied => ("no permission to read", "ไม่มีสิทธิ์อ่าน"),
        Reading::Blocked => ("reading was blocked", "การอ่านถูกบล็อก"),
        Reading::Unknown => ("not known", "ไม่ทราบ"),
    };
    pick(language, en, th)
}

/// Order of the process table.
#[must_use]
pub const fn sort(language: Language, sort: ProcessSort) -> &'static str {
    let (en, th) = match sort {
        ProcessSort::Suspicion => ("suspicion", "ความน่าสงสัย"),
        ProcessSort::Cpu => ("CPU", "CPU"),
        ProcessSort::Memory => ("memory", "หน่วยความจำ"),
        ProcessSort::Age => ("age", "อายุ"),
        ProcessSort::Pid => ("pid", "pid"),
        ProcessSort::User => ("user", "ผู้ใช้"),
        ProcessSort::Name => ("name", "ชื่อ"),
    };
    pick(language, en, th)
}
