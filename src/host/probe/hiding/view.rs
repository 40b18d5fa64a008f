//! A `/proc` of our own: an instance of the file system that is mounted nowhere.
//!
//! Whoever mounts something over a folder of the host's `/proc`, or mounts it again with `hidepid`, does
//! that to the host's instance. This one has no name, so nothing can be put over it; the host's mounts do
//! not change. Without the capability to make one, or before Linux 5.2, there is none.

use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags};
use rustix::mount::{FsMountFlags, FsOpenFlags, MountAttrFlags, fsconfig_create, fsmount, fsopen};

/// Makes one, if the kernel lets us.
pub(super) fn own_proc() -> Option<OwnedFd> {
    let context = fsopen("proc", FsOpenFlags::FSOPEN_CLOEXEC).ok()?;
    fsconfig_create(&context).ok()?;
    let harmless = MountAttrFlags::MOUNT_ATTR_RDONLY
        | MountAttrFlags::MOUNT_ATTR_NOSUID
        | MountAttrFlags::MOUNT_ATTR_NODEV
        | MountAttrFlags::MOUNT_ATTR_NOEXEC;
    fsmount(&context, FsMountFlags::FSMOUNT_CLOEXEC, harmless).ok()
}

/// Opens the same directory once more: two that list share no place in the listing then.
pub(super) fn again(dir: &OwnedFd) -> Option<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::openat(dir, c".", flags, Mode::empty()).ok()
}
