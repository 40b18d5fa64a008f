//! Who is who: a process that took the place of another, with its pid and its start.

use std::process::Command;

use firedamp::domain::base::ProcessId;
use firedamp::domain::facts::Process;
use firedamp::host::probe::Eyes;

use crate::{Talking, alone, is_root, look, look_until, python, row};

/// Makes a process with a pid of its choice, says pid, start and inode of its pidfd, and does it again on every line
/// that comes; right after a clock tick, so that there is time for a look before the next one.
const SWAP: &str = r"
import os,ctypes,sys,time
libc=ctypes.CDLL(None,use_errno=True)
class A(ctypes.Structure):
    _fields_=[(x,ctypes.c_uint64) for x in 'flags pidfd child_tid parent_tid exit_signal stack stack_size tls set_tid set_tid_size cgroup'.split()]
def clone(tid):
    arr=(ctypes.c_int*1)(tid)
    a=A(exit_signal=17,set_tid=ctypes.addressof(arr),set_tid_size=1)
    r=libc.syscall(435,ctypes.byref(a),ctypes.sizeof(a))
    if r==0:
        while True: time.sleep(9)
    return r
def start(pid):
    s=open(f'/proc/{pid}/stat').read()
    return s[s.rindex(')')+2:].split()[19]
target=next(p for p in range(31999,300,-1) if not os.path.exists(f'/proc/{p}'))
first=True
while True:
    if first:
        while time.clock_gettime(time.CLOCK_BOOTTIME)%0.01>0.0005: pass
    if clone(target)<0: sys.exit(0)
    fd=os.pidfd_open(target); print(target,start(target),os.fstat(fd).st_ino,flush=True); os.close(fd)
    if not sys.stdin.readline(): break
    os.kill(target,9); os.waitpid(target,0)
    first=not first
os.kill(target,9)
";

#[test]
fn a_process_in_the_place_of_another_is_another_row() {
    let _alone = alone();
    let Some(mut script) = python(SWAP).filter(|_| is_root()) else { return };
    let mut child = Talking::start(&mut script);
    let mut eyes = Eyes::open().unwrap();
    let mut alike = 0;
    look(&mut eyes);
    for round in 0..60 {
        let mut seen: Vec<ProcessId> = Vec::new();
        for _ in 0..2 {
            let Some(said) = child.says() else {
                return eprintln!("left out: this kernel lets nobody choose a pid");
            };
            let said: Vec<u64> = said.iter().map(|word| word.parse().unwrap()).collect();
            let snapshot = look(&mut eyes);
            let id =
                row(&snapshot, u32::try_from(said[0]).unwrap()).expect("it is seen at once").id;
            assert_eq!(id.start, said[1]);
            if id.inode == 0 {
                return eprintln!("left out: this kernel does not tell pidfds apart");
            }
            assert_eq!(id.inode, said[2], "round {round}");
            seen.push(id);
            child.go_on();
        }
        assert_ne!(seen[0], seen[1], "round {round}");
        alike += u32::from(seen[0].start == seen[1].start);
    }
    eprintln!("of 60 swaps {alike} had the same pid and the same start");
}

#[test]
fn a_process_keeps_its_identity_while_it_sleeps_and_works_and_renames_itself() {
    let _alone = alone();
    let script = "import sys\nwhile sys.stdin.readline():\n open('/proc/self/comm','w').write('other')\n sum(range(300000))\n print('done',flush=True)";
    let Some(mut script) = python(script) else { return };
    let mut child = Talking::start(&mut script);
    let pid = child.child.pid();
    let mut eyes = Eyes::open().unwrap();
    let before = look_until(&mut eyes, pid, |it| it.comm.bytes().starts_with(b"python"));
    child.go_on();
    child.says().unwrap();
    let after = look_until(&mut eyes, pid, |it| it.comm.bytes() == b"other");
    assert_eq!(after.id, before.id);
    for _ in 0..35 {
        assert_eq!(row(&look(&mut eyes), pid).unwrap().id, before.id);
    }
}

#[test]
fn a_program_whose_file_is_renamed_is_the_same_and_the_next_one_in_its_process_is_not() {
    let _alone = alone();
    let place = tempfile::tempdir().unwrap();
    let (one, other) = (place.path().join("one"), place.path().join("other"));
    std::fs::copy("/bin/sh", &one).unwrap();
    let mut child =
        Talking::start(Command::new(&one).args(["-c", "echo; read x; exec /bin/sleep 60"]));
    child.says().unwrap();
    let (pid, mut eyes) = (child.child.pid(), Eyes::open().unwrap());
    let is = |name: &'static str| {
        move |it: &Process| it.exe.known().is_some_and(|it| it.bytes().ends_with(name.as_bytes()))
    };
    let before = look_until(&mut eyes, pid, is("/one"));
    assert_ne!(before.image, 0);
    std::fs::rename(&one, &other).unwrap();
    let renamed = look_until(&mut eyes, pid, is("/other"));
    assert_eq!((renamed.id, renamed.image), (before.id, before.image));
    child.go_on();
    let next = look_until(&mut eyes, pid, |it| it.image != before.image);
    assert_eq!(next.id, before.id, "it is the same process");
    assert_ne!(next.image, 0);
}
