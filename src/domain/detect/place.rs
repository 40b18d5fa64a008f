//! Where an executable lies, by its path alone.

use crate::domain::detect::seen::last_part;

/// Where container runtimes keep the files of their containers, and what stands before the path inside.
const LAYERS: [(&[u8], &[u8]); 5] = [
    (b"/var/lib/docker/", b"/diff/"),
    (b"/var/lib/docker/", b"/merged/"),
    (b"/var/lib/containers/", b"/diff/"),
    (b"/var/lib/containerd/", b"/fs/"),
    (b"/run/containerd/", b"/rootfs/"),
];

/// What a path says about who put a file there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Nobody knows.
    Unknown,
    /// A file in memory alone.
    Memory,
    /// Where packages put programs.
    System,
    /// Where administrators and vendors put them, and what services keep.
    Local,
    /// Somebody's own programs, also those that tools for developers keep for them in hidden folders.
    Home,
    /// A hidden folder or file that no known tool makes.
    Hidden,
    /// A folder that everybody may write to, or that is gone after a restart.
    Volatile,
    /// There too, where tools that build, install or test are known to run what they made.
    Workshop,
    /// Where a web server serves files from.
    Web,
    /// Where no programs are: devices, settings, mail.
    Odd,
}

/// Folders that everybody may write to.
pub(super) const OPEN: [&[u8]; 3] = [b"/tmp/", b"/var/tmp/", b"/dev/shm/"];
/// Folders that everybody may write to, or that are gone after a restart.
const VOLATILE: [&[u8]; 7] =
    [b"/tmp/", b"/var/tmp/", b"/dev/shm/", b"/run/", b"/var/run/", b"/var/lock/", b"/dev/mqueue/"];
const SYSTEM: [&[u8]; 10] = [
    b"/usr/bin/",
    b"/usr/sbin/",
    b"/usr/lib",
    b"/bin/",
    b"/sbin/",
    b"/lib",
    b"/snap/",
    b"/usr/share/",
    b"/nix/store/",
    b"/gnu/store/",
];
/// What keeps every package in a folder of its own, and wraps its programs in hidden files.
const STORES: [&[u8]; 6] = [
    b"/nix/store/",
    b"/gnu/store/",
    b"/run/current-system/",
    b"/run/booted-system/",
    b"/run/opengl-driver/",
    b"/run/wrappers/bin/",
];
/// Disks that a person plugged in.
const PLUGGED_IN: [&[u8]; 2] = [b"/run/media/", b"/media/"];
const LOCAL: [&[u8]; 10] = [
    b"/usr/local/",
    b"/opt/",
    b"/srv/",
    b"/var/lib/",
    b"/app/",
    b"/usr/games/",
    b"/usr/java/",
    b"/data/",
    b"/mnt/",
    b"/var/opt/",
];
const WEB: [&[u8]; 5] =
    [b"/var/www/", b"/srv/www/", b"/usr/share/nginx/html/", b"/var/lib/tomcat", b"/htdocs/"];
const ODD: [&[u8]; 9] = [
    b"/etc/",
    b"/dev/",
    b"/boot/",
    b"/proc/",
    b"/sys/",
    b"/var/spool/",
    b"/var/log/",
    b"/var/mail/",
    b"/var/cache/",
];
/// What tools for developers and desktops keep their programs in.
const KNOWN_HIDDEN: [&[u8]; 73] = [
    b".apt",
    b".local",
    b".cargo",
    b".rustup",
    b".nvm",
    b".npm",
    b".npm-global",
    b".pyenv",
    b".rbenv",
    b".rvm",
    b".sdkman",
    b".jenv",
    b".volta",
    b".fnm",
    b".deno",
    b".bun",
    b".asdf",
    b".goenv",
    b".dotnet",
    b".nuget",
    b".gradle",
    b".m2",
    b".vscode",
    b".vscode-server",
    b".vscode-remote",
    b".cursor-server",
    b".windsurf-server",
    b".codeium",
    b".zed_server",
    b".terraform",
    b".terraform.d",
    b".tfenv",
    b".krew",
    b".docker",
    b".kube",
    b".minikube",
    b".conda",
    b".virtualenvs",
    b".venv",
    b".tox",
    b".nix-profile",
    b".linuxbrew",
    b".steam",
    b".foundry",
    b".elan",
    b".dropbox-dist",
    b".pnpm",
    b".wine",
    b".var",
    b".gem",
    b".cabal",
    b".ghcup",
    b".opam",
    b".stack",
    b".android",
    b".julia",
    b".juliaup",
    b".pixi",
    b".rye",
    b".platformio",
    b".arduino15",
    b".espressif",
    b".ollama",
    b".composer",
    b".fly",
    b".pulumi",
    b".mise",
    b".proto",
    b".swiftly",
    b".coursier",
    b".rancher-desktop",
    b".sonar",
    b".PlayOnLinux",
];
/// Beginnings of names in volatile folders: what was built, unpacked or mounted there by a known tool.
const WORKSHOPS: [&[u8]; 67] = [
    b"go-build",
    b"cargo",
    b"rustc",
    b"rustdoctest",
    b"_MEI",
    b".mount_",
    b"appimage",
    b"ansible",
    b".ansible",
    b"pip-",
    b"pip_",
    b"npm-",
    b"npx-",
    b"yarn-",
    b"bazel",
    b"build-",
    b"build.",
    b"_bazel",
    b"nix-build",
    b"nix-shell",
    b"tox",
    b"pytest",
    b"jest",
    b"terraform",
    b"packer",
    b"guix-build",
    b"portage",
    b"makepkg",
    b"rpm-tmp",
    b"snap-private-tmp",
    b"jenkins",
    b"systemd-private-",
    b"install",
    b"OraInstall",
    b"selfgz",
    b"playwright",
    b"ms-playwright",
    b"puppeteer",
    b"ollama",
    b"prisma",
    b"node_modules",
    b"JetBrains",
    b"pre-commit",
    b"uv",
    b"onefile_",
    b"nuitka",
    b"par-",
    b"gradle",
    b"kotlin",
    b"sbt",
    b"pulumi",
    b"vscode-",
    b"chromedriver",
    b"scoped_dir",
    b".org.chromium.",
    b"gitlab-runner",
    b"buildkite",
    b"dotnet",
    b"ccache",
    b"sccache",
    b"cmake",
    b"conan",
    b"meson",
    b"esbuild",
    b"bats-",
    b"zig-",
    b"swift-",
];

