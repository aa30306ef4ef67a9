//! Why a package is not used.

use std::path::{Path, PathBuf};

/// Why a package is not used: the file, the problem, and how to fix it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` {problem}; {}", .path.display(), .problem.help())]
pub struct PackageError {
    path: PathBuf,
    problem: Problem,
}

impl PackageError {
    pub(crate) fn new(path: &Path, problem: Problem) -> Self {
        Self { path: path.into(), problem }
    }

    /// The file or folder of the package.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The problem, for programs.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

/// The problem of a package.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// It is neither a component nor a layout.
    #[error("is not a package: {0}")]
    NotAPackage(String),
    /// The archive ends in the middle.
    #[error("is truncated: {0}")]
    Truncated(String),
    /// A file that the layout names is not there.
    #[error("is incomplete: it has no `{0}`")]
    Missing(String),
    /// A file is not what its digest says.
    #[error("is damaged: `{file}` has the digest `{found}`")]
    Altered {
        /// The file within the layout, named after the digest that it should have.
        file: String,
        /// The digest that it has.
        found: String,
    },
    /// A file is not what the format demands.
    #[error("is damaged: `{file}`: {why}")]
    Malformed {
        /// The file within the layout.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// The component or a part of the layout is larger than allowed.
    #[error("has more than {allowed} bytes in `{part}`")]
    TooLarge {
        /// What is too large.
        part: String,
        /// The maximum, in bytes.
        allowed: u64,
    },
    /// No manifest of the layout is that of a component.
    #[error("has no component")]
    NoComponent,
    /// Several components are in the layout, and none was chosen.
    #[error("has several components, tagged `{}`", .0.join("`, `"))]
    Several(Vec<String>),
    /// No component has the tag that was asked for.
    #[error("has no component with the tag `{tag}`, only `{}`", .tags.join("`, `"))]
    NoSuchTag {
        /// The tag that was asked for.
        tag: String,
        /// The tags of the components.
        tags: Vec<String>,
    },
    /// It has no signature.
    #[error("is not signed")]
    NotSigned,
    /// It is signed, but with another key.
    #[error("is not signed with the key {expected}, but with {}", .found.join(", "))]
    OtherKey {
        /// The fingerprint of the key that was given.
        expected: String,
        /// The fingerprints that the signatures name, or «another».
        found: Vec<String>,
    },
    /// It is a component without a package, where a signature was asked for.
    #[error("is a component without a signature")]
    BareComponent,
}

impl Problem {
    fn help(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "check the path and its permissions",
            Self::NotAPackage(_) => {
                "give a component, or a package that `despertador plugin pack` wrote"
            }
            Self::Truncated(_) | Self::Missing(_) => "copy it again",
            Self::Altered { .. } | Self::Malformed { .. } => {
                "do not use it, and get it again from its author"
            }
            Self::TooLarge { .. } => "raise `component_bytes` if you trust it",
            Self::NoComponent => "give the package of a plugin, not another OCI layout",
            Self::Several(_) | Self::NoSuchTag { .. } => {
                "take one of them out with `despertador plugin pull --tag`"
            }
            Self::NotSigned => "ask its author to pack it with `--key`",
            Self::OtherKey { .. } => {
                "do not use it unless its author confirms the other key; then give that one"
            }
            Self::BareComponent => "pack it with `despertador plugin pack --key`",
        }
    }
}
