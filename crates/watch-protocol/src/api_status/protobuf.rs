//! The `Status` object in protobuf.

use watchable_core::protobuf::{Contents, Envelope, Message};

use crate::api_status::types::{ApiStatus, StatusCause, StatusDetails};

/// Reads a `Status` in its envelope, as far as it can be read. `None` if it is something else.
pub(super) fn read(object: &[u8]) -> Option<ApiStatus> {
    let envelope = Envelope::open(object).ok().filter(|envelope| envelope.kind == "Status")?;
    let mut status = ApiStatus::default();
    for_each_field(envelope.message, |number, contents| match (number, contents) {
        (3, Contents::Bytes(bytes)) => status.message = text(bytes),
        (4, Contents::Bytes(bytes)) => status.reason = text(bytes),
        (5, Contents::Bytes(details)) => status.details = self::details(details),
        (6, Contents::Varint(code)) => status.code = code.try_into().unwrap_or_default(),
        _ => {}
    });
    Some(status)
}

fn details(message: &[u8]) -> StatusDetails {
    let mut details = StatusDetails::default();
    for_each_field(message, |number, contents| match (number, contents) {
        (1, Contents::Bytes(bytes)) => details.name = text(bytes),
        (2, Contents::Bytes(bytes)) => details.group = text(bytes),
        (3, Contents::Bytes(bytes)) => details.kind = text(bytes),
        (4, Contents::Bytes(cause)) => details.causes.push(self::cause(cause)),
        // JSON omits zero.
        (5, Contents::Varint(seconds @ 1..)) => {
            details.retry_after_seconds = seconds.try_into().ok();
        }
        _ => {}
    });
    details
}

fn cause(message: &[u8]) -> StatusCause {
    let mut cause = StatusCause::default();
    for_each_field(message, |number, contents| match (number, contents) {
        (1, Contents::Bytes(bytes)) => cause.reason = text(bytes),
        (2, Contents::Bytes(bytes)) => cause.message = text(bytes),
        (3, Contents::Bytes(bytes)) => cause.field = text(bytes),
        _ => {}
    });
    cause
}

/// Passes on each field up to the first that is damaged.
fn for_each_field<'a>(message: &'a [u8], mut read: impl FnMut(u32, Contents<'a>)) {
    let mut fields = Message::new(message);
    while let Ok(Some((number, contents))) = fields.next_field() {
        read(number, contents);
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
