//! Words for what starts by itself.

use crate::cockpit::model::NoticeKind;
use crate::domain::answer::What;
use crate::domain::base::{Language, Timestamp};
use crate::domain::facts::{AutostartChange, AutostartKind, Packaged, Reading, Remark, Trick};
use crate::domain::untrusted::Untrusted;
use crate::words::{Phrase, finding, panes, pick};

/// What a group of places is called.
#[must_use]
pub const fn group(language: Language, kind: AutostartKind) -> &'static str {
    let (en, th) = match kind {
        AutostartKind::Cron => ("Jobs of cron", "งานของ cron"),
        AutostartKind::Anacron => ("Jobs of anacron", "งานของ anacron"),
        AutostartKind::At => ("Jobs of at", "งานของ at"),
        AutostartKind::Incron => ("Jobs of incron", "งานของ incron"),
        AutostartKind::SystemdUnit => ("Units of systemd", "unit ของ systemd"),
        AutostartKind::SystemdTimer => ("Timers of systemd", "timer ของ systemd"),
        AutostartKind::SystemdDropIn => ("Drop-ins of systemd", "drop-in ของ systemd"),
        AutostartKind::SystemdGenerator => ("Generators of systemd", "generator ของ systemd"),
        AutostartKind::RcLocal => ("rc.local and inittab", "rc.local และ inittab"),
        AutostartKind::InitScript => ("Init scripts", "สคริปต์ init"),
        AutostartKind::UdevRule => ("Rules of udev", "กฎของ udev"),
        AutostartKind::ShellStart => ("Start files of shells", "ไฟล์เริ่มของเชลล์"),
        AutostartKind::AuthorizedKey => ("Keys that may log in", "คีย์ที่เข้าสู่ระบบได้"),
        AutostartKind::SshdConfig => ("Settings of sshd", "การตั้งค่า sshd"),
        AutostartKind::Preload => ("Loaded into every program", "โหลดเข้าทุกโปรแกรม"),
        AutostartKind::LoaderConfig => ("Where libraries come from", "ที่มาของไลบรารี"),
        AutostartKind::Pam => ("Modules of PAM", "โมดูล PAM"),
        AutostartKind::KernelModule => ("Kernel modules", "โมดูลเคอร์เนล"),
        AutostartKind::Initramfs => ("Hooks of the initramfs", "hook ของ initramfs"),
        AutostartKind::PackageHook => ("Hooks of the package manager", "hook ของตัวจัดการแพ็กเกจ"),
        AutostartKind::NetworkDispatcher => ("Run by the network", "รันเมื่อเครือข่ายเปลี่ยน"),
        AutostartKind::Motd => ("Message of the day", "ข้อความต้อนรับ"),
        AutostartKind::DesktopAutostart => ("Started by desktops", "เริ่มพร้อมเดสก์ท็อป"),
        AutostartKind::GitHook => ("Run by git", "รันโดย git"),
        AutostartKind::PythonPath => ("Run by python", "รันโดย python"),
        AutostartKind::Container => ("Containers that restart", "คอนเทนเนอร์ที่เริ่มใหม่เอง"),
        AutostartKind::Kubernetes => ("Kubernetes on this node", "Kubernetes บนโหนดนี้"),
        AutostartKind::Sudoers => ("Rules of sudo", "กฎของ sudo"),
        AutostartKind::User => ("Accounts that log in", "บัญชีที่เข้าสู่ระบบได้"),
        AutostartKind::SshClient => ("Run by ssh when it connects", "รันเมื่อ ssh เชื่อมต่อ"),
        AutostartKind::Logrotate => ("Scripts of logrotate", "สคริปต์ของ logrotate"),
        AutostartKind::CloudInit => ("Scripts of cloud-init", "สคริปต์ของ cloud-init"),
        AutostartKind::Tmpfiles => ("Files written at boot", "ไฟล์ที่ถูกเขียนตอนบูต"),
        AutostartKind::KernelSetting => ("Run by the kernel", "รันโดยเคอร์เนล"),
        AutostartKind::ServiceStarter => ("Other starters of services", "ตัวเริ่มบริการอื่น"),
    };
    pick(language, en, th)
}

