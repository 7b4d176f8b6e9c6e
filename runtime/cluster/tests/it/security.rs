//! TLS with client certificates.

use swath_cluster::{Client, ClientOptions, LocalCluster, tls_identity, tls_init};
use swath_error::ErrorKind;

use crate::functions::{inc, sum};

fn client(cluster: &LocalCluster, folder: Option<&std::path::Path>) -> swath_error::Result<Client> {
    let identity = folder.map(|f| tls_identity(f).unwrap());
    Client::connect_with(cluster.address(), &ClientOptions { identity, ..ClientOptions::default() })
}

#[test]
fn only_those_with_the_certificate_are_taken_in() {
    let dir = tempfile::tempdir().unwrap();
    let (ours, others) = (dir.path().join("ours"), dir.path().join("others"));
    tls_init(&ours).unwrap();
    tls_init(&others).unwrap();
    assert_eq!(tls_init(&ours).unwrap_err().kind(), ErrorKind::InvalidArgument);
    let cluster = LocalCluster::builder().workers(2).identity(tls_identity(&ours).unwrap()).start().unwrap();
    let client_of_ours = client(&cluster, Some(&ours)).unwrap();
    let futures = client_of_ours.map(inc, 0..100u64).unwrap();
    assert_eq!(client_of_ours.submit(sum, (&futures,)).unwrap().result().unwrap(), 5050);
    let wrong = client(&cluster, Some(&others)).unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::Cluster);
    assert!(
        wrong.to_string().contains("certificate") && wrong.help().unwrap().contains("tls init"),
        "{wrong}"
    );
    let none = client(&cluster, None).unwrap_err();
    assert_eq!(none.kind(), ErrorKind::Cluster);
    assert!(none.help().unwrap().contains("--tls-dir"), "{none}");
    assert_eq!(client_of_ours.submit(inc, (1,)).unwrap().result().unwrap(), 2);
}

#[test]
fn certificates_without_tls_at_the_other_end() {
    let dir = tempfile::tempdir().unwrap();
    tls_init(dir.path()).unwrap();
    let cluster = LocalCluster::builder().workers(0).start().unwrap();
    let error = client(&cluster, Some(dir.path())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cluster);
    assert!(error.to_string().contains("TLS") && error.help().unwrap().contains("--tls-dir"), "{error}");
    assert!(error.to_string().contains(&cluster.address()), "{error}");
}

#[test]
fn a_missing_certificate_is_named() {
    let error = tls_identity("/no/such/folder").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("ca.pem") && error.help().unwrap().contains("tls init"));
}
