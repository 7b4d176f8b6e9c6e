//! What went wrong with TLS, and what to do about it.

use std::io;

use rustls::{AlertDescription, Error as TlsError};
use swath_error::{Error, ErrorKind};

/// What all sides need.
const SAME: &str = "all sides need certificates that the same `swath tls init` made: compare ca.pem in the folders given with --tls-dir";

/// Why an encrypted connection was not made: as [`refusal`], and when the other side does not use TLS at all.
pub(crate) fn failure(address: &str, e: io::Error) -> Error {
    let plain = matches!(of(&e), Some(TlsError::InvalidMessage(_)));
    let cut = of(&e).is_none();
    let error = match refusal(&e) {
        Some(refused) => refused,
        None if plain => Error::new(ErrorKind::Cluster, "the other side does not use TLS")
            .with_help("leave the certificates out (--tls-dir), or start the scheduler with them"),
        None if cut => Error::new(ErrorKind::Cluster, format!("the other side ended the TLS handshake: {e}"))
            .with_help("is it a scheduler that uses TLS? Start it with --tls-dir too, or leave the certificates out here"),
        None => Error::new(ErrorKind::Cluster, format!("TLS failed: {e}")).with_help(SAME),
    };
    error.context(format!("connecting to {address}")).with_source(e)
}

/// One side does not accept the other one's certificate; none for other errors.
pub(crate) fn refusal(e: &io::Error) -> Option<Error> {
    let what = match of(e)? {
        TlsError::InvalidCertificate(why) => {
            format!("the other side's certificate is not one of this cluster: {why:?}")
        }
        TlsError::AlertReceived(AlertDescription::CertificateRequired) => {
            "the other side wants a certificate".to_owned()
        }
        TlsError::AlertReceived(alert) => {
            format!("the other side does not accept this one's certificate: {alert:?}")
        }
        TlsError::NoCertificatesPresented => "the other side shows no certificate".to_owned(),
        _ => return None,
    };
    Some(Error::new(ErrorKind::Cluster, what).with_help(SAME))
}

fn of(e: &io::Error) -> Option<&TlsError> {
    e.get_ref()?.downcast_ref()
}
