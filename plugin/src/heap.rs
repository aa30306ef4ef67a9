//! The plugin's heap.
//!
//! A call allocates a dozen small blocks: its arguments, the memory that it reads, and its answer.
//! None of them outlives the answer. So they are taken one behind the other from an area of fixed
//! size, freeing them does nothing, and the area is empty again when the next call begins.
//!
//! What outlives a call is a policy. It is allocated inside [`keep`], from size classes: block sizes
//! are powers of two, each class has a list of free blocks, and blocks are never merged: memory
//! stays in the class for which it was first used, and the host's memory limit bounds the total.
//! What does not fit into the area comes from there too, and is freed there.
//!
//! Allocating and freeing are not inlined: hundreds of places call them, and inlining would cost
//! more size than it saves time (decision 20).

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr;

/// Size of the area for the blocks of one call: a call about a usual ticket takes 2 KiB of it.
const AREA_BYTES: usize = 16_384;
/// The smallest block of a class, in bytes. All blocks are aligned to their size, which is enough
/// for everything the plugin stores.
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
    /// The unused rest of the area; empty inside [`keep`].
    area_next: usize,
    area_end: usize,
    /// Whether the answer of the last call was made: its blocks are free when the host passes the
    /// arguments of the next one.
    is_answered: bool,
    /// The first free block of each class; a free block contains the address of the next.
    free: [*mut u8; SIZE_CLASSES],
    /// The unused rest of the last page.
    next: usize,
    end: usize,
}

#[repr(align(16))]
struct Area(UnsafeCell<[u8; AREA_BYTES]>);

// SAFETY: WebAssembly without threads has one thread.
unsafe impl Sync for Heap {}
// SAFETY: as above.
unsafe impl Sync for Area {}

static AREA: Area = Area(UnsafeCell::new([0; AREA_BYTES]));

#[global_allocator]
static HEAP: Heap = Heap(UnsafeCell::new(State {
    area_next: 0,
    area_end: 0,
    // So that the area is set up by the first call.
    is_answered: true,
    free: [ptr::null_mut(); SIZE_CLASSES],
    next: 0,
    end: 0,
}));

fn area_start() -> usize {
    AREA.0.get().expose_provenance()
}

/// Runs a function whose blocks outlive the call.
pub(crate) fn keep<R>(make: impl FnOnce() -> R) -> R {
    // SAFETY: no other reference to the state exists: there is one thread, and the allocator's own
    // functions call nothing that is not theirs.
    let end = unsafe { core::mem::take(&mut (*HEAP.0.get()).area_end) };
    let made = make();
    // SAFETY: as above.
    unsafe { (*HEAP.0.get()).area_end = end };
    made
}

/// Runs a function that makes an answer. Everything that it allocates outside [`keep`], and the
/// arguments of its call, are free when the next call passes its arguments.
pub(crate) fn answer<R>(make: impl FnOnce() -> R) -> R {
    let made = make();
    // SAFETY: as in `keep`.
    unsafe { (*HEAP.0.get()).is_answered = true };
    made
}

/// Through this function the host allocates the arguments of a call, before the call.
///
/// # Safety
///
/// As in the canonical ABI: `old` is null, or a block of `old_size` bytes with this alignment.
#[unsafe(export_name = "cabi_realloc")]
unsafe extern "C" fn realloc_for_host(
    old: *mut u8,
    old_size: usize,
    align: usize,
    size: usize,
) -> *mut u8 {
    // SAFETY: the host has lifted the last answer, and nothing else of that call is used any more.
    unsafe {
        let state = &mut *HEAP.0.get();
        if core::mem::take(&mut state.is_answered) {
            state.area_next = area_start();
            state.area_end = area_start().wrapping_add(AREA_BYTES);
        }
    }
    if size == 0 {
        return ptr::without_provenance_mut(align);
    }
    // SAFETY: sizes and alignments are those of the canonical ABI.
    let block = unsafe {
        if old_size == 0 {
            HEAP.alloc(Layout::from_size_align_unchecked(size, align))
        } else {
            HEAP.realloc(old, Layout::from_size_align_unchecked(old_size, align), size)
        }
    };
    if block.is_null() {
        core::arch::wasm32::unreachable();
    }
    block
}

/// The class for a layout whose size is not 0.
fn size_class(layout: Layout) -> usize {
    let mask =
        layout.size().wrapping_sub(1) | layout.align().wrapping_sub(1) | (BLOCK_BYTES_MIN - 1);
    // 16 bytes are class 0.
    28_u32.wrapping_sub(mask.leading_zeros()) as usize % SIZE_CLASSES
}

/// Whether a block is in the area.
fn is_in_area(block: *mut u8) -> bool {
    block.addr().wrapping_sub(area_start()) < AREA_BYTES
}

impl State {
    /// Takes a block from the area, if it has room.
    fn allocate_in_area(&mut self, layout: Layout) -> Option<*mut u8> {
        let align = layout.align();
        let start = self.area_next.wrapping_add(align).wrapping_sub(1) & !align.wrapping_sub(1);
        let end = start.wrapping_add(layout.size());
        // The size of a layout is less than half of the address space, so `end` does not wrap.
        (end <= self.area_end).then(|| {
            self.area_next = end;
            ptr::with_exposed_provenance_mut(start)
        })
    }

    /// Takes a block of a class.
    #[cold]
    fn allocate_in_class(&mut self, class: usize) -> *mut u8 {
        let Some(first) = self.free.get_mut(class) else { return ptr::null_mut() };
        let block = *first;
        if block.is_null() {
            return self.allocate_new(class);
        }
        // SAFETY: a free block contains the address of the next one.
        *first = unsafe { block.cast::<*mut u8>().read() };
        block
    }

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

// SAFETY: a block is either free or allocated, never both. One of a class has the size and alignment
// of its class, which are at least those of the layout; one of the area lies behind all others of
// its call, and the area is reused only when that call is over and the host has read its answer.
// Nobody else accesses the state, because there is one thread and no call is re-entrant.
unsafe impl GlobalAlloc for Heap {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        let state = unsafe { &mut *self.0.get() };
        match state.allocate_in_area(layout) {
            Some(block) => block,
            None => state.allocate_in_class(size_class(layout)),
        }
    }

    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if is_in_area(block) {
            return;
        }
        // SAFETY: as above.
        let state = unsafe { &mut *self.0.get() };
        if let Some(first) = state.free.get_mut(size_class(layout)) {
            // SAFETY: the block is being freed and is large enough for an address.
            unsafe { block.cast::<*mut u8>().write(*first) };
            *first = block;
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        let state = unsafe { &mut *self.0.get() };
        // SAFETY: the caller keeps the layout's promises for the new size.
        let new_layout = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        if is_in_area(block) {
            if size <= layout.size() {
                return block;
            }
            let end = block.addr().wrapping_add(layout.size());
            // The last block of the area grows in place.
            if end == state.area_next && block.addr().wrapping_add(size) <= state.area_end {
                state.area_next = block.addr().wrapping_add(size);
                return block;
            }
        } else if size_class(new_layout) == size_class(layout) {
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
