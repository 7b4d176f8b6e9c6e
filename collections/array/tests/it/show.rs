//! Tables and drawings of arrays.

use swath_array as da;
use swath_error::ErrorKind;

/// How often something stands in a text.
fn count(text: &str, what: &str) -> usize {
    text.matches(what).count()
}

#[test]
fn a_matrix_is_a_grid() {
    let x = da::ones([1000, 500]).chunks([250, 250]);
    let svg = x.to_svg().unwrap();
    // Five lines across, three down, one shape, two lengths.
    assert_eq!((count(&svg, "<line"), count(&svg, "<polygon"), count(&svg, "<text")), (8, 1, 2));
    assert_eq!(count(&svg, "stroke-width:2"), 4);
    assert!(svg.contains(">1000</text>") && svg.contains(">500</text>"), "{svg}");
    // The longest axis is 200 pixels, the other one half of it.
    assert!(svg.contains("x1=\"0\" y1=\"50\" x2=\"100\" y2=\"50\""), "{svg}");
    assert!(svg.contains("rotate(-90"), "{svg}");
}

#[test]
fn lines_boxes_and_more() {
    let line = da::arange(100).chunks(10).to_svg().unwrap();
    assert_eq!((count(&line, "<polygon"), count(&line, "<text")), (1, 2));
    let solid = da::ones([4, 6, 8]).chunks([2, 3, 4]).to_svg().unwrap();
    assert_eq!((count(&solid, "<polygon"), count(&solid, "<text"), count(&solid, "<line")), (3, 3, 18));
    assert!(solid.contains("rotate(45"), "{solid}");
    let five = da::ones([2, 3, 4, 5, 6]).to_svg().unwrap();
    assert_eq!((count(&five, "<polygon"), count(&five, "<text"), count(&five, "<svg")), (4, 5, 1));
    let four = da::ones([2, 3, 4, 5]).to_svg().unwrap();
    assert_eq!(count(&four, "<polygon"), 4);
}

#[test]
fn very_many_chunks_are_thinned_out() {
    let svg = da::ones([10_000, 10_000]).chunks([10, 10]).to_svg().unwrap();
    assert_eq!(count(&svg, "<line"), 2 * 33);
    assert!(svg.contains("8B4903"), "{svg}");
}

#[test]
fn what_cannot_be_drawn_says_so() {
    for x in [da::zeros(()), da::zeros([3, 0])] {
        assert_eq!(x.to_svg().unwrap_err().kind(), ErrorKind::Unsupported);
        // The table does without.
        let page = x.to_html().unwrap();
        assert!(page.contains("float64") && !page.contains("<svg"), "{page}");
    }
    let bad = da::ones([3]) + da::ones([4]);
    assert_eq!(bad.to_html().unwrap_err().kind(), ErrorKind::ShapeMismatch);
    assert_eq!(bad.to_svg().unwrap_err().kind(), ErrorKind::ShapeMismatch);
}

#[test]
fn a_table_tells_sizes() {
    let page = da::ones_as::<f32>([1000, 1000]).chunks([300, 1000]).to_html().unwrap();
    for part in ["3.8 MiB", "1.1 MiB", "(1000, 1000)", "(300, 1000)", "4 chunks", "float32", "<svg"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(da::arange(3).to_html().unwrap().contains("1 chunk<"));
}
