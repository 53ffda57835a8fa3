//! Asks memory for what is read soon.
//!
//! Solvers visit trainees in an order that no cache foresees, but that is known a few visits ahead. A list
//! asked for then is there when its turn comes. One of two places with `unsafe` in the workspace (the other writes
//! pairs where they belong while a file is read); it changes no result: a hint to the processor about an address reads
//! and writes nothing, whatever the address is.

/// Bytes of a cache line.
const LINE: usize = 64;

/// Hints that these values are read soon. Nothing on processors without such a hint.
#[inline]
pub(super) fn soon<T>(values: &[T]) {
    let from = values.as_ptr().cast::<u8>();
    for line in (0..size_of_val(values)).step_by(LINE) {
        hint(from.wrapping_add(line));
    }
}

#[cfg(target_arch = "x86_64")]
#[inline]
fn hint(at: *const u8) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: a prefetch never faults and never writes, and SSE is part of x86-64.
    #[allow(unsafe_code)]
    unsafe {
        _mm_prefetch::<_MM_HINT_T0>(at.cast());
    }
}

#[cfg(not(target_arch = "x86_64"))]
#[inline]
fn hint(_: *const u8) {}
