//! Bodies of one and of many members, split anywhere.

use flate2::Compression;
use flate2::write::GzEncoder;
use futures::{FutureExt as _, TryStreamExt as _};

use super::*;

fn member(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn body(
    bytes: &[u8],
    size: usize,
) -> impl Stream<Item = Result<Bytes, Source>> + Send + Unpin + use<> {
    let chunks: Vec<_> = bytes.chunks(size).map(|c| Ok(Bytes::copy_from_slice(c))).collect();
    stream::iter(chunks)
}

fn decoded(bytes: &[u8], size: usize) -> Result<String, Source> {
    let chunks = decode(body(bytes, size)).try_collect::<Vec<_>>().now_or_never().unwrap()?;
    Ok(String::from_utf8(chunks.concat()).unwrap())
}

#[test]
fn members_are_decoded_wherever_chunks_end() {
    let long = "x".repeat(100_000) + "end\n";
    let bytes = ["first\n", &long, "", "last\n"].map(member).concat();
    for size in [1, 2, 3, 7, 100, bytes.len()] {
        assert_eq!(decoded(&bytes, size).unwrap(), format!("first\n{long}last\n"), "{size}");
    }
    assert_eq!(decoded(&[], 1).unwrap(), "");
}

#[test]
fn member_is_available_before_the_next_one_arrives() {
    let first = Bytes::from(member("first\n"));
    let mut chunks = decode(stream::iter([Ok(first)]).chain(stream::pending()));
    assert_eq!(chunks.next().now_or_never().unwrap().unwrap().unwrap(), "first\n");
    assert!(chunks.next().now_or_never().is_none());
}

#[test]
fn data_that_is_flushed_within_a_member_is_available() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(b"first\n").unwrap();
    encoder.flush().unwrap();
    let flushed = Bytes::from(encoder.get_ref().clone());
    let mut chunks = decode(stream::iter([Ok(flushed)]).chain(stream::pending()));
    assert_eq!(chunks.next().now_or_never().unwrap().unwrap().unwrap(), "first\n");
}

#[test]
fn truncated_and_invalid_bodies_are_errors() {
    let whole = member("some text");
    for end in 1..whole.len() {
        let error = decoded(&whole[..end], 4).unwrap_err().to_string();
        assert!(error.starts_with("the gzip body is invalid or truncated"), "{end}: {error}");
    }
    for invalid in [b"no gzip at all".to_vec(), [whole.clone(), b"rest".to_vec()].concat()] {
        assert!(decoded(&invalid, 4).is_err());
    }
    let mut damaged = whole;
    *damaged.last_mut().unwrap() ^= 1;
    assert!(decoded(&damaged, 4).is_err());
}
