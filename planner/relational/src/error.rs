//! DataFusion's errors as ours: the kind says what to do, and the message survives every wrapper.

use std::error::Error as StdError;

use datafusion::common::{DataFusionError, SchemaError};
use swath_error::{Error, ErrorKind, unknown_name};

/// Turns an error of DataFusion into ours.
pub fn from_datafusion(error: DataFusionError) -> Error {
    match own(&error) {
        Some(found) => found,
        None => describe(&error).with_source(error),
    }
}

/// Wraps our error so that it passes through DataFusion and comes out whole in [`from_datafusion`].
pub(crate) fn to_datafusion(error: Error) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// An error of a plan that was made in another process: a file that is not here may well be there.
pub(crate) fn elsewhere(error: Error) -> Error {
    if error.kind() != ErrorKind::NotFound || error.help().is_some() {
        return error;
    }
    error.with_help(
        "every worker must see a file under the same path: put it into a shared folder or an object store",
    )
}

/// Our own error, somewhere in the chain of causes.
fn own(error: &(dyn StdError + 'static)) -> Option<Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<Error>() {
            return Some(found.clone());
        }
        if let Some(DataFusionError::Collection(errors)) = error.downcast_ref::<DataFusionError>() {
            return errors.iter().find_map(|e| own(e));
        }
        next = match error.downcast_ref::<DataFusionError>() {
            Some(DataFusionError::Shared(inner)) => Some(inner.as_ref()),
            Some(DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner)) => {
                Some(inner.as_ref())
            }
            Some(DataFusionError::External(inner)) => Some(inner.as_ref()),
            Some(DataFusionError::ArrowError(inner, _)) => arrow_cause(inner),
            Some(DataFusionError::IoError(inner)) => inner.get_ref().map(|e| e as _),
            _ => error.source(),
        };
    }
    None
}

fn arrow_cause(error: &arrow::error::ArrowError) -> Option<&(dyn StdError + 'static)> {
    match error {
        arrow::error::ArrowError::ExternalError(inner) => Some(inner.as_ref()),
        other => other.source(),
    }
}

fn describe(error: &DataFusionError) -> Error {
    match error {
        DataFusionError::Shared(inner) => describe(inner),
        DataFusionError::Context(what, inner) => describe(inner).context(what.clone()),
        DataFusionError::Diagnostic(_, inner) => describe(inner),
        DataFusionError::Collection(errors) => match errors.first() {
            Some(first) => describe(first),
            None => Error::internal("an error without a cause"),
        },
        DataFusionError::SchemaError(inner, _) => schema(inner),
        DataFusionError::SQL(inner, _) => Error::new(ErrorKind::InvalidQuery, strip(&inner.to_string())),
        DataFusionError::Plan(message) => plan(message),
        DataFusionError::NotImplemented(message) => Error::unsupported(message.clone()),
        DataFusionError::Configuration(message) => Error::argument(message.clone()),
        DataFusionError::Execution(message) => Error::new(ErrorKind::InvalidData, message.clone()),
        DataFusionError::ResourcesExhausted(message) => memory(message),
        DataFusionError::IoError(inner) => io(inner),
        DataFusionError::ObjectStore(inner) => store(inner),
        DataFusionError::ParquetError(inner) => parquet(&inner.to_string()),
        DataFusionError::ArrowError(inner, _) => of_arrow(inner),
        DataFusionError::ExecutionJoin(inner) if inner.is_cancelled() => {
            Error::cancelled("the run was cancelled")
        }
        DataFusionError::ExecutionJoin(inner) => {
            Error::internal(format!("a thread of the query engine panicked: {inner}"))
        }
        DataFusionError::External(inner) => Error::new(ErrorKind::TaskFailed, inner.to_string()),
        DataFusionError::Internal(message) => Error::internal(message.clone()),
        other => Error::internal(other.to_string()),
    }
}

/// What Arrow's kernels and readers complain about.
pub(crate) fn of_arrow(error: &arrow::error::ArrowError) -> Error {
    use arrow::error::ArrowError;
    let kind = match error {
        ArrowError::NotYetImplemented(_)
        | ArrowError::CDataInterface(_)
        | ArrowError::DictionaryKeyOverflowError => ErrorKind::Unsupported,
        ArrowError::IoError(..) => ErrorKind::Io,
        ArrowError::MemoryError(_) => ErrorKind::OutOfMemory,
        ArrowError::SchemaError(_) => ErrorKind::TypeMismatch,
        ArrowError::InvalidArgumentError(_) => ErrorKind::InvalidArgument,
        _ => ErrorKind::InvalidData,
    };
    Error::new(kind, error.to_string())
}

fn schema(error: &SchemaError) -> Error {
    match error {
        SchemaError::FieldNotFound { field, valid_fields } => unknown_name(
            ErrorKind::UnknownColumn,
            "column",
            &field.name,
            valid_fields.iter().map(|c| c.name.as_str()),
        ),
        SchemaError::AmbiguousReference { field } => {
            Error::new(ErrorKind::InvalidQuery, format!("the column '{}' is in both inputs", field.name))
                .with_help("say which one by its table's name, or rename one of them first")
        }
        SchemaError::DuplicateQualifiedField { name, .. }
        | SchemaError::DuplicateUnqualifiedField { name } => {
            Error::argument(format!("two columns would be called '{name}'"))
                .with_help("rename one of them first")
        }
    }
}

fn plan(message: &str) -> Error {
    if let Some(error) = signature(message) {
        return error;
    }
    let message = strip(message);
    let missing_table = message.strip_prefix("table '").and_then(|rest| rest.strip_suffix("' not found"));
    match missing_table {
        Some(name) => {
            let short = name.rsplit('.').next().unwrap_or(name);
            Error::new(ErrorKind::NotFound, format!("there is no table '{short}'"))
        }
        None => Error::new(ErrorKind::InvalidQuery, message),
    }
}

