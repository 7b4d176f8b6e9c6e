//! Freed memory that the allocator keeps, back to the system.
//!
//! In: nothing. Out: less memory held by the process. A process whose results go to files is watched by what it holds: pieces
//! below the C library's threshold for mappings of their own are freed between others that live on, and their pages stay with
//! the process until somebody asks. It never touches memory that is in use.
#![allow(unsafe_code)]

/// Gives whole pages of freed memory back to the system, where the allocator can do so: takes a few milliseconds for a
/// gigabyte. Elsewhere nothing happens.
pub fn give_back_freed() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: the call has no preconditions; it locks the allocator's own structures and drops pages that hold no live
    // allocation.
    let _ = unsafe { libc::malloc_trim(0) };
}
