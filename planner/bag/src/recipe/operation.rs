//! The registered operation: a recipe, built when it is first run.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use swath_block::{Block, Inputs, Operation, TaskContext, encode_operation, register_operation};
use swath_error::Result;

use super::calls::guarded;
use super::{Recipe, build};
use crate::lower::BagOp;

/// A decoded recipe.
#[derive(Debug, Serialize, Deserialize)]
struct Written {
    recipe: Recipe,
    #[serde(skip)]
    built: OnceLock<Result<BagOp>>,
}

/// The registered name of operations that have a recipe.
pub(crate) const NAME: &str = "bag.pipeline";

register_operation!(Written, "bag.pipeline");

/// The encoded form of a recipe.
pub(crate) fn encode(recipe: Recipe) -> Result<Vec<u8>> {
    encode_operation(&Written { recipe, built: OnceLock::new() })
}

impl Operation for Written {
    fn name(&self) -> &'static str {
        NAME
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        match self.built.get_or_init(|| build(&self.recipe)) {
            Ok(op) => guarded(|| op.run(inputs, ctx)),
            Err(e) => Err(e.clone()),
        }
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode(self.recipe.clone())
    }
}