/// A function called with types it does not take. DataFusion wraps this in its own failed attempts to coerce them.
fn signature(message: &str) -> Option<Error> {
    let (_, rest) = message.split_once("No function matches the given name and argument types '")?;
    let (call, rest) = rest.split_once('\'')?;
    let candidates = rest.split_once("Candidate functions:").map_or("", |(_, list)| list);
    let mut taken = candidates.lines().map(str::trim).filter(|l| !l.is_empty()).peekable();
    let help = match taken.peek() {
        Some(_) => format!("cast the argument; the function is {}", taken.collect::<Vec<_>>().join(", ")),
        None => "cast the argument".to_string(),
    };
    Some(Error::new(ErrorKind::TypeMismatch, format!("there is no function {call}")).with_help(help))
}

/// Drops the prefix that DataFusion repeats.
fn strip(message: &str) -> String {
    message.trim_start_matches("Error during planning: ").to_string()
}

fn memory(message: &str) -> Error {
    Error::new(ErrorKind::OutOfMemory, strip(message)).with_help(
        "raise the memory limit (SWATH_MEMORY_LIMIT or RunOptions::memory_limit), use fewer threads, select fewer \
         columns, or write the result to files instead of collecting it",
    )
}

fn io(error: &std::io::Error) -> Error {
    let kind = match error.kind() {
        std::io::ErrorKind::NotFound => ErrorKind::NotFound,
        std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof => ErrorKind::InvalidData,
        std::io::ErrorKind::OutOfMemory => ErrorKind::OutOfMemory,
        _ => ErrorKind::Io,
    };
    Error::new(kind, error.to_string())
}

fn store(error: &object_store::Error) -> Error {
    let kind = match error {
        object_store::Error::NotFound { .. } => ErrorKind::NotFound,
        object_store::Error::NotSupported { .. } | object_store::Error::NotImplemented { .. } => {
            ErrorKind::Unsupported
        }
        _ => ErrorKind::Io,
    };
    Error::new(kind, error.to_string())
}

/// What the Parquet reader complains about; of the store's errors it keeps the text only.
fn parquet(message: &str) -> Error {
    match message.split_once("Object Store error: ") {
        Some((_, store)) if store.contains(" not found: ") => Error::new(ErrorKind::NotFound, store),
        Some((_, store)) => Error::new(ErrorKind::Io, store),
        None => Error::data(format!("a Parquet file is damaged: {message}")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::common::Column;

    use super::*;

    #[test]
    fn our_error_survives_every_wrapper() {
        let ours = Error::data("x.csv line 7: 'abc' is not a number").with_help("look at it");
        let wrapped = DataFusionError::Shared(Arc::new(DataFusionError::Context(
            "reading".into(),
            Box::new(DataFusionError::ArrowError(
                Box::new(arrow::error::ArrowError::ExternalError(Box::new(to_datafusion(ours)))),
                None,
            )),
        )));
        let back = from_datafusion(wrapped);
        assert_eq!(back.kind(), ErrorKind::InvalidData);
        assert_eq!(back.help(), Some("look at it"));
    }

    #[test]
    fn a_parquet_file_that_is_gone_is_not_a_damaged_one() {
        let gone = "Parquet error: Failed to fetch metadata for file a.parquet: Object Store error: Object at location \
                    /a.parquet not found: No such file or directory (os error 2)";
        let parquet = |text: &str| {
            let inner = datafusion::parquet::errors::ParquetError::General(text.into());
            from_datafusion(DataFusionError::ParquetError(Box::new(inner)))
        };
        assert_eq!(parquet(gone).kind(), ErrorKind::NotFound);
        assert!(parquet(gone).message().starts_with("Object at location /a.parquet"));
        assert_eq!(parquet("bad magic").kind(), ErrorKind::InvalidData);
    }

    #[test]
    fn memory_gives_advice_through_wrappers() {
        let error = DataFusionError::Shared(Arc::new(
            DataFusionError::ResourcesExhausted("Failed to allocate 5 MB".into()).context("sorting"),
        ));
        let ours = from_datafusion(error);
        assert_eq!(ours.kind(), ErrorKind::OutOfMemory);
        assert!(ours.to_string().contains("Failed to allocate 5 MB"), "{ours}");
        assert!(ours.help().unwrap().contains("memory limit"));
    }

    #[test]
    fn a_function_of_other_types_names_those_it_takes() {
        let message = "Internal error: Function 'sum' failed. This issue was likely caused by a bug. No function matches \
                       the given name and argument types 'sum(Utf8View)'. You might need to add explicit type \
                       casts.\n\tCandidate functions:\n\tsum(Int64)\n\tsum(Float64)";
        let ours = from_datafusion(DataFusionError::Plan(message.into()));
        assert_eq!(ours.kind(), ErrorKind::TypeMismatch);
        assert_eq!(ours.message(), "there is no function sum(Utf8View)");
        assert_eq!(ours.help(), Some("cast the argument; the function is sum(Int64), sum(Float64)"));
    }

    #[test]
    fn an_unknown_column_names_the_near_ones() {
        let error = DataFusionError::SchemaError(
            Box::new(SchemaError::FieldNotFound {
                field: Box::new(Column::from_name("usr_id")),
                valid_fields: vec![Column::from_name("user_id"), Column::from_name("value")],
            }),
            Box::new(None),
        );
        let ours = from_datafusion(error);
        assert_eq!(ours.kind(), ErrorKind::UnknownColumn);
        assert_eq!(ours.help(), Some("did you mean 'user_id'?"));
    }
}
