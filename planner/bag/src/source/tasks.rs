//! Where the graph is cut: partitions that are the blocks of other tasks.

use std::any::TypeId;
use std::marker::PhantomData;
use std::sync::Arc;

use swath_block::{Block, Items};
use swath_error::{Error, Result};
use swath_graph::{GraphBuilder, Key, TaskId};

use crate::item::{BagItem, cast};
use crate::lower::{BagOp, add_layer, hand_out, items_block};
use crate::recipe::{Kind, Raw, Recipe, Stage, StreamRecipe, decoded, is_raw};
use crate::stream::{Feed, Flow, Info, Node, Part, Sink, Stream, TextStream};

/// A node that cuts the graph: it makes its partitions by tasks of its own.
pub trait Breaker: Send + Sync + 'static {
    /// The items of its blocks.
    type Item: BagItem;

    /// Key, label and partitions.
    fn info(&self) -> &Info;

    /// The nodes below.
    fn inputs(&self) -> Vec<&dyn Node>;

    /// Adds the layers; one task per partition, each giving a block of items.
    ///
    /// # Errors
    /// When a layer cannot be added.
    fn lower(&self, builder: &mut GraphBuilder) -> Result<Vec<TaskId>>;

    /// A better form of the node; none when there is nothing to gain.
    fn rewrite(&self) -> Option<Self>
    where
        Self: Sized,
    {
        None
    }
}

/// A [`Breaker`] as a stream: each partition reads one block.
pub struct Boundary<B>(pub B);

impl<B: Breaker> Node for Boundary<B> {
    fn info(&self) -> &Info {
        self.0.info()
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        self.0.inputs()
    }

    fn width(&self, _: usize) -> usize {
        1
    }

    fn feed(&self, builder: &mut GraphBuilder) -> Result<Feed> {
        Ok(self.0.lower(builder)?.into_iter().map(|task| vec![task]).collect())
    }

    fn reads_files(&self) -> bool {
        false
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<StreamRecipe> {
        Ok(StreamRecipe::Blocks(self.info().partitions))
    }
}

impl<B: Breaker> Stream<B::Item> for Boundary<B> {
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, B::Item>) -> Flow {
        let block = part.next_block()?;
        let ctx = part.ctx;
        drive_block(block, &mut |item| {
            ctx.check_cancelled()?;
            sink(item)
        })
    }

    fn rewrite(&self) -> Option<Arc<dyn Stream<B::Item>>> {
        Some(Arc::new(Self(self.0.rewrite()?)))
    }

    fn text(&self) -> Option<&dyn TextStream> {
        (TypeId::of::<B::Item>() == TypeId::of::<String>()).then_some(self)
    }

    fn ready(&self, builder: &mut GraphBuilder) -> Result<Option<Vec<TaskId>>> {
        self.0.lower(builder).map(Some)
    }
}

impl<B: Breaker> TextStream for Boundary<B> {
    fn drive_text(&self, part: &mut Part<'_>, sink: &mut dyn FnMut(&str) -> Flow) -> Flow {
        match part.next_block()?.into_items()? {
            Items::Text(lines) => lines.iter().flatten().try_for_each(sink),
            typed @ Items::Typed(_) => typed.downcast::<String>()?.iter().try_for_each(|line| sink(line)),
        }
    }
}

/// Pushes the items of a block: moved out when nobody else holds them, cloned otherwise.
fn drive_block<T: BagItem>(block: Block, sink: Sink<'_, T>) -> Flow {
    let items = block.into_items()?;
    if is_raw(&items) && !std::any::type_name::<T>().eq(items.type_name()) {
        return decoded::<T>(items)?.into_iter().try_for_each(sink);
    }
    if let Items::Text(lines) = items {
        let wrong = || Error::internal("a bag of another type was given text");
        return lines
            .iter()
            .flatten()
            .try_for_each(|line| sink(cast::<String, T>(line.to_owned()).ok_or_else(wrong)?));
    }
    match Arc::try_unwrap(items.downcast::<T>()?) {
        Ok(own) => own.into_iter().try_for_each(sink),
        Err(shared) => shared.iter().try_for_each(|item| sink(item.clone())),
    }
}

/// Items as a block that another process reads: those of built-in types as they are, others encoded one by one.
pub(crate) fn sendable<T: BagItem>(items: Vec<T>) -> Result<Block> {
    if Kind::of::<T>() != Kind::Raw {
        return Ok(items_block(items));
    }
    Ok(Items::new(items.iter().map(Raw::of).collect::<Result<Vec<_>>>()?).into())
}

