//! Words for commands: the footer's short word and the help's one line.

use crate::cockpit::command::{Command, Group};
use crate::cockpit::model::{Pane, View};
use crate::domain::base::{Both, Language};
use crate::words::{answer, pick, wire};

/// What a command is listed under.
#[must_use]
pub const fn group(language: Language, group: Group) -> &'static str {
    let (en, th) = match group {
        Group::Move => ("Move", "เคลื่อนที่"),
        Group::Look => ("Look", "มุมมอง"),
        Group::Time => ("Time and training", "เวลาและการฝึก"),
        Group::Work => ("Work", "งาน"),
        Group::System => ("Program", "โปรแกรม"),
    };
    pick(language, en, th)
}

/// What a command does, in a word for the footer.
#[must_use]
pub const fn short(language: Language, command: Command) -> &'static str {
    words(command).0.get(language)
}

/// What a command does, in one line.
#[must_use]
pub const fn help(language: Language, command: Command) -> &'static str {
    words(command).1.get(language)
}

type Texts = (Both<&'static str>, Both<&'static str>);

const fn say(
    short_en: &'static str,
    short_th: &'static str,
    help_en: &'static str,
    help_th: &'static str,
) -> Texts {
    (Both { en: short_en, th: short_th }, Both { en: help_en, th: help_th })
}

