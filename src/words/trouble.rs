//! Words for what does not work: what, why, and what to do next, in both languages.
//!
//! Invariant: every kind has all three. On the screen they share a line, so what to do comes before what somebody
//! else said.

use crate::cockpit::trouble::{NotCarried, TapeFault, Trouble, Unusable};
use crate::domain::base::Language;
use crate::domain::session::Break;
use crate::domain::untrusted::Untrusted;
use crate::words::{Phrase, pick, storage};

mod path;
mod refused;
mod why;

pub use path::{BadPath, bad_path};
pub use refused::{Refused, refused};
use why::{bad_file, death, distrust, part, tape};
pub use why::{broken, damage, problem, theme, theme_fault};

/// What a tired person reads when something does not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What did not work.
    pub what: Phrase,
    /// Why.
    pub why: Phrase,
    /// What to type or do next.
    pub next: Phrase,
}

impl Told {
    fn new(what: Phrase, why: Phrase, next: &'static str) -> Self {
        Self { what, why, next: Phrase::of(next) }
    }

    /// On one line: what to do comes before why, which may be long.
    #[must_use]
    pub fn line(self, language: Language) -> Phrase {
        let stop = pick(language, ". ", " ");
        self.what.ours(stop).then(self.next).ours(" (").then(self.why).ours(")")
    }
}

