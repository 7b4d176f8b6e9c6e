//! Two bags side by side, partition by partition.

use std::sync::Arc;

use swath_error::{Error, Result};
use swath_graph::Key;

use crate::item::BagItem;
use crate::recipe::{StreamRecipe, Typed};
use crate::stream::{Flow, Info, Node, Part, Sink, Stop, Stream, collect};

/// `left.zip(right)`; with `strict`, partitions of different lengths are an error instead of being cut.
pub struct Zip<A, B> {
    info: Info,
    left: Arc<dyn Stream<A>>,
    right: Arc<dyn Stream<B>>,
    strict: bool,
}

impl<A: BagItem, B: BagItem> Zip<A, B> {
    /// The node.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] when the numbers of partitions differ.
    pub fn new(left: Arc<dyn Stream<A>>, right: Arc<dyn Stream<B>>, strict: bool) -> Result<Self> {
        let (l, r) = (left.info(), right.info());
        if l.partitions != r.partitions {
            return Err(Error::argument(format!(
                "bags of {} and {} partitions cannot be put side by side",
                l.partitions, r.partitions
            ))
            .with_help("repartition one of them, and make sure that the items still belong together"));
        }
        let info = Info {
            key: Key::of("zip").u64(u64::from(strict)).key(l.key).key(r.key).finish(),
            label: if strict { "zip_exact" } else { "zip" }.to_owned(),
            partitions: l.partitions,
        };
        Ok(Self { info, left, right, strict })
    }

    fn uneven() -> Stop {
        Error::data("partitions of different lengths cannot be mapped together")
            .with_help("zip drops what is left over")
            .into()
    }
}

impl<A: BagItem, B: BagItem> Node for Zip<A, B> {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.left as &dyn Node, &*self.right as &dyn Node]
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<StreamRecipe> {
        let (left, right) = (Typed::of::<A>(self.left.recipe()?), Typed::of::<B>(self.right.recipe()?));
        Ok(StreamRecipe::Zip(left, right, self.strict))
    }
}

impl<A: BagItem, B: BagItem> Stream<(A, B)> for Zip<A, B> {
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, (A, B)>) -> Flow {
        let index = part.index();
        let left = part.at(index, self.left.width(index), |part| collect(&*self.left, part))?;
        let mut left = left.into_iter();
        let mut over = false;
        let flow = part.at(index, self.right.width(index), |part| {
            self.right.drive(part, &mut |right| match left.next() {
                Some(left) => sink((left, right)),
                None if self.strict => Err(Self::uneven()),
                None => {
                    over = true;
                    Err(Stop::Enough)
                }
            })
        });
        match flow {
            Err(Stop::Enough) if over => Ok(()),
            Ok(()) if self.strict && left.next().is_some() => Err(Self::uneven()),
            other => other,
        }
    }

    fn rewrite(&self) -> Option<Arc<dyn Stream<(A, B)>>> {
        let (left, right) = (self.left.rewrite(), self.right.rewrite());
        if left.is_none() && right.is_none() {
            return None;
        }
        Some(Arc::new(Self {
            info: self.info.clone(),
            left: left.unwrap_or_else(|| self.left.clone()),
            right: right.unwrap_or_else(|| self.right.clone()),
            strict: self.strict,
        }))
    }
}
