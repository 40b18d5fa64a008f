//! A real OpenSSH server on a loopback port, with a host key, a user key and a configuration of its own.
//!
//! Invariant: nothing outside its folder is written but `/run/sshd`, which sshd wants to be there when root starts it.
#![expect(clippy::disallowed_methods, reason = "tests start what they watch")]

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::pty::Cockpit;

const SSHD: &str = "/usr/sbin/sshd";
const SSH: &str = "/usr/bin/ssh";
const KEYGEN: &str = "/usr/bin/ssh-keygen";

/// A running server; it and its sessions end when it is dropped.
pub(crate) struct Sshd {
    folder: tempfile::TempDir,
    server: Child,
    port: u16,
    user: String,
}

impl Sshd {
    /// Starts one; says which program is missing where there is none.
    pub(crate) fn start() -> Result<Self, String> {
        if let Some(missing) = [SSHD, SSH, KEYGEN].iter().find(|it| !Path::new(it).exists()) {
            return Err(format!("there is no {missing}: apt-get install openssh-server"));
        }
        if rustix::process::geteuid().is_root() {
            fs::create_dir_all("/run/sshd").unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        for key in ["host", "user"] {
            let args = ["-q", "-t", "ed25519", "-N", "", "-C", key, "-f", &at(key)];
            assert!(Command::new(KEYGEN).args(args).status().unwrap().success());
        }
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\n\
             UsePAM no\nStrictModes no\nPermitRootLogin prohibit-password\nPrintMotd no\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitUserRC no\n",
            at("host"),
            at("user.pub"),
        );
        fs::write(at("config"), config).unwrap();
        let log = fs::File::create(at("log")).unwrap();
        let mut command = Command::new(SSHD);
        command.args(["-D", "-e", "-f", &at("config")]).stdin(Stdio::null()).stderr(log);
        let server = command.spawn().unwrap();
        let name = Command::new("/usr/bin/id").arg("-un").output().unwrap().stdout;
        let user = String::from_utf8(name).unwrap().trim().to_owned();
        let sshd = Self { folder, server, port, user };
        sshd.answers();
        Ok(sshd)
    }

    fn answers(&self) {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let end = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < end, "sshd does not answer: {}", self.log());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// What the server has to say.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Logs in and runs `command` there, as `ssh -t HOST command` does.
    pub(crate) fn log_in(&self, command: &str, cols: u16, rows: u16) -> Cockpit {
        let at = |name: &str| self.folder.path().join(name).display().to_string();
        let (port, to) = (self.port.to_string(), format!("{}@127.0.0.1", self.user));
        let (known, key) = (format!("UserKnownHostsFile={}", at("known")), at("user"));
        let options = [
            "StrictHostKeyChecking=accept-new",
            "IdentitiesOnly=yes",
            "IdentityAgent=none",
            &known,
        ];
        let mut args = vec!["-F", "none", "-tt", "-p", &port, "-i", &key];
        args.extend(options.iter().flat_map(|option| ["-o", option]));
        args.extend([to.as_str(), command]);
        Cockpit::start_program(&PathBuf::from(SSH), &args, &[], cols, rows)
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
    }
}
