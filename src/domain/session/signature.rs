//! Signatures with SSH keys over what a journal says up to an entry.
//!
//! What is signed is a [`Statement`]: five lines of plain text that anybody can read before signing. A signature is what
//! `ssh-keygen -Y sign -n firedamp-handoff@v1` writes (`PROTOCOL.sshsig` of OpenSSH), and `ssh-keygen -Y verify` accepts it
//! together with that text.
//!
//! Invariant: a signature is kept only with the proof that it is over the statement it is kept for. Keys may be
//! Ed25519 or ECDSA P-256, also those that live in a token. What is absent is a key that is locked with a passphrase:
//! nobody should type that on a host that somebody else may own; such a key signs where it lives, by copy and paste.

use std::fmt;

use ssh_key::{Algorithm, EcdsaCurve, HashAlg, LineEnding, PrivateKey, PublicKey, SshSig};

use crate::domain::base::Digest;
use crate::domain::session::anchor::Anchor;
use crate::domain::untrusted::Untrusted;

/// What the signature is for, so that it is good for nothing else.
pub const NAMESPACE: &str = "firedamp-handoff@v1";

/// No signature of a supported key is longer.
const LONGEST: usize = 16 * 1024;
const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";

/// What is signed: what a journal says up to an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Id of the session.
    pub session: String,
    /// SHA-256 of the entry's line.
    pub head: Digest,
    /// Number of the entry, and words that follow from it.
    pub anchor: Anchor,
}

/// A signature whose form is right.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature(SshSig);

/// Why something is no signature over a statement.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureProblem {
    /// There is nothing between the lines that begin and end one, or those are missing.
    #[error("no signature is in the text: it begins with `{BEGIN}` and ends with `{END}`")]
    NoArmour,
    /// What is between them is none.
    #[error("the signature cannot be read: {}", .0.plain(120))]
    Malformed(Untrusted),
    /// It was made for something else.
    #[error("the signature is for `{}` and not for `{NAMESPACE}`", .0.plain(60))]
    Namespace(Untrusted),
    /// This program cannot check such a key.
    #[error("a key of the kind {} cannot be checked here; Ed25519 and ECDSA P-256 can", .0.plain(60))]
    KeyKind(Untrusted),
    /// It is over another text, or was damaged.
    #[error("the signature is not over this text")]
    OtherText,
    /// The file is no private key.
    #[error("the file is no private key of OpenSSH: {}", .0.plain(120))]
    NoKey(Untrusted),
    /// The key needs a passphrase.
    #[error("the key is locked with a passphrase, which must not be typed on this host")]
    Locked,
}

impl Statement {
    /// About the entry `seq` of a session, whose line has the digest `head`.
    #[must_use]
    pub fn of(session: &str, seq: u64, head: Digest) -> Self {
        Self { session: session.to_owned(), head, anchor: Anchor::of(seq, head) }
    }

    /// Its lines; each ends with a line feed.
    #[must_use]
    pub fn lines(&self) -> [String; 5] {
        let Self { session, head, anchor } = self;
        [
            String::from(NAMESPACE),
            format!("session {session}"),
            format!("entry {}", anchor.seq),
            format!("sha256 {head}"),
            format!("anchor {anchor}"),
        ]
    }

    /// Signs it with a private key in the form of OpenSSH.
    pub fn sign(&self, key: &[u8]) -> Result<Signature, SignatureProblem> {
        let unreadable = |error: ssh_key::Error| SignatureProblem::NoKey(error.to_string().into());
        let key = PrivateKey::from_openssh(key).map_err(unreadable)?;
        if key.is_encrypted() {
            return Err(SignatureProblem::Locked);
        }
        let kind = || SignatureProblem::KeyKind(key.algorithm().to_string().into());
        if !is_supported(&key.algorithm()) {
            return Err(kind());
        }
        let text = self.to_string();
        let signed = key.sign(NAMESPACE, HashAlg::Sha512, text.as_bytes()).map_err(|_| kind())?;
        let signature = Signature(signed);
        signature.check(self)?;
        Ok(signature)
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines().iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl Signature {
    /// Reads one out of pasted text: what stands around it, blanks at the ends of lines and empty lines do not matter.
    pub fn read(text: &str) -> Result<Self, SignatureProblem> {
        let start = text.find(BEGIN).ok_or(SignatureProblem::NoArmour)?;
        let rest = text.get(start..).unwrap_or_default();
        let end = rest.find(END).ok_or(SignatureProblem::NoArmour)?;
        let inside = rest.get(BEGIN.len()..end).unwrap_or_default();
        if inside.len() > LONGEST {
            return Err(SignatureProblem::Malformed("it is too long".into()));
        }
        let lines = inside.split_whitespace().collect::<String>();
        let lines = lines.as_bytes().chunks(70).map(String::from_utf8_lossy);
        let lines: Vec<_> = lines.collect();
        let armour = format!("{BEGIN}\n{}\n{END}\n", lines.join("\n"));
        let read = SshSig::from_pem(armour);
        let signature =
            read.map_err(|error| SignatureProblem::Malformed(error.to_string().into()))?;
        if signature.namespace() != NAMESPACE {
            return Err(SignatureProblem::Namespace(signature.namespace().into()));
        }
        let kind = signature.public_key().algorithm();
        if !is_supported(&kind) {
            return Err(SignatureProblem::KeyKind(kind.to_string().into()));
        }
        Ok(Self(signature))
    }

    /// It is over this statement, and made with the key that it names.
    pub fn check(&self, statement: &Statement) -> Result<(), SignatureProblem> {
        let key = PublicKey::from(self.0.public_key().clone());
        let text = statement.to_string();
        key.verify(NAMESPACE, text.as_bytes(), &self.0).map_err(|_| SignatureProblem::OtherText)
    }

    /// Fingerprint of the key: `SHA256:...`, as `ssh-keygen -l` shows it.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.public_key().fingerprint(HashAlg::Sha256).to_string()
    }

    /// The key as a line of an `allowed_signers` or `authorized_keys` file has it.
    #[must_use]
    pub fn public_key(&self) -> String {
        PublicKey::from(self.0.public_key().clone()).to_openssh().unwrap_or_default()
    }

    /// The signature as `ssh-keygen -Y verify` takes it.
    #[must_use]
    pub fn armour(&self) -> String {
        self.0.to_pem(LineEnding::LF).unwrap_or_default()
    }
}

/// Keys that can be checked with what this program is built with.
fn is_supported(kind: &Algorithm) -> bool {
    matches!(
        kind,
        Algorithm::Ed25519
            | Algorithm::SkEd25519
            | Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 }
            | Algorithm::SkEcdsaSha2NistP256
    )
}
