//! Words for why something does not work: of files, journals, recordings, themes, and ends that came by a signal.

use crate::cockpit::trouble::{
    BadFile, BadPart, BadTheme, Damage, Death, Distrust, TapeFault, ThemeFault,
};
use crate::domain::base::Language;
use crate::domain::session::{Break, LINE_LIMIT, LineProblem};
use crate::words::trouble::reason;
use crate::words::{Phrase, pick, storage};

pub(super) fn distrust(language: Language, why: Distrust) -> String {
    let (en, th) = match why {
        Distrust::Link => ("is a symbolic link", "เป็น symbolic link"),
        Distrust::NotADirectory => ("is no directory", "ไม่ใช่ไดเรกทอรี"),
        Distrust::NotAFile => ("is no regular file", "ไม่ใช่ไฟล์ปกติ"),
        Distrust::Links => ("is linked from elsewhere too", "มีลิงก์จากที่อื่นด้วย"),
        Distrust::Owner(uid) => {
            let text = pick(language, "belongs to another user, uid", "เป็นของผู้ใช้อื่น uid");
            return format!("{text} {uid}");
        }
        Distrust::Mode(mode) => {
            let text = pick(language, "is open to others, mode", "คนอื่นเข้าถึงได้ mode");
            return format!("{text} {mode:04o}");
        }
    };
    pick(language, en, th).to_owned()
}

pub(super) fn bad_file(language: Language, why: &BadFile) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match why {
        BadFile::Directory => say("this is a directory", "นี่คือไดเรกทอรี"),
        BadFile::Special => say("this is no regular file", "ไม่ใช่ไฟล์ปกติ"),
        BadFile::Huge(mib) => Phrase::of(match language {
            Language::En => format!("it has more than {mib} MiB, a playbook never has"),
            Language::Th => format!("ใหญ่กว่า {mib} MiB ซึ่ง playbook ไม่เคยใหญ่เท่านี้"),
        }),
        BadFile::Binary => say("it is binary", "เป็นไฟล์ไบนารี"),
        BadFile::Encoding(line) => {
            say("it is not UTF-8, line ", "ไม่ใช่ UTF-8 บรรทัด ").ours(line.to_string())
        }
        BadFile::Kernel(why) => storage::why(language, why),
    }
}

/// Where and why a journal does not hold.
#[must_use]
pub fn damage(language: Language, damage: &Damage) -> Phrase {
    match damage {
        Damage::Unreadable(why) => reason(language, why),
        Damage::Somewhere(why) => problem(language, why),
        Damage::Unfinished => {
            Phrase::of(pick(language, "its first entry was never finished", "รายการแรกเขียนไม่เสร็จ"))
        }
        Damage::Line(broken) => place(language, broken).then(problem(language, &broken.problem)),
    }
}

/// Where and why a journal does not hold, with all that is known: for whoever looks at the bytes.
#[must_use]
pub fn broken(language: Language, broken: &Break) -> Phrase {
    let at = match (language, broken) {
        // A journal of one file has a line for each entry, which an editor finds.
        (Language::En, Break { segment: 1, line, offset, .. }) => {
            Phrase::of(format!("line {line}, byte {offset}: "))
        }
        (Language::En | Language::Th, _) => place(language, broken),
    };
    at.then(detail(language, &broken.problem))
}

/// A byte is counted in its own file, so of several files the one is named.
fn place(language: Language, broken: &Break) -> Phrase {
    let Break { segment, line, offset, .. } = broken;
    Phrase::of(match (language, segment) {
        (Language::En, 1) => format!("entry {line}, byte {offset}: "),
        (Language::En, _) => format!("entry {line}, byte {offset} of segment {segment}: "),
        (Language::Th, 1) => format!("รายการ {line} ไบต์ {offset}: "),
        (Language::Th, _) => format!("รายการ {line} ไบต์ {offset} ของ segment {segment}: "),
    })
}

