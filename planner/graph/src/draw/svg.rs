//! Boxes and arrows as SVG text.

use std::fmt::Write as _;

use super::layout::{HEIGHT, Place, Places, ROW};
use super::nodes::{Node, Picture};

/// Characters of a label shown in a box; the tooltip has all of them.
const LABEL: usize = 36;

/// The whole document.
pub(super) fn document(picture: &Picture, places: &Places) -> String {
    let (w, h) = (places.width, places.height);
    let mut svg = format!(
        concat!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{w:.0}" height="{h:.0}" viewBox="0 0 {w:.0} {h:.0}" "#,
            r#"font-family="sans-serif" font-size="12">"#,
            "\n",
            r#"<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" "#,
            r##"orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#777"/></marker></defs>"##,
            "\n",
            r##"<rect width="100%" height="100%" fill="#fff"/>"##,
            "\n"
        ),
        w = w,
        h = h
    );
    for (from, to) in &picture.arrows {
        if let (Some(a), Some(b)) = (places.of.get(*from), places.of.get(*to)) {
            arrow(&mut svg, *a, *b);
        }
    }
    for (node, place) in picture.nodes.iter().zip(&places.of) {
        draw_box(&mut svg, node, *place);
    }
    svg.push_str("</svg>\n");
    svg
}

fn arrow(svg: &mut String, from: Place, to: Place) {
    let (y1, y2) = (from.y + HEIGHT / 2.0, to.y - HEIGHT / 2.0);
    let bend = ROW / 3.0;
    let _ = writeln!(
        svg,
        r##"<path d="M{:.1} {y1:.1} C{:.1} {:.1} {:.1} {:.1} {:.1} {y2:.1}" fill="none" stroke="#777" stroke-opacity="0.6" marker-end="url(#tip)"/>"##,
        from.x,
        from.x,
        y1 + bend,
        to.x,
        y2 - bend,
        to.x
    );
}

fn draw_box(svg: &mut String, node: &Node, place: Place) {
    let (x, y) = (place.x - place.width / 2.0, place.y - HEIGHT / 2.0);
    // The golden angle keeps neighbouring layers' hues apart.
    let hue = (node.colour as f64 * 137.508) % 360.0;
    let outline = if node.wanted { r##"stroke="#000" stroke-width="2""## } else { r##"stroke="#555""## };
    let corners = if node.many { 3 } else { 12 };
    let _ = writeln!(
        svg,
        concat!(
            r#"<g><title>{title}</title><rect x="{x:.1}" y="{y:.1}" width="{w:.1}" height="{h:.1}" rx="{corners}" "#,
            r#"fill="hsl({hue:.0},65%,84%)" {outline}/><text x="{cx:.1}" y="{ty:.1}" text-anchor="middle">{label}</text></g>"#
        ),
        title = escaped(&node.title),
        x = x,
        y = y,
        w = place.width,
        h = HEIGHT,
        corners = corners,
        hue = hue,
        outline = outline,
        cx = place.x,
        ty = place.y + 4.0,
        label = escaped(&shortened(&node.label))
    );
}

/// The label with its middle left out when it is long: the end holds the task's number.
pub(super) fn shortened(label: &str) -> String {
    let chars: Vec<char> = label.chars().collect();
    if chars.len() <= LABEL {
        return label.to_owned();
    }
    let head = chars.iter().take(LABEL / 2);
    let tail = chars.iter().skip(chars.len() - LABEL / 2 + 1);
    head.chain(std::iter::once(&'…')).chain(tail).collect()
}

/// Text that may stand between or inside tags; what XML forbids becomes a replacement mark.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}
