//! Words for the disk: what does not reach it, why, and what to do.

use crate::cockpit::storage::{Refusal, Unsaved, Waiting};
use crate::domain::base::Language;
use crate::words::{Phrase, pick};

/// What the banner says while entries wait in memory. What to do comes before a long reason.
#[must_use]
pub fn waiting(language: Language, waiting: &Waiting) -> Phrase {
    let say = |en, th| pick(language, en, th);
    let phrase = Phrase::of(waiting.entries.to_string())
        .ours(say(" NOT ON DISK, kept in memory: ", " รายการยังไม่ลงดิสก์ อยู่ในหน่วยความจำ: "));
    if waiting.why == Refusal::Full {
        return phrase.ours(full(language));
    }
    let elsewhere = say(". Try :move DIR", " ลอง :move DIR");
    if let Refusal::Other(_) = &waiting.why {
        let fails = phrase.ours(say("disk fails", "ดิสก์ขัดข้อง")).ours(elsewhere);
        return fails.ours("  ").then(why(language, &waiting.why));
    }
    phrase.ours(short(language, &waiting.why)).ours(elsewhere)
}

const fn full(language: Language) -> &'static str {
    pick(language, "disk full. Free space, or :move DIR", "ดิสก์เต็ม ลบไฟล์ หรือ :move DIR")
}

/// Why, in a few words for a badge; nothing foreign in it.
#[must_use]
pub const fn short(language: Language, why: &Refusal) -> &'static str {
    let (en, th) = match why {
        Refusal::Full => ("disk full", "ดิสก์เต็ม"),
        Refusal::Quota => ("quota used up", "เต็มโควตา"),
        Refusal::LittleRoom => ("under 16 MiB free", "เหลือไม่ถึง 16 MiB"),
        Refusal::ReadOnly => ("disk read-only", "ดิสก์อ่านได้อย่างเดียว"),
        Refusal::Failing => ("disk fails (EIO)", "ดิสก์เสีย (EIO)"),
        Refusal::Patience => ("disk keeps failing", "ดิสก์เสียซ้ำ ๆ"),
        Refusal::Forbidden => ("no permission", "ไม่มีสิทธิ์"),
        Refusal::NotThere => ("it is not there", "ไม่มีอยู่"),
        Refusal::TooManyFiles => ("too many open files", "เปิดไฟล์เกินจำนวน"),
        Refusal::Stale => ("network disk gone", "ดิสก์เครือข่ายหลุด"),
        Refusal::PenLost => ("the pen was taken", "ปากกาถูกยึด"),
        Refusal::Other(_) => ("the kernel refuses", "kernel ไม่ยอม"),
    };
    pick(language, en, th)
}

/// Why, as a sentence goes on.
#[must_use]
pub fn why(language: Language, why: &Refusal) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match why {
        Refusal::Full => say("the disk is full", "ดิสก์เต็ม"),
        Refusal::Quota => say("your quota on this disk is used up", "โควตาของคุณบนดิสก์นี้เต็ม"),
        Refusal::LittleRoom => say(
            "less than 16 MiB are free, and the journal comes first",
            "เหลือไม่ถึง 16 MiB เก็บไว้ให้ journal ก่อน",
        ),
        Refusal::ReadOnly => say("the disk can only be read", "ดิสก์อ่านได้อย่างเดียว"),
        Refusal::Failing => say("the disk fails (I/O error)", "ดิสก์เสีย (I/O error)"),
        Refusal::Patience => say(
            "the disk keeps failing; firedamp tries again within a minute",
            "ดิสก์เสียซ้ำ ๆ firedamp จะลองใหม่ภายในหนึ่งนาที",
        ),
        Refusal::Forbidden => say("this user has no permission", "ผู้ใช้นี้ไม่มีสิทธิ์"),
        Refusal::NotThere => say("it is not there", "ไม่มีอยู่ตรงนั้น"),
        Refusal::TooManyFiles => say("too many files are open", "เปิดไฟล์ค้างไว้เกินจำนวน"),
        Refusal::Stale => say("the network disk has lost it (stale)", "ดิสก์เครือข่ายไม่รู้จักแล้ว (stale)"),
        Refusal::PenLost => say("somebody took the pen by force", "มีคนยึดปากกาไป"),
        Refusal::Other(said) => say("kernel says: ", "kernel แจ้งว่า: ").theirs(said),
    }
}

