//! Bags of JSON.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use swath_bag_plan::BagItem;
use swath_bag_plan::json::{JsonStrings, PathKey};

use crate::{Bag, Json};

impl Bag<Json> {
    /// The items as strings; an item that is something else is an error.
    pub fn strings(&self) -> Bag<String> {
        self.then(|plan| Arc::new(JsonStrings::new(plan)))
    }

    /// The strings at `key`: `pluck(key).strings()`.
    pub fn pluck_str(&self, key: impl Into<PathKey>) -> Bag<String> {
        self.pluck(key).strings()
    }

    /// The items as a type of your own; one that does not fit is an error.
    pub fn to<T: BagItem + DeserializeOwned>(&self) -> Bag<T> {
        self.map(|value| value.to::<T>())
    }
}
