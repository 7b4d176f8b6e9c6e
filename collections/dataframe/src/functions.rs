//! Functions of ours inside plans: reproducible chance.

use std::hash::Hash;
use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, AsArray, Float64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, UInt64Type};
use datafusion::common::ScalarValue;
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, lit,
};

inventory::submit! {
    swath_relational::FunctionKind { name: "swath_chance", make: || Arc::new(Chance::new().into()) }
}

/// A number in `0 .. 1` that depends on a row's number and the seed only.
pub(crate) fn chance(row: Expr, seed: u64) -> Expr {
    static CHANCE: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| Arc::new(Chance::new().into()));
    CHANCE.call(vec![row, lit(seed)])
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Chance(Signature);

impl Chance {
    fn new() -> Self {
        Self(Signature::exact(vec![DataType::UInt64, DataType::UInt64], Volatility::Immutable))
    }
}

impl ScalarUDFImpl for Chance {
    fn name(&self) -> &'static str {
        "swath_chance"
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let seed = match args.args.get(1) {
            Some(ColumnarValue::Scalar(ScalarValue::UInt64(Some(seed)))) => *seed,
            _ => 0,
        };
        let arrays = ColumnarValue::values_to_arrays(args.args.get(..1).unwrap_or_default())?;
        let Some(rows) = arrays.first() else {
            return datafusion::common::exec_err!("swath_chance wants a row number");
        };
        let rows = cast(rows, &DataType::UInt64)?;
        let rows = rows.as_primitive::<UInt64Type>();
        let chances: Float64Array = rows.values().iter().map(|r| uniform(*r, seed)).collect();
        Ok(ColumnarValue::Array(Arc::new(chances) as ArrayRef))
    }
}

/// `SplitMix64` of the row and the seed, as a fraction of 2^53.
fn uniform(row: u64, seed: u64) -> f64 {
    let mut z =
        row.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ seed.wrapping_mul(0xD134_2543_DE82_EF95);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    (z >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::uniform;

    #[test]
    fn chances_are_spread_evenly() {
        for seed in [0, 1, 42] {
            let mean = (0..10_000).map(|r| uniform(r, seed)).sum::<f64>() / 10_000.0;
            assert!((mean - 0.5).abs() < 0.02, "{mean}");
        }
    }
}
