//! The plugin's heap.
//!
//! A call takes a dozen small pieces and gives all of them back, and a third of a call's
//! instructions went into finding and merging them. So pieces come in powers of two, each size has a shelf of
//! its own, and taking or giving back is a few instructions. Nothing is merged: what a size has
//! once taken stays with it, and the host's limit on memory bounds the whole.
//!
//! Taking and giving back are not inlined: there are hundreds of places that do, and the call costs
//! less than what it saves (decision 20).

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr;

/// Pieces are of 16 bytes and upward, so each is as aligned as anything the plugin stores.
const SMALLEST: usize = 16;
/// 16 bytes to 16 MiB, the host's limit, and room for every size there is, so that no look at a
/// shelf needs a check.
const SHELVES: usize = 32;
/// The shelf of 16 MiB.
const LARGEST: usize = 20;
/// New memory is taken from the host this many bytes at a time.
const PAGE: usize = 65_536;

// SAFETY: the linker puts it behind everything else; only its address is taken.
unsafe extern "C" {
    static __heap_base: u8;
}

/// A heap for a single thread; a component has no other.
pub(crate) struct Shelves(UnsafeCell<State>);

struct State {
    /// For each size the first free piece; a free piece holds the address of the next.
    free: [*mut u8; SHELVES],
    /// The rest of the last page.
    next: usize,
    end: usize,
}

// SAFETY: WebAssembly without threads has one thread.
unsafe impl Sync for Shelves {}

impl Shelves {
    pub(crate) const fn new() -> Shelves {
        Shelves(UnsafeCell::new(State { free: [ptr::null_mut(); SHELVES], next: 0, end: 0 }))
    }
}

/// The shelf for a layout, whose size is not 0.
fn shelf(layout: Layout) -> usize {
    let most = layout.size().wrapping_sub(1) | layout.align().wrapping_sub(1) | (SMALLEST - 1);
    // 16 bytes are shelf 0.
    28_u32.wrapping_sub(most.leading_zeros()) as usize % SHELVES
}

impl State {
    /// A piece that was never used.
    #[cold]
    fn carve(&mut self, shelf: usize) -> *mut u8 {
        if shelf > LARGEST {
            return ptr::null_mut();
        }
        let size = SMALLEST << shelf;
        if self.end == 0 {
            // The first piece: what the linker left of the last page.
            self.next = (&raw const __heap_base).expose_provenance();
            self.end = core::arch::wasm32::memory_size::<0>().saturating_mul(PAGE);
        }
        let align = size.min(PAGE);
        let start = self.next.wrapping_add(align).wrapping_sub(1) & !align.wrapping_sub(1);
        if size <= self.end.saturating_sub(start) {
            self.next = start.wrapping_add(size);
            return ptr::with_exposed_provenance_mut(start);
        }
        let pages = size.div_ceil(PAGE);
        let grown = core::arch::wasm32::memory_grow::<0>(pages);
        if grown == usize::MAX {
            return ptr::null_mut();
        }
        let start = grown.wrapping_mul(PAGE);
        self.next = start.wrapping_add(size);
        self.end = start.saturating_add(pages.saturating_mul(PAGE));
        ptr::with_exposed_provenance_mut(start)
    }
}

// SAFETY: a piece is on a shelf or handed out, never both; it is as large and as aligned as its
// size, which is at least what the layout asks for; and nobody else holds the state, for there is
// one thread and no call re-enters.
unsafe impl GlobalAlloc for Shelves {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        let state = unsafe { &mut *self.0.get() };
        let shelf = shelf(layout);
        let Some(first) = state.free.get_mut(shelf) else { return ptr::null_mut() };
        let piece = *first;
        if piece.is_null() {
            return state.carve(shelf);
        }
        // SAFETY: a free piece holds the address of the next one.
        *first = unsafe { piece.cast::<*mut u8>().read() };
        piece
    }

    #[inline(never)]
    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        // SAFETY: as above.
        let state = unsafe { &mut *self.0.get() };
        if let Some(first) = state.free.get_mut(shelf(layout)) {
            // SAFETY: the piece is given back, and large enough for an address.
            unsafe { piece.cast::<*mut u8>().write(*first) };
            *first = piece;
        }
    }

    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller keeps the layout's promises for the new size.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        if shelf(wanted) == shelf(layout) {
            return piece;
        }
        // SAFETY: both pieces are at least as large as what is copied, and they are not the same.
        unsafe {
            let new = self.alloc(wanted);
            if !new.is_null() {
                ptr::copy_nonoverlapping(piece, new, layout.size().min(size));
                self.dealloc(piece, layout);
            }
            new
        }
    }
}
