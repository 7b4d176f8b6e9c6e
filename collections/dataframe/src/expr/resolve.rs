//! From an expression to DataFusion's, once the columns' types are known.

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DFSchema};
use datafusion::logical_expr::expr::{AggregateFunction, WindowFunction};
use datafusion::logical_expr::{
    Case, Expr as DfExpr, ExprSchemable, WindowFunctionDefinition, cast, try_cast,
};
use swath_error::{Error, ErrorKind, Result, unknown_name};

use super::compare::{as_filter, present_only};
use super::{Args, Expr, Node};
use crate::engine::from_datafusion;

impl Expr {
    /// The DataFusion expression over a frame's columns, with pandas' rules spelled out.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownColumn`] with the nearest names, [`ErrorKind::TypeMismatch`], or the error of a bad call.
    pub fn to_datafusion(&self, schema: &DFSchema) -> Result<DfExpr> {
        match self.0.as_ref() {
            Node::Column(name) => column(schema, name),
            Node::Literal(value) => Ok(datafusion::logical_expr::lit(value.clone())),
            Node::Call { name, args, build } => build(&resolved(name, args, schema)?),
            Node::Aggregate { func, input } => {
                func.build(&resolved(func.name(), std::slice::from_ref(input), schema)?)
            }
            Node::Cast { input, to, coerce } => {
                let input = input.to_datafusion(schema)?;
                Ok(if *coerce { try_cast(input, to.clone()) } else { cast(input, to.clone()) })
            }
            Node::IsIn { input, values } => is_in(input, values, schema),
            Node::Case { branches, otherwise } => case(branches, otherwise.as_ref(), schema),
            Node::Over { input, keys } => over(input, keys, schema),
            Node::Alias { input, name } => Ok(input.to_datafusion(schema)?.alias(name)),
            Node::Foreign(expr) => Ok(expr.clone()),
            Node::Poison(error) => Err(error.clone()),
        }
    }

    /// The expression under the name its result has in a frame.
    pub(crate) fn named(&self, schema: &DFSchema) -> Result<DfExpr> {
        let expr = self.to_datafusion(schema)?;
        let name = self.output_name();
        Ok(match &expr {
            DfExpr::Column(c) if c.name == name => expr,
            _ => expr.unalias().alias(name),
        })
    }

    /// The expression as a filter's condition.
    pub(crate) fn condition(&self, schema: &DFSchema) -> Result<DfExpr> {
        let expr = self.to_datafusion(schema)?;
        match expr.get_type(schema).map_err(from_datafusion)? {
            arrow::datatypes::DataType::Boolean => Ok(as_filter(expr)),
            other => Err(Error::new(
                ErrorKind::TypeMismatch,
                format!("a filter wants a condition; {self} is {other}"),
            )),
        }
    }

    /// Whether an aggregate is in it that no [`Expr::over`] spreads over the rows.
    pub(crate) fn is_aggregate(&self) -> bool {
        match self.0.as_ref() {
            Node::Aggregate { .. } => true,
            Node::Over { .. } => false,
            Node::Foreign(expr) => {
                expr.exists(|e| Ok(matches!(e, DfExpr::AggregateFunction(_)))).unwrap_or(false)
            }
            _ => self.inputs().iter().any(|i| i.is_aggregate()),
        }
    }

    /// Whether a bad call is in it.
    pub(crate) fn is_poisoned(&self) -> bool {
        matches!(self.0.as_ref(), Node::Poison(_)) || self.inputs().iter().any(|i| i.is_poisoned())
    }

    /// Whether the order of the rows changes its values.
    pub(crate) fn needs_order(&self) -> bool {
        match self.0.as_ref() {
            Node::Aggregate { func, input } => func.needs_order() || input.needs_order(),
            _ => self.inputs().iter().any(|i| i.needs_order()),
        }
    }

    /// Whether computing it brings rows with equal keys together, which loses their order.
    pub(crate) fn regroups(&self) -> bool {
        match self.0.as_ref() {
            Node::Over { keys, .. } => !keys.is_empty(),
            _ => self.inputs().iter().any(|i| i.regroups()),
        }
    }

