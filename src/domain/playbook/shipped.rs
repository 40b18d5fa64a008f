//! The playbook that ships with the program.

use crate::domain::base::Both;

/// PB-31, cryptomining, in both languages. A test holds that the two have the same structure.
pub const PB_31: Both<&str> =
    Both { en: include_str!("pb-31.en.md"), th: include_str!("pb-31.th.md") };