#[expect(clippy::too_many_lines, reason = "a table: one row a command, no logic")]
const fn words(command: Command) -> Texts {
    match command {
        Command::Up => say("up", "ขึ้น", "cursor up", "เลื่อนเคอร์เซอร์ขึ้น"),
        Command::Down => say("down", "ลง", "cursor down", "เลื่อนเคอร์เซอร์ลง"),
        Command::Left => say("before", "ก่อนหน้า", "to the flow before this one", "ไปที่ flow ก่อนหน้า"),
        Command::Right => say("after", "ถัดไป", "to the flow after this one", "ไปที่ flow ถัดไป"),
        Command::PageUp => say("page up", "หน้าก่อน", "one screenful up", "เลื่อนขึ้นหนึ่งหน้าจอ"),
        Command::PageDown => say("page down", "หน้าถัดไป", "one screenful down", "เลื่อนลงหนึ่งหน้าจอ"),
        Command::Top => say("top", "บนสุด", "to the first line", "ไปบรรทัดแรก"),
        Command::Bottom => say("bottom", "ล่างสุด", "to the last line", "ไปบรรทัดสุดท้าย"),
        Command::NextPane => {
            say("next pane", "ช่องถัดไป", "keyboard to the next pane", "ย้ายไปช่องถัดไป")
        }
        Command::PreviousPane => {
            say("pane before", "ช่องก่อนหน้า", "keyboard to the pane before", "ย้ายไปช่องก่อนหน้า")
        }
        Command::Go(view) => go(view),
        Command::Open => say("open", "เปิด", "open what is under the cursor", "เปิดสิ่งที่เคอร์เซอร์ชี้"),
        Command::Back => {
            say("back", "กลับ", "one step back; never leaves", "ถอยหนึ่งขั้น ไม่ออกจากโปรแกรม")
        }
        Command::Zoom => {
            say("zoom", "ขยาย", "the pane fills the screen, or not", "ขยายช่องให้เต็มจอ หรือย่อกลับ")
        }
        Command::Filter => say(
            "filter",
            "กรอง",
            "filter a list (! not, cpu>80 user:www); search a text",
            "กรองตาราง (! ไม่เอา, cpu>80 user:www) หรือค้นในข้อความ",
        ),
        Command::NextMatch => {
            say("next match", "ที่พบถัดไป", "to the next place found by /", "ไปจุดถัดไปที่ค้นพบด้วย /")
        }
        Command::PreviousMatch => {
            say("match before", "ที่พบก่อน", "to the place before found by /", "ไปจุดก่อนหน้าที่ค้นพบด้วย /")
        }
        Command::Follow => say(
            "follow",
            "ตาม",
            "stay on this row, or on the newest entry",
            "เกาะแถวนี้ไว้ หรือเกาะรายการใหม่สุด",
        ),
        Command::Wrap => {
            say("wrap", "ตัดบรรทัด", "long lines wrapped, or cut", "ตัดบรรทัดยาวลงมา หรือตัดทิ้ง")
        }
        Command::Copy => {
            say("copy", "คัดลอก", "choose what to copy of this row", "เลือกสิ่งที่จะคัดลอกจากแถวนี้")
        }
        Command::Unread => say(
            "unread",
            "ที่อ่านไม่ได้",
            "what could not be read of this host",
            "รายการที่อ่านจากเครื่องนี้ไม่ได้",
        ),
        Command::Rules => {
            say("rules", "กฎ", "the rules in force, and each fault in them", "กฎที่ใช้อยู่ และทุกจุดที่ผิด")
        }
        Command::Sort => say("sort", "เรียง", "the next order", "เปลี่ยนวิธีเรียง"),
        Command::Tree => {
            say("tree", "ต้นไม้", "children under their parents, or flat", "แสดงลูกใต้แม่ หรือเรียงแบบแบน")
        }
        Command::Pause => {
            say("pause", "พัก", "hold the picture, or let it go on", "หยุดภาพไว้ หรือเดินต่อ")
        }
        Command::Language => say("ไทย", "English", "the other language: ไทย", "เปลี่ยนภาษา: English"),
        Command::Theme => say("theme", "ธีม", "the next theme", "เปลี่ยนธีมสี"),
        Command::Redraw => say("redraw", "วาดใหม่", "draw everything again", "วาดหน้าจอใหม่ทั้งหมด"),
        Command::Rewind => say("rewind", "ย้อน", "back on the tape", "ย้อนเวลาในบันทึก"),
        Command::Forward => say("forward", "เดินหน้า", "forward on the tape", "เดินเวลาในบันทึก"),
        Command::EventBack => say(
            "event before",
            "เหตุการณ์ก่อน",
            "to the event before, on the tape",
            "ไปเหตุการณ์ก่อนหน้าในบันทึก",
        ),
        Command::EventForward => say(
            "event after",
            "เหตุการณ์ถัดไป",
            "to the event after, on the tape",
            "ไปเหตุการณ์ถัดไปในบันทึก",
        ),
        Command::GoToTime => say(
            "go to time",
            "ไปที่เวลา",
            "to a time: 17:45, 17:45:30, -5m",
            "ไปที่เวลา: 17:45, 17:45:30, -5m",
        ),
        Command::Live => say(
            "live",
            "ปัจจุบัน",
            "back to the newest; the end of a replay",
            "กลับไปที่ล่าสุด หรือท้ายการเล่นย้อนหลัง",
        ),
        Command::Bookmarks => say(
            "bookmarks",
            "ที่คั่น",
            "notes as bookmarks; Enter goes there",
            "โน้ตที่ใช้เป็นที่คั่น กด Enter เพื่อไป",
        ),
        Command::Slower => say("slower", "ช้าลง", "slower tape", "เล่นบันทึกช้าลง"),
        Command::Faster => say("faster", "เร็วขึ้น", "faster tape", "เล่นบันทึกเร็วขึ้น"),
        Command::Mark => {
            say("mark", "ทำเครื่องหมาย", "tick the item, or take the branch", "ติ๊กรายการ หรือเลือกทางนี้")
        }
        Command::Doing => say("doing", "กำลังทำ", "somebody is at this item", "มีคนกำลังทำรายการนี้"),
        Command::NotApplicable => {
            say("n/a", "ไม่เกี่ยว", "does not apply; asks why", "ไม่เกี่ยวกับเหตุนี้ จะถามเหตุผล")
        }
        Command::Blocked => say("blocked", "ติดขัด", "cannot go on; asks why", "ทำต่อไม่ได้ จะถามเหตุผล"),
        Command::Note => say("note", "จด", "write down; bookmarks this place", "จดโน้ต และคั่นตรงนี้ไว้"),
        Command::State(figure) => answer::verb(figure),
        Command::Redo => say("redo", "ทำซ้ำ", "do again what undo took back", "ทำสิ่งที่เลิกทำไปอีกครั้ง"),
        Command::Range => say(
            "range",
            "ช่วง",
            "items from here on; Space ticks them all",
            "เลือกรายการจากตรงนี้ แล้ว Space ติ๊กทั้งหมด",
        ),
        Command::Acknowledge => say(
            "acknowledge",
            "รับทราบ",
            "seen: the notice, or the finding here",
            "รับทราบการแจ้ง หรือสิ่งที่พบตรงนี้",
        ),
        Command::AcknowledgeAll => say(
            "all alike",
            "รับทราบทั้งหมด",
            "acknowledge all alerts like this one; asks first",
            "รับทราบแจ้งเตือนแบบเดียวกันทั้งหมด จะถามก่อน",
        ),
        Command::Undo => say(
            "undo",
            "เลิกทำ",
            "take your last act back; it stays on record",
            "ถอนการกระทำล่าสุด ประวัติยังอยู่",
        ),
        Command::AllowGpuTool => say(
            "nvidia-smi",
            "ให้รัน nvidia-smi",
            "let nvidia-smi run; asks first",
            "อนุญาตให้รัน nvidia-smi จะถามก่อน",
        ),
        Command::Listen => wire::VERB,
        Command::HandOff => say("sign", "เซ็นส่งเวร", "sign the handoff", "เซ็นส่งเวร"),
        Command::Accept => say("accept", "รับเวร", "accept the handoff", "รับเวรต่อ"),
        Command::Move => say(
            "move",
            "ย้าย",
            "carry the session to another disk; asks where",
            "ย้าย session ไปดิสก์อื่น จะถามที่อยู่",
        ),
        Command::Anchor => say(
            "anchor",
            "คำยืนยัน",
            "words that prove the past: read them out",
            "คำที่ยืนยันว่าอดีตไม่ถูกแก้ อ่านให้คนอื่นจด",
        ),
        Command::AskForPen => say(
            "pen",
            "ปากกา",
            "ask for the pen, or take it if free; answer who asks",
            "ขอปากกา รับถ้าว่าง หรือตอบผู้ที่ขอ",
        ),
        Command::GivePen => {
            say("give pen", "ส่งปากกา", "give the pen to somebody who watches", "ส่งปากกาให้ผู้ที่กำลังดู")
        }
        Command::ForcePen => {
            say("force pen", "ยึดปากกา", "take the pen by force; asks why", "ยึดปากกา จะถามเหตุผล")
        }
        Command::Coach => say(
            "coach",
            "โค้ช",
            "all that the coach has to say: task, hints, story",
            "ทุกอย่างที่โค้ชบอก โจทย์ คำใบ้ เรื่อง",
        ),
        Command::Hint => say("hint", "คำใบ้", "the next hint, in training", "ขอคำใบ้ถัดไป ในการฝึก"),
        Command::Expert => say(
            "expert",
            "ดูเฉลย",
            "what the expert did; asks first, costs points",
            "ดูว่าผู้เชี่ยวชาญทำอะไร จะถามก่อน เสียคะแนน",
        ),
        Command::Debrief => say(
            "debrief",
            "สรุปผล",
            "end the training, compare with the expert",
            "จบการฝึก แล้วเทียบกับผู้เชี่ยวชาญ",
        ),
        Command::Help => say("help", "วิธีใช้", "this list of all commands", "รายการคำสั่งทั้งหมด"),
        Command::Palette => say("command", "คำสั่ง", "a command by name", "เรียกคำสั่งด้วยชื่อ"),
        Command::Suspend => {
            say("suspend", "พัก", "to the shell; fg comes back", "ไปที่ shell กลับมาด้วย fg")
        }
        Command::Leave => {
            say("leave", "ออก", "leave; asks first, the session stays", "ออก จะถามก่อน session ยังอยู่")
        }
        Command::LeaveNow => say(
            "leave now",
            "ออกทันที",
            "leave at once; what is saved stays",
            "ออกทันที สิ่งที่บันทึกแล้วยังอยู่",
        ),
    }
}

