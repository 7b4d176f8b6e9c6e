//! Each item once.

use std::hash::Hash;
use std::marker::PhantomData;
use std::sync::Arc;

use swath_error::Result;
use swath_graph::Key;

use super::{Aggregate, Keyed};
use crate::item::BagItem;
use crate::name::{function_key, function_name};
use crate::recipe::{AggregateRecipe, KeyBy};
use crate::stream::{Part, Stream, ended};

/// `distinct_by(key)`: the first item of each key, in the order of first appearance.
pub struct Distinct<K, F> {
    function: Arc<F>,
    label: String,
    id: Key,
    key: PhantomData<fn() -> K>,
}

impl<K, F: 'static> Distinct<K, F> {
    /// By the key that `function` gives.
    pub fn by(function: F) -> Self {
        let label = format!("distinct_by({})", function_name::<F>());
        Self {
            function: Arc::new(function),
            label,
            id: function_key::<F>("distinct").finish(),
            key: PhantomData,
        }
    }

    /// Shown as `label` in plans.
    #[must_use]
    pub fn labelled(self, label: &str) -> Self {
        Self { label: label.to_owned(), ..self }
    }
}

impl<T: BagItem, K: BagItem + Hash + Eq, F: Fn(&T) -> K + Send + Sync + 'static> Aggregate<T>
    for Distinct<K, F>
{
    type Partial = Keyed<K, T>;
    type Output = Vec<T>;

    fn name(&self) -> &'static str {
        "distinct"
    }

    fn label(&self) -> String {
        self.label.clone()
    }

    fn key(&self) -> Key {
        self.id
    }

    fn partial(&self, stream: &dyn Stream<T>, part: &mut Part<'_>) -> Result<Option<Keyed<K, T>>> {
        let mut seen = Keyed::default();
        ended(stream.drive(part, &mut |item| {
            seen.update((self.function)(&item), || item, |_| ());
            Ok(())
        }))?;
        Ok((!seen.is_empty()).then_some(seen))
    }

    fn merge(&self, partials: Vec<Keyed<K, T>>) -> Result<Keyed<K, T>> {
        let mut partials = partials.into_iter();
        let mut all = partials.next().unwrap_or_default();
        for (key, item) in partials.flat_map(Keyed::into_entries) {
            all.update(key, || item, |_| ());
        }
        Ok(all)
    }

    fn finish(&self, whole: Option<Keyed<K, T>>) -> Result<Vec<T>> {
        Ok(whole.unwrap_or_default().into_entries().into_iter().map(|(_, item)| item).collect())
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<AggregateRecipe> {
        Ok(AggregateRecipe::Distinct(KeyBy::of::<F>()?))
    }
}
