//! Whether any, or all, items are true; reading stops as soon as that is decided.

use swath_error::Result;
use swath_graph::Key;

use super::Aggregate;
use crate::recipe::AggregateRecipe;
use crate::stream::{Part, Stop, Stream, ended};

/// `any()`: of an empty bag false.
pub struct Any;

/// `all()`: of an empty bag true.
pub struct All;

/// Reads until an item is `wanted`; whether one was.
fn contains(stream: &dyn Stream<bool>, part: &mut Part<'_>, wanted: bool) -> Result<bool> {
    let mut found = false;
    ended(stream.drive(part, &mut |item| {
        found = item == wanted;
        if found { Err(Stop::Enough) } else { Ok(()) }
    }))?;
    Ok(found)
}

impl Aggregate<bool> for Any {
    type Partial = bool;
    type Output = bool;

    fn name(&self) -> &'static str {
        "any"
    }

    fn label(&self) -> String {
        "any".to_owned()
    }

    fn key(&self) -> Key {
        Key::of("any").finish()
    }

    fn partial(&self, stream: &dyn Stream<bool>, part: &mut Part<'_>) -> Result<Option<bool>> {
        contains(stream, part, true).map(Some)
    }

    fn merge(&self, partials: Vec<bool>) -> Result<bool> {
        Ok(partials.contains(&true))
    }

    fn finish(&self, whole: Option<bool>) -> Result<bool> {
        Ok(whole.unwrap_or(false))
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<AggregateRecipe> {
        Ok(AggregateRecipe::Any)
    }
}

impl Aggregate<bool> for All {
    type Partial = bool;
    type Output = bool;

    fn name(&self) -> &'static str {
        "all"
    }

    fn label(&self) -> String {
        "all".to_owned()
    }

    fn key(&self) -> Key {
        Key::of("all").finish()
    }

    fn partial(&self, stream: &dyn Stream<bool>, part: &mut Part<'_>) -> Result<Option<bool>> {
        contains(stream, part, false).map(|found| Some(!found))
    }

    fn merge(&self, partials: Vec<bool>) -> Result<bool> {
        Ok(!partials.contains(&false))
    }

    fn finish(&self, whole: Option<bool>) -> Result<bool> {
        Ok(whole.unwrap_or(true))
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<AggregateRecipe> {
        Ok(AggregateRecipe::All)
    }
}
