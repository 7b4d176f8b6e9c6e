//! Mean and variance, merged by the pairwise formula of Chan and others (1979), which does not cancel.

use serde::{Deserialize, Serialize};
use swath_error::{Error, Result};
use swath_graph::Key;

use super::{Aggregate, Number};
use crate::recipe::{self, AggregateRecipe, Kind};
use crate::stream::{Part, Stream, ended};

/// How many numbers, their mean, and the sum of their squared distances from it.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Moments {
    n: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn push(&mut self, x: f64) {
        self.n += 1;
        let delta = x - self.mean;
        self.mean += delta / self.n as f64;
        self.squares += delta * (x - self.mean);
    }

    fn merge(self, other: Self) -> Self {
        if self.n == 0 || other.n == 0 {
            return if self.n == 0 { other } else { self };
        }
        let n = self.n + other.n;
        let delta = other.mean - self.mean;
        let weight = other.n as f64 / n as f64;
        Self {
            n,
            mean: self.mean + delta * weight,
            squares: self.squares + other.squares + delta * delta * self.n as f64 * weight,
        }
    }

    fn of<T: Number>(stream: &dyn Stream<T>, part: &mut Part<'_>) -> Result<Self> {
        let mut moments = Self::default();
        ended(stream.drive(part, &mut |item| {
            moments.push(item.as_float());
            Ok(())
        }))?;
        Ok(moments)
    }
}

/// `mean()`.
pub struct Mean;

impl<T: Number> Aggregate<T> for Mean {
    type Partial = (f64, u64);
    type Output = f64;

    fn name(&self) -> &'static str {
        "mean"
    }

    fn label(&self) -> String {
        "mean".to_owned()
    }

    fn key(&self) -> Key {
        Key::of("mean").finish()
    }

    fn partial(&self, stream: &dyn Stream<T>, part: &mut Part<'_>) -> Result<Option<(f64, u64)>> {
        let (mut sum, mut n) = (0.0, 0);
        ended(stream.drive(part, &mut |item| {
            sum += item.as_float();
            n += 1;
            Ok(())
        }))?;
        Ok(Some((sum, n)))
    }

    fn merge(&self, partials: Vec<(f64, u64)>) -> Result<(f64, u64)> {
        Ok(partials.iter().fold((0.0, 0), |all, part| (all.0 + part.0, all.1 + part.1)))
    }

    fn finish(&self, whole: Option<(f64, u64)>) -> Result<f64> {
        match whole {
            Some((sum, n)) if n > 0 => Ok(sum / n as f64),
            _ => Err(Error::data("an empty bag has no mean")),
        }
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<AggregateRecipe> {
        match Kind::of::<T>() {
            Kind::Int | Kind::Natural | Kind::Real | Kind::Truth => Ok(AggregateRecipe::Mean),
            _ => Err(recipe::stays(&format!("mean of {}", std::any::type_name::<T>()))),
        }
    }
}

/// `var(ddof)` and `std(ddof)`.
pub struct Variance {
    /// What is taken off the number of items before dividing by it.
    pub ddof: u64,
    /// Whether the square root is wanted.
    pub root: bool,
}

impl<T: Number> Aggregate<T> for Variance {
    type Partial = Moments;
    type Output = f64;

    fn name(&self) -> &'static str {
        if self.root { "std" } else { "var" }
    }

    fn label(&self) -> String {
        let name = <Self as Aggregate<T>>::name(self);
        if self.ddof == 0 { name.to_owned() } else { format!("{name}(ddof {})", self.ddof) }
    }

    fn key(&self) -> Key {
        Key::of("variance").u64(self.ddof).u64(u64::from(self.root)).finish()
    }

    fn partial(&self, stream: &dyn Stream<T>, part: &mut Part<'_>) -> Result<Option<Moments>> {
        Moments::of(stream, part).map(Some)
    }

    fn merge(&self, partials: Vec<Moments>) -> Result<Moments> {
        Ok(partials.into_iter().fold(Moments::default(), Moments::merge))
    }

    fn finish(&self, whole: Option<Moments>) -> Result<f64> {
        let moments = whole.unwrap_or_default();
        if moments.n <= self.ddof {
            return Err(Error::data(format!(
                "the variance with ddof {} needs more than {} items; the bag has {}",
                self.ddof, self.ddof, moments.n
            )));
        }
        let variance = moments.squares / (moments.n - self.ddof) as f64;
        Ok(if self.root { variance.sqrt() } else { variance })
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<AggregateRecipe> {
        match Kind::of::<T>() {
            Kind::Int | Kind::Natural | Kind::Real | Kind::Truth => {
                Ok(AggregateRecipe::Variance(self.ddof, self.root))
            }
            _ => Err(recipe::stays(&format!("variance of {}", std::any::type_name::<T>()))),
        }
    }
}
