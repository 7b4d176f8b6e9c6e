//! Scheduler files: a scheduler's address in a file, for those who share a file system with it.

use std::io::Write as _;
use std::path::Path;

use swath_aside::AsideFile;
use swath_error::{Error, ErrorKind, Result};

/// Writes the address; a reader never sees half of it.
pub(crate) fn write(path: &Path, address: &str) -> Result<()> {
    let failed = |e: Error| {
        e.context(format!("the scheduler file (--scheduler-file {})", path.display()))
            .with_help("choose a file in a folder that is there and can be written to")
    };
    let aside = |e| failed(Error::io(path.display(), e));
    let mut file = AsideFile::create(path).map_err(failed)?;
    writeln!(file, "{address}").map_err(aside)?;
    file.commit().map_err(failed)
}

/// The address in a scheduler file.
///
/// # Errors
/// [`ErrorKind::NotFound`] when there is no such file; [`ErrorKind::InvalidData`] when it holds no address.
pub fn read_scheduler_file(path: impl AsRef<Path>) -> Result<String> {
    let path = path.as_ref();
    let text = std::fs::read_to_string(path).map_err(|e| Error::io(path.display(), e))?;
    let address = text.trim();
    if address.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) {
        return Ok(address.to_owned());
    }
    Err(Error::new(ErrorKind::InvalidData, format!("{} holds no scheduler's address", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_comes_back() {
        let path = std::env::temp_dir().join(format!("swath-scheduler-file-{}", std::process::id()));
        assert_eq!(read_scheduler_file(&path).unwrap_err().kind(), ErrorKind::NotFound);
        write(&path, "127.0.0.1:8786").unwrap();
        assert_eq!(read_scheduler_file(&path).unwrap(), "127.0.0.1:8786");
        std::fs::write(&path, "half").unwrap();
        assert_eq!(read_scheduler_file(&path).unwrap_err().kind(), ErrorKind::InvalidData);
        std::fs::remove_file(&path).unwrap();
    }
}
