//! The plugin's heap.
//!
//! A call allocates and frees a dozen small blocks, and finding and merging blocks took a third of
//! a call's instructions. So block sizes are powers of two, each size class has a list of free
//! blocks, and allocating or freeing takes a few instructions. Blocks are never merged: memory
//! stays in the class for which it was first used, and the host's memory limit bounds the total.
//!
//! Allocating and freeing are not inlined: hundreds of places call them, and inlining would cost
//! more size than it saves time (decision 20).

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr;

/// The smallest block, in bytes. All blocks are aligned to their size, which is enough for
/// everything the plugin stores.
const BLOCK_BYTES_MIN: usize = 16;
/// 16 bytes to 16 MiB, the host's limit. There is a class for every possible size, so that indexing
/// needs no check.
const SIZE_CLASSES: usize = 32;
/// The class of 16 MiB.
const CLASS_MAX: usize = 20;
/// Memory is requested from the host in pages of this many bytes.
const PAGE_BYTES: usize = 65_536;

// SAFETY: the linker defines this symbol at the end of the data; only its address is used.
unsafe extern "C" {
    static __heap_base: u8;
}

/// A heap for one thread; a component has no other threads.
pub(crate) struct Heap(UnsafeCell<State>);

struct State {
    /// The first free block of each class; a free block contains the address of the next.
    free: [*mut u8; SIZE_CLASSES],
    /// The unused rest of the last page.
    next: usize,
    end: usize,
}

// SAFETY: WebAssembly without threads has one thread.
unsafe impl Sync for Heap {}

impl Heap {
    pub(crate) const fn new() -> Heap {
        Heap(UnsafeCell::new(State { free: [ptr::null_mut(); SIZE_CLASSES], next: 0, end: 0 }))
    }
}

/// The class for a layout whose size is not 0.
fn size_class(layout: Layout) -> usize {
    let mask =
        layout.size().wrapping_sub(1) | layout.align().wrapping_sub(1) | (BLOCK_BYTES_MIN - 1);
    // 16 bytes are class 0.
    28_u32.wrapping_sub(mask.leading_zeros()) as usize % SIZE_CLASSES
}

impl State {
    /// Takes a block from unused memory.
    #[cold]
    fn allocate_new(&mut self, class: usize) -> *mut u8 {
        if class > CLASS_MAX {
            return ptr::null_mut();
        }
        let size = BLOCK_BYTES_MIN << class;
        if self.end == 0 {
            // The first block: the heap begins after the linker's data in the last page.
            self.next = (&raw const __heap_base).expose_provenance();
            self.end = core::arch::wasm32::memory_size::<0>().saturating_mul(PAGE_BYTES);
        }
        let align = size.min(PAGE_BYTES);
        let start = self.next.wrapping_add(align).wrapping_sub(1) & !align.wrapping_sub(1);
        if size <= self.end.saturating_sub(start) {
            self.next = start.wrapping_add(size);
            return ptr::with_exposed_provenance_mut(start);
        }
        let pages = size.div_ceil(PAGE_BYTES);
        let grown = core::arch::wasm32::memory_grow::<0>(pages);
        if grown == usize::MAX {
            return ptr::null_mut();
        }
        let start = grown.wrapping_mul(PAGE_BYTES);
        self.next = start.wrapping_add(size);
        self.end = start.saturating_add(pages.saturating_mul(PAGE_BYTES));
        ptr::with_exposed_provenance_mut(start)
    }
}

// SAFETY: a block is either free or allocated, never both; its size and alignment are those of its
// class, which are at least those of the layout; and nobody else accesses the state, because there
// is one thread and no call is re-entrant.
unsafe impl GlobalAlloc for Heap {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        let state = unsafe { &mut *self.0.get() };
        let class = size_class(layout);
        let Some(first) = state.free.get_mut(class) else { return ptr::null_mut() };
        let block = *first;
        if block.is_null() {
            return state.allocate_new(class);
        }
        // SAFETY: a free block contains the address of the next one.
        *first = unsafe { block.cast::<*mut u8>().read() };
        block
    }

    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        let state = unsafe { &mut *self.0.get() };
        if let Some(first) = state.free.get_mut(size_class(layout)) {
            // SAFETY: the block is being freed and is large enough for an address.
            unsafe { block.cast::<*mut u8>().write(*first) };
            *first = block;
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller keeps the layout's promises for the new size.
        let new_layout = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        if size_class(new_layout) == size_class(layout) {
            return block;
        }
        // SAFETY: both blocks are at least as large as the copied size, and they are different
        // blocks.
        unsafe {
            let new = self.alloc(new_layout);
            if !new.is_null() {
                ptr::copy_nonoverlapping(block, new, layout.size().min(size));
                self.dealloc(block, layout);
            }
            new
        }
    }
}
