//! Chunks that see beyond their edges: functions over neighbourhoods, and windows.
//!
//! In: an array, how far each chunk looks along each axis, and what stands beyond the array's ends. Out: arrays whose
//! chunks overlap, functions run over them, and the overlap cut off again. A task reads the chunks it touches and no
//! others; corners are included. It never changes how the result is cut.

mod extended;
mod map;
mod sliding;
mod spec;

pub use extended::{overlap, trim_internal};
pub use map::map_overlap;
pub use sliding::sliding_window_view;
pub use spec::{Boundary, Depth, Overlap};
