//! Reads a package and verifies it.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::{PackageError, Problem};
use crate::key::PublicKey;
use crate::model::{
    Annotations, COMPONENT, COMPONENT_CONFIG, Descriptor, FINGERPRINT, INDEX, Index, Layout,
    MANIFEST, Manifest, Payload, SIGNATURE, SIGNED_TYPE, SIMPLE_SIGNING,
};
use crate::store::Store;

/// A component in a layout, with its signatures. The documents were read and compared with their
/// digests; the component is read when it is asked for.
pub struct Package {
    path: PathBuf,
    store: Store,
    tag: String,
    digest: String,
    layer: Descriptor,
    annotations: Annotations,
    signatures: Vec<Signature>,
}

/// A signature of the manifest.
struct Signature {
    payload: Vec<u8>,
    bytes: Vec<u8>,
    fingerprint: Option<String>,
}

/// Whether a path is meant as a package: a folder, or a tar archive. A file that cannot be read is none.
#[must_use]
pub fn is_package(path: &Path) -> bool {
    // The header of the first file, up to the word that all kinds of tar have had since POSIX.
    let mut header = [0; 262];
    path.is_dir()
        || File::open(path).is_ok_and(|mut file| file.read_exact(&mut header).is_ok())
            && header.ends_with(b"ustar")
}

impl Package {
    /// Opens the package in a folder or an archive. A layout with several components needs the tag of
    /// one.
    ///
    /// # Errors
    ///
    /// See [`Problem`]: what is missing, damaged or no component.
    pub fn open(path: &Path, tag: Option<&str>) -> Result<Self, PackageError> {
        Self::read(path, tag).map_err(|problem| PackageError::new(path, problem))
    }

    fn read(path: &Path, tag: Option<&str>) -> Result<Self, Problem> {
        let store = Store::open(path)?;
        let layout: Layout = store.document("oci-layout").map_err(no_layout)?;
        if !layout.image_layout_version.starts_with("1.") {
            let version = layout.image_layout_version;
            return Err(Problem::NotAPackage(format!("the version of its layout is `{version}`")));
        }
        let index: Index = store.document("index.json")?;
        if index.schema_version != 2 || !is_media_type(&index.media_type, INDEX) {
            return Err(malformed("index.json", "it is not an OCI image index"));
        }
        let (chosen, manifest) = choose(components(&store, &index)?, tag)?;
        let layer = match manifest.layers.as_slice() {
            [layer] if layer.media_type == COMPONENT => layer.clone(),
            _ => {
                let why = format!("a component has one layer, of the type `{COMPONENT}`");
                return Err(malformed(&chosen.digest.file(), &why));
            }
        };
        // Read for its digest: what is there must be whole.
        store.described_bytes(&manifest.config)?;
        let signatures = signatures(&store, &index, &chosen)?;
        Ok(Self {
            path: path.into(),
            tag: chosen.tag().into(),
            digest: chosen.digest.to_string(),
            layer,
            annotations: manifest.annotations,
            signatures,
            store,
        })
    }

    /// The component, of at most `bytes_max` bytes, compared with its digest.
    ///
    /// # Errors
    ///
    /// It is missing, truncated, damaged or too large.
    pub fn component(&self, bytes_max: u64) -> Result<Vec<u8>, PackageError> {
        let bytes = self.store.blob(&self.layer, bytes_max);
        bytes.map_err(|problem| PackageError::new(&self.path, problem))
    }

    /// Checks that a signature of the package was made with the other half of this key.
    ///
    /// # Errors
    ///
    /// It is not signed, or with other keys only.
    pub fn verify(&self, key: &PublicKey) -> Result<(), PackageError> {
        let mut found = Vec::new();
        for signature in &self.signatures {
            if key.verifies(&signature.payload, &signature.bytes) && self.is_named_in(signature) {
                return Ok(());
            }
            // What a foreign signature says of itself; its own key's name would only confuse.
            let named = signature.fingerprint.as_deref().filter(|name| *name != key.fingerprint());
            found.push(named.unwrap_or("another").to_owned());
        }
        let problem = if found.is_empty() {
            Problem::NotSigned
        } else {
            Problem::OtherKey { expected: key.fingerprint(), found }
        };
        Err(PackageError::new(&self.path, problem))
    }

