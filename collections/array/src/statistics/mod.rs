//! Statistics beyond plain reductions: running sums, moments, quantiles, differences, covariances, users' reductions.

mod average;
mod covariance;
mod cumulative;
mod differences;
mod ends;
mod moment;
mod quantiles;
mod reduction;
mod top;
mod trace;

pub use covariance::{CovOptions, corrcoef, cov};
pub use differences::Spacing;
pub use ends::DiffEnds;
pub(crate) use moment::moment as central_moment;
pub use quantiles::{Quantiles, percentile_approx};
pub use reduction::reduction;
