//! Why a server does not store a message, with the mend.

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::context::{PublishError, PublishErrorKind};

use crate::message::Message;
use crate::nats::code_of;
use crate::sink::SinkError;
use crate::sink::nats::publish::{Outcome, Publisher};

impl Publisher<'_> {
    /// Tells what concerns the message alone, which is refused, from what concerns all.
    pub(super) fn rejected(
        &self,
        subject: &str,
        message: &Message,
        error: PublishError,
    ) -> Result<Outcome, SinkError> {
        let name = &self.connection.name;
        let stream = &self.stream.cached_info().config.name;
        let size = message.payload.body.len();
        match error.kind() {
            PublishErrorKind::MaxPayloadExceeded => {
                let limit = self.connection.context.client().max_payload();
                return Ok(Outcome::Refused(format!(
                    "its body has {size} bytes, and {name} takes {limit} with the headers; raise the server's max_payload, \
                     or reduce the object with `fields`"
                )));
            }
            PublishErrorKind::TimedOut | PublishErrorKind::BrokenPipe => {
                let what = format!("whether {subject} is stored in the stream {stream}");
                return Err(self.connection.unanswered(&what).into());
            }
            PublishErrorKind::StreamNotFound => {
                return Err(SinkError::new(format!(
                    "{name}: no stream takes {subject}; add it to those of the stream: `nats stream edit {stream} \
                     --subjects '{}'`",
                    self.template.prefix()
                ))
                .with_source(error));
            }
            _ => {}
        }
        match code_of(&error) {
            Some(ErrorCode::STREAM_MESSAGE_EXCEEDS_MAXIMUM) => {
                let limit = self.stream.cached_info().config.max_message_size;
                Ok(Outcome::Refused(format!(
                    "its body has {size} bytes, and the stream {stream} takes {limit} with the headers; raise its limit with \
                     `nats stream edit {stream} --max-msg-size`, or reduce the object with `fields`"
                )))
            }
            Some(ErrorCode::STREAM_HEADER_EXCEEDS_MAXIMUM) => {
                Ok(Outcome::Refused("its headers have more than 64 KiB".to_owned()))
            }
            Some(ErrorCode::STREAM_STORE_FAILED) => Err(SinkError::new(format!(
                "{name}: the stream {stream} takes no more; raise its limits with `nats stream edit {stream}`, or let it \
                 discard old messages"
            ))
            .with_source(error)),
            Some(ErrorCode::STREAM_NOT_MATCH) => Err(SinkError::new(format!(
                "{name}: another stream than {stream} takes {subject}; change `stream` or `subject`"
            ))
            .with_source(error)),
            code => {
                let what = format!("{subject} cannot be stored in the stream {stream}");
                Err(self.connection.failed(&what, code, error).into())
            }
        }
    }
}
