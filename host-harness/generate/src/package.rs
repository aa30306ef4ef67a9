//! `wit/` as one binary file, the form in which registries of components keep contracts.

use std::path::Path;

use wit_parser::Resolve;

/// A WIT package in its binary form.
pub struct Package {
    /// Namespace, name and version, as in `despertador-inactivity-0.2.0.wasm`.
    pub file_name: String,
    /// What `wkg wit build` would write.
    pub bytes: Vec<u8>,
}

impl Package {
    pub fn encode(wit: &Path) -> Package {
        let mut resolve = Resolve::default();
        let (id, _) = resolve.push_dir(wit).expect("`wit/` is a package");
        let name = &resolve.packages[id].name;
        let version = name.version.as_ref().expect("a version");
        let file_name = format!("{}-{}-{version}.wasm", name.namespace, name.name);
        let bytes = wit_component::encode(&resolve, id).expect("a package can be encoded");
        Package { file_name, bytes }
    }
}
