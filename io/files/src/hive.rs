//! Columns spelled out by folder names: `year=2015/month=01/part.parquet`.

/// What hive writes for a missing value.
const MISSING: &str = "__HIVE_DEFAULT_PARTITION__";

/// The `name=value` folders of `relative`, a `/`-separated path below the folder that was asked for.
pub(crate) fn partitions(relative: &str) -> Vec<(String, Option<String>)> {
    let mut parts: Vec<&str> = relative.split('/').collect();
    parts.pop();
    parts
        .into_iter()
        .filter_map(|part| part.split_once('='))
        .filter(|(name, _)| !name.is_empty())
        .map(|(name, value)| (unescape(name), (value != MISSING).then(|| unescape(value))))
        .collect()
}

/// Decodes `%2F` and its like; what is not valid is kept as it is.
fn unescape(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let decoded = (first == b'%')
            .then(|| tail.get(..2))
            .flatten()
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        if let Some(byte) = decoded {
            out.push(byte);
            rest = tail.get(2..).unwrap_or_default();
        } else {
            out.push(first);
            rest = tail;
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_become_columns() {
        let got = partitions("year=2015/plain/name=a%2Fb/part=1.parquet");
        assert_eq!(got, [("year".into(), Some("2015".into())), ("name".into(), Some("a/b".into()))]);
        assert_eq!(partitions("k=__HIVE_DEFAULT_PARTITION__/x.csv"), [("k".to_string(), None)]);
        assert!(partitions("x=1.csv").is_empty());
    }
}