const fn go(view: View) -> Texts {
    match view {
        View::Cockpit => say("cockpit", "ห้องควบคุม", "all panes that fit", "แสดงทุกช่องที่พอดีจอ"),
        View::Full(Pane::Processes) => {
            say("processes", "โปรเซส", "the process table", "ตารางโปรเซส")
        }
        View::Full(Pane::Network) => {
            say("network", "เครือข่าย", "sockets, those to pools on top", "socket ที่ต่อไป pool อยู่บนสุด")
        }
        View::Full(Pane::Gpu) => {
            say("gpu", "GPU", "the machine and its GPUs", "เครื่องและ GPU ของเครื่อง")
        }
        View::Full(Pane::Decision) => {
            say("decision", "ตัดสินใจ", "the decision tree, walked", "แผนผังการตัดสินใจที่เดินมา")
        }
        View::Full(Pane::Checklist) => {
            say("checklist", "เช็กลิสต์", "checklists by phase", "เช็กลิสต์แยกตามระยะ")
        }
        View::Full(Pane::Timeline) => {
            say("timeline", "ลำดับเหตุการณ์", "what happened, newest last", "เหตุการณ์ที่เกิด ใหม่สุดอยู่ล่าง")
        }
        View::Full(Pane::Playbook) => {
            say("playbook", "คู่มือ", "the playbook as a document", "อ่าน playbook ทั้งเล่ม")
        }
        View::Full(Pane::Handoff) => say("handoff", "ส่งเวร", "the handoff brief", "สรุปสำหรับส่งเวร"),
        View::Full(Pane::Hiding) => {
            say("hiding", "สิ่งที่ซ่อน", "where views of the host disagree", "จุดที่มุมมองของเครื่องขัดกัน")
        }
        View::Full(Pane::Persistence) => {
            say("persistence", "เริ่มเอง", "what starts by itself", "สิ่งที่เริ่มทำงานเอง")
        }
        View::Full(Pane::Wire) => {
            say("wire", "สายสัญญาณ", "what was heard on the wire", "สิ่งที่ได้ยินบนสายสัญญาณ")
        }
        View::Full(Pane::Impact) => say(
            "impact",
            "ผลกระทบ",
            "urgency, cost, and whom to tell",
            "ความเร่งด่วน ค่าใช้จ่าย และต้องบอกใคร",
        ),
    }
}
