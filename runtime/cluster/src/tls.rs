//! Certificates of a cluster: a small authority of its own, and one certificate for everybody who belongs to it.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use swath_error::{Error, ErrorKind, Result};
use swath_wire::Identity;

/// The name that all certificates of a cluster are made out to.
const NAME: &str = "swath";

/// The authority's certificate.
const AUTHORITY: &str = "ca.pem";
/// The authority's key: needed for further certificates only.
const AUTHORITY_KEY: &str = "ca.key";
/// The certificate of schedulers, workers and clients.
const CERTIFICATE: &str = "cluster.pem";
/// Its key.
const KEY: &str = "cluster.key";

/// Makes an authority and a certificate in a folder: `ca.pem`, `ca.key`, `cluster.pem`, `cluster.key`. Schedulers,
/// workers and clients need all but `ca.key`; whoever has them belongs to the cluster.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] when the folder holds certificates already; [`ErrorKind::Io`] when it cannot be written.
pub fn tls_init(folder: impl AsRef<Path>) -> Result<()> {
    let folder = folder.as_ref();
    if folder.join(AUTHORITY).exists() || folder.join(CERTIFICATE).exists() {
        return Err(Error::argument(format!("{} holds certificates already", folder.display()))
            .with_help("choose another folder, or remove them first"));
    }
    fs::create_dir_all(folder).map_err(|e| Error::io(folder.display(), e))?;
    let failed =
        |e: rcgen::Error| Error::internal(format!("a certificate cannot be made: {e}")).with_source(e);
    let authority_key = KeyPair::generate().map_err(failed)?;
    let mut authority = CertificateParams::new(Vec::new()).map_err(failed)?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority.distinguished_name.push(DnType::CommonName, "swath cluster authority");
    let authority_certificate = authority.self_signed(&authority_key).map_err(failed)?;
    let key = KeyPair::generate().map_err(failed)?;
    let mut member = CertificateParams::new(vec![NAME.to_owned()]).map_err(failed)?;
    member.distinguished_name.push(DnType::CommonName, NAME);
    member.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    member.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    let issuer = Issuer::from_params(&authority, &authority_key);
    let certificate = member.signed_by(&key, &issuer).map_err(failed)?;
    write(&folder.join(AUTHORITY), &authority_certificate.pem(), false)?;
    write(&folder.join(AUTHORITY_KEY), &authority_key.serialize_pem(), true)?;
    write(&folder.join(CERTIFICATE), &certificate.pem(), false)?;
    write(&folder.join(KEY), &key.serialize_pem(), true)
}

/// The certificates in a folder that [`tls_init`] wrote.
///
/// # Errors
/// [`ErrorKind::NotFound`] naming the file that is missing.
pub fn tls_identity(folder: impl AsRef<Path>) -> Result<Identity> {
    let read = |name: &str| {
        let path = folder.as_ref().join(name);
        fs::read(&path).map_err(|e| {
            let error = Error::io(path.display(), e);
            if error.kind() == ErrorKind::NotFound {
                error.with_help("make them with `swath tls init`")
            } else {
                error
            }
        })
    };
    Ok(Identity {
        authority: read(AUTHORITY)?,
        certificate: read(CERTIFICATE)?,
        key: read(KEY)?,
        name: NAME.to_owned(),
    })
}

/// Writes a file that is not there yet; a secret one is for its owner only.
fn write(path: &Path, text: &str, secret: bool) -> Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(if secret { 0o600 } else { 0o644 });
    }
    let mut file = options.open(path).map_err(|e| Error::io(path.display(), e))?;
    file.write_all(text.as_bytes()).map_err(|e| Error::io(path.display(), e))
}
