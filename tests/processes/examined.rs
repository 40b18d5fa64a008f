//! One process in full.

use std::process::Command;

use firedamp::domain::base::ProcessId;
use firedamp::domain::facts::MappingKind;
use firedamp::domain::untrusted::Untrusted;
use firedamp::host::probe::Eyes;

use crate::{Running, Talking, alone, look, look_until, python, row};

fn plain(all: &[Untrusted]) -> Vec<String> {
    all.iter().map(|it| it.plain(200)).collect()
}

#[test]
fn the_environment_is_read_and_what_tells_the_entry_comes_first() {
    let _alone = alone();
    let mut command = Command::new("/bin/sleep");
    command
        .arg("60")
        .env_clear()
        .env("A", "1")
        .env("SSH_CONNECTION", "192.0.2.7 4711 192.0.2.1 22");
    let child = Running::start(&mut command);
    let mut eyes = Eyes::open().unwrap();
    let process = look_until(&mut eyes, child.pid(), |it| it.comm.bytes() == b"sleep");
    let moment = look(&mut eyes).moment;
    let found = eyes.examine(process.id, moment).unwrap();
    let environment = found.environment.known().unwrap();
    assert_eq!(plain(&environment.entry), ["SSH_CONNECTION=192.0.2.7 4711 192.0.2.1 22"]);
    assert_eq!(plain(&environment.rest), ["A=1"]);
    assert!(!environment.cut);
    let threads = found.threads.known().unwrap();
    assert_eq!((threads.len(), threads[0].id), (1, process.id.pid));
    let maps = found.maps.known().unwrap();
    assert!(maps.count > 3 && maps.odd.is_empty(), "{maps:?}");
    assert!(found.transparent.known().is_some());
    assert_eq!(found.command.known().unwrap().arguments().count(), 2);
}

#[test]
fn a_large_environment_and_long_arguments_are_cut_where_it_is_said() {
    let _alone = alone();
    let mut command = Command::new("/bin/sleep");
    command.args(["60", "--"]).env_clear();
    // sleep takes any number of times.
    command.args((0..20_000).map(|_| "0.00001"));
    for at in 0..3 {
        command.env(format!("V{at}"), "v".repeat(60_000));
    }
    let child = Running::start(&mut command);
    let mut eyes = Eyes::open().unwrap();
    let process = look_until(&mut eyes, child.pid(), |it| it.comm.bytes() == b"sleep");
    assert_eq!(process.command.known().unwrap().bytes().len(), 4096);
    let moment = look(&mut eyes).moment;
    let found = eyes.examine(process.id, moment).unwrap();
    assert_eq!(found.command.known().unwrap().bytes().len(), 128 << 10);
    let environment = found.environment.known().unwrap();
    assert!(environment.cut);
    let bytes: usize = environment.rest.iter().map(|it| it.bytes().len() + 1).sum();
    assert!((120_000..=131_073).contains(&bytes), "{bytes}");
}

#[test]
fn code_without_a_file_and_threads_by_name_are_told() {
    let _alone = alone();
    let script = "import mmap,os,threading,time,ctypes\n\
        a=mmap.mmap(-1,8192,flags=mmap.MAP_PRIVATE|mmap.MAP_ANONYMOUS,prot=7)\n\
        f=os.memfd_create('x')\nos.ftruncate(f,4096)\nb=mmap.mmap(f,4096,flags=mmap.MAP_SHARED,prot=5)\n\
        def work():\n ctypes.CDLL(None).prctl(15,b'worker')\n time.sleep(600)\n\
        [threading.Thread(target=work,daemon=True).start() for _ in range(3)]\n\
        time.sleep(0.2)\nprint('ready',flush=True)\ntime.sleep(600)";
    let Some(mut script) = python(script) else { return };
    let mut child = Talking::start(&mut script);
    child.says().unwrap();
    let mut eyes = Eyes::open().unwrap();
    let snapshot = look(&mut eyes);
    let id = row(&snapshot, child.child.pid()).unwrap().id;
    let found = eyes.examine(id, snapshot.moment).unwrap();
    let maps = found.maps.known().unwrap();
    let has = |kind, size, writable| {
        maps.odd.iter().any(|it| (it.kind, it.size, it.writable) == (kind, size, writable))
    };
    assert!(has(MappingKind::Anonymous, 8192, true), "{:?}", maps.odd);
    assert!(has(MappingKind::Memory, 4096, false), "{:?}", maps.odd);
    let threads = found.threads.known().unwrap();
    assert_eq!(threads.iter().filter(|it| it.comm.bytes() == b"worker").count(), 3);
}

#[test]
fn a_process_that_is_gone_or_is_another_one_is_not_examined() {
    let _alone = alone();
    let child = Running::start(Command::new("/bin/sleep").arg("60"));
    let mut eyes = Eyes::open().unwrap();
    let id = look_until(&mut eyes, child.pid(), |it| it.comm.bytes() == b"sleep").id;
    let moment = look(&mut eyes).moment;
    assert!(eyes.examine(ProcessId { start: id.start + 1, ..id }, moment).is_none());
    if id.inode != 0 {
        assert!(eyes.examine(ProcessId { inode: id.inode + 1, ..id }, moment).is_none());
    }
    assert!(eyes.examine(id, moment).is_some());
    drop(child);
    assert!(eyes.examine(id, moment).is_none());
}

#[test]
fn who_works_is_listed_whoever_sleeps_before_him_and_the_others_are_counted() {
    let _alone = alone();
    let script = "import ctypes,threading,time\n\
        [threading.Thread(target=time.sleep,args=(600,),daemon=True).start() for _ in range(400)]\n\
        def work():\n ctypes.CDLL(None).prctl(15,b'worker')\n end=time.time()+0.5\n\
        \x20while time.time()<end: pass\n print('ready',flush=True)\n time.sleep(600)\n\
        threading.Thread(target=work,daemon=True).start()\ntime.sleep(600)";
    let Some(mut script) = python(script) else { return };
    let mut child = Talking::start(&mut script);
    child.says().unwrap();
    let mut eyes = Eyes::open().unwrap();
    let snapshot = look(&mut eyes);
    let id = row(&snapshot, child.child.pid()).unwrap().id;
    let end = std::time::Instant::now() + std::time::Duration::from_secs(10);
    let found = loop {
        let found = eyes.examine(id, snapshot.moment).unwrap();
        if found.threads.known().is_some() {
            break found;
        }
        assert!(std::time::Instant::now() < end, "its threads were never read");
    };
    let threads = found.threads.known().unwrap();
    assert_eq!((threads.len(), found.more_threads, found.unread_threads), (256, 146, 0));
    assert!(threads.iter().take(2).any(|it| it.comm.bytes() == b"worker"), "{threads:?}");
}
