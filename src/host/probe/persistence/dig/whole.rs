//! Scripts of which any line may matter, and that are no shell's: the whole text is the entry.

use super::{Dig, Draft, LONGEST, is_binary};
use crate::domain::facts::AutostartKind;
use crate::host::probe::persistence::cron::lines;
use crate::host::probe::persistence::ground::File;

impl Dig<'_> {
    /// The whole of a text, without remarks and layout, in as many parts as one entry holds. Of a program nothing is told.
    pub(in crate::host::probe::persistence) fn add_whole(
        &mut self,
        kind: AutostartKind,
        file: &File,
        user: Option<&[u8]>,
    ) {
        let (mut part, mut first): (Vec<u8>, usize) = (Vec::new(), 0);
        for (line, text) in lines(&file.bytes).take_while(|_| !is_binary(file)) {
            for text in text.trim_ascii().chunks(LONGEST) {
                if part.len() + text.len() >= LONGEST && !part.is_empty() {
                    self.add(Draft::new(kind, file, first, &part).by(user));
                    part.clear();
                    first = line;
                }
                if !part.is_empty() {
                    part.push(b'\n');
                }
                part.extend_from_slice(text);
            }
        }
        self.add(Draft::new(kind, file, first, &part).by(user));
    }
}
