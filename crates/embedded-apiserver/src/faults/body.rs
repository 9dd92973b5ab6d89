//! Applies faults to response bodies: disconnect, stall, end with an ERROR event, drop bookmarks.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use futures::stream;
use http::Response;
use http::header::CONTENT_TYPE;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;

use super::effect::Place;
use crate::error::ApiError;
use crate::protobuf::FrameEnds;
use crate::requests;
use crate::support::release::Release;
use crate::support::wire::Wire;

/// The time for the connection to send what it has before it is closed.
const FLUSH: Duration = Duration::from_millis(10);

/// A fault of a body.
#[derive(Clone, Debug)]
pub(crate) enum BodyFault {
    Disconnect(Place),
    Stall(Place, Option<Duration>),
    Error(Place, Box<ApiError>),
    DropBookmarks,
}

/// The error with which a body ends early. The HTTP library closes the connection on it.
#[derive(Debug)]
pub(crate) struct Disconnect;

impl fmt::Display for Disconnect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("disconnected by an injected fault")
    }
}

impl std::error::Error for Disconnect {}

/// The body of a response, which faults may end early.
pub(crate) type Body = UnsyncBoxBody<Bytes, Disconnect>;

/// Injects faults into the body of a response, whose events are lines or frames by its media type.
pub(crate) fn apply_faults(
    response: Response<requests::Body>,
    faults: Vec<BodyFault>,
    release: Release,
) -> Response<Body> {
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let ends = FrameEnds::of(content_type);
    let wire = if matches!(ends, FrameEnds::Lines) { Wire::Json } else { Wire::Protobuf };
    let response = response.map(|body| BodyExt::boxed_unsync(body.map_err(|never| match never {})));
    faults.into_iter().fold(response, |response, fault| {
        let up_to = |body, place, then| up_to(body, place, then, ends.clone());
        response.map(|body| match fault {
            BodyFault::DropBookmarks => without_bookmarks(body),
            BodyFault::Disconnect(place) => up_to(body, place, Then::Disconnect),
            BodyFault::Stall(place, time) => up_to(body, place, Then::Stall(time)),
            BodyFault::Error(place, error) => {
                up_to(body, place, Then::End(requests::error_event(&error, wire, release)))
            }
        })
    })
}

enum Then {
    Disconnect,
    Stall(Option<Duration>),
    /// Ends the body with an event.
    End(Bytes),
}

