//! Where the registry is, seen from the crate the attribute is used in.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::{Path, Token};

/// The attribute's options.
pub(crate) struct Home {
    /// `crate = path`.
    given: Option<Path>,
}

impl Home {
    /// Reads the options.
    pub fn parser() -> impl Parser<Output = Self> {
        |input: ParseStream<'_>| {
            if input.is_empty() {
                return Ok(Self { given: None });
            }
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            Ok(Self { given: Some(input.parse()?) })
        }
    }

    /// The path of the crate `swath-tasks`: the given crate's module `tasks`; else the crate itself when the package
    /// depends on it, as swath's own do; else the facade's module.
    pub fn path(&self) -> TokenStream {
        match &self.given {
            Some(path) => quote! { #path::tasks },
            None if depends_on_the_registry() => quote! { ::swath_tasks },
            None => quote! { ::swath::tasks },
        }
    }
}

/// Whether the manifest of the package being compiled names `swath-tasks`.
fn depends_on_the_registry() -> bool {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
        .map(|folder| std::path::Path::new(&folder).join("Cargo.toml"))
        .and_then(|path| std::fs::read_to_string(path).ok());
    manifest.is_some_and(|text| text.lines().any(|line| names_the_registry(line.trim_start())))
}

/// `swath-tasks = …` or `swath-tasks.workspace = …`, and not `swath-tasks-macro`; or the crate's own name.
fn names_the_registry(line: &str) -> bool {
    let depends = line.strip_prefix("swath-tasks").is_some_and(|rest| rest.starts_with([' ', '=', '.']));
    depends || line == "name = \"swath-tasks\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_is_read_by_line() {
        assert!(names_the_registry("swath-tasks.workspace = true"));
        assert!(names_the_registry("swath-tasks = \"0.1\""));
        assert!(!names_the_registry("swath-tasks-macro.workspace = true"));
        assert!(!names_the_registry("swath = \"0.1\""));
    }

    #[test]
    fn options_name_a_crate_or_nothing() {
        let given: Home = Home::parser().parse_str("crate = my::swath").unwrap();
        assert_eq!(given.path().to_string(), "my :: swath :: tasks");
        assert!(Home::parser().parse_str("").unwrap().given.is_none());
        assert!(Home::parser().parse_str("name = 3").is_err());
    }
}
