//! Several collections computed in one run: shared work is done once.

use std::vec::IntoIter;

use swath_block::Block;
use swath_error::{Error, Result};
use swath_graph::GraphBuilder;

use crate::{Collection, Lowered, Pending};

/// Computes several collections in one run, shared work once: `compute_all((&a, &b))?` gives `(A, B)`.
///
/// Takes tuples of up to eight collections or references, and vectors of one type.
///
/// # Errors
/// The error of an expression or of the task that failed first.
pub fn compute_all<C>(collections: C) -> Result<<Together<C> as Collection>::Output>
where
    Together<C>: Collection,
{
    Together(collections).compute()
}

/// Starts several collections as one run; the asynchronous form of [`compute_all`].
pub fn start_all<C>(collections: C) -> Pending<<Together<C> as Collection>::Output>
where
    Together<C>: Collection,
{
    Together(collections).start()
}

/// A tuple or vector of collections as one collection.
pub struct Together<C>(pub C);

/// Takes the next `n` blocks off.
fn take(blocks: &mut IntoIter<Block>, n: usize) -> Result<Vec<Block>> {
    if n > blocks.len() {
        return Err(Error::internal("a run gave fewer results than were asked for"));
    }
    Ok(blocks.take(n).collect())
}

/// The tasks of every member of a tuple, and what gives each its blocks.
macro_rules! lowered {
    ($members:expr, $builder:ident, $lower:ident, $($c:ident $l:ident),+) => {{
        $builder.share();
        #[allow(non_snake_case)]
        let ($($c,)+) = &$members;
        $(let $l = $c.$lower($builder)?;)+
        let mut tasks = Vec::new();
        $(
            tasks.extend_from_slice(&$l.tasks);
            let $l = ($l.tasks.len(), $l.finish);
        )+
        Ok(Lowered::new(tasks, move |blocks| {
            let mut blocks = blocks.into_iter();
            Ok(($(($l.1)(take(&mut blocks, $l.0)?)?,)+))
        }))
    }};
}

macro_rules! tuples {
    ($($($c:ident $l:ident),+;)*) => { $(
        impl<$($c: Collection),+> Collection for Together<($($c,)+)> {
            type Output = ($($c::Output,)+);

            fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<Self::Output>> {
                lowered!(self.0, builder, lower, $($c $l),+)
            }

            fn lower_result(&self, builder: &mut GraphBuilder) -> Result<Lowered<Self::Output>> {
                lowered!(self.0, builder, lower_result, $($c $l),+)
            }
        }
    )* };
}

tuples! {
    A a;
    A a, B b;
    A a, B b, C c;
    A a, B b, C c, D d;
    A a, B b, C c, D d, E e;
    A a, B b, C c, D d, E e, F f;
    A a, B b, C c, D d, E e, F f, G g;
    A a, B b, C c, D d, E e, F f, G g, H h;
}

impl<C: Collection> Collection for Together<Vec<C>> {
    type Output = Vec<C::Output>;

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<Self::Output>> {
        builder.share();
        Ok(in_turn(self.0.iter().map(|c| c.lower(builder)).collect::<Result<_>>()?))
    }

    fn lower_result(&self, builder: &mut GraphBuilder) -> Result<Lowered<Self::Output>> {
        builder.share();
        Ok(in_turn(C::lower_all(&self.0, builder)?))
    }
}

/// Collections of one type, one after another.
fn in_turn<T: 'static>(lowered: Vec<Lowered<T>>) -> Lowered<Vec<T>> {
    let tasks: Vec<_> = lowered.iter().flat_map(|l| l.tasks.iter().copied()).collect();
    let parts: Vec<_> = lowered.into_iter().map(|l| (l.tasks.len(), l.finish)).collect();
    Lowered::new(tasks, move |blocks| {
        let mut blocks = blocks.into_iter();
        parts.into_iter().map(|(n, finish)| finish(take(&mut blocks, n)?)).collect()
    })
}