/// The place of this path. What lies in a container's layers is where the container sees it.
pub(super) fn place(path: &[u8]) -> Place {
    let inside = LAYERS.iter().find_map(|(above, layer)| {
        let layered = path.starts_with(above).then_some(path)?;
        let at = layered.windows(layer.len()).position(|part| part == *layer)?;
        path.get(at + layer.len() - 1..)
    });
    let path = inside.unwrap_or(path);
    // Most begin with another letter, and to see that takes no call.
    let letter = path.get(1);
    let under = |folders: &[&[u8]]| {
        folders.iter().any(|folder| folder.get(1) == letter && path.starts_with(folder))
    };
    if path.is_empty() {
        Place::Unknown
    } else if path.starts_with(b"/memfd:") || path.starts_with(b"memfd:") {
        Place::Memory
    } else if under(&STORES) {
        Place::System
    } else if under(&VOLATILE) && !under(&PLUGGED_IN) {
        if has_workshop(path) {
            Place::Workshop
        } else if has_hidden_part(path) {
            Place::Hidden
        } else {
            Place::Volatile
        }
    } else if has_hidden_part(path) {
        // A tool that keeps its own versions has them below a `bin`; what it builds lies below its hidden folder.
        let hides = path.windows(2).position(|pair| pair == b"/.").unwrap_or_default();
        let below = path.get(hides..).unwrap_or(path);
        let kept = has_workshop(below) || below.windows(5).any(|part| part == b"/bin/");
        if kept { Place::Home } else { Place::Hidden }
    } else if under(&WEB) || path.windows(13).any(|part| part == b"/public_html/") {
        Place::Web
    } else if under(&ODD) || is_below_tools(path) {
        Place::Odd
    } else if under(&LOCAL) {
        Place::Local
    } else if under(&SYSTEM) {
        Place::System
    } else if path
        .strip_prefix(b"/usr/")
        .is_some_and(|rest| rest.windows(5).any(|it| it == b"/bin/"))
    {
        // A tree of its own, as `/usr/pgsql-14/bin`.
        Place::Local
    } else {
        Place::Home
    }
}

/// Packages put tools into these folders, and no folders of their own but a few.
fn is_below_tools(path: &[u8]) -> bool {
    const KNOWN: [&[u8]; 7] =
        [b"X11/", b"core_perl/", b"mh/", b"multiarch", b"site_perl/", b"vendor_perl/", b"x86_64-"];
    let folders: [&[u8]; 4] = [b"/usr/bin/", b"/usr/sbin/", b"/bin/", b"/sbin/"];
    let rest = folders.iter().find_map(|it| path.strip_prefix(*it));
    rest.is_some_and(|rest| rest.contains(&b'/') && !KNOWN.iter().any(|it| rest.starts_with(it)))
}

/// A folder that a tool made to build, unpack or test in.
fn has_workshop(path: &[u8]) -> bool {
    path.split(|byte| *byte == b'/').any(|part| WORKSHOPS.iter().any(|it| part.starts_with(it)))
}

/// A part that lists do not show, and that no known tool makes.
fn has_hidden_part(path: &[u8]) -> bool {
    hidden_parts(path) > 0
}

/// How many parts lists do not show, of those that no known tool makes.
pub(super) fn hidden_parts(path: &[u8]) -> usize {
    let parts = path.split(|byte| *byte == b'/');
    let hides = |part: &&[u8]| {
        let part = *part;
        if !matches!(part.first(), Some(b'.' | b' ')) {
            return false;
        }
        let blank = part.iter().all(|byte| matches!(byte, b' ' | b'.'));
        let relative = part == b"." || part == b"..";
        let hidden = part.len() > 1 && part.first() == Some(&b'.') && !relative;
        (hidden || (blank && !relative)) && !KNOWN_HIDDEN.contains(&part)
    };
    parts.filter(hides).count()
}

impl Place {
    /// Whoever runs something from there has something to explain.
    pub(super) const fn is_strange(self) -> bool {
        matches!(self, Self::Memory | Self::Hidden | Self::Volatile | Self::Web | Self::Odd)
    }
}

/// A file whose name no list shows.
pub(super) fn is_hidden_file(path: &[u8]) -> bool {
    let name = last_part(path);
    name.first() == Some(&b'.') && name.len() > 1
}