/// What is said of it.
#[must_use]
#[expect(clippy::too_many_lines, reason = "a table: one row a trouble, no logic")]
pub fn trouble(language: Language, trouble: &Trouble) -> Told {
    let say = |en, th| Phrase::of(pick(language, en, th));
    let told = |what, why, (en, th)| Told::new(what, why, pick(language, en, th));
    let another = ("Choose another: firedamp sessions", "เลือกอันอื่น: firedamp sessions");
    match trouble {
        Trouble::Session(why) => unusable(language, why),
        Trouble::NoPlace(places) => told(
            say("No place takes a session", "ไม่มีที่ไหนเก็บ session ได้"),
            joined(language, places),
            (
                "Name a directory on a disk that can be written: --dir DIR",
                "ระบุไดเรกทอรีบนดิสก์ที่เขียนได้: --dir DIR",
            ),
        ),
        Trouble::NoHome => told(
            say("There is no place for sessions", "ไม่มีที่เก็บ session"),
            say("HOME is not set and no directory was named", "ไม่มี HOME และไม่ได้ระบุไดเรกทอรี"),
            ("Name one: firedamp --dir DIR", "ระบุด้วย: firedamp --dir DIR"),
        ),
        Trouble::NoParent(dir) => told(
            say("Cannot make the sessions directory ", "สร้างไดเรกทอรี session ไม่ได้ ").theirs(dir),
            say("the directory above it is not there", "ไม่มีไดเรกทอรีที่อยู่เหนือขึ้นไป"),
            (
                "Check the path for typing errors, or make it first: mkdir -p DIR",
                "ตรวจว่าพิมพ์พาธถูก หรือสร้างก่อน: mkdir -p DIR",
            ),
        ),
        Trouble::NothingToResume => told(
            say("There is no session to take up", "ไม่มี session ให้ทำต่อ"),
            say("no incident is open in this place", "ยังไม่มีเหตุการณ์ที่เปิดอยู่ในที่นี้"),
            (
                "Begin one: firedamp; or name another directory: --dir DIR",
                "เริ่มใหม่: firedamp หรือระบุที่อื่น: --dir DIR",
            ),
        ),
        Trouble::EmptySession => told(
            say("This session holds nothing", "session นี้ว่างเปล่า"),
            say("the program was ended while it began", "โปรแกรมถูกปิดตอนเพิ่งเริ่ม"),
            ("Begin a new one: firedamp --new", "เริ่มใหม่: firedamp --new"),
        ),
        Trouble::IsTraining => told(
            say("This session is training", "session นี้เป็นการฝึก"),
            say("nothing in it is about this host", "ไม่มีอะไรเกี่ยวกับเครื่องนี้"),
            ("Go on with it: firedamp resume ID", "ทำต่อด้วย: firedamp resume ID"),
        ),
        Trouble::TrainingHeld => told(
            say("Cannot go on with this training", "ทำการฝึกนี้ต่อไม่ได้"),
            say("somebody is in it, or its journal is damaged", "มีคนใช้อยู่ หรือ journal เสียหาย"),
            ("Begin anew: firedamp --new train NAME", "เริ่มใหม่: firedamp --new train NAME"),
        ),
        Trouble::NoWalkthrough(name, known) => told(
            say("There is no walkthrough called ", "ไม่มีบทฝึกชื่อ ").theirs(name),
            say("those that can be played are: ", "บทฝึกที่เล่นได้: ").ours(known.join(", ")),
            ("Name one of these: firedamp train NAME", "ระบุชื่อหนึ่งในนี้: firedamp train NAME"),
        ),
        Trouble::BadWalkthrough(why) => told(
            say("A built-in walkthrough does not open", "บทฝึกในโปรแกรมเปิดไม่ได้"),
            Phrase::default().theirs(why),
            ("Report this: it is a bug", "แจ้งผู้พัฒนา: เป็นข้อผิดพลาดของโปรแกรม"),
        ),
        Trouble::OneReplay => told(
            say("Cannot open another session here", "เปิด session อื่นตรงนี้ไม่ได้"),
            say("this is a replay", "นี่คือการเล่นย้อนหลัง"),
            ("Leave it first: q", "ออกก่อน: q"),
        ),
        Trouble::NothingRecorded => told(
            say("Cannot replay this session", "เล่น session นี้ย้อนหลังไม่ได้"),
            say("nothing was recorded in it", "ไม่มีการอัดไว้"),
            another,
        ),
        Trouble::BadTape(why) => told(
            say("Cannot play the recording", "เล่นที่อัดไว้ไม่ได้"),
            tape(language, why),
            ("Its journal is untouched: firedamp verify ID", "journal ยังอยู่ครบ: firedamp verify ID"),
        ),
        Trouble::BadPart(bad) => told(
            if bad.why == Some(TapeFault::GoesOn) {
                say("The recording is not at its end yet", "การอัดยังไม่จบ")
            } else {
                say("A part of the recording cannot be played", "บางส่วนที่อัดไว้เล่นไม่ได้")
            },
            part(language, bad),
            match &bad.why {
                Some(TapeFault::GoesOn) => {
                    ("Replay it again to see what came since", "เล่นใหม่อีกครั้งเพื่อดูส่วนที่อัดเพิ่ม")
                }
                None => {
                    ("Nothing to do: what was saved before plays", "ไม่ต้องทำอะไร ที่บันทึกก่อนหน้าเล่นได้")
                }
                Some(_) => (
                    "Copy the session away first; the rest plays; firedamp verify ID",
                    "สำเนา session ออกไปก่อน ส่วนที่เหลือเล่นได้ ตรวจด้วย firedamp verify ID",
                ),
            },
        ),
        Trouble::Playbook(path, why) => told(
            say("Cannot read the playbook ", "อ่าน playbook ไม่ได้ ").theirs(path),
            bad_file(language, why),
            (
                "Name a Markdown file in UTF-8; PB-31 is built in and needs none",
                "ระบุไฟล์ Markdown แบบ UTF-8 ส่วน PB-31 มีในตัวอยู่แล้ว",
            ),
        ),
        Trouble::NoPlaybook(name, known) => told(
            say("There is no playbook or file ", "ไม่มี playbook หรือไฟล์ชื่อ ").theirs(name),
            say("built in: ", "ที่มีในตัว: ").ours(known.join(", ")),
            ("Name one of these, or a Markdown file", "ระบุชื่อเหล่านี้ หรือไฟล์ Markdown"),
        ),
        Trouble::PlaybookChanged => told(
            say("playbook.md was changed", "playbook.md ถูกแก้"),
            say("it is not the one that the session began with", "ไม่ตรงกับตอนเริ่ม session"),
            ("Check: firedamp verify ID", "ตรวจด้วย: firedamp verify ID"),
        ),
        Trouble::NoThread(why) => told(
            say("Cannot start a thread", "เริ่มเธรดไม่ได้"),
            storage::why(language, why),
            (
                "End some processes, or raise the limit: ulimit -u",
                "ปิดบางโปรเซส หรือเพิ่มขีดจำกัด: ulimit -u",
            ),
        ),
        Trouble::NoEyes(path, why) => told(
            say("Cannot look at this host", "ดูเครื่องนี้ไม่ได้"),
            storage::why(language, why).ours(": ").theirs(path),
            ("Mount /proc, or run it on the host itself", "mount /proc หรือรันบนเครื่องนั้นโดยตรง"),
        ),
        Trouble::LooksStopped => told(
            say("Looks at this host stopped", "หยุดดูเครื่องนี้แล้ว"),
            say("a look hangs or its thread has ended", "การอ่านค้างหรือเธรดจบไปแล้ว"),
            ("Old data: q, firedamp resume", "ที่เห็นเป็นของเก่า: q แล้ว firedamp resume"),
        ),
        Trouble::NoTerminal => told(
            say("The cockpit needs a terminal", "ต้องเปิดในเทอร์มินัล"),
            say("its input or output is a file or a pipe", "ขาเข้าหรือขาออกเป็นไฟล์หรือ pipe"),
            (
                "Run it in a terminal (ssh -t HOST firedamp), or use a command: firedamp --help",
                "รันในเทอร์มินัล (ssh -t HOST firedamp) หรือใช้คำสั่ง: firedamp --help",
            ),
        ),
        Trouble::BadTerminal(why) => told(
            say("Cannot use this terminal", "ใช้เทอร์มินัลนี้ไม่ได้"),
            storage::why(language, why),
            (
                "Try another terminal, or TERM=xterm-256color",
                "ลองเทอร์มินัลอื่น หรือ TERM=xterm-256color",
            ),
        ),
        Trouble::NoLoop(why) => told(
            say("Cannot open the cockpit", "เปิดจอไม่ได้"),
            storage::why(language, why),
            ("Raise the limits: ulimit -n, ulimit -u", "เพิ่มขีดจำกัด: ulimit -n, ulimit -u"),
        ),
        Trouble::NoShell => told(
            say("Cannot be put in the background", "พักไว้เบื้องหลังไม่ได้"),
            say("there is no shell to go back to", "ไม่มี shell ให้กลับไป"),
            ("Leave with q", "ออกด้วย q"),
        ),
        Trouble::Fell(report) => told(
            say("A part of the program fell", "ส่วนหนึ่งของโปรแกรมล้ม"),
            Phrase::default().theirs(report),
            ("Saved is saved: q, then resume", "ที่บันทึกแล้วยังอยู่: q แล้ว resume"),
        ),
        Trouble::Panicked(report, kept) => Told {
            what: say("The program met a fault of its own", "โปรแกรมผิดพลาดเอง"),
            why: Phrase::default().theirs(report),
            next: again(language, kept.as_ref()),
        },
        Trouble::Killed(signal, command) => Told {
            what: say("The screen has ended, and not by itself", "จอถูกปิดโดยไม่ได้สั่ง"),
            why: death(language, *signal),
            next: resume(language, command),
        },
        Trouble::Unguarded(command) => Told {
            what: say("The process that guards the terminal is gone", "โปรเซสที่คุมเทอร์มินัลหายไป"),
            why: say(
                "somebody, or the kernel for want of memory, ended it",
                "มีคนปิด หรือ kernel ปิดเพราะหน่วยความจำหมด",
            ),
            next: resume(language, command),
        },
    }
}

