//! When streams count as confirmed, and when as stuck.

use tokio::time::advance;

use super::*;

const STEP: Duration = Duration::from_secs(100);

fn status(phase: Phase) -> WatchStatus {
    let mut status = WatchStatus::default();
    status.phase = phase;
    status
}

/// Lets the followers see what was sent.
async fn settle() {
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn live_streams_are_confirmed_and_others_since_they_were() {
    let streams = Streams::default();
    advance(STEP).await;
    let none = streams.summaries();
    assert_eq!((none.unconfirmed, none.stuck, none.streams.len()), (STEP, STEP, 0));
    let (sender, receiver) = watch::channel(WatchStatus::default());
    streams.follow(vec![("pods".to_owned(), receiver)]);
    assert_eq!(streams.summaries().unconfirmed, STEP);
    sender.send_replace(status(Phase::Live));
    settle().await;
    advance(STEP).await;
    assert_eq!(streams.summaries().unconfirmed, Duration::ZERO);
    sender.send_replace(status(Phase::Connecting));
    settle().await;
    advance(STEP).await;
    assert_eq!(streams.summaries().unconfirmed, STEP);
    sender.send_replace(status(Phase::Listing { done: 5, remaining: None }));
    settle().await;
    advance(STEP / 2).await;
    assert_eq!(streams.summaries().unconfirmed, STEP / 2);
}

#[tokio::test(start_paused = true)]
async fn the_time_in_which_the_sink_is_waited_for_does_not_count() {
    let streams = Streams::default();
    let (sender, receiver) = watch::channel(status(Phase::Connecting));
    streams.follow(vec![("pods".to_owned(), receiver)]);
    advance(STEP).await;
    streams.pause();
    advance(STEP).await;
    streams.pause();
    assert_eq!(streams.summaries().unconfirmed, STEP);
    streams.resume();
    advance(STEP).await;
    assert_eq!(streams.summaries().unconfirmed, STEP * 2);
    drop(sender);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_gone_is_not_live_and_the_next_of_its_name_goes_on() {
    let streams = Streams::default();
    let (sender, receiver) = watch::channel(status(Phase::Live));
    streams.follow(vec![("pods".to_owned(), receiver)]);
    settle().await;
    drop(sender);
    settle().await;
    advance(STEP).await;
    let summaries = streams.summaries();
    assert!(!summaries.streams[0].is_live, "{summaries:?}");
    assert_eq!(summaries.unconfirmed, STEP);
    let (_sender, receiver) = watch::channel(status(Phase::Connecting));
    streams.follow(vec![("pods".to_owned(), receiver)]);
    advance(STEP).await;
    assert_eq!(streams.summaries().unconfirmed, STEP * 2);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_rejected_is_not_stuck_unless_its_credentials_are_at_fault() {
    for (code, stuck) in [(403, Duration::ZERO), (404, Duration::ZERO), (401, STEP)] {
        let streams = Streams::default();
        let (sender, receiver) = watch::channel(WatchStatus::default());
        streams.follow(vec![("pods".to_owned(), receiver)]);
        settle().await;
        advance(STEP).await;
        let until = Instant::now().into_std();
        sender.send_replace(status(Phase::BackingOff { until, cause: Cause::Rejected(code) }));
        settle().await;
        let summaries = streams.summaries();
        assert_eq!((summaries.unconfirmed, summaries.stuck), (STEP, stuck), "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_begins_again_is_not_stuck() {
    let streams = Streams::default();
    advance(STEP).await;
    streams.answered();
    let summaries = streams.summaries();
    assert_eq!((summaries.unconfirmed, summaries.stuck), (STEP, Duration::ZERO));
}