/// What became of an entry, in a word.
#[must_use]
pub const fn change(language: Language, change: AutostartChange) -> &'static str {
    let (en, th) = match change {
        AutostartChange::Appeared => ("new", "ใหม่"),
        AutostartChange::Changed => ("changed", "ถูกแก้"),
        AutostartChange::Vanished => ("gone", "หายไป"),
    };
    pick(language, en, th)
}

/// What became of an entry, in a sentence.
#[must_use]
pub fn happened(
    language: Language,
    change: AutostartChange,
    kind: AutostartKind,
    (path, line): (&Untrusted, u32),
    text: &Untrusted,
) -> Phrase {
    let (en, th) = match change {
        AutostartChange::Appeared => ("starts by itself now: ", "เริ่มเองเพิ่มใหม่: "),
        AutostartChange::Changed => ("changed what starts by itself: ", "แก้สิ่งที่เริ่มเอง: "),
        AutostartChange::Vanished => ("starts by itself no more: ", "ไม่เริ่มเองแล้ว: "),
    };
    let said = Phrase::of(pick(language, en, th)).ours(kind.name()).ours(" ").theirs(path);
    let said = if line > 0 { said.ours(format!(":{line}")) } else { said };
    if text.is_empty() { said } else { said.ours("  ").theirs(text) }
}

/// What it says before what changed while nobody watched.
#[must_use]
pub fn unwatched(language: Language, since: Timestamp) -> Phrase {
    let said = match language {
        Language::En => "unwatched since",
        Language::Th => "ไม่มีใครเฝ้าตั้งแต่",
    };
    Phrase::of(format!("{said} {}: ", since.strftime("%Y-%m-%d %H:%MZ")))
}

/// So many others changed with the same look, and where they are.
#[must_use]
pub fn others(language: Language, count: usize) -> String {
    match language {
        Language::En => format!("  +{count} more, g s"),
        Language::Th => format!("  อีก {count} รายการ กด g s"),
    }
}

/// What stands at the end of the line of a notice, however long the rest is.
#[must_use]
pub fn tail(language: Language, kind: &NoticeKind) -> Option<String> {
    let NoticeKind::Autostart(_, _, more @ 1..) = kind else { return None };
    Some(others(language, *more))
}

/// A way to hide that was seen through.
#[must_use]
pub const fn trick(language: Language, trick: Trick) -> &'static str {
    let (en, th) = match trick {
        Trick::CarriageReturn => {
            ("a carriage return draws over the line", "มี carriage return เขียนทับบรรทัด")
        }
        Trick::HiddenCharacters => ("characters that are not drawn", "มีอักขระที่มองไม่เห็น"),
        Trick::Padding => ("blanks push it out of sight", "ใช้ช่องว่างดันให้พ้นสายตา"),
        Trick::Base64 => ("commands in base64", "คำสั่งซ่อนเป็น base64"),
        Trick::Hex => ("commands in hexadecimal", "คำสั่งซ่อนเป็นเลขฐานสิบหก"),
        Trick::FieldSeparator => ("$IFS in the place of blanks", "ใช้ $IFS แทนช่องว่าง"),
    };
    pick(language, en, th)
}