/// What is said of a journal that is damaged to whoever reads it, or wants to write to it.
#[must_use]
pub fn damaged(language: Language, writes: bool, at: &Break) -> Told {
    let (en, th) = if writes {
        ("Cannot write to the session", "เขียน session นี้ไม่ได้")
    } else {
        ("The journal does not hold any further", "journal หลังจากนี้เชื่อถือไม่ได้")
    };
    let look = pick(
        language,
        "Look what holds of it: firedamp verify ID",
        "ดูว่าส่วนไหนยังถูกต้อง: firedamp verify ID",
    );
    Told::new(Phrase::of(pick(language, en, th)), broken(language, at), look)
}

/// What a responder types when the screen is gone.
fn resume(language: Language, command: &Untrusted) -> Phrase {
    let kept = pick(language, "The session is kept; go on with: ", "session ยังอยู่ ทำต่อด้วย: ");
    Phrase::of(kept).theirs(command)
}

/// What a responder does when the screen is gone; the report of why may be in a file.
fn again(language: Language, report: Option<&Untrusted>) -> Phrase {
    let saved = pick(
        language,
        "What was saved is saved: run firedamp again, with the same --dir if you gave one, and press Enter",
        "ที่บันทึกแล้วยังอยู่ รัน firedamp อีกครั้ง (ใช้ --dir เดิมถ้าเคยระบุ) แล้วกด Enter",
    );
    let Some(path) = report else { return Phrase::of(saved) };
    Phrase::of(saved).ours(pick(language, "; the report is in ", " รายงานอยู่ใน ")).theirs(path)
}

