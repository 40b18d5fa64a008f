//! What is in a zstd file, and no more of it than its size can stand for.
//!
//! Invariant: at no moment have more than [`RATIO`] times the bytes come out that went in, the first [`FREE`] bytes
//! apart; and zstd never needs more memory than a window of 2 to the [`WINDOW_LOG`].

use std::io::{self, BufRead, BufReader, Read};

use zstd::stream::read::Decoder;

use crate::host::store::bundle::BundleError;

/// So many times larger may the content be.
pub(super) const RATIO: u64 = 200;
/// Bytes to which the ratio does not apply: a small session is small whatever it says.
const FREE: u64 = 1 << 20;
/// 8 MiB; what is written here needs 2.
pub(super) const WINDOW_LOG: u32 = 23;

/// The content of one zstd frame.
pub(super) struct Stream<'a> {
    frame: Decoder<'static, BufReader<Counted<'a>>>,
    out: u64,
    over: bool,
    begun: bool,
}

struct Counted<'a> {
    file: &'a mut dyn Read,
    bytes: u64,
    /// The file could not be read, which is no fault of the bundle.
    failed: Option<io::Error>,
}

impl<'a> Stream<'a> {
    pub(super) fn new(file: &'a mut dyn Read) -> Result<Self, BundleError> {
        let file = BufReader::new(Counted { file, bytes: 0, failed: None });
        let mut frame = Decoder::with_buffer(file).map_err(BundleError::Read)?.single_frame();
        frame.window_log_max(WINDOW_LOG).map_err(BundleError::Read)?;
        Ok(Self { frame, out: 0, over: false, begun: false })
    }

    /// Fills `buffer`.
    pub(super) fn fill(&mut self, buffer: &mut [u8]) -> Result<(), BundleError> {
        self.read_exact(buffer).map_err(|error| self.trouble(&error))
    }

    /// What an error while reading was about.
    pub(super) fn trouble(&mut self, error: &io::Error) -> BundleError {
        let failed = self.frame.get_mut().get_mut().failed.take();
        if let Some(failed) = failed {
            BundleError::Read(failed)
        } else if self.over {
            BundleError::Ratio
        } else if error.kind() == io::ErrorKind::UnexpectedEof {
            BundleError::Ends
        } else if self.begun {
            BundleError::Damaged(error.to_string().into())
        } else {
            BundleError::NotZstd
        }
    }

    /// Nothing is left, neither in the frame nor behind it.
    pub(super) fn end(mut self) -> Result<(), BundleError> {
        let mut more = [0];
        match self.read(&mut more) {
            // The end of the frame holds its checksum, so it has to be read.
            Ok(0) => {}
            Ok(_) => return Err(BundleError::Behind),
            Err(error) => return Err(self.trouble(&error)),
        }
        let mut file = self.frame.finish();
        match file.fill_buf() {
            Ok([]) => Ok(()),
            Ok(_) => Err(BundleError::Behind),
            Err(error) => Err(BundleError::Read(error)),
        }
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.frame.read(buffer)?;
        self.begun |= read > 0;
        self.out += read as u64;
        let allowed = self.frame.get_ref().get_ref().bytes.saturating_mul(RATIO);
        if self.out > allowed.saturating_add(FREE) {
            self.over = true;
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(read)
    }
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.file.read(buffer) {
            Ok(read) => {
                self.bytes += read as u64;
                Ok(read)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                let kind = error.kind();
                self.failed = Some(error);
                Err(kind.into())
            }
        }
    }
}