    /// The expressions right below.
    pub(crate) fn inputs(&self) -> Vec<&Self> {
        match self.0.as_ref() {
            Node::Call { args, .. } => args.iter().collect(),
            Node::Aggregate { input, .. }
            | Node::Cast { input, .. }
            | Node::Over { input, .. }
            | Node::Alias { input, .. } => vec![input],
            Node::IsIn { input, values } => std::iter::once(input).chain(values).collect(),
            Node::Case { branches, otherwise } => {
                branches.iter().flat_map(|(c, v)| [c, v]).chain(otherwise).collect()
            }
            Node::Column(_) | Node::Literal(_) | Node::Foreign(_) | Node::Poison(_) => Vec::new(),
        }
    }
}

/// A function's arguments.
fn resolved<'a>(name: &'static str, args: &[Expr], schema: &'a DFSchema) -> Result<Args<'a>> {
    let exprs = args.iter().map(|a| Ok(a.to_datafusion(schema)?.unalias())).collect::<Result<_>>()?;
    Ok(Args::new(name, exprs, schema))
}

/// The column of this name, as the plan qualifies it.
pub(crate) fn column(schema: &DFSchema, name: &str) -> Result<DfExpr> {
    let mut found = schema.iter().filter(|(_, field)| field.name() == name);
    match (found.next(), found.next()) {
        (Some((qualifier, field)), None) => Ok(DfExpr::Column(Column::new(qualifier.cloned(), field.name()))),
        (Some(_), Some(_)) => {
            Err(Error::new(ErrorKind::UnknownColumn, format!("more than one column is called '{name}'"))
                .with_help("give the columns different names in the query (AS)"))
        }
        (None, _) => Err(unknown_name(
            ErrorKind::UnknownColumn,
            "column",
            name,
            schema.fields().iter().map(|f| f.name().as_str()),
        )),
    }
}

/// Missing values among `values` match missing ones, as in pandas.
fn is_in(input: &Expr, values: &[Expr], schema: &DFSchema) -> Result<DfExpr> {
    let expr = input.to_datafusion(schema)?.unalias();
    let t = expr.get_type(schema).map_err(from_datafusion)?;
    let mut list = Vec::new();
    let mut missing_too = false;
    for value in values {
        match value.to_datafusion(schema)? {
            DfExpr::Literal(v, _) if v.is_null() => missing_too = true,
            other => list.push(other),
        }
    }
    let listed = present_only(expr.clone().in_list(list, false), false);
    Ok(if missing_too { listed.or(super::missing::missing(expr, &t)) } else { listed })
}

fn case(branches: &[(Expr, Expr)], otherwise: Option<&Expr>, schema: &DFSchema) -> Result<DfExpr> {
    let resolve = |e: &Expr| Ok(Box::new(e.to_datafusion(schema)?.unalias()));
    let branches = branches.iter().map(|(c, v)| Ok((resolve(c)?, resolve(v)?))).collect::<Result<_>>()?;
    let otherwise = otherwise.map(resolve).transpose()?;
    Ok(DfExpr::Case(Case::new(None, branches, otherwise)))
}

/// Every aggregate in `input` as a window over the rows with equal keys.
fn over(input: &Expr, keys: &[Expr], schema: &DFSchema) -> Result<DfExpr> {
    let keys = keys.iter().map(|k| Ok(k.to_datafusion(schema)?.unalias())).collect::<Result<Vec<_>>>()?;
    let window = |e: DfExpr| match e {
        DfExpr::AggregateFunction(AggregateFunction { func, params }) => {
            let mut window = WindowFunction::new(WindowFunctionDefinition::AggregateUDF(func), params.args);
            window.params.partition_by.clone_from(&keys);
            window.params.distinct = params.distinct;
            window.params.null_treatment = params.null_treatment;
            Ok(Transformed::yes(DfExpr::WindowFunction(Box::new(window))))
        }
        other => Ok(Transformed::no(other)),
    };
    input.to_datafusion(schema)?.transform_up(window).map(|t| t.data).map_err(from_datafusion)
}
