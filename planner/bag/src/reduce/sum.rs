//! The sum of numbers.

use std::marker::PhantomData;

use swath_error::Result;
use swath_graph::Key;

use super::number::Total;
use super::{Aggregate, Number};
use crate::recipe::{self, AggregateRecipe, Kind};
use crate::stream::{Part, Stream, ended};

/// `sum()`: of an empty bag 0.
pub struct Sum<T>(PhantomData<fn() -> T>);

impl<T> Default for Sum<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T: Number> Aggregate<T> for Sum<T> {
    type Partial = Total;
    type Output = T::Sum;

    fn name(&self) -> &'static str {
        "sum"
    }

    fn label(&self) -> String {
        "sum".to_owned()
    }

    fn key(&self) -> Key {
        Key::of("sum").finish()
    }

    fn partial(&self, stream: &dyn Stream<T>, part: &mut Part<'_>) -> Result<Option<Total>> {
        let mut total = T::zero();
        ended(stream.drive(part, &mut |item| {
            item.add_to(&mut total);
            Ok(())
        }))?;
        Ok(Some(total))
    }

    fn merge(&self, partials: Vec<Total>) -> Result<Total> {
        Ok(partials.into_iter().fold(T::zero(), |mut sum, part| {
            sum.add(part);
            sum
        }))
    }

    fn finish(&self, whole: Option<Total>) -> Result<T::Sum> {
        T::sum_of(whole.unwrap_or_else(T::zero))
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<AggregateRecipe> {
        match Kind::of::<T>() {
            Kind::Int | Kind::Natural | Kind::Real | Kind::Truth => Ok(AggregateRecipe::Sum),
            _ => Err(recipe::stays(&format!("sum of {}", std::any::type_name::<T>()))),
        }
    }
}
