//! Packages that are whole, signed by somebody else, cut, altered, or something else.

use std::fs;
use std::path::{Path, PathBuf};

use despertador_package::{
    Contents, Package, PackageError, PublicKey, SigningKey, component, files, is_package,
};

const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0 a component, as far as a package can tell";
const BYTES_MAX: u64 = 1 << 20;

/// A folder of its own for a test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let file = self.0.join(name);
        fs::write(&file, bytes).expect("a file");
        file
    }

    /// A package as a folder and as an archive.
    fn package(&self, key: Option<&SigningKey>) -> [PathBuf; 2] {
        let layout = contents().layout(key);
        let folder = self.0.join("package");
        files::write_folder(&folder, &layout).expect("a folder");
        [folder, self.file("package.tar", &files::to_tar(&layout))]
    }
}

fn contents() -> Contents {
    Contents::new(COMPONENT.to_vec(), "0.1.0").annotated("org.opencontainers.image.title", "quiet")
}

fn key() -> SigningKey {
    SigningKey::generate().expect("random bytes")
}

fn refused(result: Result<Vec<u8>, PackageError>) -> String {
    result.expect_err("it is not to be used").to_string()
}

/// Asserts that a package is refused with these parts of a sentence.
fn assert_refused(path: &Path, key: Option<&PublicKey>, parts: &[&str]) {
    let said = refused(component(path, key, BYTES_MAX));
    for part in parts {
        assert!(said.contains(part), "{said}\nlacks: {part}");
    }
}

#[test]
fn what_is_packed_is_taken_out_again() {
    let scratch = Scratch::new("whole");
    let key = key();
    for path in scratch.package(Some(&key)) {
        assert!(is_package(&path));
        let package = Package::open(&path, None).expect("a package");
        assert_eq!(package.component(BYTES_MAX).expect("the component"), COMPONENT);
        assert_eq!(package.tag(), "0.1.0");
        assert_eq!(package.annotation("org.opencontainers.image.title"), Some("quiet"));
        assert_eq!(package.signers(), [Some(key.public().fingerprint().as_str())]);
        package.verify(&key.public()).expect("its own key");
        component(&path, Some(&key.public()), BYTES_MAX).expect("the component");
    }
}

#[test]
fn the_same_contents_and_key_are_the_same_bytes() {
    let key = key();
    let pack = || files::to_tar(&contents().layout(Some(&key)));
    assert_eq!(pack(), pack());
}

#[test]
fn a_component_without_a_package_is_read_as_it_is() {
    let file = Scratch::new("bare").file("quiet.wasm", COMPONENT);
    assert_eq!(component(&file, None, BYTES_MAX).expect("the component"), COMPONENT);
    assert_refused(&file, Some(&key().public()), &["without a signature", "pack --key"]);
}

#[test]
fn only_the_key_that_signed_is_accepted() {
    let scratch = Scratch::new("signatures");
    let (mine, other) = (key(), key());
    for path in scratch.package(Some(&other)) {
        let parts = [&mine.public().fingerprint(), &other.public().fingerprint(), "do not use it"];
        assert_refused(&path, Some(&mine.public()), &parts.map(|part| part as &str));
    }
    for path in scratch.package(None) {
        component(&path, None, BYTES_MAX).expect("nobody asked for a signature");
        assert_refused(&path, Some(&mine.public()), &["is not signed", "--key"]);
    }
}

#[test]
fn a_signature_of_another_package_is_none() {
    let key = key();
    let mut layout = contents().layout(None);
    let other = Contents::new(b"\0asm\x0d\0\x01\0 another".to_vec(), "0.1.0").layout(Some(&key));
    // The manifest with the other's signature, under the tag of this package.
    let read = |layout: &files::Files| -> serde_json::Value {
        serde_json::from_slice(&layout["index.json"]).expect("an index")
    };
    let mut index = read(&layout);
    let mut signature = read(&other)["manifests"][1].clone();
    let digest = index["manifests"][0]["digest"].as_str().expect("a digest").replace(':', "-");
    signature["annotations"]["org.opencontainers.image.ref.name"] = format!("{digest}.sig").into();
    index["manifests"].as_array_mut().expect("a list").push(signature);
    for (name, bytes) in other {
        layout.entry(name).or_insert(bytes);
    }
    layout.insert("index.json".into(), index.to_string().into_bytes());
    let file = Scratch::new("transplanted").file("package.tar", &files::to_tar(&layout));
    component(&file, None, BYTES_MAX).expect("a package");
    assert_refused(&file, Some(&key.public()), &["is not signed with the key"]);
}

#[test]
fn an_archive_that_was_cut_anywhere_is_refused() {
    let scratch = Scratch::new("cut");
    let key = key();
    let [_, archive] = scratch.package(Some(&key));
    let bytes = fs::read(&archive).expect("an archive");
    // The last blocks are zeros, which say that the archive ends: nothing is lost with them.
    let end = bytes.iter().rposition(|byte| *byte != 0).expect("a byte");
    for length in (512..end).step_by(256) {
        let cut = scratch.file("cut.tar", &bytes[..length]);
        let said = refused(component(&cut, Some(&key.public()), BYTES_MAX));
        assert!(
            ["is truncated", "is incomplete", "is not a package"].iter().any(|a| said.contains(a)),
            "cut at {length}: {said}"
        );
    }
}