/// The items of a block as a vector.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] when the block holds something else.
pub(crate) fn block_items<T: BagItem>(block: Block) -> Result<Vec<T>> {
    let mut out = Vec::new();
    crate::stream::ended(drive_block(block, &mut |item| {
        out.push(item);
        Ok(())
    }))?;
    Ok(out)
}

/// The items of one block, whoever made it: a [`Boundary`] that has been written down.
pub(crate) struct Blocks<T> {
    info: Info,
    items: PhantomData<fn() -> T>,
}

impl<T> Blocks<T> {
    /// The blocks of so many partitions.
    pub fn new(partitions: usize) -> Self {
        let info = Info { key: Key::of("blocks").finish(), label: "blocks".to_owned(), partitions };
        Self { info, items: PhantomData }
    }
}

impl<T: BagItem> Breaker for Blocks<T> {
    type Item = T;

    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        Vec::new()
    }

    fn lower(&self, _: &mut GraphBuilder) -> Result<Vec<TaskId>> {
        Err(Error::internal("a decoded stream is lowered already"))
    }
}

/// Blocks in memory: a persisted bag.
pub struct Held {
    info: Info,
    blocks: Arc<Vec<Block>>,
}

impl Held {
    /// The blocks of a bag that was shown as `label` and had `key` before it was computed.
    pub fn new(blocks: Vec<Block>, label: &str, key: Key) -> Self {
        let info = Info {
            key: Key::of("persisted").key(key).key(Key::unique("persisted")).finish(),
            label: format!("persisted {label}"),
            partitions: blocks.len(),
        };
        Self { info, blocks: Arc::new(blocks) }
    }
}

/// [`Held`] with the type of its items.
pub struct Tasks<T> {
    held: Held,
    items: PhantomData<fn() -> T>,
}

impl<T> Tasks<T> {
    /// The blocks as a bag of `T`.
    pub fn new(held: Held) -> Self {
        Self { held, items: PhantomData }
    }
}

impl<T: BagItem> Breaker for Tasks<T> {
    type Item = T;

    fn info(&self) -> &Info {
        &self.held.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        Vec::new()
    }

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Vec<TaskId>> {
        let blocks = if builder.travels() && Kind::of::<T>() == Kind::Raw {
            self.held
                .blocks
                .iter()
                .map(|b| match b.as_elsewhere() {
                    Some(_) => Ok(b.clone()),
                    None => sendable(block_items::<T>(b.clone())?),
                })
                .collect::<Result<Vec<_>>>()?
        } else {
            self.held.blocks.iter().cloned().collect()
        };
        hand_out(builder, self.held.info.key, "persisted", blocks)
    }
}

type AddTask = Arc<dyn Fn(&mut GraphBuilder) -> Result<TaskId> + Send + Sync>;

/// Partitions that tasks of other collections make, each giving one `Vec<T>`.
pub struct MadeBy<T> {
    info: Info,
    partitions: Vec<AddTask>,
    items: PhantomData<fn() -> T>,
}

impl<T: BagItem> MadeBy<T> {
    /// One partition per function; each adds the task whose value is the partition's `Vec<T>`.
    pub fn new(partitions: Vec<AddTask>) -> Self {
        let info = Info {
            key: Key::unique("from-delayed"),
            label: format!("from_delayed({} partitions)", partitions.len()),
            partitions: partitions.len(),
        };
        Self { info, partitions, items: PhantomData }
    }
}

impl<T: BagItem> Breaker for MadeBy<T> {
    type Item = T;

    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        Vec::new()
    }

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Vec<TaskId>> {
        let made = self.partitions.iter().map(|add| add(builder)).collect::<Result<Vec<_>>>()?;
        let feed: Feed = made.into_iter().map(|task| vec![task]).collect();
        let op = BagOp::new("from-delayed", |mut inputs, _| {
            let value = inputs.pop().unwrap_or_default().into_value()?.downcast::<Vec<T>>()?;
            let items = Arc::try_unwrap(value).unwrap_or_else(|shared| (*shared).clone());
            Ok(crate::lower::items_block(items))
        });
        let op = op.written(|| match Kind::of::<T>() {
            Kind::Raw => {
                let name = std::any::type_name::<T>();
                Err(Error::unsupported(format!(
                    "a bag of {name} cannot be made of delayed values in another process"
                ))
                .with_help("text, JSON, i64, u64, f64 and bool can"))
            }
            _ => Ok(Recipe::of::<T>(Stage::Vector)),
        });
        add_layer(builder, self.info.key, "from-delayed", op, &feed)
    }
}