/// What is said of a session, or a place for sessions, that cannot be used.
#[must_use]
pub fn unusable(language: Language, unusable: &Unusable) -> Told {
    let what = Phrase::of(pick(language, "Cannot use the session", "ใช้ session นี้ไม่ได้"));
    let why = reason(language, unusable);
    if let Unusable::Moved(place) = unusable {
        let what = Phrase::of(pick(language, "The session moved", "session ย้ายแล้ว"));
        return Told { what, why, next: follow(language, place) };
    }
    Told::new(what, why, next(language, unusable))
}

/// A sessions directory was made that was not there.
#[must_use]
pub fn made(language: Language, place: &Untrusted) -> Phrase {
    let made = pick(language, "new sessions directory: ", "สร้างไดเรกทอรี session ใหม่: ");
    Phrase::of(made).theirs(place)
}

/// Notes went to this session, whose id nobody had spelled out.
#[must_use]
pub fn noted_in(language: Language, id: &str) -> Phrase {
    Phrase::of(pick(language, "noted in ", "จดไว้ใน ")).ours(id.to_owned())
}

/// What to type to go on where a session went.
#[must_use]
pub fn follow(language: Language, place: &Untrusted) -> Phrase {
    if place.is_empty() {
        let look = "Look for it where it can be: firedamp sessions --dir DIR";
        return Phrase::of(pick(language, look, "หาในที่ที่น่าจะอยู่: firedamp sessions --dir DIR"));
    }
    let there = pick(language, "Go on: firedamp resume --dir ", "ทำต่อ: firedamp resume --dir ");
    Phrase::of(there).theirs(place)
}

/// Why it cannot be used.
#[must_use]
pub fn reason(language: Language, unusable: &Unusable) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match unusable {
        Unusable::Missing(path) => {
            say("there is no sessions directory ", "ไม่มีไดเรกทอรีของ session ").theirs(path)
        }
        Unusable::Unsafe(path, why) => {
            Phrase::default().theirs(path).ours(" ").ours(distrust(language, *why))
        }
        Unusable::Kernel(path, why) => storage::why(language, why).ours(": ").theirs(path),
        Unusable::Unknown(id) => say("no session is called ", "ไม่มี session ชื่อ ").theirs(id),
        Unusable::Ambiguous(given, ids) => Phrase::default()
            .theirs(given)
            .ours(pick(language, " could be any of ", " อาจเป็น "))
            .ours(ids.join(", ")),
        Unusable::Empty(path) => say("there are no sessions in ", "ไม่มี session ใน ").theirs(path),
        Unusable::Held => say("another screen holds the pen", "จออื่นถือปากกาอยู่"),
        Unusable::Begin(why) => {
            say("it cannot begin: ", "เริ่มไม่ได้: ").then(storage::unsaved(language, why))
        }
        Unusable::Moved(place) if place.is_empty() => {
            say("it was moved, but where to is not known", "ย้ายไปแล้ว แต่ไม่รู้ว่าไปที่ไหน")
        }
        Unusable::Moved(place) => say("it was moved to ", "ย้ายไปที่ ").theirs(place),
        Unusable::BadCopy(path) => say("the copy is not whole in ", "สำเนาไม่ครบใน ").theirs(path),
        Unusable::SharedDisk(path, kind) => say(
            "two machines could write at once on this shared disk: ",
            "ดิสก์นี้แชร์กัน สองเครื่องอาจเขียนพร้อมกัน: ",
        )
        .theirs(path)
        .ours(format!(" ({kind})")),
        Unusable::There(path) => say("it is there already: ", "มีอยู่แล้วที่ ").theirs(path),
    }
}

