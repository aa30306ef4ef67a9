//! The documents of a layout.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// The config of a component, by which manifests of components are known.
pub(crate) const COMPONENT_CONFIG: &str = "application/vnd.wasm.config.v0+json";
/// The component itself.
pub(crate) const COMPONENT: &str = "application/wasm";
pub(crate) const IMAGE_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
/// What is signed: the digest of a manifest.
pub(crate) const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
/// The signature of a layer, in base64.
pub(crate) const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
/// The fingerprint of the key, for messages only: it is not signed.
pub(crate) const FINGERPRINT: &str = "despertador.key";
/// The tag of a manifest in an index.
pub(crate) const TAG: &str = "org.opencontainers.image.ref.name";
/// What cosign calls the type of such a signature.
pub(crate) const SIGNED_TYPE: &str = "cosign container image signature";

pub(crate) type Annotations = BTreeMap<String, String>;

/// `oci-layout`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Layout {
    pub(crate) image_layout_version: String,
}

/// `index.json`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Index {
    pub(crate) schema_version: u32,
    #[serde(default)]
    pub(crate) media_type: String,
    pub(crate) manifests: Vec<Descriptor>,
}

/// What a blob is, and by which digest it is named.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    pub(crate) media_type: String,
    pub(crate) digest: Digest,
    pub(crate) size: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) annotations: Annotations,
}

impl Descriptor {
    pub(crate) fn of(media_type: &str, bytes: &[u8]) -> Self {
        Self {
            media_type: media_type.into(),
            digest: Digest::of(bytes),
            size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            annotations: Annotations::new(),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.annotations.insert(name.into(), value.into());
        self
    }

    pub(crate) fn tag(&self) -> &str {
        self.annotations.get(TAG).map_or("", String::as_str)
    }
}

/// A manifest, of a component or of signatures.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manifest {
    pub(crate) schema_version: u32,
    #[serde(default)]
    pub(crate) media_type: String,
    pub(crate) config: Descriptor,
    pub(crate) layers: Vec<Descriptor>,
    /// What a signature belongs to, for registries that list such references.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<Descriptor>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) annotations: Annotations,
}

/// What is signed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Payload {
    pub(crate) critical: Critical,
    #[serde(default)]
    pub(crate) optional: Option<Annotations>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Critical {
    pub(crate) identity: Identity,
    pub(crate) image: Image,
    pub(crate) r#type: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Identity {
    pub(crate) docker_reference: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Image {
    pub(crate) docker_manifest_digest: Digest,
}
