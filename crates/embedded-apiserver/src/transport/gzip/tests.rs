//! Members, flushes and ends of encoded bodies.

use std::io::Read as _;

use flate2::bufread::GzDecoder;
use futures::{FutureExt as _, StreamExt as _, stream};
use http::HeaderValue;
use http_body_util::{BodyExt as _, Full, StreamBody};

use super::*;

#[derive(Debug, PartialEq)]
struct Failed;

/// What a body of these frames is sent as. `None` is a failure.
fn response(
    frames: &[Option<&'static str>],
) -> Response<Encoded<impl Body<Data = Bytes, Error = Failed> + Unpin + use<>>> {
    let frames: Vec<_> =
        frames.iter().map(|text| text.map(|text| Frame::data(text.into())).ok_or(Failed)).collect();
    let mut response =
        Response::new(StreamBody::new(stream::iter(frames).chain(stream::pending())));
    response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    encode(response)
}

/// Returns the frames that are available now, and whether the body failed.
fn sent(frames: &[Option<&'static str>]) -> (Vec<Bytes>, bool) {
    let mut body = response(frames).into_body();
    let mut sent = Vec::new();
    while let Some(frame) = body.frame().now_or_never() {
        match frame.unwrap() {
            Ok(frame) => sent.push(frame.into_data().unwrap()),
            Err(Failed) => return (sent, true),
        }
    }
    (sent, false)
}

/// Decodes one member, and returns its text and what follows it.
fn member(bytes: &[u8]) -> (String, &[u8]) {
    let mut decoder = GzDecoder::new(bytes);
    let mut text = String::new();
    decoder.read_to_string(&mut text).unwrap();
    (text, decoder.into_inner())
}

/// Decodes what is there of an unfinished member.
fn unfinished(bytes: &[u8]) -> String {
    let mut text = Vec::new();
    let error = GzDecoder::new(bytes).read_to_end(&mut text).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
    String::from_utf8(text).unwrap()
}

#[test]
fn each_line_is_sent_at_once_as_a_member() {
    let (frames, failed) = sent(&[Some("first\n"), Some(""), Some("second\n")]);
    let members: Vec<_> = frames.iter().map(|frame| member(frame)).collect();
    assert_eq!(members, [("first\n".to_owned(), &[][..]), ("second\n".to_owned(), &[][..])]);
    assert!(!failed);
}

#[test]
fn frames_of_one_line_are_one_member() {
    let (frames, _) = sent(&[Some("first, "), Some("second, "), Some("third\n")]);
    let sent = frames.concat();
    assert_eq!(member(&sent), ("first, second, third\n".to_owned(), &[][..]));
}

#[test]
fn part_of_a_line_is_sent_before_a_stall_or_a_failure_in_an_unfinished_member() {
    let (frames, failed) = sent(&[Some("whole\n"), Some("pa"), Some("rt")]);
    assert_eq!(member(&frames[0]).0, "whole\n");
    assert_eq!(unfinished(&frames[1..].concat()), "part");
    assert!(!failed);
    let (frames, failed) = sent(&[Some("whole\n"), Some("part"), None]);
    assert_eq!(unfinished(&frames[1..].concat()), "part");
    assert!(failed);
    let (frames, failed) = sent(&[Some("whole\n"), None]);
    assert_eq!((frames.len(), failed), (1, true), "a line's end is the end of a member");
}

#[tokio::test]
async fn text_without_a_line_feed_is_complete_at_the_end_of_the_body() {
    let mut response = Response::new(Full::new(Bytes::from_static(b"text")));
    response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    let body = encode(response).into_body();
    assert_eq!(body.size_hint().exact(), None, "the encoded size is not known");
    let sent = body.collect().await.unwrap().to_bytes();
    assert_eq!(member(&sent), ("text".to_owned(), &[][..]));
}

#[tokio::test]
async fn other_bodies_are_as_they_were() {
    let body = encode(Response::new(Full::new(Bytes::from_static(b"text")))).into_body();
    assert_eq!(body.size_hint().exact(), Some(4));
    assert_eq!(body.collect().await.unwrap().to_bytes(), "text");
}