/// Why a line of a journal does not hold, with the number or the words that come with it.
fn detail(language: Language, why: &LineProblem) -> Phrase {
    match (language, why) {
        (_, LineProblem::Malformed(said)) => problem(language, why).ours(": ").theirs(said),
        (Language::Th, LineProblem::TooLong) => Phrase::of(format!("บรรทัดยาวเกิน {LINE_LIMIT} ไบต์")),
        (Language::Th, LineProblem::Fork(entry)) => {
            Phrase::of(format!("รายการ {entry} มีซ้ำ: สองบรรทัดต่อจากบรรทัดเดียวกัน"))
        }
        (Language::Th, _) | (_, LineProblem::Content(_)) => problem(language, why),
        (Language::En, _) => Phrase::of(why.to_string()),
    }
}

/// Why a line of a journal does not hold.
#[must_use]
pub fn problem(language: Language, problem: &LineProblem) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match problem {
        LineProblem::Unended => say("the line has no end", "บรรทัดไม่จบ"),
        LineProblem::TooLong => say("the line is too long", "บรรทัดยาวเกินไป"),
        LineProblem::Sum => say("the line was damaged or changed", "บรรทัดเสียหายหรือถูกแก้"),
        LineProblem::Malformed(_) => say("the line is no entry", "บรรทัดนี้ไม่ใช่รายการ"),
        LineProblem::Content(kind) => {
            say("the content does not fit its kind ", "เนื้อหาไม่ตรงกับชนิด ").theirs(kind)
        }
        LineProblem::NotCanonical => {
            say("this program did not write the line", "โปรแกรมนี้ไม่ได้เขียนบรรทัดนี้")
        }
        LineProblem::Fork(_) => say("two wrote at once", "เขียนชนกันสองจอ"),
        LineProblem::Seq { expected, found } => match language {
            Language::En => Phrase::of(format!("entry {expected} expected, {found} found")),
            Language::Th => Phrase::of(format!("ควรเป็นรายการ {expected} แต่พบ {found}")),
        },
        LineProblem::Prev { .. } => {
            say("it continues another line than the one before", "ไม่ต่อจากบรรทัดก่อนหน้า")
        }
    }
}

/// Why a recording cannot be played.
pub(super) fn tape(language: Language, why: &TapeFault) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    match why {
        TapeFault::GoesOn => say("it is still being written", "ยังอัดอยู่"),
        TapeFault::Ends => say("it ends too soon", "ที่อัดไว้จบก่อนเวลา"),
        TapeFault::Unread(said) => say("it cannot be read: ", "อ่านไม่ได้: ").theirs(said),
        TapeFault::Malformed(said) => {
            say("a line of it is damaged: ", "มีบรรทัดที่เสียหาย: ").theirs(said)
        }
        TapeFault::NoKeyframe => say("what a line changes is missing", "ไม่มีข้อมูลก่อนหน้าที่บรรทัดนี้ต่อจาก"),
        TapeFault::Rows => say("a line refers to rows that are not there", "มีบรรทัดที่อ้างถึงแถวที่ไม่มี"),
    }
}

/// Which part of a recording cannot be played, and why.
pub(super) fn part(language: Language, part: &BadPart) -> Phrase {
    let say = |en, th| pick(language, en, th);
    let phrase = Phrase::default().theirs(&part.file).ours(" ");
    let phrase = match part.until {
        Some(until) => phrase
            .ours(say("plays up to ", "เล่นได้ถึง "))
            .ours(until.strftime("%Y-%m-%d %H:%M:%SZ").to_string()),
        None => phrase.ours(say("does not play from its start", "เล่นไม่ได้ตั้งแต่ต้น")),
    };
    match &part.why {
        Some(why) => phrase.ours("; ").then(tape(language, why)),
        None => phrase.ours(say("; it was cut off there", " ถูกตัดตรงนั้นขณะอัด")),
    }
}

/// What a signal that ended the screen stands for.
pub(super) fn death(language: Language, death: Death) -> Phrase {
    let (en, th) = match death {
        Death::Kill => (
            "SIGKILL (9): somebody killed it, or memory ran out",
            "SIGKILL (9): มีคน kill หรือหน่วยความจำหมด",
        ),
        Death::Abort => (
            "SIGABRT (6): it gave up, out of memory or of stack",
            "SIGABRT (6): โปรแกรมยอมแพ้ หน่วยความจำหรือ stack หมด",
        ),
        Death::Segv => (
            "SIGSEGV (11): a fault of its own, or somebody sent it",
            "SIGSEGV (11): โปรแกรมผิดพลาดเอง หรือมีคนส่งมา",
        ),
        Death::Bus => (
            "SIGBUS (7): a fault of its own, or somebody sent it",
            "SIGBUS (7): โปรแกรมผิดพลาดเอง หรือมีคนส่งมา",
        ),
        Death::Other(signal) => {
            let sent = pick(language, "somebody sent it signal ", "มีคนส่งสัญญาณหมายเลข ");
            return Phrase::of(sent).ours(signal.to_string());
        }
    };
    Phrase::of(pick(language, en, th))
}

