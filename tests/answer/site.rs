//! What the eyes read of where a host stands, in a tree that was made for it.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use firedamp::domain::base::{Moment, Timestamp};
use firedamp::domain::facts::{Reading, Site};
use firedamp::host::probe::{Eyes, Roots};
use tempfile::TempDir;

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Looks until both readers have answered.
fn site(root: &Path) -> Site {
    let mut eyes = Eyes::open_at(&Roots::recorded(root)).unwrap();
    let begun = Instant::now();
    loop {
        let moment = Moment { at: Timestamp::UNIX_EPOCH, boot_ms: 1_000 };
        let site = eyes.look(moment).site;
        if site.homes != Reading::Unknown || begun.elapsed() > Duration::from_secs(20) {
            return Site::clone(&site);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn firmware_and_homes_are_read_and_no_key_is_kept() {
    let tree = TempDir::new().unwrap();
    let root = tree.path();
    write(root, "proc/stat", "cpu 1 2 3 4\n");
    write(root, "sys/class/dmi/id/sys_vendor", "Amazon EC2\n");
    write(root, "sys/class/dmi/id/product_name", "m5.large\n");
    write(root, "sys/class/dmi/id/chassis_type", "1\n");
    write(
        root,
        "etc/passwd",
        "suda:x:1000:1000::/home/suda:/bin/sh\nmali:x:1001:1001::/home/mali:/bin/sh\n",
    );
    let known = "# a word\nhost-1.example ssh-ed25519 AAAA\n\n|1|salt|hash ssh-rsa BBBB\n";
    write(root, "home/suda/.ssh/known_hosts", known);
    write(root, "home/suda/.ssh/id_ed25519", "secret");
    write(root, "home/suda/.ssh/id_ed25519.pub", "public");
    write(root, "home/suda/.ssh/deploy.pem", "secret");
    write(root, "home/mali/.profile", "");
    write(root, "elsewhere/known_hosts", known);
    std::os::unix::fs::symlink("../../elsewhere", root.join("home/mali/.ssh")).unwrap();
    let site = site(root);
    let firmware = site.firmware.known().unwrap();
    assert_eq!(firmware.vendor, "Amazon EC2".into());
    assert_eq!((firmware.product.clone(), firmware.chassis), ("m5.large".into(), 1));
    let homes = site.homes.known().unwrap();
    assert_eq!(homes.len(), 1);
    assert_eq!(
        site.homes_unread, 1,
        "a link out of the home is not followed, and nobody knows what lies there"
    );
    assert_eq!((homes[0].known, homes[0].keys), (2, 2));
    let kept = serde_json::to_string(&site).unwrap();
    assert!(!kept.contains("secret") && !kept.contains("host-1"), "{kept}");
}

#[test]
fn without_firmware_nothing_is_said_of_it() {
    let tree = TempDir::new().unwrap();
    write(tree.path(), "proc/stat", "cpu 1 2 3 4\n");
    write(tree.path(), "etc/passwd", "");
    let site = site(tree.path());
    assert_eq!(site.firmware, Reading::Unknown);
    assert_eq!(site.homes, Reading::Known(Vec::new()));
}