/// What is so about an entry, beside its text.
#[must_use]
pub const fn remark(language: Language, remark: Remark) -> &'static str {
    let (en, th) = match remark {
        Remark::Enabled => ("enabled", "เปิดใช้"),
        Remark::NotEnabled => ("nothing starts it", "ไม่มีอะไรเริ่มมัน"),
        Remark::Active => ("active", "ทำงานอยู่"),
        Remark::RestartsAlways => ("always started again", "เริ่มใหม่เสมอ"),
        Remark::NoPassword => ("no password is asked", "ไม่ถามรหัสผ่าน"),
        Remark::SecondRoot => ("user id 0, and not root", "uid 0 แต่ไม่ใช่ root"),
        Remark::EmptyPassword => ("empty password", "รหัสผ่านว่าง"),
        Remark::NewAccount => ("not in the older list of accounts", "ไม่อยู่ในรายชื่อบัญชีเดิม"),
        Remark::ServiceWithShell => ("a service that can log in", "บัญชีบริการที่เข้าสู่ระบบได้"),
        Remark::ForcedCommand => ("runs one command only", "รันได้คำสั่งเดียว"),
        Remark::NotLikeSkeleton => ("not in /etc/skel", "ไม่มีใน /etc/skel"),
        Remark::LeadsElsewhere => ("a link, not followed", "เป็นลิงก์ ไม่ได้ตามไป"),
        Remark::HiddenName => ("hidden name", "ชื่อซ่อน"),
        Remark::WorldWritable => ("anybody may write it", "ใครก็เขียนได้"),
        Remark::NoLineRuns => ("no line that runs", "ไม่มีบรรทัดที่รัน"),
        Remark::NotReadable => ("cannot be read as an account", "อ่านเป็นบัญชีไม่ได้"),
        Remark::NotFollowed => ("what it leads to was not read", "ไม่ได้อ่านไฟล์ที่มันชี้ไป"),
    };
    pick(language, en, th)
}

/// What the package database says.
#[must_use]
pub fn packaged(language: Language, packaged: &Packaged) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match packaged {
        Packaged::Unknown => say("not known", "ไม่ทราบ"),
        Packaged::No => say("no package brought it", "ไม่ได้มาจากแพ็กเกจ"),
        Packaged::Unchanged(name) => say("unchanged, of ", "ไม่ถูกแก้ จาก ").theirs(name),
        Packaged::Changed(name) => say("NOT as in ", "ไม่ตรงกับ ").theirs(name),
        Packaged::Undigested(name) => say("without a digest, of ", "ไม่มี digest จาก ").theirs(name),
    }
}

/// It is there, or it is not.
#[must_use]
pub const fn exists(language: Language, exists: &Reading<bool>) -> &'static str {
    let (en, th) = match exists {
        Reading::Known(true) => ("there", "มีอยู่"),
        Reading::Known(false) => ("missing", "ไม่มี"),
        Reading::Denied => ("may not look", "ไม่มีสิทธิ์ดู"),
        Reading::Blocked => ("no answer", "ไม่ตอบ"),
        Reading::Unknown => ("not known", "ไม่ทราบ"),
    };
    pick(language, en, th)
}

/// How many entries of a group are folded away.
#[must_use]
pub fn folded(language: Language, count: usize) -> String {
    match language {
        Language::En => format!("+{count} as their packages have them"),
        Language::Th => format!("+{count} ตรงตามแพ็กเกจ"),
    }
}

/// How many of a group changed or hide something.
#[must_use]
pub fn to_look_at(language: Language, count: usize) -> String {
    match language {
        Language::En => format!("{count} to look at"),
        Language::Th => format!("ควรดู {count}"),
    }
}

/// What starts by itself.
#[expect(clippy::wildcard_enum_match_arm, reason = "whoever asks names each kind")]
pub(super) fn starting(language: Language, what: &What) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match what {
        What::Autostarts(0, 0, 0) => say("nothing bad starts by itself", "ไม่พบสิ่งเริ่มเองที่ผิดปกติ"),
        What::Autostarts(confirmed, suspect, noted) => {
            let bad = panes::found(language, *confirmed, *suspect);
            let look = to_look_at(language, *noted);
            let said = [(confirmed + suspect, bad), (*noted, look)].into_iter();
            let said: Vec<_> = said.filter(|it| it.0 > 0).map(|it| it.1).collect();
            say("start by themselves: ", "สิ่งที่เริ่มเอง: ").ours(said.join(", "))
        }
        What::Autostart(grade, kind, path) => {
            let grade = format!(" ({})", finding::grade(language, *grade));
            Phrase::of(kind.name()).ours(" ").theirs(path).ours(grade)
        }
        _ => Phrase::default(),
    }
}

