//! Lines that join the rows of a tree, worked out from the depths of the rows that are in view.

use crate::ui::panes::row::Row;
use crate::ui::role::Role;

/// Rows below the view that are looked at: a branch that goes on farther than this is drawn as the last.
pub(super) const AHEAD: usize = 256;
/// Levels that are told apart.
const LEVELS: u16 = 63;

/// What stands before a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Joint {
    depth: u16,
    /// Bit `n`: a row of depth `n` follows below under the same parent.
    below: u64,
}

/// The joints of the first `shown` rows of `depths`; what follows after them is only looked at.
pub(super) fn joints(depths: impl Iterator<Item = u16>, shown: usize) -> Vec<Joint> {
    let depths: Vec<u16> = depths.take(shown + AHEAD).map(|depth| depth.min(LEVELS)).collect();
    let mut below = 0_u64;
    let mut joints: Vec<Joint> = Vec::with_capacity(depths.len());
    for depth in depths.into_iter().rev() {
        let here = 1_u64 << depth;
        // What lay deeper belongs to another branch.
        below &= here | (here - 1);
        joints.push(Joint { depth, below });
        below |= here;
    }
    joints.reverse();
    joints.truncate(shown);
    joints
}

impl Joint {
    /// Draws the lines in at most `cells`; levels that there is no room for are left out from the root on.
    pub(super) fn draw(self, row: &mut Row<'_>, cells: usize) {
        let signs = row.signs();
        let levels = usize::from(self.depth);
        let fits = (cells / 2).max(1);
        for level in levels.saturating_sub(fits) + 1..=levels {
            let goes_on = self.below >> level & 1 == 1;
            let sign = match (level == levels, goes_on) {
                (true, true) => signs.branch,
                (true, false) => signs.last,
                (false, true) => signs.trunk,
                (false, false) => "  ",
            };
            row.left(Role::Border, sign, 2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_child_ends_its_trunk() {
        let joints = joints([0, 1, 2, 1].into_iter(), 4);
        assert_eq!(joints[1].below >> 1 & 1, 1, "another child follows");
        assert_eq!(joints[2].below >> 1 & 1, 1, "the trunk beside the grandchild");
        assert_eq!(joints[2].below >> 2 & 1, 0, "no other grandchild");
        assert_eq!(joints[3].below >> 1 & 1, 0, "the last child");
    }

    #[test]
    fn a_child_of_the_next_branch_is_not_a_sibling() {
        let joints = joints([0, 1, 0, 1].into_iter(), 4);
        assert_eq!(joints[1].below >> 1 & 1, 0);
    }
}
