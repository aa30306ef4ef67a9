//! Makes the files of a layout.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::json;

use crate::digest::Digest;
use crate::files::Files;
use crate::key::SigningKey;
use crate::model::{
    Annotations, COMPONENT, COMPONENT_CONFIG, Critical, Descriptor, FINGERPRINT, IMAGE_CONFIG,
    INDEX, Identity, Image, Index, Layout, MANIFEST, Manifest, Payload, SIGNATURE, SIGNED_TYPE,
    SIMPLE_SIGNING, TAG,
};

/// A package without its clock: two packages of the same component are the same bytes.
const CREATED: &str = "1970-01-01T00:00:00Z";

/// What is packed.
#[derive(Debug, Clone)]
pub struct Contents {
    component: Vec<u8>,
    tag: String,
    exports: Vec<String>,
    annotations: Annotations,
}

impl Contents {
    /// A component under a tag, by custom its version.
    #[must_use]
    pub fn new(component: Vec<u8>, tag: &str) -> Self {
        Self { component, tag: tag.into(), exports: Vec::new(), annotations: Annotations::new() }
    }

    /// Names what the component exports, for registries that show it.
    #[must_use]
    pub fn exporting(mut self, exports: Vec<String>) -> Self {
        self.exports = exports;
        self
    }

    /// Adds an annotation to the manifest, such as `org.opencontainers.image.title`.
    #[must_use]
    pub fn annotated(mut self, name: &str, value: impl Into<String>) -> Self {
        self.annotations.insert(name.into(), value.into());
        self
    }

    /// All files of the layout, signed if there is a key. The same contents and key give the same
    /// bytes.
    #[must_use]
    pub fn layout(&self, key: Option<&SigningKey>) -> Files {
        let mut files = Files::new();
        let component = add(&mut files, COMPONENT, self.component.clone());
        let config = add(&mut files, COMPONENT_CONFIG, document(&self.config(&component.digest)));
        let manifest = Manifest {
            schema_version: 2,
            media_type: MANIFEST.into(),
            config,
            layers: vec![component],
            subject: None,
            annotations: self.annotations.clone(),
        };
        let manifest = add(&mut files, MANIFEST, document(&manifest));
        let mut manifests = vec![manifest.clone().with(TAG, &self.tag)];
        manifests.extend(key.map(|key| sign(&mut files, &manifest, key)));
        let layout = Layout { image_layout_version: "1.0.0".into() };
        files.insert("oci-layout".into(), document(&layout));
        let index = Index { schema_version: 2, media_type: INDEX.into(), manifests };
        files.insert("index.json".into(), document(&index));
        files
    }

    fn config(&self, layer: &Digest) -> serde_json::Value {
        json!({
            "created": CREATED,
            "author": null,
            "architecture": "wasm",
            "os": "wasip2",
            "layerDigests": [layer],
            "component": { "exports": self.exports, "imports": [], "target": null },
        })
    }
}

/// Adds the manifest with the signature of another one.
fn sign(files: &mut Files, signed: &Descriptor, key: &SigningKey) -> Descriptor {
    let payload = document(&Payload {
        critical: Critical {
            identity: Identity { docker_reference: String::new() },
            image: Image { docker_manifest_digest: signed.digest.clone() },
            r#type: SIGNED_TYPE.into(),
        },
        optional: None,
    });
    let signature = STANDARD.encode(key.sign(&payload));
    let layer = add(files, SIMPLE_SIGNING, payload)
        .with(SIGNATURE, signature)
        .with(FINGERPRINT, key.public().fingerprint());
    let config = document(&json!({
        "architecture": "", "created": CREATED, "os": "", "config": {},
        "rootfs": { "type": "layers", "diff_ids": [layer.digest] },
    }));
    let manifest = Manifest {
        schema_version: 2,
        media_type: MANIFEST.into(),
        config: add(files, IMAGE_CONFIG, config),
        layers: vec![layer],
        subject: Some(signed.clone()),
        annotations: Annotations::new(),
    };
    add(files, MANIFEST, document(&manifest)).with(TAG, signed.digest.signature_tag())
}

fn add(files: &mut Files, media_type: &str, bytes: Vec<u8>) -> Descriptor {
    let descriptor = Descriptor::of(media_type, &bytes);
    files.insert(descriptor.digest.file(), bytes);
    descriptor
}

/// JSON in one line, which is what digests are of.
fn document(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("its keys are texts")
}
