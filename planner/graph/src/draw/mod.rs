//! A task graph as a picture.
//!
//! In: a graph before or after fusion. Out: one SVG document, sources at the top. Place in the flow: beside it, for
//! `visualize("graph.svg")`. It never draws more than a few hundred boxes: large layers become one box each.

mod layout;
mod nodes;
mod svg;

use crate::TaskGraph;

/// Boxes drawn before layers are collapsed.
const MOST_BOXES: usize = 300;

/// The graph as an SVG document: one box per task, coloured by layer, arrows from what is read to who reads it.
///
/// Above a few hundred tasks the largest layers are drawn as one box each, "… n tasks".
///
/// ```
/// use std::sync::Arc;
/// use swath_graph::{Annotations, GraphBuilder, Key, Layer, Payload, to_svg};
/// let layer = |name: &str| Layer {
///     key: Key::of(name).finish(),
///     name: name.into(),
///     payload: Payload::Local(Arc::new(())),
///     annotations: Annotations::default(),
/// };
/// let mut b = GraphBuilder::new();
/// let read = b.add(layer("read<csv>"), 2, |_, _| {})?;
/// let sum = b.add(layer("sum"), 1, |_, deps| deps.extend(read.iter()))?;
/// let svg = to_svg(&b.finish(&[sum.get(0)])?);
/// assert!(svg.starts_with("<svg") && svg.contains("read&lt;csv&gt;-1"));
/// # Ok::<(), swath_error::Error>(())
/// ```
pub fn to_svg(graph: &TaskGraph) -> String {
    let picture = nodes::Picture::of(graph, MOST_BOXES);
    let places = layout::places(&picture);
    svg::document(&picture, &places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Annotations, GraphBuilder, Key, Layer, Payload, summary};
    use std::sync::Arc;

    fn layer(name: &str) -> Layer {
        Layer {
            key: Key::of(name).finish(),
            name: name.into(),
            payload: Payload::Local(Arc::new(())),
            annotations: Annotations::default(),
        }
    }

    /// Every tag is closed in order, every `&` begins an entity, and no text holds a bare `<`.
    fn assert_well_formed(xml: &str) {
        let mut open = Vec::new();
        let mut rest = xml;
        while let Some(start) = rest.find('<') {
            let end = start + rest[start..].find('>').expect("a tag is not closed");
            let tag = &rest[start + 1..end];
            assert!(!tag.contains('<'), "a tag inside a tag: {tag}");
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(name));
            } else if !tag.ends_with('/') {
                open.push(tag.split_whitespace().next().unwrap());
            }
            rest = &rest[end + 1..];
        }
        assert!(open.is_empty(), "{open:?}");
        for piece in xml.split('&').skip(1) {
            assert!(
                ["amp;", "lt;", "gt;", "quot;", "apos;"].iter().any(|e| piece.starts_with(e)),
                "&{piece}"
            );
        }
    }

    #[test]
    fn names_are_escaped_and_the_document_is_well_formed() {
        let mut b = GraphBuilder::new();
        let odd = b.add(layer("a<b>&\"c'\u{1}\n</svg>"), 3, |_, _| {}).unwrap();
        let sum = b.add(layer("sum"), 1, |_, d| d.extend(odd.iter())).unwrap();
        let svg = to_svg(&b.finish(&[sum.get(0)]).unwrap());
        assert_well_formed(&svg);
        assert_eq!(svg.matches("<g>").count(), 4);
        assert_eq!(svg.matches("marker-end").count(), 3);
    }

    #[test]
    fn large_layers_become_one_box() {
        let mut b = GraphBuilder::new();
        let read = b.add(layer("read"), 5000, |_, _| {}).unwrap();
        let sum = b.add(layer("sum"), 2, |i, d| d.extend(read.iter().skip(i * 2500).take(2500))).unwrap();
        let svg = to_svg(&b.finish(&[sum.get(0), sum.get(1)]).unwrap());
        assert_well_formed(&svg);
        assert_eq!(svg.matches("<g>").count(), 3);
        assert!(svg.contains("read … 5000 tasks"));
    }

    #[test]
    fn thousands_of_layers_are_collapsed_by_name() {
        let mut b = GraphBuilder::new();
        let mut last = None;
        for i in 0..2000u64 {
            let l = Layer { key: Key::of("step").u64(i).finish(), ..layer(["even", "odd"][i as usize % 2]) };
            last = Some(b.add(l, 1, |_, d| d.extend(last)).unwrap().get(0));
        }
        let g = b.finish(&[last.unwrap()]).unwrap();
        let svg = to_svg(&g);
        assert_well_formed(&svg);
        assert_eq!(svg.matches("<g>").count(), 2);
        assert!(summary(&g).contains("… and 1800 more layers"));
    }

    #[test]
    fn an_empty_graph_can_be_drawn() {
        let g = GraphBuilder::new().finish(&[]).unwrap();
        assert_well_formed(&to_svg(&g));
        assert_eq!(summary(&g), "0 tasks, 0 dependencies, 0 outputs\n");
    }
}
