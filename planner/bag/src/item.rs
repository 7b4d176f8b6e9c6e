//! What an item of a bag is, what a user's function may return, and how items are ordered.

use std::any::Any;
use std::cmp::Ordering;

use swath_block::Data;
use swath_error::{Error, ErrorKind, Result};

/// An item of a bag: any type that can be sent, encoded and cloned. Implemented for every type that fits.
pub trait BagItem: Data + Clone {}

impl<T: Data + Clone> BagItem for T {}

/// What a function given to `map` may return: an item, or a `Result` of one whose error ends the computation.
///
/// `M` only tells the two apart; the compiler finds it.
#[diagnostic::on_unimplemented(
    message = "a function given to `map` cannot return `{Self}`",
    label = "this is neither an item nor a `Result` of one",
    note = "an item is `Clone + Send + Sync + 'static` and implements serde's `Serialize` and `Deserialize`: derive them"
)]
pub trait IntoItem<M>: 'static {
    /// The items of the new bag.
    type Item: BagItem;

    /// The item, or why there is none.
    ///
    /// # Errors
    /// The error the function returned, as [`ErrorKind::TaskFailed`] unless it is swath's own already.
    fn into_item(self) -> Result<Self::Item>;
}

/// Marks functions that return items.
#[derive(Debug)]
pub struct Plain;

/// Marks functions that return `Result`s.
#[derive(Debug)]
pub struct Fallible;

impl<T: BagItem> IntoItem<Plain> for T {
    type Item = T;

    fn into_item(self) -> Result<T> {
        Ok(self)
    }
}

impl<T: BagItem, E: std::error::Error + Send + Sync + 'static> IntoItem<Fallible> for Result<T, E> {
    type Item = T;

    fn into_item(self) -> Result<T> {
        self.map_err(|error| match (&error as &dyn Any).downcast_ref::<Error>() {
            Some(ours) => ours.clone(),
            None => Error::new(ErrorKind::TaskFailed, error.to_string()).with_source(error),
        })
    }
}

/// Hands `value` over as a `U` when that is its type: generic code treats text and JSON specially this way.
pub(crate) fn cast<T: 'static, U: 'static>(value: T) -> Option<U> {
    let mut slot = Some(value);
    (&mut slot as &mut dyn Any).downcast_mut::<Option<U>>().and_then(Option::take)
}

/// `value` as a `&U` when that is its type.
pub(crate) fn cast_ref<T: 'static, U: 'static>(value: &T) -> Option<&U> {
    (value as &dyn Any).downcast_ref()
}

/// A total order from a partial one: what cannot be compared with itself (NaN) comes before everything else.
pub(crate) fn order<T: PartialOrd>(a: &T, b: &T) -> Ordering {
    a.partial_cmp(b).unwrap_or_else(|| {
        let comparable = |x: &T| x.partial_cmp(x).is_some();
        comparable(a).cmp(&comparable(b))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_is_the_least() {
        let mut v = [2.0, f64::NAN, -1.0, f64::INFINITY];
        v.sort_by(order);
        assert!(v[0].is_nan());
        assert_eq!(v[1..], [-1.0, 2.0, f64::INFINITY]);
    }

    #[test]
    fn casts_only_to_the_same_type() {
        assert_eq!(cast::<String, String>("a".into()).as_deref(), Some("a"));
        assert_eq!(cast::<u32, u64>(1), None);
    }

    #[test]
    fn a_users_error_keeps_its_text() {
        let e = "x".parse::<f64>().into_item().unwrap_err();
        assert_eq!(e.kind(), ErrorKind::TaskFailed);
        assert!(e.message().contains("invalid float"));
    }
}