#[test]
fn a_byte_that_was_altered_anywhere_is_refused_or_changes_nothing() {
    let scratch = Scratch::new("altered");
    let key = key();
    for (name, bytes) in contents().layout(Some(&key)) {
        for place in (0..bytes.len()).step_by(7) {
            let mut layout = contents().layout(Some(&key));
            layout.get_mut(&name).expect("the file")[place] ^= 1;
            let file = scratch.file("altered.tar", &files::to_tar(&layout));
            match component(&file, Some(&key.public()), BYTES_MAX) {
                // The tag, or a word that nothing depends on.
                Ok(found) => {
                    assert_eq!(found, COMPONENT);
                    assert!(name == "index.json" || name == "oci-layout", "{name} at {place}");
                }
                Err(error) => assert!(error.to_string().contains("; "), "{error}"),
            }
        }
    }
}

#[test]
fn a_damaged_layout_says_which_file() {
    let key = key();
    let scratch = Scratch::new("damaged");
    let [folder, _] = scratch.package(Some(&key));
    let sha256 = Package::open(&folder, None).expect("a package").sha256().to_owned();
    let blob = folder.join("blobs/sha256").join(&sha256);
    fs::write(&blob, b"\0asm another").expect("a file");
    assert_refused(&folder, None, &["is damaged", &sha256, "get it again"]);
    fs::remove_file(&blob).expect("a file");
    assert_refused(&folder, None, &["is incomplete", &sha256, "copy it again"]);
    fs::write(folder.join("index.json"), "{").expect("a file");
    assert_refused(&folder, None, &["is damaged", "index.json"]);
    fs::remove_file(folder.join("oci-layout")).expect("a file");
    assert_refused(&folder, None, &["is not a package", "oci-layout"]);
}

#[test]
fn a_digest_never_names_a_file_elsewhere() {
    let scratch = Scratch::new("elsewhere");
    let [folder, _] = scratch.package(None);
    let index = fs::read_to_string(folder.join("index.json")).expect("an index");
    let at = index.find("sha256:").expect("a digest");
    let name = &index[at..at + 71];
    let outside = index.replace(name, "sha256:../../../secret");
    fs::write(folder.join("index.json"), outside).expect("a file");
    assert_refused(&folder, None, &["index.json", "is not a SHA-256 digest"]);
}

#[test]
fn what_is_something_else_is_refused_with_a_sentence() {
    let scratch = Scratch::new("else");
    let text = scratch.file("text.txt", "no archive".repeat(200).as_bytes());
    let said = Package::open(&text, None).expect_err("no archive").to_string();
    assert!(
        said.contains("is not a package: it is no tar archive; give a component, or"),
        "{said}"
    );
    assert_refused(&scratch.0, None, &["is not a package", "it has no `oci-layout`"]);
    let large = scratch.file("large.wasm", COMPONENT);
    assert!(refused(component(&large, None, 8)).contains("more than 8 bytes"));
    let [folder, archive] = scratch.package(None);
    for path in [folder, archive] {
        assert!(refused(component(&path, None, 8)).contains("more than 8 bytes"));
    }
}

#[test]
fn of_several_components_one_is_chosen_by_its_tag() {
    let mut layout = contents().layout(None);
    let newer = Contents::new(b"\0asm\x0d\0\x01\0 newer".to_vec(), "0.2.0").layout(None);
    let manifests = |layout: &files::Files| {
        let index: serde_json::Value =
            serde_json::from_slice(&layout["index.json"]).expect("an index");
        index["manifests"].as_array().expect("a list").clone()
    };
    let both = [manifests(&layout), manifests(&newer)].concat();
    layout.extend(newer);
    let index = serde_json::json!({ "schemaVersion": 2, "manifests": both });
    layout.insert("index.json".into(), index.to_string().into_bytes());
    let file = Scratch::new("several").file("package.tar", &files::to_tar(&layout));
    assert_refused(&file, None, &["`0.1.0`, `0.2.0`", "--tag"]);
    let chosen = Package::open(&file, Some("0.1.0")).expect("a package");
    assert_eq!(chosen.component(BYTES_MAX).expect("the component"), COMPONENT);
    let error = Package::open(&file, Some("3")).expect_err("there is none").to_string();
    assert!(error.contains("no component with the tag `3`"), "{error}");
}

#[test]
fn keys_are_those_of_openssl() {
    // RFC 8410, 10.3 and 10.1.
    let private = "-----BEGIN PRIVATE KEY-----\n\
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
        -----END PRIVATE KEY-----\n";
    let public = "-----BEGIN PUBLIC KEY-----\n\
        MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
        -----END PUBLIC KEY-----\n";
    let key = SigningKey::from_pem(private).expect("a key");
    assert_eq!(key.public().to_pem(), public);
    assert_eq!(key.to_pem(), private);
    assert_eq!(PublicKey::from_pem(public).expect("a key"), key.public());
    let error = PublicKey::from_pem(private).expect_err("the other half").to_string();
    assert_eq!(error, "it is a private key; give the public key of the pair");
    let error = SigningKey::from_pem("no key").expect_err("none").to_string();
    assert!(error.contains("keygen"), "{error}");
}
