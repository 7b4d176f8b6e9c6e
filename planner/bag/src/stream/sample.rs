//! Each item with a probability: a Bernoulli sample that is the same for the same seed.

use std::sync::Arc;

use swath_error::Result;
use swath_graph::Key;

use super::{Flow, Info, Node, Part, Sink, Stream};
use crate::item::BagItem;
use crate::recipe::StreamRecipe;

/// Every item of `input` with a probability.
pub struct Sample<T: BagItem> {
    info: Info,
    input: Arc<dyn Stream<T>>,
    probability: f64,
    seed: u64,
}

impl<T: BagItem> Sample<T> {
    /// The node; `probability` is between 0 and 1.
    pub fn new(input: Arc<dyn Stream<T>>, probability: f64, seed: u64) -> Self {
        let info = Info {
            key: Key::of("sample").u64(probability.to_bits()).u64(seed).key(input.info().key).finish(),
            label: format!("random_sample({probability}, seed {seed})"),
            partitions: input.info().partitions,
        };
        Self { info, input, probability, seed }
    }
}

/// Sebastiano Vigna's `SplitMix64`: one addition and a mix per number, any seed is good.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Evenly from [0, 1), 53 bits.
    fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

impl<T: BagItem> Node for Sample<T> {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        vec![&*self.input as &dyn Node]
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<StreamRecipe> {
        Ok(StreamRecipe::Sample(Box::new(self.input.recipe()?), self.probability, self.seed))
    }
}

impl<T: BagItem> Stream<T> for Sample<T> {
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, T>) -> Flow {
        // The partition's number is mixed before it is added, so that neighbouring seeds share no partition's stream.
        let partition = SplitMix64(part.index() as u64).next();
        let mut random = SplitMix64(SplitMix64(self.seed).next() ^ partition);
        self.input
            .drive(part, &mut |item| if random.uniform() < self.probability { sink(item) } else { Ok(()) })
    }

    fn rewrite(&self) -> Option<Arc<dyn Stream<T>>> {
        let (info, input) = (self.info.clone(), self.input.rewrite()?);
        Some(Arc::new(Self { info, input, probability: self.probability, seed: self.seed }))
    }
}
