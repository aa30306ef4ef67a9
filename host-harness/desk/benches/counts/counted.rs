//! Counts allocations, and what SQLite does: statements, commits, writes and syncs.

use std::alloc::{GlobalAlloc, Layout, System};
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

use rusqlite::ffi;

use super::Figure;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static STATEMENTS: AtomicU64 = AtomicU64::new(0);
static COMMITS: AtomicU64 = AtomicU64::new(0);
static SYNCS: AtomicU64 = AtomicU64::new(0);
static WRITTEN: AtomicU64 = AtomicU64::new(0);

/// All counts since the program began.
pub(crate) struct Counts([u64; 5]);

impl Counts {
    const NAMES: [&str; 5] = ["allocations", "statements", "commits", "syncs", "bytes written"];

    pub(crate) fn now() -> Self {
        let all = [&ALLOCATIONS, &STATEMENTS, &COMMITS, &SYNCS, &WRITTEN];
        Self(all.map(|count| count.load(Ordering::Relaxed)))
    }

    /// What was counted since, for each of some things.
    pub(crate) fn until_now(&self, what: &str, things: usize) -> Vec<Figure> {
        let counted = Self::now().0.into_iter().zip(self.0).map(|(now, before)| now - before);
        let figure = |(name, count): (&str, u64)| {
            (format!("{name} of {what}"), count as f64 / things as f64)
        };
        Self::NAMES.into_iter().zip(counted).map(figure).collect()
    }
}

struct Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.realloc(block, layout, size) }
    }
}

/// SQLite's own file system, and the methods of its files.
static VFS: AtomicPtr<ffi::sqlite3_vfs> = AtomicPtr::new(ptr::null_mut());
static METHODS: AtomicPtr<ffi::sqlite3_io_methods> = AtomicPtr::new(ptr::null_mut());
static COUNTING: AtomicPtr<ffi::sqlite3_io_methods> = AtomicPtr::new(ptr::null_mut());

/// Counts in every connection that is opened from here on. Call it once, before the first one.
pub(crate) fn install() {
    // SAFETY: no connection is open. The copy of the file system lives as long as the program, and
    // differs from SQLite's own only in how a file is opened.
    unsafe {
        assert_eq!(ffi::sqlite3_initialize(), ffi::SQLITE_OK);
        let own = ffi::sqlite3_vfs_find(ptr::null());
        VFS.store(own, Ordering::Relaxed);
        let counting = Box::leak(Box::new(*own));
        counting.zName = c"counting".as_ptr();
        counting.pNext = ptr::null_mut();
        counting.xOpen = Some(open);
        assert_eq!(ffi::sqlite3_vfs_register(counting, 1), ffi::SQLITE_OK);
        assert_eq!(ffi::sqlite3_auto_extension(Some(trace_connection)), ffi::SQLITE_OK);
    }
}

unsafe extern "C" fn trace_connection(
    connection: *mut ffi::sqlite3,
    _: *mut *mut c_char,
    _: *const ffi::sqlite3_api_routines,
) -> c_int {
    // SAFETY: SQLite calls this with a connection that it has opened.
    unsafe {
        ffi::sqlite3_trace_v2(
            connection,
            ffi::SQLITE_TRACE_STMT as c_uint,
            Some(begun),
            ptr::null_mut(),
        )
    }
}

/// A statement begins; `text` is its SQL.
unsafe extern "C" fn begun(_: c_uint, _: *mut c_void, _: *mut c_void, text: *mut c_void) -> c_int {
    STATEMENTS.fetch_add(1, Ordering::Relaxed);
    // SAFETY: SQLite passes the statement's text.
    let text = unsafe { CStr::from_ptr(text.cast::<c_char>()) };
    if text == c"COMMIT" {
        COMMITS.fetch_add(1, Ordering::Relaxed);
    }
    0
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    let own = VFS.load(Ordering::Relaxed);
    // SAFETY: SQLite's own function opens the file. Its methods are replaced by a copy of them, of
    // which there is one: all of its files have the same.
    unsafe {
        let opened = ((*own).xOpen.expect("it opens files"))(own, name, file, flags, out);
        if opened == ffi::SQLITE_OK && !(*file).pMethods.is_null() {
            let methods = (*file).pMethods.cast_mut();
            if METHODS.swap(methods, Ordering::Relaxed) != methods {
                let mut counting = *methods;
                counting.xWrite = Some(write);
                counting.xSync = Some(sync);
                COUNTING.store(Box::leak(Box::new(counting)), Ordering::Relaxed);
            }
            (*file).pMethods = COUNTING.load(Ordering::Relaxed);
        }
        opened
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    count: c_int,
    place: ffi::sqlite3_int64,
) -> c_int {
    WRITTEN.fetch_add(count.unsigned_abs().into(), Ordering::Relaxed);
    // SAFETY: the file's own method gets what SQLite has passed.
    unsafe {
        let methods = &*METHODS.load(Ordering::Relaxed);
        (methods.xWrite.expect("it writes"))(file, bytes, count, place)
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    SYNCS.fetch_add(1, Ordering::Relaxed);
    // SAFETY: as in `write`.
    unsafe {
        let methods = &*METHODS.load(Ordering::Relaxed);
        (methods.xSync.expect("it syncs"))(file, flags)
    }
}
