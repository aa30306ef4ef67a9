//! Packages of plugins.
//!
//! A package is an [OCI image layout](https://github.com/opencontainers/image-spec/blob/main/image-layout.md):
//! a folder, or the same files in one tar archive. The manifest has the media types of
//! [Wasm OCI artifacts](https://tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact/), as `wkg`
//! pushes and pulls them. A signature is a second manifest under the tag `sha256-DIGEST.sig`, in the
//! form that cosign gave to simple signing: its layer names the digest of the signed manifest, and an
//! annotation has the Ed25519 signature of that layer.
//!
//! Everything that is read is compared with the digest by which it is named, starting at the manifest:
//! a signed manifest therefore vouches for the component.
//!
//! ```
//! use despertador_package::{Contents, Package, SigningKey, files};
//!
//! let key = SigningKey::generate()?;
//! let contents = Contents::new(b"\0asm\x0d\0\x01\0".to_vec(), "0.1.0");
//! let folder = std::env::temp_dir().join(format!("despertador-package-{}", std::process::id()));
//! files::write_folder(&folder, &contents.layout(Some(&key)))?;
//!
//! let package = Package::open(&folder, None)?;
//! package.verify(&key.public())?;
//! assert_eq!(package.component(1 << 20)?, b"\0asm\x0d\0\x01\0");
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod contents;
mod digest;
mod error;
pub mod files;
mod key;
mod model;
mod package;
mod store;

pub use contents::Contents;
pub use error::{PackageError, Problem};
pub use key::{KeyError, PublicKey, SigningKey};
pub use package::{Package, is_package};

use std::path::Path;

/// The component in a file or package, of at most `bytes_max` bytes. With a key, only
/// what is signed with it is read.
///
/// # Errors
///
/// The file cannot be read, the package is damaged, or it is not signed with this key. A bare component
/// carries no signature, so that a key refuses it.
pub fn component(
    path: &Path,
    signed_with: Option<&PublicKey>,
    bytes_max: u64,
) -> Result<Vec<u8>, PackageError> {
    if is_package(path) {
        let package = Package::open(path, None)?;
        signed_with.map_or(Ok(()), |key| package.verify(key))?;
        return package.component(bytes_max);
    }
    if signed_with.is_some() {
        return Err(PackageError::new(path, Problem::BareComponent));
    }
    store::read_file(path, bytes_max).map_err(|problem| PackageError::new(path, problem))
}
