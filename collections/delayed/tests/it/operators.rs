//! Arithmetic and comparisons on delayed numbers.

use swath_delayed::{delayed, value};

#[test]
fn arithmetic_is_that_of_the_values() {
    let (a, b) = (value(17i64), value(5i64));
    assert_eq!((&a + &b).compute().unwrap(), 22);
    assert_eq!((&a - b.clone()).compute().unwrap(), 12);
    assert_eq!((a.clone() * &b).compute().unwrap(), 85);
    assert_eq!((a.clone() / b.clone()).compute().unwrap(), 3);
    assert_eq!((&a % &b).compute().unwrap(), 2);
    assert_eq!((-&a).compute().unwrap(), -17);
    assert_eq!((&a & &b).compute().unwrap(), 1);
    assert_eq!((&a | 8).compute().unwrap(), 25);
    assert_eq!((&a ^ &b).compute().unwrap(), 20);
    assert_eq!((!&a).compute().unwrap(), !17);
    assert_eq!((2 * &a - 4).compute().unwrap(), 30);
    assert_eq!((1.0 / (value(2.0f64) + 2.0)).compute().unwrap(), 0.25);
}

#[test]
fn text_is_joined_by_a_function() {
    let joined = delayed(|a: String, b: &str| a + b).call((value("ab".to_owned()), value("cd".to_owned())));
    assert_eq!(joined.compute().unwrap(), "abcd");
}

#[test]
fn comparisons_are_delayed() {
    let a = value(3);
    assert!(a.lt(4).compute().unwrap());
    assert!(a.ge(&a).compute().unwrap());
    assert!(a.gt(value(2)).compute().unwrap());
    assert!(!a.le(2).compute().unwrap());
    assert!(a.equals(3).compute().unwrap());
    assert!(a.differs(4).compute().unwrap());
    assert!((a.lt(4) & a.gt(2)).compute().unwrap());
}
