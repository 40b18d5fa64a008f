//! A file system that lets everybody wait, mounted over files or folders for one program alone.
#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::io::{BufRead as _, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

/// Mounts it over each path (all but the last arguments behind `--`), says `MOUNTED`, runs the program behind `--`, and
/// lets go of everything when that has said `DONE`, or after a minute. The file system answers its first question and no
/// other one.
const SILENT: &str = r"
import os,ctypes,struct,subprocess,sys,threading
libc=ctypes.CDLL(None,use_errno=True)
end=sys.argv.index('--')
def silent(path):
    fd=os.open('/dev/fuse',os.O_RDWR)
    mode='40000' if os.path.isdir(path) else '100000'
    opts=f'fd={fd},rootmode={mode},user_id=0,group_id=0,allow_other'.encode()
    if libc.mount(b'silent',path.encode(),b'fuse.silent',0,opts): raise SystemExit('no fuse here')
    buf=os.read(fd,1<<17)
    ln,op,uniq=struct.unpack('<IIQ',buf[:16])
    major,minor,ra,fl=struct.unpack('<IIII',buf[40:56])
    out=struct.pack('<IIIIHHII',7,31,ra,0,12,1,1<<16,1)+b'\0'*32
    os.write(fd,struct.pack('<IiQ',16+len(out),0,uniq)+out)
    def drain():
        while True:
            try: os.read(fd,1<<17)
            except OSError: return
    threading.Thread(target=drain,daemon=True).start()
threading.Timer(60,os._exit,(3,)).start()
for path in sys.argv[1:end]: silent(path)
print('MOUNTED',flush=True)
child=subprocess.Popen(sys.argv[end+1:],stdout=subprocess.PIPE,text=True)
for line in child.stdout:
    print(line,end='',flush=True)
    if 'DONE' in line: break
else: child.wait()
os._exit(0)
";

fn command(unshare: &[&str], silent: &[&Path], program: &Command) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private"]).args(unshare);
    command.args(["python3", "-c", SILENT]).args(silent);
    command.arg("--").arg(program.get_program()).args(program.get_args());
    for (name, value) in program.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    command
}

/// What the program prints while these are silent; `None`, and a word on stderr, where that cannot be.
pub(crate) fn beside(silent: &[&Path], program: &mut Command) -> Option<String> {
    let out = command(&[], silent, program).output().unwrap();
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    if !said.contains("DONE") {
        eprintln!("skipped: {said}{}", String::from_utf8_lossy(&out.stderr));
        return None;
    }
    Some(said)
}

/// The program runs and these are silent for as long as the child lives, and what it prints can be read; `None`, and a word
/// on stderr, where that cannot be. `unshare` may ask for more namespaces.
pub(crate) fn held(
    silent: &[&Path],
    unshare: &[&str],
    program: &Command,
    start: impl FnOnce(&mut Command) -> Child,
) -> Option<(Child, Lines<BufReader<ChildStdout>>)> {
    let mut command = command(unshare, silent, program);
    let mut child = start(command.stdin(Stdio::piped()).stdout(Stdio::piped()));
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    if !matches!(lines.next(), Some(Ok(line)) if line == "MOUNTED") {
        eprintln!("left out: no file system can be mounted here");
        child.kill().ok();
        child.wait().ok();
        return None;
    }
    Some((child, lines))
}
