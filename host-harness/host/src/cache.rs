//! A cache of compiled code.
//!
//! Compiled code is machine code, so it is loaded only if this user's host wrote it: the folder,
//! the key and the entries belong to the user of this process, nobody else can access them, and
//! every entry has a tag over its name and contents that only the owner of the key can compute. An
//! entry that fails any check is ignored and written again.

#[cfg(all(unix, feature = "compiler"))]
pub(crate) use on_unix::CodeCache;

#[cfg(not(all(unix, feature = "compiler")))]
pub(crate) use elsewhere::CodeCache;

#[cfg(all(unix, feature = "compiler"))]
mod on_unix {
    use std::fs::{DirBuilder, File, Metadata, OpenOptions};
    use std::hash::{Hash, Hasher};
    use std::io::{self, Read, Write};
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
    use std::path::{Path, PathBuf};
    use std::sync::atomic::{AtomicU32, Ordering};

    use sha2::Digest;
    use wasmtime::Engine;
    use wasmtime::component::Component;

    use crate::load_error::HostError;
    use crate::options::{Cache, Sha256};

    const TAG_BYTES: usize = 32;
    const KEY_BYTES: usize = 32;
    /// Maximum size of an entry: far more than the compiled code of a component within its size
    /// limit.
    const ENTRY_BYTES_MAX: u64 = 256 << 20;
    /// The version of the entries' layout, covered by the tag.
    const LAYOUT: &[u8] = b"despertador compiled code 1";

    /// A folder of compiled code that only this user's hosts wrote.
    pub(crate) struct CodeCache {
        folder: PathBuf,
        key: [u8; KEY_BYTES],
        /// A digest of wasmtime's version and configuration.
        engine: [u8; 32],
    }

    impl CodeCache {
        pub(crate) fn open(cache: &Cache, engine: &Engine) -> Result<Option<Self>, HostError> {
            let Cache::At(folder) = cache else {
                return Ok(None);
            };
            let problem =
                |what: String| HostError(format!("the cache folder `{}` {what}", folder.display()));
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .and_then(|()| folder.symlink_metadata())
                .map_err(|e| problem(format!("cannot be made: {e}; choose another or none")))
                .and_then(|found| {
                    if found.is_dir() && is_private(&found) {
                        Ok(())
                    } else {
                        Err(problem(
                            "is open to other users; make it a folder of your own with mode 700"
                                .into(),
                        ))
                    }
                })?;
            let key = key(folder)
                .map_err(|e| problem(format!("takes no key: {e}; choose another or none")))?;
            Ok(Some(Self { folder: folder.clone(), key, engine: fingerprint(engine) }))
        }

        /// The compiled component, if there is a valid entry.
        #[expect(unsafe_code, reason = "machine code is loaded, authenticated just before")]
        pub(crate) fn load(&self, engine: &Engine, component: Sha256) -> Option<Component> {
            let entry = read_private(&self.entry(component), ENTRY_BYTES_MAX).ok()?;
            let (tag, code) = entry.split_at_checked(TAG_BYTES)?;
            // Compares in constant time.
            if self.tag(component, code) != <[u8; TAG_BYTES]>::try_from(tag).ok()? {
                return None;
            }
            // SAFETY: exactly these bytes, in memory of this process, have a tag made with a key
            // that only hosts of this user can read, and hosts only tag what `Component::serialize`
            // returned.
            unsafe { Component::deserialize(engine, code) }.ok()
        }

        /// Stores a component. If writing fails, the next load only takes longer.
        pub(crate) fn store(&self, compiled: &Component, component: Sha256) {
            let written = compiled.serialize().ok().and_then(|code| {
                let tag = self.tag(component, &code);
                let beside = temporary_name(&self.folder);
                let entry = self.entry(component);
                let moved = write_private(&beside, &[tag.as_bytes(), &code])
                    .and_then(|()| std::fs::rename(&beside, entry));
                moved.inspect_err(|_| drop(std::fs::remove_file(&beside))).ok()
            });
            let _: Option<()> = written;
        }

