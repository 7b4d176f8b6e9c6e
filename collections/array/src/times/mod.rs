//! Instants and durations: NumPy's `datetime64` and `timedelta64`, as whole numbers of a unit of time.
//!
//! In: arrays of whole numbers and what they count, or `.npy` files. Out: comparisons, differences, extremes, files. What
//! there is none of is `NaT`, the smallest number: it compares as unequal to everything, itself included, and what is computed
//! from it is `NaT`. It knows no calendar: months and years are not units of fixed length.

mod convert;
mod durations;
mod instants;

pub use durations::Durations;
pub use instants::Instants;

/// Not a time: what stands where there is none.
pub const NAT: i64 = i64::MIN;

/// What both kinds of times can do.
macro_rules! times {
    ($name:ident, $kind:ident, $numpy:literal) => {
        impl $name {
            /// Whole numbers of a unit; [`crate::NAT`] where there is none.
            pub fn from_ticks(ticks: Array<i64>, unit: TimeUnit) -> Self {
                Self { ticks, unit }
            }

            /// A `.npy` file of such elements, as NumPy writes them.
            ///
            /// # Errors
            /// [`ErrorKind::TypeMismatch`] for a file of other elements; as [`NpySource::open`].
            pub fn from_npy(path: impl AsRef<Path>) -> Result<Self> {
                let source = NpySource::open(path)?;
                match source.time() {
                    Some((TimeKind::$kind, unit)) => {
                        Ok(Self { ticks: crate::from_source(source).typed(), unit })
                    }
                    _ => Err(Error::new(
                        ErrorKind::TypeMismatch,
                        format!("{} does not hold {}", source.path().display(), $numpy),
                    )),
                }
            }

            /// Computes the elements and writes them to a `.npy` file, which NumPy reads as the same type.
            ///
            /// # Errors
            /// As [`crate::DynArray::to_npy`].
            pub fn to_npy(&self, path: impl AsRef<Path>) -> Result<()> {
                let expr = measured(self.ticks.as_dyn())?;
                let sink = NpySink::create_time(path, TimeKind::$kind, self.unit, &expr.shape()?)?;
                Store::write(vec![(expr, OpenSink::new(sink))])
            }

            /// The whole numbers.
            pub fn ticks(&self) -> &Array<i64> {
                &self.ticks
            }

            /// What they count.
            pub fn unit(&self) -> TimeUnit {
                self.unit
            }

            /// The elements moved: sliced, reshaped, rechunked, joined with others of the same unit. `moved` must not compute with the numbers.
            pub fn moved(&self, moved: impl FnOnce(&Array<i64>) -> Array<i64>) -> Self {
                Self { ticks: moved(&self.ticks), unit: self.unit }
            }

            /// In another unit: a finer one exactly, a coarser one rounded down.
            #[track_caller]
            pub fn as_unit(&self, unit: TimeUnit) -> Self {
                Self { ticks: converted(&self.ticks, self.unit, unit), unit }
            }

            /// Whether there is none.
            #[track_caller]
            pub fn isnat(&self) -> Array<bool> {
                self.ticks.eq_(NAT)
            }

            /// The smallest; `NaT` where one is.
            #[track_caller]
            pub fn min(&self, axes: impl Into<Axes>) -> Self {
                self.moved(|ticks| ticks.min(axes))
            }

            /// The largest; `NaT` where one is.
            #[track_caller]
            pub fn max(&self, axes: impl Into<Axes>) -> Self {
                let axes = axes.into();
                let missing = self.isnat().any(axes.clone());
                self.moved(|ticks| where_(&missing, NAT, ticks.max(axes)))
            }

            /// Computes the whole numbers.
            ///
            /// # Errors
            /// As [`Array::compute`].
            pub fn compute(&self) -> Result<ndarray::ArrayD<i64>> {
                self.ticks.compute()
            }
        }

        times! { @compare $name
            /// Whether they come before the others; false where one is `NaT`.
            lt;
            /// Whether they do not come after the others; false where one is `NaT`.
            le;
            /// Whether they come after the others; false where one is `NaT`.
            gt;
            /// Whether they do not come before the others; false where one is `NaT`.
            ge;
            /// Whether they equal the others; false where one is `NaT`.
            eq_;
        }

        impl $name {
            /// Whether they differ from the others; true where one is `NaT`.
            #[track_caller]
            pub fn ne_(&self, other: &Self) -> Array<bool> {
                self.eq_(other).logical_not()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let text = self.ticks.to_string();
                let dtype = TimeKind::$kind.dtype_name(self.unit);
                f.write_str(&text.replacen("i64", &dtype, 1))
            }
        }
    };
    (@compare $name:ident $($(#[$doc:meta])* $method:ident;)*) => {
        impl $name { $(
            $(#[$doc])*
            #[track_caller]
            pub fn $method(&self, other: &Self) -> Array<bool> {
                let unit = finer(self.unit, other.unit);
                let (a, b) = (self.as_unit(unit), other.as_unit(unit));
                let known = a.isnat().logical_or(b.isnat()).logical_not();
                a.ticks.$method(&b.ticks).logical_and(&known)
            }
        )* }
    };
}

pub(crate) use times;
