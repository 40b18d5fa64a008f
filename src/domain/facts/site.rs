//! Where the host stands: what its firmware says of the machine, and which other hosts one gets to from its homes.
//!
//! Facts only. Nothing is asked of anybody: files of `/sys/class/dmi` and of homes, and no file of a key is opened.

use serde::{Deserialize, Serialize};

use super::{Reading, is_default};
use crate::domain::untrusted::Untrusted;

/// Where the host stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Site {
    /// What the firmware says of the machine.
    #[serde(skip_serializing_if = "Reading::is_unknown")]
    pub firmware: Reading<Firmware>,
    /// Homes out of which one gets to other hosts.
    #[serde(skip_serializing_if = "Reading::is_unknown")]
    pub homes: Reading<Vec<SshHome>>,
    /// So many homes beside those were not looked into: closed, or on another machine.
    #[serde(skip_serializing_if = "is_default")]
    pub homes_unread: u32,
}

/// What the firmware says of the machine. A hypervisor writes this, and root can lay another file over it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Firmware {
    /// `sys_vendor`: `Amazon EC2`, `QEMU`.
    #[serde(skip_serializing_if = "Untrusted::is_empty")]
    pub vendor: Untrusted,
    /// `product_name`.
    #[serde(skip_serializing_if = "Untrusted::is_empty")]
    pub product: Untrusted,
    /// `bios_vendor`.
    #[serde(skip_serializing_if = "Untrusted::is_empty")]
    pub bios: Untrusted,
    /// `bios_version`.
    #[serde(skip_serializing_if = "Untrusted::is_empty")]
    pub version: Untrusted,
    /// `chassis_asset_tag`.
    #[serde(skip_serializing_if = "Untrusted::is_empty")]
    pub tag: Untrusted,
    /// `chassis_type` of SMBIOS: 3 is a desktop, 10 a notebook, 23 stands in a rack; 0 if it is not known.
    #[serde(skip_serializing_if = "is_default")]
    pub chassis: u8,
}

/// What of SSH a home holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct SshHome {
    /// Whose home it is.
    pub user: Untrusted,
    /// Lines of `known_hosts`: hosts that were gone to from here.
    #[serde(skip_serializing_if = "is_default")]
    pub known: u32,
    /// Files that are named like private keys.
    #[serde(skip_serializing_if = "is_default")]
    pub keys: u32,
}
