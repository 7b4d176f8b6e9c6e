//! How many items.

use swath_error::Result;
use swath_graph::Key;

use super::Aggregate;
use crate::item::BagItem;
use crate::recipe::AggregateRecipe;
use crate::stream::{Part, Stream, ended};

/// `count()`.
pub struct Count;

impl<T: BagItem> Aggregate<T> for Count {
    type Partial = u64;
    type Output = u64;

    fn name(&self) -> &'static str {
        "count"
    }

    fn label(&self) -> String {
        "count".to_owned()
    }

    fn key(&self) -> Key {
        Key::of("count").finish()
    }

    fn partial(&self, stream: &dyn Stream<T>, part: &mut Part<'_>) -> Result<Option<u64>> {
        let mut n = 0;
        if let Some(text) = stream.text() {
            ended(text.drive_text(part, &mut |_| {
                n += 1;
                Ok(())
            }))?;
        } else if let Some(json) = stream.json() {
            ended(json.drive_json(part, &mut |_| {
                n += 1;
                Ok(())
            }))?;
        } else {
            ended(stream.drive(part, &mut |_| {
                n += 1;
                Ok(())
            }))?;
        }
        Ok(Some(n))
    }

    fn merge(&self, partials: Vec<u64>) -> Result<u64> {
        Ok(partials.iter().sum())
    }

    fn finish(&self, whole: Option<u64>) -> Result<u64> {
        Ok(whole.unwrap_or(0))
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<AggregateRecipe> {
        Ok(AggregateRecipe::Count)
    }
}
