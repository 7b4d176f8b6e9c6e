//! Peers that are taken in and then say what makes no sense.

use std::time::Duration;

use swath_cluster::build;
use swath_wire::{Dialer, Greeting, Role, Welcome, greet};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::functions::{cluster, inc};
use crate::futures::eventually;

#[test]
fn undecodable_and_oversized_frames_end_their_connection_only() {
    let cluster = cluster(1);
    let client = cluster.client().unwrap();
    let frames = [
        // Bytes that are no messages.
        [&[200, 0, 0, 0][..], &[0xff; 200]].concat(),
        // More than is ever taken.
        u32::MAX.to_le_bytes().to_vec(),
    ];
    for frame in frames {
        let address = cluster.address();
        let said = swath_worker::runtime().unwrap().spawn(async move {
            let mut socket = Dialer::new(None).unwrap().dial(&address).await.unwrap();
            let me = Greeting { build: build().unwrap(), role: Role::Client("hostile".into()) };
            assert!(matches!(greet(&mut socket, &me).await.unwrap(), Welcome::Client { .. }));
            socket.write_all(&frame).await.unwrap();
            socket.flush().await.unwrap();
            let mut heard = Vec::new();
            // The scheduler says why, and hangs up.
            let read = tokio::time::timeout(Duration::from_secs(20), socket.read_to_end(&mut heard)).await;
            assert!(read.is_ok(), "the connection stays");
            String::from_utf8_lossy(&heard).into_owned()
        });
        let said = swath_execute::block_on(said).unwrap();
        assert!(said.contains("frame of"), "{said:?}");
        assert_eq!(client.submit(inc, (1,)).unwrap().result().unwrap(), 2);
    }
    eventually("they are forgotten", || client.info().unwrap().clients == 2);
}
