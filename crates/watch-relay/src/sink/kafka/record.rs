//! Events as records: the Kafka protocol binding of `CloudEvents`, and the same headers for the wire form.

use percent_encoding::percent_decode_str;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::FutureRecord;

use crate::form::partition_key;
use crate::message::Message;

/// What precedes the names of attributes as headers of HTTP, and as those of Kafka.
const HTTP: &str = "ce-";
const KAFKA: &str = "ce_";

/// What a record has besides its value.
pub(super) struct Parts {
    key: String,
    headers: OwnedHeaders,
}

impl Parts {
    pub(super) fn of(message: &Message) -> Self {
        let payload = &message.payload;
        let headers = OwnedHeaders::new_with_capacity(payload.headers.len() + 2);
        let mut headers = put(headers, "content-type", payload.content_type);
        if payload.headers.is_empty() {
            // So that a consumer that drops what it has reads no value for it.
            headers = put(headers, "id", &message.id);
        }
        for (name, value) in &payload.headers {
            // Only HTTP's headers are percent-encoded.
            let value = percent_decode_str(value).decode_utf8_lossy();
            match name.strip_prefix(HTTP) {
                Some(attribute) => headers = put(headers, &format!("{KAFKA}{attribute}"), &value),
                None => headers = put(headers, name, &value),
            }
        }
        Self { key: partition_key(message), headers }
    }

    /// Returns the record that is sent to a topic.
    pub(super) fn record<'a>(
        &'a self,
        topic: &'a str,
        message: &'a Message,
    ) -> FutureRecord<'a, str, [u8]> {
        FutureRecord::to(topic)
            .key(&*self.key)
            .payload(&*message.payload.body)
            .timestamp(message.time.as_millisecond())
            .headers(self.headers.clone())
    }
}

fn put(headers: OwnedHeaders, key: &str, value: &str) -> OwnedHeaders {
    headers.insert(Header { key, value: Some(value) })
}

#[cfg(test)]
mod tests {
    use rdkafka::message::Headers as _;

    use super::*;
    use crate::form::Form;
    use crate::testing::message;

    fn headers(form: Form) -> Vec<(String, String)> {
        let mut message = message("c/u/7");
        "we\"b ü%".clone_into(&mut message.name);
        message.payload = form.payload(&message, None);
        let parts = Parts::of(&message);
        assert_eq!(parts.key, "prod/pods/v1/shop/we\"b ü%");
        let text =
            |value: Option<&[u8]>| String::from_utf8_lossy(value.unwrap_or(b"")).into_owned();
        parts.headers.iter().map(|header| (header.key.to_owned(), text(header.value))).collect()
    }

    #[test]
    fn binary_cloud_event_has_attributes_in_headers_as_they_are() {
        let headers = headers(Form::CloudEventsBinary);
        let value = |name: &str| {
            headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
        };
        assert_eq!(value("content-type"), Some("application/json"));
        assert_eq!(value("ce_specversion"), Some("1.0"));
        assert_eq!(value("ce_id"), Some("c/u/7"));
        assert_eq!(value("ce_subject"), Some("pods/v1/shop/we\"b ü%"));
        assert_eq!(value("ce_partitionkey"), Some("prod/pods/v1/shop/we\"b ü%"));
        assert!(headers.iter().all(|(key, _)| key == "content-type" || key.starts_with("ce_")));
    }

    #[test]
    fn other_forms_have_their_type_and_the_identity() {
        for (form, media) in
            [(Form::Wire, "application/json"), (Form::CloudEvents, "application/cloudevents+json")]
        {
            let expected = [("content-type", media), ("id", "c/u/7")];
            assert_eq!(headers(form), expected.map(|(key, value)| (key.into(), value.into())));
        }
    }
}
