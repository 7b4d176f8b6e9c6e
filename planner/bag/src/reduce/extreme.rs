//! The smallest or largest item.

use std::cmp::Ordering;

use swath_error::{Error, Result};
use swath_graph::Key;

use super::Aggregate;
use crate::item::{BagItem, order};
use crate::recipe::{self, AggregateRecipe, Kind};
use crate::stream::{Part, Stream, ended};

/// `min()` and `max()`; of equal items the first.
pub struct Extreme {
    /// Whether the largest is wanted.
    pub largest: bool,
}

impl Extreme {
    fn better<T: PartialOrd>(&self, new: &T, best: &T) -> bool {
        order(new, best) == if self.largest { Ordering::Greater } else { Ordering::Less }
    }
}

impl<T: BagItem + PartialOrd> Aggregate<T> for Extreme {
    type Partial = T;
    type Output = T;

    fn name(&self) -> &'static str {
        if self.largest { "max" } else { "min" }
    }

    fn label(&self) -> String {
        <Self as Aggregate<T>>::name(self).to_owned()
    }

    fn key(&self) -> Key {
        Key::of("extreme").u64(u64::from(self.largest)).finish()
    }

    fn partial(&self, stream: &dyn Stream<T>, part: &mut Part<'_>) -> Result<Option<T>> {
        let mut best: Option<T> = None;
        ended(stream.drive(part, &mut |item| {
            if best.as_ref().is_none_or(|best| self.better(&item, best)) {
                best = Some(item);
            }
            Ok(())
        }))?;
        Ok(best)
    }

    fn merge(&self, partials: Vec<T>) -> Result<T> {
        let best = partials.into_iter().reduce(|best, new| if self.better(&new, &best) { new } else { best });
        best.ok_or_else(|| Error::internal("nothing to compare"))
    }

    fn finish(&self, whole: Option<T>) -> Result<T> {
        whole
            .ok_or_else(|| Error::data(format!("an empty bag has no {}", <Self as Aggregate<T>>::name(self))))
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<AggregateRecipe> {
        match Kind::of::<T>() {
            Kind::Text | Kind::Int | Kind::Natural | Kind::Real | Kind::Truth => {
                Ok(AggregateRecipe::Extreme(self.largest))
            }
            _ => Err(recipe::stays(&format!(
                "{} of {}",
                <Self as Aggregate<T>>::name(self),
                std::any::type_name::<T>()
            ))),
        }
    }
}
