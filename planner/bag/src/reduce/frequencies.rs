//! How often each item appears.

use std::hash::Hash;
use std::marker::PhantomData;

use swath_error::{Error, Result};
use swath_graph::Key;

use super::{Aggregate, Keyed};
use crate::hash::stable_hash;
use crate::item::{BagItem, cast, cast_ref};
use crate::json::{Json, JsonRef, StrKey};
use crate::recipe::AggregateRecipe;
use crate::stream::{Part, Stream, ended};

/// `frequencies()`: pairs of item and count, in the order of first appearance.
pub struct Frequencies<T>(PhantomData<fn() -> T>);

impl<T> Default for Frequencies<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

/// Counts a string where it lies: it is allocated when it is new, never looked up as a `String`.
fn count_text<T: BagItem>(counts: &mut Keyed<T, u64>, text: &str) -> Result<()> {
    let key = || cast::<String, T>(text.to_owned());
    let same = |key: &T| cast_ref::<T, String>(key).is_some_and(|k| k == text);
    bump(counts, stable_hash(text), same, key)
}

/// As [`count_text`], for a JSON string.
fn count_json<T: BagItem>(counts: &mut Keyed<T, u64>, text: &str) -> Result<()> {
    let key = || cast::<Json, T>(Json::from(text));
    let same = |key: &T| cast_ref::<T, Json>(key).is_some_and(|k| k.as_str() == Some(text));
    bump(counts, stable_hash(&StrKey(text)), same, key)
}

fn bump<T>(
    counts: &mut Keyed<T, u64>,
    hash: u64,
    same: impl Fn(&T) -> bool,
    key: impl Fn() -> Option<T>,
) -> Result<()> {
    let wrong = || Error::internal("strings were counted in a bag of another type");
    match counts.find(hash, &same) {
        Some(count) => *count += 1,
        None => counts.insert(hash, key().ok_or_else(wrong)?, 1),
    }
    Ok(())
}

impl<T: BagItem + Hash + Eq> Aggregate<T> for Frequencies<T> {
    type Partial = Keyed<T, u64>;
    type Output = Vec<(T, u64)>;

    fn name(&self) -> &'static str {
        "frequencies"
    }

    fn label(&self) -> String {
        "frequencies".to_owned()
    }

    fn key(&self) -> Key {
        Key::of("frequencies").finish()
    }

    fn partial(&self, stream: &dyn Stream<T>, part: &mut Part<'_>) -> Result<Option<Keyed<T, u64>>> {
        let mut counts = Keyed::default();
        if let Some(text) = stream.text() {
            ended(text.drive_text(part, &mut |line| Ok(count_text(&mut counts, line)?)))?;
        } else if let Some(json) = stream.json() {
            ended(json.drive_json(part, &mut |value| match value {
                JsonRef::Str(text) => Ok(count_json(&mut counts, &text)?),
                JsonRef::Other(other) => {
                    let wrong = || Error::internal("JSON was counted in a bag of another type");
                    counts.update(cast(other).ok_or_else(wrong)?, || 0, |n| *n += 1);
                    Ok(())
                }
            }))?;
        } else {
            ended(stream.drive(part, &mut |item| {
                counts.update(item, || 0, |n| *n += 1);
                Ok(())
            }))?;
        }
        Ok((!counts.is_empty()).then_some(counts))
    }

    fn merge(&self, partials: Vec<Keyed<T, u64>>) -> Result<Keyed<T, u64>> {
        let mut partials = partials.into_iter();
        let mut all = partials.next().unwrap_or_default();
        for (key, count) in partials.flat_map(Keyed::into_entries) {
            all.update(key, || 0, |n| *n += count);
        }
        Ok(all)
    }

    fn finish(&self, whole: Option<Keyed<T, u64>>) -> Result<Vec<(T, u64)>> {
        Ok(whole.unwrap_or_default().into_entries())
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<AggregateRecipe> {
        Ok(AggregateRecipe::Frequencies)
    }
}