/// Where and why a theme is not used.
#[must_use]
pub fn theme(language: Language, bad: &BadTheme) -> Phrase {
    let why = theme_fault(language, &bad.why);
    match &bad.place {
        Some((file, line)) => Phrase::default().theirs(file).ours(format!(":{line}: ")).then(why),
        None => why,
    }
}

/// Why a theme is not used.
#[must_use]
pub fn theme_fault(language: Language, why: &ThemeFault) -> Phrase {
    let say = |en, th| Phrase::of(pick(language, en, th));
    let quoted = |before: Phrase, name, en, th| {
        before.ours("`").theirs(name).ours("`").ours(pick(language, en, th))
    };
    match why {
        ThemeFault::Syntax(said) => say("this is no TOML: ", "ไม่ใช่ TOML: ").theirs(said),
        ThemeFault::NotTable(name) => {
            quoted(Phrase::default(), name, " must be a table", " ต้องเป็นตาราง")
        }
        ThemeFault::NotText(name) => {
            quoted(Phrase::default(), name, " must be a string", " ต้องเป็นข้อความ")
        }
        ThemeFault::NotSwitch(name) => {
            quoted(Phrase::default(), name, " must be true or false", " ต้องเป็น true หรือ false")
        }
        ThemeFault::Ground => {
            say("`bg` must be \"terminal\" or \"theme\"", "`bg` ต้องเป็น \"terminal\" หรือ \"theme\"")
        }
        ThemeFault::Key(name) => quoted(
            Phrase::default(),
            name,
            ": only `inherits`, `bg`, [palette] and [roles] are known",
            ": รู้จักแค่ `inherits`, `bg`, [palette] และ [roles]",
        ),
        ThemeFault::StylePart(name) => {
            quoted(Phrase::default(), name, " is no part of a style", " ไม่ใช่ส่วนของ style")
        }
        ThemeFault::NoRole(name) => quoted(say("there is no role ", "ไม่มี role "), name, "", ""),
        ThemeFault::RoleMissing(name) => say("the role `", "ยังไม่ได้ตั้ง role `")
            .ours(*name)
            .ours(pick(language, "` is not set: add it under [roles]", "` เพิ่มใต้ [roles]")),
        ThemeFault::NotColour(text) => quoted(
            Phrase::default(),
            text,
            " is no colour: write #RRGGBB or an ANSI name",
            " ไม่ใช่สี เขียน #RRGGBB หรือชื่อสี ANSI",
        ),
        ThemeFault::NoColour(name) => quoted(
            say("there is no colour ", "ไม่มีสี "),
            name,
            ": add it under [palette]",
            " เพิ่มใต้ [palette]",
        ),
        ThemeFault::NoParent(name) => quoted(say("there is no theme ", "ไม่มีธีม "), name, "", ""),
        ThemeFault::Circle(path) => {
            say("`inherits` goes round in a circle: ", "`inherits` วนเป็นวง: ").theirs(path)
        }
        ThemeFault::NoTheme(name, known) => {
            quoted(say("there is no theme ", "ไม่มีธีม "), name, "; themes are ", " ธีมที่มี: ")
                .named(&known.join(", "))
        }
        ThemeFault::Open => say(
            "others may write to this file, so it is not read; chmod go-w it",
            "คนอื่นแก้ไฟล์นี้ได้ จึงไม่อ่าน ใช้ chmod go-w",
        ),
        ThemeFault::TooLarge => say("this file is too large for a theme", "ไฟล์ใหญ่เกินกว่าจะเป็นธีม"),
        ThemeFault::Kernel(why) => storage::why(language, why),
    }
}
