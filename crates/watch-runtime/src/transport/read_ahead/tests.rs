//! Tests of reading ahead: what is yielded, how much is buffered, and when the task ends.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures::stream;

use super::*;

/// Returns a body of these chunks and a counter of the chunks read.
fn body(chunks: Vec<Bytes>) -> (impl Stream<Item = Chunk> + Send, Arc<AtomicUsize>) {
    let read = Arc::<AtomicUsize>::default();
    let counts = Arc::clone(&read);
    let body = stream::iter(chunks).map(Ok).inspect(move |_| {
        counts.fetch_add(1, Ordering::Relaxed);
    });
    (body, read)
}

fn filled(length: usize, byte: u8) -> Bytes {
    vec![byte; length].into()
}

/// Lets the reading task run until it is idle.
async fn run_reader() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn chunks_are_yielded_without_copying() {
    let chunk = Bytes::from_static(b"one");
    let mut chunks =
        ReadAhead::new(stream::iter([Ok(chunk.clone()), Ok(filled(BUFFER_LIMIT_BYTES, b'a'))]));
    assert_eq!(chunks.next().await.unwrap().unwrap().as_ptr(), chunk.as_ptr());
    assert_eq!(chunks.next().await.unwrap().unwrap().len(), BUFFER_LIMIT_BYTES);
    assert!(chunks.next().await.is_none());
    assert!(chunks.next().await.is_none());
}

#[tokio::test]
async fn chunk_received_with_the_head_is_available_immediately() {
    let mut chunks = ReadAhead::new(stream::iter([Ok(filled(1, b'a')), Ok(filled(1, b'b'))]));
    assert_eq!(chunks.next().now_or_never().unwrap().unwrap().unwrap(), "a");
    // The rest is read by the task, which has not run yet.
    assert!(chunks.next().now_or_never().is_none());
    assert_eq!(chunks.next().await.unwrap().unwrap(), "b");
    assert!(chunks.next().await.is_none());
}

#[tokio::test]
async fn slow_consumer_receives_every_byte_in_order() {
    for pause in [0, 1, 3, 50] {
        let length =
            |n: usize| (n * 7919) % if n.is_multiple_of(50) { 3 * BUFFER_LIMIT_BYTES } else { 900 };
        let sent: Vec<Bytes> = (0..=u8::MAX).map(|n| filled(length(usize::from(n)), n)).collect();
        let mut chunks = ReadAhead::new(stream::iter(sent.clone().into_iter().map(Ok)));
        let mut got = Vec::new();
        while let Some(chunk) = chunks.next().await {
            got.extend_from_slice(&chunk.unwrap());
            for _ in 0..pause {
                tokio::task::yield_now().await;
            }
        }
        assert!(got == sent.concat(), "with pauses of {pause}");
    }
}

#[tokio::test]
async fn error_is_yielded_in_order_and_ends_the_body() {
    let body = stream::iter([Ok(filled(1, b'a')), Ok(filled(1, b'b')), Err("reset".into())]);
    let mut chunks = ReadAhead::new(body);
    run_reader().await;
    assert_eq!(chunks.next().await.unwrap().unwrap(), "a");
    assert_eq!(chunks.next().await.unwrap().unwrap(), "b");
    assert_eq!(chunks.next().await.unwrap().unwrap_err().to_string(), "reset");
    assert!(chunks.next().await.is_none());
}

#[tokio::test]
async fn reading_pauses_at_the_buffer_limit() {
    let (body, read) = body((0..100).map(|_| filled(BUFFER_LIMIT_BYTES / 4, b'x')).collect());
    let mut chunks = ReadAhead::new(body);
    // The first chunk is taken at construction and does not count towards the limit.
    assert_eq!(chunks.next().await.unwrap().unwrap().len(), BUFFER_LIMIT_BYTES / 4);
    for taken in 0..3 {
        run_reader().await;
        assert_eq!(read.load(Ordering::Relaxed), 1 + 4 * (taken + 1));
        for _ in 0..4 {
            assert_eq!(chunks.next().await.unwrap().unwrap().len(), BUFFER_LIMIT_BYTES / 4);
        }
    }
}

#[tokio::test]
async fn drop_aborts_the_task_and_drops_the_body() {
    let alive = Arc::new(());
    let body = {
        let alive = Arc::clone(&alive);
        stream::pending().inspect(move |_: &Chunk| drop(Arc::clone(&alive)))
    };
    let chunks = ReadAhead::new(body);
    run_reader().await;
    assert_eq!(Arc::strong_count(&alive), 2);
    drop(chunks);
    run_reader().await;
    assert_eq!(Arc::strong_count(&alive), 1);
}

#[tokio::test]
async fn panicking_body_ends_the_stream() {
    let body = stream::iter([1, 2])
        .map(|n| if n == 2 { panic!("on purpose") } else { Ok(filled(1, b'a')) });
    let mut chunks = ReadAhead::new(body);
    assert_eq!(chunks.next().await.unwrap().unwrap(), "a");
    assert!(chunks.next().await.is_none());
}
