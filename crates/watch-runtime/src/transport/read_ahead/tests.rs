//! Bodies read ahead: what comes out, how much is read, and when it ends.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures::stream;

use super::*;

/// A body of these chunks, each of which counts.
fn body(chunks: Vec<Bytes>) -> (impl Stream<Item = Chunk> + Send, Arc<AtomicUsize>) {
    let read = Arc::<AtomicUsize>::default();
    let counts = Arc::clone(&read);
    let body = stream::iter(chunks).map(Ok).inspect(move |_| {
        counts.fetch_add(1, Ordering::Relaxed);
    });
    (body, read)
}

fn of(length: usize, byte: u8) -> Bytes {
    vec![byte; length].into()
}

/// Lets the reading task run until it can do no more.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn chunks_come_as_they_are() {
    let chunk = Bytes::from_static(b"one");
    let mut chunks = ReadAhead::new(stream::iter([Ok(chunk.clone()), Ok(of(LIMIT, b'a'))]));
    assert_eq!(chunks.next().await.unwrap().unwrap().as_ptr(), chunk.as_ptr());
    assert_eq!(chunks.next().await.unwrap().unwrap().len(), LIMIT);
    assert!(chunks.next().await.is_none());
    assert!(chunks.next().await.is_none());
}

#[tokio::test]
async fn what_came_with_the_head_is_at_hand_at_once() {
    let mut chunks = ReadAhead::new(stream::iter([Ok(of(1, b'a')), Ok(of(1, b'b'))]));
    assert_eq!(chunks.next().now_or_never().unwrap().unwrap().unwrap(), "a");
    // The rest is for the task, which has not run yet.
    assert!(chunks.next().now_or_never().is_none());
    assert_eq!(chunks.next().await.unwrap().unwrap(), "b");
    assert!(chunks.next().await.is_none());
}

#[tokio::test]
async fn nothing_is_lost_or_changed_however_it_is_taken() {
    for pause in [0, 1, 3, 50] {
        let length = |n: usize| (n * 7919) % if n.is_multiple_of(50) { 3 * LIMIT } else { 900 };
        let sent: Vec<Bytes> = (0..=u8::MAX).map(|n| of(length(usize::from(n)), n)).collect();
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
async fn an_error_comes_after_what_was_before_it_and_before_the_end() {
    let body = stream::iter([Ok(of(1, b'a')), Ok(of(1, b'b')), Err("cut".into())]);
    let mut chunks = ReadAhead::new(body);
    settle().await;
    assert_eq!(chunks.next().await.unwrap().unwrap(), "a");
    assert_eq!(chunks.next().await.unwrap().unwrap(), "b");
    assert_eq!(chunks.next().await.unwrap().unwrap_err().to_string(), "cut");
    assert!(chunks.next().await.is_none());
}

#[tokio::test]
async fn no_more_is_read_than_may_wait() {
    let (body, read) = body((0..100).map(|_| of(LIMIT / 4, b'x')).collect());
    let mut chunks = ReadAhead::new(body);
    // The first one was at hand at once, and waits for nobody.
    assert_eq!(chunks.next().await.unwrap().unwrap().len(), LIMIT / 4);
    for taken in 0..3 {
        settle().await;
        assert_eq!(read.load(Ordering::Relaxed), 1 + 4 * (taken + 1));
        for _ in 0..4 {
            assert_eq!(chunks.next().await.unwrap().unwrap().len(), LIMIT / 4);
        }
    }
}

#[tokio::test]
async fn dropping_it_drops_the_body() {
    let held = Arc::new(());
    let body = {
        let held = Arc::clone(&held);
        stream::pending().inspect(move |_: &Chunk| drop(Arc::clone(&held)))
    };
    let chunks = ReadAhead::new(body);
    settle().await;
    assert_eq!(Arc::strong_count(&held), 2);
    drop(chunks);
    settle().await;
    assert_eq!(Arc::strong_count(&held), 1);
}

#[tokio::test]
async fn a_body_that_panics_is_over() {
    let body =
        stream::iter([1, 2]).map(|n| if n == 2 { panic!("on purpose") } else { Ok(of(1, b'a')) });
    let mut chunks = ReadAhead::new(body);
    assert_eq!(chunks.next().await.unwrap().unwrap(), "a");
    assert!(chunks.next().await.is_none());
}