/// What came to start by itself, or is another now: how many, or one of them.
pub(super) fn came(language: Language, what: &What) -> Phrase {
    let say = |count: usize, it| match language {
        Language::En => format!("{count} {}", change(language, it)),
        Language::Th => format!("{} {count}", change(language, it)),
    };
    if let What::AutostartNew(what, kind, path) = what {
        let word = change(language, *what);
        return Phrase::of(format!("{word}: {} ", kind.name())).theirs(path);
    }
    let What::AutostartNews(new, changed) = what else { return Phrase::default() };
    let counts = [(*new, AutostartChange::Appeared), (*changed, AutostartChange::Changed)];
    let said = counts.into_iter().filter(|it| it.0 > 0).map(|(count, it)| say(count, it));
    let since = label(language, Label::Since);
    Phrase::of(format!("{} {since}", said.collect::<Vec<_>>().join(", ")))
}

/// How many changed since the first look.
#[must_use]
pub fn news(language: Language, count: usize) -> String {
    match language {
        Language::En => format!("{count} changed since"),
        Language::Th => format!("เปลี่ยน {count}"),
    }
}

/// The word in `language`.
#[must_use]
pub const fn label(language: Language, label: Label) -> &'static str {
    label.text(language)
}

fixed! {
    /// A fixed word of the pane or of the page of one entry.
    pub enum Label;

    Who => "WHO", "ใคร";
    Place => "PLACE", "ที่";
    What => "WHAT IT RUNS", "รันอะไร";
    When => "CHANGED", "แก้เมื่อ";
    Legend => "h hides  + new  ~ changed  - gone  x altered  i immutable  . own", "h ซ่อน  + ใหม่  ~ ถูกแก้  - หายไป  x ไม่ตรงแพ็กเกจ  i ล็อกไว้  . นอกแพ็กเกจ";
    Hunting => "the first hunt is under way", "กำลังค้นหาครั้งแรก";
    Watched => "watched", "เฝ้าอยู่";
    NotWatched => "not watched", "ไม่ได้เฝ้า";
    NothingFits => "nothing fits the filter", "ไม่มีรายการตรงตัวกรอง";
    Stands => "stands in", "อยู่ใน";
    RunsAs => "runs as", "รันในชื่อ";
    File => "file", "ไฟล์";
    Written => "written", "เขียนเมื่อ";
    Changed => "changed", "เปลี่ยนเมื่อ";
    Package => "package", "แพ็กเกจ";
    Runs => "runs", "รัน";
    RunsNow => "runs now", "รันอยู่";
    ByCommand => "by its command line", "ตามบรรทัดคำสั่ง";
    Nobody => "no process", "ไม่มีโปรเซส";
    Remarks => "remarks", "หมายเหตุ";
    Tricks => "Seen through", "มองทะลุแล้ว";
    Text => "As it stands there", "ตามที่เขียนไว้";
    Behind => "What stands behind it", "สิ่งที่ซ่อนอยู่";
    Immutable => "cannot be changed (chattr +i or +a)", "แก้ไม่ได้ (chattr +i หรือ +a)";
    Since => "since the first look", "ตั้งแต่ดูครั้งแรก";
    Unwatched => "while nobody watched", "ขณะไม่มีใครเฝ้า";
    Between => "between", "ระหว่าง";
    Forgeable => "as it says itself", "ตามที่ไฟล์บอก";
    ByKernel => "by the kernel", "ตามเคอร์เนล";
}
