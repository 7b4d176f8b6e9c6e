//! Reductions of whole columns to one row.

use std::panic::Location;

use swath_error::Error;

use super::DataFrame;
use super::groupby::aggregate;
use crate::expr::{Aggregate, IntoNames};

macro_rules! reductions {
    ($($(#[$doc:meta])* $name:ident $variant:ident;)*) => {
        impl DataFrame { $(
            $(#[$doc])*
            #[track_caller]
            pub fn $name(&self, columns: impl IntoNames) -> Self {
                self.reduce(Aggregate::$variant, columns.into_names(), Location::caller())
            }
        )* }
    };
}

reductions! {
    /// The sums of columns, as one row; of all numeric ones when none is named (`[]`). 0 where everything is missing.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_dataframe::from_columns;
    /// let df = from_columns([("x", vec![1, 2, 3])]);
    /// assert_eq!(df.sum("x").compute_scalar::<i64>()?, Some(6));
    /// # Ok::<(), swath_dataframe::Error>(())
    /// ```
    sum Sum;
    /// The means of columns, as one row; of all numeric ones when none is named (`[]`).
    mean Mean;
    /// The smallest values of columns, as one row; of all when none is named (`[]`).
    min Min;
    /// The largest values of columns, as one row; of all when none is named (`[]`).
    max Max;
    /// How many values are not missing, as one row; of all columns when none is named (`[]`).
    count Count;
    /// The standard deviations (n - 1), as one row; of all numeric columns when none is named (`[]`).
    std Std;
    /// The variances (n - 1), as one row; of all numeric columns when none is named (`[]`).
    var Var;
    /// The standard errors of the means, as one row; of all numeric columns when none is named (`[]`).
    sem Sem;
    /// The exact medians, as one row; of all numeric columns when none is named (`[]`).
    median Median;
    /// How many different values, missing ones not counted, as one row; of all columns when none is named (`[]`).
    nunique Nunique;
    /// Whether any value is true, as one row; of all columns when none is named (`[]`).
    any Any;
    /// Whether all values are true, as one row; of all columns when none is named (`[]`).
    all All;
}

impl DataFrame {
    /// The exact `q`-quantiles, as one row; of all numeric columns when none is named (`[]`).
    #[track_caller]
    pub fn quantile(&self, q: f64, columns: impl IntoNames) -> Self {
        let caller = Location::caller();
        if !(0.0..=1.0).contains(&q) {
            return Self::poisoned(
                Error::argument(format!("a quantile is between 0 and 1, not {q}")).at(caller),
            );
        }
        self.reduce(Aggregate::Quantile(q), columns.into_names(), caller)
    }

    fn reduce(&self, func: Aggregate, columns: Vec<String>, caller: &'static Location<'static>) -> Self {
        self.step(caller, |frame| {
            frame.check(&columns)?;
            let columns = if columns.is_empty() { frame.aggregated(func, &[]) } else { columns };
            let aggregates: Vec<_> = columns.iter().map(|c| crate::col(c).aggregate(func).alias(c)).collect();
            aggregate(frame, &[], &aggregates)
        })
    }
}