    /// Whether a signature is of this package and not of another.
    fn is_named_in(&self, signature: &Signature) -> bool {
        serde_json::from_slice::<Payload>(&signature.payload).is_ok_and(|payload| {
            payload.critical.r#type == SIGNED_TYPE
                && payload.critical.image.docker_manifest_digest.to_string() == self.digest
        })
    }

    /// The tag of the component; empty if it has none.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The digest of the manifest, which registries call the digest of the package.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The digest of the component: 64 hexadecimal digits, as a host pins it.
    #[must_use]
    pub fn sha256(&self) -> &str {
        self.layer.digest.hex()
    }

    /// An annotation of the manifest, such as `org.opencontainers.image.title`.
    #[must_use]
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.get(name).map(String::as_str)
    }

    /// For each signature the fingerprint that it names, which nothing proves before
    /// [`verify`](Self::verify).
    #[must_use]
    pub fn signers(&self) -> Vec<Option<&str>> {
        self.signatures.iter().map(|signature| signature.fingerprint.as_deref()).collect()
    }
}

impl std::fmt::Debug for Package {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Package")
            .field("path", &self.path)
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

/// The manifests of components, with their descriptors in the index.
fn components(store: &Store, index: &Index) -> Result<Vec<(Descriptor, Manifest)>, Problem> {
    let mut found = Vec::new();
    for descriptor in index.manifests.iter().filter(|each| each.media_type == MANIFEST) {
        let manifest: Manifest = store.described(descriptor)?;
        if manifest.config.media_type == COMPONENT_CONFIG {
            found.push((descriptor.clone(), manifest));
        }
    }
    Ok(found)
}

/// The one that is meant.
fn choose(
    mut found: Vec<(Descriptor, Manifest)>,
    tag: Option<&str>,
) -> Result<(Descriptor, Manifest), Problem> {
    let tags: Vec<String> = found.iter().map(|(each, _)| each.tag().to_owned()).collect();
    if let Some(tag) = tag {
        found.retain(|(each, _)| each.tag() == tag);
    }
    match (found.pop(), tag) {
        (Some(one), _) if found.is_empty() => Ok(one),
        (Some(_), _) => Err(Problem::Several(tags)),
        (None, Some(tag)) if !tags.is_empty() => Err(Problem::NoSuchTag { tag: tag.into(), tags }),
        (None, _) => Err(Problem::NoComponent),
    }
}

/// The signatures of a manifest: those under its tag.
fn signatures(
    store: &Store,
    index: &Index,
    signed: &Descriptor,
) -> Result<Vec<Signature>, Problem> {
    let tag = signed.digest.signature_tag();
    let mut found = Vec::new();
    for descriptor in index.manifests.iter().filter(|each| each.tag() == tag) {
        let manifest: Manifest = store.described(descriptor)?;
        store.described_bytes(&manifest.config)?;
        for layer in manifest.layers.iter().filter(|layer| layer.media_type == SIMPLE_SIGNING) {
            let text = layer.annotations.get(SIGNATURE).map_or("", String::as_str);
            let bytes = STANDARD
                .decode(text)
                .map_err(|error| malformed(&descriptor.digest.file(), &error.to_string()))?;
            let payload = store.described_bytes(layer)?;
            let fingerprint = layer.annotations.get(FINGERPRINT).cloned();
            found.push(Signature { payload, bytes, fingerprint });
        }
    }
    Ok(found)
}

/// Without the file that says what it is, a folder or an archive is something else.
fn no_layout(problem: Problem) -> Problem {
    match problem {
        Problem::Missing(name) => Problem::NotAPackage(format!("it has no `{name}`")),
        other => other,
    }
}

/// OCI lets documents leave their type out.
fn is_media_type(found: &str, wanted: &str) -> bool {
    found.is_empty() || found == wanted
}

fn malformed(file: &str, why: &str) -> Problem {
    Problem::Malformed { file: file.into(), why: why.into() }
}
