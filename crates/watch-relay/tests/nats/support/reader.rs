//! Reads a stream as a consumer does.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use async_nats::jetstream::consumer::pull::OrderedConfig;
use async_nats::{ConnectOptions, jetstream};
use futures::StreamExt as _;

/// All messages of a stream, in order.
#[derive(Debug)]
pub(crate) struct Stored(pub(crate) Vec<StoredMessage>);

#[derive(Debug)]
pub(crate) struct StoredMessage {
    pub(crate) subject: String,
    pub(crate) id: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

/// Reads a stream from its beginning to its end.
pub(crate) async fn stored(url: &str, stream: &str) -> Stored {
    stored_with(ConnectOptions::new(), url, stream).await
}

/// Reads a stream likewise, with these options.
pub(crate) async fn stored_with(options: ConnectOptions, url: &str, stream: &str) -> Stored {
    let client = options.connect(url.split(',').collect::<Vec<_>>()).await.expect("it connects");
    let context = jetstream::new(client);
    let stream = context.get_stream(stream).await.expect("the stream exists");
    let mut attempts = 0;
    let consumer = loop {
        attempts += 1;
        match stream.create_consumer(OrderedConfig::default()).await {
            Ok(consumer) => break consumer,
            // A cluster may be electing its leader.
            Err(error) => assert!(attempts < 20, "{error}"),
        }
    };
    let mut left = consumer.cached_info().num_pending;
    let mut messages = consumer.messages().await.expect("it can be read");
    let mut all = Vec::new();
    while left > 0 {
        let next = tokio::time::timeout(Duration::from_secs(30), messages.next()).await;
        let message = next.expect("in time").expect("there are more").expect("it can be read");
        left = message.info().expect("it is JetStream's").pending;
        let headers = message.headers.clone().unwrap_or_default();
        let headers = headers.iter().map(|(name, values)| {
            (name.to_string(), values.first().map(ToString::to_string).unwrap_or_default())
        });
        let headers: HashMap<_, _> = headers.collect();
        all.push(StoredMessage {
            subject: message.subject.to_string(),
            id: headers.get("Nats-Msg-Id").cloned().unwrap_or_default(),
            headers,
            body: message.payload.to_vec(),
        });
    }
    Stored(all)
}

impl Stored {
    pub(crate) fn ids(&self) -> Vec<&str> {
        self.0.iter().map(|message| message.id.as_str()).collect()
    }

    /// Checks that these ids are there, each once, and each object's in this order.
    pub(crate) fn assert_once<'a>(&self, ids: impl IntoIterator<Item = &'a str>) {
        let by_object = |ids: Vec<&'a str>| {
            let mut objects: HashMap<&'a str, Vec<&'a str>> = HashMap::new();
            for id in ids {
                let object = id.split('/').nth(1).expect("an id has a uid");
                objects.entry(object).or_default().push(id);
            }
            objects
        };
        let expected: Vec<_> = ids.into_iter().collect();
        let found = self.ids();
        let mut seen = HashSet::new();
        let twice: Vec<_> = found.iter().filter(|id| !seen.insert(**id)).collect();
        assert!(twice.is_empty(), "stored twice: {twice:?}");
        assert_eq!(found.len(), expected.len());
        let expected = by_object(expected);
        let mut objects: HashMap<&str, Vec<&str>> = HashMap::new();
        for id in found {
            let object = id.split('/').nth(1).expect("an id has a uid");
            objects.entry(object).or_default().push(id);
        }
        for (object, ids) in expected {
            assert_eq!(objects.get(object), Some(&ids), "{object}");
        }
    }
}
