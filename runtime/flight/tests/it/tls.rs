use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use swath_block::Block;
use swath_error::ErrorKind;
use swath_flight::{FlightClient, FlightOptions, Tls};

use crate::{all, array, is_array, options, serve, store, task, tasks};

/// An authority of its own, and certificates that it signs.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn tls(&self, name: &str) -> Tls {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Tls {
            authority: self.0.pem().into_bytes(),
            certificate: certificate.pem().into_bytes(),
            key: key.serialize_pem().into_bytes(),
            name: "swath".to_owned(),
        }
    }

    fn options(&self, name: &str) -> FlightOptions {
        FlightOptions { tls: Some(self.tls(name)), ..options() }
    }
}

#[tokio::test]
async fn certificates_of_one_cluster() {
    let authority = Authority::new();
    let store = store();
    store.put(task(0), array(5, 1_000_000));
    let (_server, address) = serve(&store, &authority.options("swath")).await;
    let client = FlightClient::new(&authority.options("swath")).unwrap();
    let got = all(client.fetch(&address, &tasks(1))).await;
    assert!(is_array(got[&task(0)].as_ref().unwrap().as_ref().unwrap(), 5, 1_000_000));
    client.put(&address, vec![(task(1), Block::value(1u8))]).await.unwrap();
    assert!(store.contains(task(1)));
}

#[tokio::test]
async fn strangers_are_refused() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let store = store();
    store.put(task(0), Block::value(1u8));
    let (_server, address) = serve(&store, &ours.options("swath")).await;
    let mut half = ours.options("swath");
    if let Some(tls) = &mut half.tls {
        // Trusts the server, but shows a certificate of somebody else.
        let stranger = theirs.tls("swath");
        (tls.certificate, tls.key) = (stranger.certificate, stranger.key);
    }
    for (who, options) in
        [("another cluster", theirs.options("swath")), ("a stranger", half), ("no TLS", options())]
    {
        let client = FlightClient::new(&options).unwrap();
        let got = all(client.fetch(&address, &tasks(1))).await;
        let error = got[&task(0)].as_ref().map(drop).expect_err(who);
        assert_eq!(error.kind(), ErrorKind::Cluster, "{who}: {error}");
        let error = client.put(&address, vec![(task(9), Block::Unit)]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cluster, "{who}");
    }
    assert!(!store.contains(task(9)));
    // Those who belong here are served as before.
    let client = FlightClient::new(&ours.options("swath")).unwrap();
    assert!(matches!(all(client.fetch(&address, &tasks(1))).await[&task(0)], Ok(Some(_))));
}

#[tokio::test]
async fn a_server_under_another_name_is_not_believed() {
    let authority = Authority::new();
    let store = store();
    let (_server, address) = serve(&store, &authority.options("other")).await;
    let client = FlightClient::new(&authority.options("swath")).unwrap();
    let got = all(client.fetch(&address, &tasks(1))).await;
    assert_eq!(got[&task(0)].as_ref().unwrap_err().kind(), ErrorKind::Cluster);
}

#[tokio::test]
async fn files_that_are_no_certificates() {
    let mut options = Authority::new().options("swath");
    if let Some(tls) = &mut options.tls {
        tls.key = b"not a key".to_vec();
    }
    let error = FlightClient::new(&options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(!format!("{options:?}").contains("not a key"));
}