fn next(language: Language, unusable: &Unusable) -> &'static str {
    let (en, th) = match unusable {
        Unusable::Missing(_) => (
            "Name the right directory: --dir DIR; or begin: firedamp",
            "ระบุไดเรกทอรีให้ถูก: --dir DIR หรือเริ่มใหม่: firedamp",
        ),
        // Whoever named /tmp or /etc must not be told to take it for themselves.
        Unusable::Unsafe(..) => ("Name another: --dir DIR", "ระบุที่อื่น: --dir DIR"),
        Unusable::Kernel(_, why) => return storage::before(language, why),
        Unusable::Unknown(_) => (
            "List the ids: firedamp sessions; `latest` was written last",
            "ดูรายชื่อ: firedamp sessions ส่วน `latest` คืออันที่เขียนล่าสุด",
        ),
        Unusable::Ambiguous(..) => ("Give more of the id", "พิมพ์รหัสให้ยาวขึ้น"),
        Unusable::Empty(_) => ("Begin one: firedamp", "เริ่มใหม่: firedamp"),
        Unusable::Held => ("Wait until that screen lets go", "รอให้จอนั้นปล่อยก่อน"),
        Unusable::Begin(_) | Unusable::BadCopy(_) => {
            ("Name a directory on another disk: --dir DIR", "ระบุไดเรกทอรีบนดิสก์อื่น: --dir DIR")
        }
        Unusable::Moved(_) => ("Follow it: --dir DIR", "ตามไป: --dir DIR"),
        Unusable::SharedDisk(..) => (
            "Take a disk of this machine: --dir DIR; or accept the risk: --shared-disk",
            "ใช้ดิสก์ของเครื่องนี้: --dir DIR หรือยอมรับความเสี่ยง: --shared-disk",
        ),
        Unusable::There(_) => ("Name another directory", "ระบุไดเรกทอรีอื่น"),
    };
    pick(language, en, th)
}

/// Several places and what is wrong with each.
#[must_use]
pub fn joined(language: Language, places: &[Unusable]) -> Phrase {
    let mut all = Phrase::default();
    for (at, place) in places.iter().enumerate() {
        let gap = if at > 0 { "; " } else { "" };
        all = all.ours(gap).then(reason(language, place));
    }
    all
}

/// Why the session stays where it is, and what to do.
#[must_use]
pub fn not_carried(language: Language, why: &NotCarried) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match why {
        NotCarried::Relative => say("give a full path, from / on.", "ระบุพาธเต็ม เริ่มจาก /"),
        NotCarried::NoParent(dir) => {
            say("mistyped? no directory above it: ", "พิมพ์ผิดหรือไม่ ไม่มีไดเรกทอรีเหนือขึ้นไป: ").theirs(dir)
        }
        NotCarried::Busy => say("the writer is busy. Try again.", "ตัวเขียนยังไม่ว่าง ลองอีกครั้ง"),
        NotCarried::Place(why) => {
            say("name another directory. ", "ระบุไดเรกทอรีอื่น ").then(reason(language, why))
        }
    }
}
