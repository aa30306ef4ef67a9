//! Digests as OCI writes them.

use std::fmt;

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

/// `sha256:` and 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Digest(String);

impl Digest {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The digits alone.
    pub(crate) fn hex(&self) -> &str {
        &self.0
    }

    /// The file of a layout that has the bytes.
    pub(crate) fn file(&self) -> String {
        format!("blobs/sha256/{}", self.0)
    }

    /// The tag of signatures of what has this digest.
    pub(crate) fn signature_tag(&self) -> String {
        format!("sha256-{}.sig", self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.0)
    }
}

impl TryFrom<String> for Digest {
    type Error = String;

    // Digests become names of files: nothing else may pass.
    fn try_from(text: String) -> Result<Self, String> {
        let hex = text.strip_prefix("sha256:").filter(|hex| {
            hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        });
        hex.map(|hex| Self(hex.into())).ok_or_else(|| format!("`{text}` is not a SHA-256 digest"))
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> String {
        digest.to_string()
    }
}