/// What to do about it while the session is on the screen.
#[must_use]
pub const fn remedy(language: Language, why: &Refusal) -> &'static str {
    let (en, th) = match why {
        Refusal::Full | Refusal::LittleRoom => ("Free space, or :move DIR", "ลบไฟล์ หรือ :move DIR"),
        Refusal::Quota => ("Delete your files, or :move DIR", "ลบไฟล์ของคุณ หรือ :move DIR"),
        Refusal::ReadOnly | Refusal::Failing | Refusal::NotThere | Refusal::Other(_) => {
            ("Take another disk: :move DIR", "ใช้ดิสก์อื่น: :move DIR")
        }
        Refusal::Patience => ("Wait 1 min, or :move DIR", "รอ 1 นาที หรือ :move DIR"),
        Refusal::Forbidden => ("Run as its owner, or :move DIR", "รันด้วยผู้ใช้เจ้าของ หรือ :move DIR"),
        Refusal::TooManyFiles => ("Raise: ulimit -n; resume", "เพิ่ม: ulimit -n แล้ว resume"),
        Refusal::Stale => ("Mount again, or :move DIR", "mount ใหม่ หรือ :move DIR"),
        Refusal::PenLost => ("P asks for it back", "กด P เพื่อขอคืน"),
    };
    pick(language, en, th)
}

/// What to do about it while there is no session yet.
#[must_use]
pub const fn before(language: Language, why: &Refusal) -> &'static str {
    let (en, th) = match why {
        Refusal::Full | Refusal::LittleRoom => (
            "Free some space, or name a directory on another disk: --dir DIR",
            "ลบไฟล์ให้มีที่ว่าง หรือระบุที่อื่น: --dir DIR",
        ),
        Refusal::Quota => (
            "Delete files of yours, or name a directory on another disk: --dir DIR",
            "ลบไฟล์ของคุณ หรือระบุที่อื่น: --dir DIR",
        ),
        Refusal::ReadOnly => (
            "Name a directory on a disk that can be written: --dir DIR",
            "ระบุไดเรกทอรีบนดิสก์ที่เขียนได้: --dir DIR",
        ),
        Refusal::Failing | Refusal::Patience => (
            "Copy the sessions away, and go on from another disk: --dir DIR",
            "สำเนา session ออกไป แล้วทำต่อบนดิสก์อื่น: --dir DIR",
        ),
        Refusal::Forbidden => (
            "Run as the user that owns it, or name another directory: --dir DIR",
            "รันด้วยผู้ใช้เจ้าของ หรือระบุที่อื่น: --dir DIR",
        ),
        Refusal::NotThere | Refusal::Other(_) => {
            ("Name another directory: --dir DIR", "ระบุไดเรกทอรีอื่น: --dir DIR")
        }
        Refusal::TooManyFiles => ("Raise the limit: ulimit -n", "เพิ่มขีดจำกัด: ulimit -n"),
        Refusal::Stale => (
            "Mount that disk again, or name another directory: --dir DIR",
            "mount ดิสก์นั้นใหม่ หรือระบุที่อื่น: --dir DIR",
        ),
        Refusal::PenLost => ("Wait, or ask for the pen: P", "รอก่อน หรือกด P เพื่อขอปากกา"),
    };
    pick(language, en, th)
}

/// Why an entry is not saved, and what to do: short, for one line.
#[must_use]
pub fn unsaved(language: Language, unsaved: &Unsaved) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match unsaved {
        Unsaved::Disk(refusal @ Refusal::Other(_)) => {
            Phrase::of(remedy(language, refusal)).ours("  ").then(why(language, refusal))
        }
        Unsaved::Disk(refusal) => Phrase::of(short(language, refusal))
            .ours(pick(language, ". ", " "))
            .ours(remedy(language, refusal)),
        Unsaved::NoPen => {
            say("others write here. P asks for the pen", "คนอื่นเขียนอยู่ กด P เพื่อขอปากกา")
        }
        Unsaved::Replay => {
            say("a replay writes nothing. q leaves it", "เล่นย้อนหลังเขียนไม่ได้ กด q เพื่อออก")
        }
        Unsaved::TrainingOver => {
            say("this training is over. D shows its debrief", "การฝึกจบแล้ว กด D ดูสรุป")
        }
        Unsaved::Changed => say(
            "the journal was changed. See: firedamp verify",
            "journal ถูกแก้ ดูด้วย: firedamp verify",
        ),
        Unsaved::Slow => {
            say("the disk is too slow. Wait, or :move DIR", "ดิสก์ช้าเกินไป รอก่อน หรือ :move DIR")
        }
        Unsaved::WriterEnded => say(
            "the writer has ended. q, then firedamp resume",
            "ตัวเขียนหยุดแล้ว กด q แล้ว firedamp resume",
        ),
        Unsaved::Unwritable(said) => say("say it in other words. ", "ลองใช้คำอื่น ").theirs(said),
    }
}
