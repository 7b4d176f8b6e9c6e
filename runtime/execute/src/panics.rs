//! User code that panics: caught by every runtime in the same way.
//!
//! In: what a task panicked with, values whose drop may panic. Out: an error of the task. It never lets a panic end a
//! thread of a runtime.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use swath_error::{Error, ErrorKind};

/// The error of a task that panicked with this.
pub fn panicked(panic: Box<dyn Any + Send>) -> Error {
    let error = describe(&*panic);
    drop_quietly(panic);
    error
}

/// Drops what may be a user's value: when that panics, too, what it panicked with is never dropped.
pub fn drop_quietly<T>(value: T) {
    quietly(|| drop(value));
}

/// Does what may drop a user's value.
pub fn quietly(body: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(body)) {
        std::mem::forget(panic);
    }
}

fn describe(panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().copied().map(str::to_owned);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    let message = text.map_or_else(|| "the task panicked".to_owned(), |t| format!("the task panicked: {t}"));
    Error::new(ErrorKind::TaskFailed, message)
}
