//! Functions that are formulas over their arguments: however often a formula names an argument, it is computed once.
//!
//! In: a formula, and the resolved arguments it is over. Out: a call, which travels by its name; the formula is looked
//! up where the call runs. Place in the flow: between the expressions a user writes and DataFusion's. Written out, a
//! formula in a formula in a formula doubles at each step. It never means anything else than the formula does.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use arrow::datatypes::{DataType, Field, Schema};
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use datafusion::common::{Column, DFSchema, ScalarValue};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::execution_props::ExecutionProps;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{
    ColumnarValue, Expr as DfExpr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::physical_expr::{PhysicalExpr, create_physical_expr};

use crate::expr::{Args, Build};

/// A formula by name.
pub(crate) struct Formula {
    /// Its name in plans.
    pub(crate) name: &'static str,
    /// What users call it, for errors.
    pub(crate) label: &'static str,
    pub(crate) arguments: usize,
    pub(crate) build: Build,
}

/// Makes a function of a formula: a call of it is the formula over its arguments.
macro_rules! formulas {
    ($($(#[$doc:meta])* $id:ident $name:literal $label:literal $arguments:literal $build:path;)*) => { $(
        $(#[$doc])*
        pub(crate) static $id: Formula =
            Formula { name: $name, label: $label, arguments: $arguments, build: $build };

        inventory::submit! {
            swath_relational::FunctionKind { name: $name, make: || $id.function() }
        }
    )* };
}

formulas! {
    /// Python's `//`.
    FLOOR_DIV "swath_floor_div" "//" 2 crate::expr::floor_division;
    /// Python's `%`.
    MODULO "swath_modulo" "%" 2 crate::expr::modulo;
    /// A float's nearest integer, halves to the even one.
    RINT "swath_rint" "round" 1 crate::expr::rint;
    /// A value within two bounds.
    CLIP "swath_clip" "clip" 3 crate::expr::clip;
    /// A value where another is missing.
    FILL "swath_fill" "fillna" 2 crate::expr::fill;
}

impl Formula {
    /// The formula over arguments that it takes.
    ///
    /// # Errors
    /// What writing the formula out meets: arguments of wrong types.
    pub(crate) fn over(&'static self, args: &Args) -> swath_error::Result<DfExpr> {
        (self.build)(args)?;
        Ok(self.call(args.all().to_vec()))
    }

    /// The formula over the arguments.
    pub(crate) fn call(&'static self, args: Vec<DfExpr>) -> DfExpr {
        self.function().call(args)
    }

    fn function(&'static self) -> Arc<ScalarUDF> {
        Arc::new(ScalarUDF::new_from_impl(Function {
            formula: self,
            signature: Signature::any(self.arguments, Volatility::Immutable),
        }))
    }

    /// The formula over columns of these types, ready to run.
    fn compiled(&self, types: &[DataType]) -> Result<Compiled> {
        type Known = HashMap<(&'static str, Vec<DataType>), Compiled>;
        static COMPILED: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);
        let key = (self.name, types.to_vec());
        if let Some(found) = COMPILED.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(found.clone());
        }
        let compiled = self.compile(types)?;
        COMPILED.lock().unwrap_or_else(PoisonError::into_inner).insert(key, compiled.clone());
        Ok(compiled)
    }

    fn compile(&self, types: &[DataType]) -> Result<Compiled> {
        let name = |i: usize| format!("argument {}", i + 1);
        let fields = types.iter().enumerate().map(|(i, t)| Field::new(name(i), t.clone(), true));
        let schema = Arc::new(DFSchema::try_from(Schema::new(fields.collect::<Vec<_>>()))?);
        let columns = (0..types.len()).map(|i| DfExpr::Column(Column::from_name(name(i))));
        let args = Args::new(self.label, columns.collect(), &schema);
        let formula = (self.build)(&args).map_err(|e| DataFusionError::External(Box::new(e)))?;
        let context = SimplifyContext::builder().with_schema(Arc::clone(&schema)).build();
        let simplifier = ExprSimplifier::new(context);
        let formula = simplifier.simplify(simplifier.coerce(formula, &schema)?)?;
        let expr = create_physical_expr(
            &formula,
            &schema,
            &ExecutionProps::new(),
            &PhysicalPlanningContext::default(),
        )?;
        let schema = Arc::new(schema.as_arrow().clone());
        Ok(Compiled { data_type: expr.data_type(&schema)?, expr, schema })
    }
}

/// A formula over columns of certain types.
#[derive(Clone)]
struct Compiled {
    schema: Arc<Schema>,
    expr: Arc<dyn PhysicalExpr>,
    data_type: DataType,
}

/// A formula as a function of plans.
struct Function {
    formula: &'static Formula,
    signature: Signature,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.formula.name)
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.formula.name == other.formula.name
    }
}

impl Eq for Function {}

impl Hash for Function {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.formula.name.hash(state);
    }
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        self.formula.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        Ok(self.formula.compiled(types)?.data_type)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let types: Vec<DataType> = args.args.iter().map(ColumnarValue::data_type).collect();
        let compiled = self.formula.compiled(&types)?;
        let one = args.args.iter().all(|a| matches!(a, ColumnarValue::Scalar(_)));
        let rows = if one { 1 } else { args.number_rows };
        let columns = args.args.iter().map(|a| a.to_array(rows)).collect::<Result<_>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(compiled.schema, columns, &options)?;
        let result = compiled.expr.evaluate(&batch)?;
        match result {
            ColumnarValue::Array(array) if one => {
                Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&array, 0)?))
            }
            other => Ok(other),
        }
    }
}
