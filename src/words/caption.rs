//! Words of the screen's own furniture: labels, questions, and what an empty place says.

fixed! {
    /// A caption.
    pub enum Caption;

    /// Header: the newest act is on disk.
    Saved => "saved", "บันทึกแล้ว";
    /// Header: acts wait for the disk.
    Unsaved => "unsaved", "รอบันทึก";
    /// Header: an act could not be saved.
    NotSaved => "NOT SAVED", "บันทึกไม่ได้";
    /// Header: what is seen is recorded, for so long.
    Recording => "REC", "อัด";
    /// Header: what is seen is not recorded; why follows.
    NotRecording => "REC off:", "หยุดอัด:";
    /// Little room is left on the disk; how much follows.
    LowSpace => "disk left:", "ดิสก์เหลือ";
    /// Header: this screen only follows.
    Observer => "OBSERVER", "ผู้สังเกตการณ์";
    /// Header: the journal forked.
    Forked => "FORKED: read only", "แตกกิ่ง: อ่านอย่างเดียว";
    /// Header: the pen was taken from this screen by force.
    PenTaken => "PEN TAKEN", "ปากกาถูกยึด";
    /// Header: this screen asked for the pen.
    PenAsked => "asked", "ขอแล้ว";
    /// Header: label of who has the pen.
    PenWith => "pen", "ปากกา";
    /// Timeline: a branch of a journal that forked.
    Branch => "branch", "กิ่ง";
    /// Timeline: the entry that a branch continues.
    BranchAfter => "after", "ต่อจาก";
    /// Pen: title of the question.
    GivePen => "Give the pen?", "ส่งปากกาหรือไม่";
    /// Question: the pen and a signed handoff go together.
    TakeOver => "Hand over the shift?", "ส่งเวรหรือไม่";
    /// Question: who asks to take over.
    TakeOverWho => "This responder wants to take over:", "ผู้นี้ขอรับเวร:";
    /// Question: what a yes does.
    TakeOverHelp => "y hands the pen and the shift. They write from then on; you watch.", "y ส่งทั้งปากกาและเวร เขารับเวรและเป็นผู้เขียนต่อ คุณดูได้อย่างเดียว";
    /// Question: the handoff names somebody else.
    NotNamed => "Signed for somebody else", "เซ็นให้ผู้อื่น";
    /// Question: take it all the same; what follows that.
    NotNamedHelp => "Accept it anyway? The journal will name both.", "รับเวรแทนหรือไม่ journal จะลงทั้งสองชื่อ";
    /// Question: what somebody wrote would go from the list.
    LoseReasons => "A reason would go", "เหตุผลจะหายไป";
    /// Question: sign with these words.
    SignAsked => "Sign the handoff?", "เซ็นส่งเวรหรือไม่";
    /// Question: what signing does, and how it is taken back.
    SignAskedHelp => "Signed with your name and the time. Until it is accepted, u takes it back; n goes back to the words.", "ลงชื่อคุณและเวลา ก่อนมีคนรับ กด u เพื่อถอนได้ กด n เพื่อกลับไปแก้ข้อความ";
    /// Question: acknowledge all that are alike.
    AcknowledgeAll => "Acknowledge all of these?", "รับทราบทั้งหมดนี้หรือไม่";
    /// Question: what a yes writes, and what it leaves.
    AcknowledgeAllHelp => "The journal gets an entry for each. What is not listed stays open.", "journal จะลงแยกทีละรายการ ที่ไม่อยู่ในรายการนี้ยังค้างอยู่";
    /// Question: where the reason stays.
    LoseReasonsHelp => "The timeline keeps it; u brings it back.", "ลำดับเหตุการณ์ยังเก็บไว้ กด u เพื่อเอาคืน";
    /// Card: the pen was asked for, so that the handoff can be accepted.
    WaitsForPen => "asked for the pen, waiting for", "ขอปากกาแล้ว รอ";
    /// Pen: who asks for it; the name follows.
    GivePenTo => "This responder asks for the pen:", "ผู้นี้ขอปากกา:";
    /// Pen: what giving it means.
    GivePenHelp => "They write from then on; you watch. You can ask for it back with P.", "จากนั้นเขาเป็นผู้เขียน คุณดูได้อย่างเดียว ขอคืนได้ด้วย P";
    /// Pen: title of the list.
    GivePenWhom => "Give the pen to", "ส่งปากกาให้";
    /// Footer of the list of who watches: give it.
    GiveNow => "give", "ส่ง";
    /// Footer of the question about the pen: no.
    No => "no", "ไม่";
    /// Ask: why the pen is taken by force.
    AskForce => "Take the pen by force: why?", "ยึดปากกา: เพราะอะไร";
    /// Ask: what taking it by force means.
    AskForceHelp => "It goes to the journal. The other screen says so in red and only reads from then on.", "จะลง journal จออื่นจะแจ้งสีแดง และอ่านได้อย่างเดียวจากนั้น";
    /// Footer: take the pen by force.
    ForceNow => "take it", "ยึด";
    /// Header: the journal is damaged.
    Damaged => "DAMAGED", "เสียหาย";
    /// Header: the picture is held.
    Paused => "PAUSED", "หยุดภาพ";
    /// Too small: what to do.
    TooSmall => "needs 40x10, now", "ต้องการ 40x10 ตอนนี้";
    /// Too small: nothing is lost.
    StillRuns => "Still running. Nothing is lost.", "ยังทำงานอยู่ ไม่มีอะไรหาย";
    /// Start: heading over sessions.
    OpenSessions => "Sessions on this host", "session บนเครื่องนี้";
    /// Start: there are none.
    NoSessions => "None yet.", "ยังไม่มี";
    /// Start: last line of the list.
    NewSession => "new session with PB-31", "เปิด session ใหม่ด้วย PB-31";
    /// Footer of the start screen: a new session.
    New => "new session", "session ใหม่";
    /// Start: what Enter does on a session.
    ResumeSession => "Enter takes it up where it was left.", "Enter เพื่อกลับไปทำต่อจากเดิม";
    /// Start: what Enter does on a session that somebody holds.
    WatchSession => "Enter watches; the other screen keeps the pen.", "Enter เพื่อดู จออื่นยังเป็นผู้เขียน";
    /// Start: what Enter does on a broken session.
    ReadSession => "Enter opens it read only.", "Enter เปิดแบบอ่านอย่างเดียว";
    /// Start: what Enter does with a session that was moved.
    GoesOnElsewhere => "Enter opens it where it is now:", "Enter เปิดในที่ที่อยู่ตอนนี้:";
    /// Start: nobody knows where it went.
    GoesOnNowhere => "It moved, and nothing here says where to.", "ย้ายไปแล้ว และที่นี่ไม่มีอะไรบอกว่าไปที่ไหน";
    /// Start: what Enter does on the last line.
    StartSession => "Enter opens a session on this host.", "Enter เพื่อเปิด session บนเครื่องนี้";
    /// Start: what the program does to the host.
    Observes => "Observes only: changes priorities alone, and puts them back.", "ดูอย่างเดียว เปลี่ยนแค่ลำดับความสำคัญ แล้วคืนค่าเดิม";
    /// Start: heading over trainings.
    OpenTrainings => "Your trainings with this walkthrough", "การฝึกกับเรื่องนี้";
    /// Start: last line of the list of trainings.
    NewTraining => "begin anew", "เริ่มใหม่";
    /// Start: what Enter does on a training.
    ResumeTraining => "Enter goes on where the tape was left.", "Enter เพื่อฝึกต่อจากจุดที่เทปค้างไว้";
    /// Start: what Enter does on a training that is over.
    ReadDebrief => "Enter shows its debrief.", "Enter เพื่อดูสรุปการฝึก";
    /// Start: what Enter does on the last line of trainings.
    StartTraining => "Enter begins a new training.", "Enter เพื่อเริ่มการฝึกใหม่";
    /// Start: what training does to the host.
    NothingTouched => "Nothing here is real; this host is not touched.", "ไม่ใช่เหตุการณ์จริง ไม่แตะเครื่องนี้";
    /// Start: label of the name in the journal.
    You => "You are", "คุณคือ";
    /// Label: number of entries.
    Entries => "entries", "รายการ";
    /// Label: last written.
    LastBy => "last by", "ล่าสุดโดย";
    /// Help: title.
    Help => "Help", "วิธีใช้";
    /// Help: label of the search.
    Search => "search", "ค้นหา";
    /// Help and palette: nothing matches.
    NothingMatches => "Nothing matches. Esc closes.", "ไม่พบ กด Esc เพื่อปิด";
    /// Help: what the signs mean.
    Legend => "! danger  * watch  . ok  ? unknown  b blocked  H hidden  ~ not saved yet", "! อันตราย  * ระวัง  . ปกติ  ? ไม่ทราบ  b ถูกบล็อก  H ซ่อน  ~ ยังไม่บันทึก";
    /// Help: this command adds to the journal.
    Writes => "journal", "ลงบันทึก";
    /// Palette: title.
    Palette => "Command", "คำสั่ง";
    /// Footer of dialogs: run the row.
    Run => "run", "รัน";
    /// Footer of a connection's page: to who holds it.
    ToOwner => "who holds it", "ใครถือ";
    /// Footer of dialogs: close.
    Close => "close", "ปิด";
    /// Footer of dialogs: take what was typed.
    Take => "save", "บันทึก";
    /// Footer of the filter dialog: use it.
    UseFilter => "use", "ใช้";
    /// Footer of the handoff: sign it.
    SignNow => "sign", "เซ็น";
    /// Footer of dialogs: leave without doing.
    Cancel => "cancel", "ยกเลิก";
    /// Footer of dialogs: yes.
    Yes => "yes", "ใช่";
    /// Footer of dialogs: choose a row.
    Choose => "choose", "เลือก";
    /// Ask: a note.
    AskNote => "Note", "โน้ต";
    /// Ask: a note about something.
    AskNoteOn => "Note on", "โน้ตเรื่อง";
    /// Ask: a note goes to the journal.
    AskNoteHelp => "It goes to the journal with your name and the time.", "จะลง journal พร้อมชื่อคุณและเวลา";
    /// Ask: why.
    AskReason => "Why ", "เหตุผลที่";
    /// Ask: a reason is needed.
    AskReasonHelp => "The next responder reads this reason.", "ผู้รับเวรคนต่อไปจะอ่านเหตุผลนี้";
    /// Ask: filter of processes.
    AskFilterProcesses => "Filter processes", "กรองโปรเซส";
    /// Ask: filter of sockets.
    AskFilterNetwork => "Filter sockets", "กรอง socket";
    /// Ask: filter of what starts by itself.
    AskFilterAutostarts => "Filter what starts by itself", "กรองสิ่งที่เริ่มเอง";
    /// Ask: how to write that filter.
    AskFilterAutostartsHelp => "words   ! not   user:www   kind:cron   new   tricks   runs   empty shows all", "คำ   ! ไม่เอา   user:www   kind:cron   new   tricks   runs   ว่าง = ทั้งหมด";
    /// Ask: how to write a filter.
    AskFilterHelp => "words   ! not   cpu>80   user:www   net:3333   empty shows all", "คำ   ! ไม่เอา   cpu>80   user:www   net:3333   ว่าง = ทั้งหมด";
    /// Ask: search a text.
    AskFind => "Search", "ค้นหา";
    /// Ask: how to search.
    AskFindHelp => "n and N go on from match to match   empty: no search", "n และ N ไปจุดที่พบถัดไปและก่อนหน้า   ว่าง = เลิกค้น";
    /// Ask: a time.
    AskTime => "Go to time, UTC", "ไปที่เวลา (UTC)";
    /// Ask: how to write a time.
    AskTimeHelp => "17:45   17:45:30   -5m   +30s   -1h", "เช่น 17:45   17:45:30   -5m   +30s   -1h";
    /// Title of the letters that state a figure.
    StateFigure => "state", "ระบุ";
    /// Ask: a directory.
    AskDirectory => "Move the session to the directory", "ย้าย session ไปที่ไดเรกทอรี";
    /// Ask: which directories do.
    AskDirectoryHelp => "A full path on another disk; it is made if missing.",
        "path เต็มบนดิสก์อื่น ถ้ายังไม่มีจะสร้างให้";
    /// Footer of the directory: carry the session there.
    CarryThere => "move there", "ย้ายไปที่นั่น";
    /// Header: the session is in memory and is gone with the next boot.
    Volatile => "VOLATILE", "หายเมื่อรีบูต";
    /// Footer of the search: stay where it found something.
    UseFind => "go on here", "อ่านต่อตรงนี้";
    /// Footer of the time: go there.
    GoThere => "go there", "ไปที่นั่น";
    /// Copy: title.
    Copy => "Copy", "คัดลอก";
    /// Copy: what happens.
    CopyHelp => "Goes to the terminal's clipboard, and to clip/last.txt.", "ส่งไป clipboard ของเทอร์มินัล และลง clip/last.txt";
    /// Copy: what happens on a screen that writes nothing.
    CopyHelpOnly => "Goes to the terminal's clipboard.", "ส่งไป clipboard ของเทอร์มินัล";
    /// Copy: tmux may keep it.
    CopyTmux => "tmux and screen may swallow it: p prints it instead.", "tmux หรือ screen อาจไม่ส่งต่อ ให้กด p เพื่อพิมพ์แทน";
    /// Footer of the copy menu: copy the row.
    CopyNow => "copy", "คัดลอก";
    /// Footer of the copy menu: print the row.
    PrintPlain => "print plain", "พิมพ์ธรรมดา";
    /// Print: below the printed text.
    PrintedEnd => "Mark and copy it with the terminal. Enter goes back.", "เลือกและคัดลอกด้วยเทอร์มินัล แล้วกด Enter เพื่อกลับ";
    /// Copy: a kind.
    CopyPid => "pid", "pid";
    /// Copy: a kind.
    CopyCommand => "command line", "บรรทัดคำสั่ง";
    /// Copy: a kind.
    CopyAutostartLine => "line", "บรรทัด";
    /// Copy: a kind.
    CopyAutostartPath => "path", "ไฟล์";
    /// Copy: a kind.
    CopyExecutable => "executable", "ไฟล์โปรแกรม";
    /// Copy: a kind.
    CopyRemote => "remote end", "ปลายทาง";
    /// Copy: a kind.
    CopyLocal => "local end", "ต้นทาง";
    /// Copy: a kind.
    CopyFinding => "finding as text", "สิ่งที่พบเป็นข้อความ";
    /// Copy: a kind.
    CopyItem => "item", "รายการ";
    /// Copy: a kind.
    CopyNode => "node", "โหนด";
    /// Copy: a kind.
    CopyEntry => "entry", "รายการเหตุการณ์";
    /// Copy: a kind.
    CopyBrief => "handoff brief", "สรุปส่งเวร";
    /// Copy: the anchor.
    CopyAnchor => "anchor", "คำยืนยัน";
    /// Copy: a kind.
    CopyPlaybook => "playbook as text", "playbook เป็นข้อความ";
    /// Bookmarks: title.
    Bookmarks => "Notes and bookmarks", "โน้ตและที่คั่น";
    /// Rules: title.
    Rules => "Rules in force", "กฎที่ใช้อยู่";
    /// Rules: heading of what is wrong.
    RulesNotUsed => "Not used", "ส่วนที่ไม่ใช้";
    /// Rules: nothing is wrong.
    RulesAllUsed => "All that was read is used.", "ทุกส่วนที่อ่านใช้งานอยู่";
    /// Rules: what came with the program.
    RulesBuiltIn => "built in", "ในตัวโปรแกรม";
    /// Rules: what to do with what is wrong.
    RulesMend => "Mend the file and save it: it is read again at once. Before that: firedamp rules check FILE", "แก้ไฟล์แล้วบันทึก โปรแกรมอ่านใหม่ทันที ตรวจก่อนได้ด้วย: firedamp rules check FILE";
    /// Rules: there are more files than are named.
    RulesMore => "further files", "ไฟล์อื่นอีก";
    /// Unread: title.
    Unread => "What could not be read", "ที่อ่านไม่ได้";
    /// Unread: everything could be read.
    AllRead => "Everything could be read.", "อ่านได้ทั้งหมด";
    /// Process: sockets that are not listed; the network pane has them.
    MoreInNetwork => "more in the network pane", "ดูต่อในช่องเครือข่าย";
    /// Process: somebody has looked at the finding.
    Acknowledged => "acknowledged", "รับทราบแล้ว";
    /// Process: title.
    Process => "Process", "โปรเซส";
    /// Process: it is not in the newest look.
    GoneHelp => "It ended, or the tape is at another moment.", "จบไปแล้ว หรือบันทึกอยู่ที่เวลาอื่น";
    /// Process: label.
    Executable => "exe", "exe";
    /// Process: label of whose the executable is.
    Package => "package", "แพ็กเกจ";
    /// Process: the executable is deleted.
    Deleted => "deleted", "ถูกลบ";
    /// Process: label.
    User => "user", "ผู้ใช้";
    /// Process: label.
    Parent => "parent", "โปรเซสแม่";
    /// Process: label.
    Started => "started", "เริ่ม";
    /// Process: label.
    State => "state", "สถานะ";
    /// Process: label.
    CpuTime => "CPU time", "เวลา CPU";
    /// Process: label.
    Memory => "memory", "หน่วยความจำ";
    /// Process: label.
    Threads => "threads", "เธรด";
    /// Process: label.
    Nice => "nice", "nice";
    /// Process: label.
    Kernel => "kernel thread", "เธรดของ kernel";
    /// Process: label.
    Reasons => "Why it is marked", "ทำไมถูกทำเครื่องหมาย";
    /// Process: nothing speaks against it.
    NoReasons => "Nothing speaks against it so far.", "ยังไม่มีอะไรน่าสงสัย";
    /// Process: label of the graph.
    History => "CPU", "CPU";
    /// Process: label.
    Arguments => "Arguments, one a line", "argument บรรทัดละตัว";
    /// Process: label.
    Sockets => "Sockets", "socket";
    /// Node: title.
    Node => "Node", "โหนด";
    /// Node: branches.
    Branches => "Branches", "ทางเลือก";
    /// Node: it leads nowhere.
    EndOfFlow => "The flow ends here.", "flow จบตรงนี้";
    /// Node: a branch that was taken.
    Taken => "taken", "เลือกแล้ว";
    /// Node: a choice that was taken back.
    TakenBack => "taken back", "ถอนแล้ว";
    /// Item: this mark takes another back.
    TookBack => "takes back", "ถอน";
    /// Node: nothing in the playbook has this name.
    NotInPlaybook => "Not in this edition of the playbook.", "ไม่มีใน playbook ฉบับนี้";
    /// Label of notes.
    Notes => "Notes", "โน้ต";
    /// Label of history.
    HistoryOf => "History", "ประวัติ";
    /// Item: title.
    Item => "Item", "รายการ";
    /// Item: label of how.
    How => "How", "วิธีทำ";
    /// Tool: title.
    AllowTool => "Let this program of the host run?", "ให้รันโปรแกรมของเครื่องนี้หรือไม่";
    /// Tool: what it means.
    AllowToolHelp => "The host may be hostile, so its programs may be too. It runs with a clean environment, a time limit, and an entry in the journal.", "เครื่องนี้อาจถูกยึด โปรแกรมในเครื่องจึงอาจถูกแก้ จะรันด้วย environment สะอาด มีเวลาจำกัด และลง journal";
    /// Wire: title.
    Listen => "Listen on the wire?", "ฟังสายสัญญาณหรือไม่";
    /// Leave: title.
    Leave => "Leave?", "ออกจากโปรแกรมหรือไม่";
    /// The same in training, where another command goes on.
    LeaveTraining => "Everything is saved. To go on: firedamp train, and the name of this walkthrough.", "ทุกอย่างบันทึกแล้ว กลับมาฝึกต่อด้วย firedamp train และชื่อแบบฝึกนี้";
    /// Leave: everything is saved.
    LeaveHelp => "Everything is saved. Run firedamp again (same --dir), press Enter.", "ทุกอย่างบันทึกแล้ว รัน firedamp (--dir เดิม) แล้วกด Enter เพื่อกลับมา";
    /// Leave: everything is saved, in another place than where it was begun.
    LeaveMoved => "Everything is saved. The session moved; to go on, type:", "ทุกอย่างบันทึกแล้ว session ย้ายที่แล้ว กลับมาด้วยคำสั่ง:";
    /// Leave: acts wait.
    LeaveUnsaved => "not saved yet; they will be lost:", "ยังไม่บันทึก จะหายไป:";
    /// Leave from the start screen or an observer.
    LeaveNothing => "This screen has nothing to save.", "จอนี้ไม่มีอะไรต้องบันทึก";
    /// Sign: title.
    Sign => "Sign the handoff", "เซ็นส่งเวร";
    /// Sign: what is asked.
    SignHelp => "Words for the next one; begin with @name to say who. You sign with your name and the time.", "ข้อความถึงผู้รับเวร ขึ้นต้นด้วย @ชื่อ เพื่อระบุผู้รับ จะลงชื่อคุณและเวลาไว้ด้วย";
    /// Sign: label of where we are.
    WhereWeAre => "where we are", "อยู่ตรงไหน";
    /// Sign: label of items.
    OpenItems => "still open", "ยังไม่เสร็จ";
    /// Sign: label of notes.
    NotesMade => "notes", "โน้ต";
    /// Sign: label of findings.
    Findings => "found", "สิ่งที่พบ";
    /// Prefix popup: title.
    GoTo => "go to", "ไปที่";
    /// Coach: title.
    Coach => "Coach", "โค้ช";
    /// Coach: the story.
    Story => "Story", "เรื่อง";
    /// Coach: the task at hand.
    Task => "Task", "โจทย์";
    /// Coach: hints.
    Hint => "Hint", "คำใบ้";
    /// Coach: news.
    News => "News", "ข่าว";
    /// Coach: all tasks are done.
    AllTasksDone => "All tasks are done. D compares you with the expert.", "ทำครบทุกโจทย์แล้ว กด D เพื่อเทียบกับผู้เชี่ยวชาญ";
    /// Coach: the expert's path is on the screen.
    ExpertShown => "expert's path shown", "ดูเฉลยแล้ว";
    /// Coach: what the expert does.
    Expert => "Expert", "ผู้เชี่ยวชาญ";
    /// Coach: the page that goes with the strip.
    CoachPage => "Enter or Esc: to the work. c opens this again.", "Enter หรือ Esc ไปทำงาน กด c เปิดหน้านี้อีก";
    /// Coach: a hint costs points.
    HintPrice => "next hint, points", "คำใบ้ถัดไป คะแนน";
    /// Coach: the expert's path costs points.
    ExpertPrice => "expert's path, points", "ดูเฉลย คะแนน";
    /// Footer of the coach's page: close it.
    ToWork => "to the work", "ไปทำงาน";
    /// Footer of pages: move on them.
    Scroll => "scroll", "เลื่อน";
    /// A page has more lines.
    MoreLines => "more", "ต่อ";
    /// Expert: title of the question.
    ShowExpert => "Show the expert's path?", "ดูเฉลยหรือไม่";
    /// Expert: what it costs, after the number of points.
    ShowExpertHelp => "points. The debrief will say that it was shown.", "คะแนน สรุปการฝึกจะบอกว่าได้ดูเฉลย";
    /// Expert: label of the price.
    ItCosts => "It costs", "เสีย";
    /// End: title of the question.
    EndTraining => "End the training?", "จบการฝึกหรือไม่";
    /// End: what it means.
    EndTrainingHelp => "The debrief compares you with the expert. After it nothing more counts.", "สรุปการฝึกจะเทียบคุณกับผู้เชี่ยวชาญ หลังจากนั้นสิ่งที่ทำจะไม่นับ";
    /// End: tasks that are done, before the numbers.
    TasksDone => "Tasks done", "ทำโจทย์แล้ว";
    /// Coach: nothing is real.
    NothingReal => "nothing here is real", "ไม่ใช่เหตุการณ์จริง";
}
