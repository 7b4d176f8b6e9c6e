//! Gives the crate the number of its protocol: a hash of the sources that say what messages look like.

mod fingerprint;

fn main() -> std::io::Result<()> {
    let here = std::path::PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    for source in fingerprint::SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rustc-env=SWATH_PROTOCOL={:08x}", fingerprint::of(&here, fingerprint::SOURCES)?);
    Ok(())
}