/// Drops bookmarks. A watch sends each event in a piece of its own.
fn without_bookmarks(body: Body) -> Body {
    let frames = stream::unfold(body, |mut body| async move {
        loop {
            let frame = body.frame().await?;
            let is_bookmark = |frame: &Frame<Bytes>| {
                frame.data_ref().is_some_and(|data| {
                    // In protobuf, the length of the event and field 1.
                    data.starts_with(br#"{"type":"BOOKMARK""#)
                        || data.get(4..).is_some_and(|event| event.starts_with(b"\x0a\x08BOOKMARK"))
                })
            };
            if !frame.as_ref().is_ok_and(is_bookmark) {
                return Some((frame, body));
            }
        }
    });
    BodyExt::boxed_unsync(StreamBody::new(frames))
}

/// Returns a body with a fault at a place; unchanged if it ends before.
fn up_to(body: Body, place: Place, then: Then, ends: FrameEnds) -> Body {
    let (then, ready) = (Some(then), VecDeque::new());
    let state = FaultyBody { body, place, ends, then, ready, ended: false };
    let frames =
        stream::unfold(state, |mut state| async move { Some((state.frame().await?, state)) });
    BodyExt::boxed_unsync(StreamBody::new(frames))
}

struct FaultyBody {
    body: Body,
    /// The distance that is left to the place.
    place: Place,
    /// Counts the events.
    ends: FrameEnds,
    then: Option<Then>,
    ready: VecDeque<Bytes>,
    ended: bool,
}

impl FaultyBody {
    async fn frame(&mut self) -> Option<Result<Frame<Bytes>, Disconnect>> {
        loop {
            if let Some(data) = self.ready.pop_front() {
                return Some(Ok(Frame::data(data)));
            }
            if self.ended {
                return None;
            }
            if self.place == Place::default()
                && let Some(then) = self.then.take()
            {
                match then {
                    Then::Disconnect => {
                        tokio::time::sleep(FLUSH).await;
                        self.ended = true;
                        return Some(Err(Disconnect));
                    }
                    Then::Stall(Some(time)) => tokio::time::sleep(time).await,
                    Then::Stall(None) => std::future::pending().await,
                    Then::End(event) => {
                        self.ended = true;
                        return Some(Ok(Frame::data(event)));
                    }
                }
                continue;
            }
            match self.body.frame().await? {
                Ok(frame) => match frame.into_data() {
                    Ok(data) => self.push(data),
                    Err(frame) => return Some(Ok(frame)),
                },
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// Splits data at the place, if the place is in it.
    fn push(&mut self, mut data: Bytes) {
        if self.then.is_none() {
            return self.ready.push_back(data);
        }
        let mut before = 0;
        while self.place.events > 0 {
            let (read, is_end) = self.ends.read(&data[before..]);
            if !is_end {
                return self.ready.push_back(data);
            }
            before += read;
            self.place.events -= 1;
        }
        let left = data.len() - before;
        let bytes = usize::try_from(self.place.bytes).unwrap_or(usize::MAX).min(left);
        self.place.bytes -= u64::try_from(bytes).unwrap_or(u64::MAX);
        self.ready.push_back(data.split_to(before + bytes));
        // A stall of limited time resumes with the rest; after a disconnect it is lost.
        if !data.is_empty() && matches!(self.then, Some(Then::Stall(Some(_)))) {
            self.unread(data);
        }
    }

    /// Puts the rest of a frame back before the body.
    fn unread(&mut self, rest: Bytes) {
        let body = std::mem::take(&mut self.body);
        let first = stream::iter([Ok(Frame::data(rest))]);
        let frames =
            stream::unfold(body, |mut body| async move { Some((body.frame().await?, body)) });
        self.body =
            BodyExt::boxed_unsync(StreamBody::new(futures::StreamExt::chain(first, frames)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(frames: &'static [&'static str]) -> Body {
        let frames = frames.iter().map(|text| Ok(Frame::data(Bytes::from_static(text.as_bytes()))));
        BodyExt::boxed_unsync(StreamBody::new(stream::iter(frames)))
    }

    async fn read(mut body: Body) -> (String, bool) {
        let mut text = Vec::new();
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) => text.extend_from_slice(&frame.into_data().unwrap()),
                Err(Disconnect) => return (String::from_utf8(text).unwrap(), true),
            }
        }
        (String::from_utf8(text).unwrap(), false)
    }

    #[tokio::test]
    async fn disconnect_happens_at_its_byte_for_any_frames() {
        for frames in [&["ab\ncd\nef\n"][..], &["ab", "\ncd\ne", "f\n"], &["ab\n", "cd\n", "ef\n"]]
        {
            for (events, bytes, left) in
                [(0, 0, ""), (0, 1, "a"), (1, 0, "ab\n"), (2, 1, "ab\ncd\ne"), (1, 4, "ab\ncd\ne")]
            {
                let place = Place { events, bytes };
                let disconnected = up_to(body(frames), place, Then::Disconnect, FrameEnds::Lines);
                assert_eq!(read(disconnected).await, (left.to_owned(), true), "{events} {bytes}");
            }
            let place = Place { events: 4, bytes: 0 };
            let complete = up_to(body(frames), place, Then::Disconnect, FrameEnds::Lines);
            assert_eq!(read(complete).await, ("ab\ncd\nef\n".to_owned(), false));
        }
    }

    #[tokio::test]
    async fn stall_of_limited_time_loses_nothing() {
        let then = Then::Stall(Some(Duration::from_millis(1)));
        let place = Place { events: 0, bytes: 4 };
        let stalled = up_to(body(&["ab\ncd", "\n"]), place, then, FrameEnds::Lines);
        assert_eq!(read(stalled).await, ("ab\ncd\n".to_owned(), false));
    }
}