        fn entry(&self, component: Sha256) -> PathBuf {
            let engine = Sha256(self.engine).to_string();
            let engine = engine.get(..16).unwrap_or_default();
            self.folder.join(format!("{component}-{engine}.code"))
        }

        fn tag(&self, component: Sha256, code: &[u8]) -> blake3::Hash {
            let mut tag = blake3::Hasher::new_keyed(&self.key);
            for part in [LAYOUT, &self.engine, &component.0, code] {
                tag.update(part);
            }
            tag.finalize()
        }
    }

    /// The key of this folder; a new one if there is none that only this user can have written.
    fn key(folder: &Path) -> io::Result<[u8; KEY_BYTES]> {
        let file = folder.join("key");
        let read = || {
            read_private(&file, 1 << 10).ok().and_then(|key| <[u8; KEY_BYTES]>::try_from(key).ok())
        };
        if let Some(key) = read() {
            return Ok(key);
        }
        let mut key = [0; KEY_BYTES];
        File::open("/dev/urandom")?.read_exact(&mut key)?;
        let beside = temporary_name(folder);
        write_private(&beside, &[&key])?;
        // If two hosts start at once, both use the first one's key. An invalid key is replaced.
        let placed = match std::fs::hard_link(&beside, &file) {
            Err(_) if read().is_some() => std::fs::remove_file(&beside),
            Err(_) => std::fs::rename(&beside, &file),
            Ok(()) => std::fs::remove_file(&beside),
        };
        placed?;
        read().ok_or_else(|| io::Error::other("what was written cannot be read back"))
    }

    /// A file name in the folder that no other process uses.
    fn temporary_name(folder: &Path) -> PathBuf {
        static WRITES: AtomicU32 = AtomicU32::new(0);
        let write = WRITES.fetch_add(1, Ordering::Relaxed);
        folder.join(format!(".{}-{write}.new", std::process::id()))
    }

    fn fingerprint(engine: &Engine) -> [u8; 32] {
        let mut hasher = Fingerprint(sha2::Sha256::new());
        engine.precompile_compatibility_hash().hash(&mut hasher);
        hasher.0.finalize().into()
    }

    /// A hasher with 256 bits instead of 64.
    struct Fingerprint(sha2::Sha256);

    impl Hasher for Fingerprint {
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }

        fn finish(&self) -> u64 {
            // Not used: `fingerprint` takes the whole digest.
            0
        }
    }

    /// Whether it belongs to the user of this process and nobody else has access.
    fn is_private(found: &Metadata) -> bool {
        found.uid() == rustix::process::geteuid().as_raw() && found.mode() & 0o077 == 0
    }

    fn read_private(file: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let odd = || io::Error::from(io::ErrorKind::PermissionDenied);
        if !file.symlink_metadata()?.is_file() {
            return Err(odd());
        }
        let opened = File::open(file)?;
        let found = opened.metadata()?;
        if !found.is_file() || !is_private(&found) || found.len() > limit {
            return Err(odd());
        }
        let mut bytes = Vec::with_capacity(usize::try_from(found.len()).unwrap_or(0));
        opened.take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn write_private(file: &Path, parts: &[&[u8]]) -> io::Result<()> {
        // Left by a killed process with the same id.
        let _ = std::fs::remove_file(file);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
        parts.iter().try_for_each(|part| file.write_all(part))
    }
}

#[cfg(not(all(unix, feature = "compiler")))]
mod elsewhere {
    use wasmtime::Engine;
    use wasmtime::component::Component;

    use crate::load_error::HostError;
    use crate::options::{Cache, Sha256};

    /// No cache: the owner of files cannot be determined here, or nothing can be compiled.
    pub(crate) enum CodeCache {}

    impl CodeCache {
        pub(crate) fn open(_: &Cache, _: &Engine) -> Result<Option<Self>, HostError> {
            Ok(None)
        }

        pub(crate) fn load(&self, _: &Engine, _: Sha256) -> Option<Component> {
            match *self {}
        }

        pub(crate) fn store(&self, _: &Component, _: Sha256) {
            match *self {}
        }
    }
}
