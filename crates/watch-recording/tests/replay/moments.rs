//! Which part of a recording is replayed, and how fast.

use std::time::Duration;

use watch_recording::replay::{ReplayOptions, Replayer, ReplayerError};

use crate::support::{PODS, Script, Watched, at, day, list, soon};

fn error(options: ReplayOptions) -> ReplayerError {
    Replayer::new(day().write(), options).unwrap_err()
}

#[tokio::test]
async fn state_is_that_of_the_moment_and_nothing_follows() {
    let script = day();
    for (second, names, version) in [
        (5, vec!["a", "b"], "100"),
        (10, vec!["a", "b"], "105"),
        (25, vec!["a", "b", "c"], "107"),
        (30, vec!["a", "c"], "110"),
        (50, vec!["a", "c"], "120"),
    ] {
        let mut replayer =
            Replayer::new(script.write(), ReplayOptions::new().at(at(second))).unwrap();
        let server = replayer.server().start().await.unwrap();
        let shown = list(&server, "/api/v1/pods").await;
        assert_eq!(
            (shown.0, shown.1.as_str()),
            (names.iter().map(|n| (*n).to_owned()).collect(), version)
        );
        assert_eq!(replayer.time(), at(second));
        assert_eq!(replayer.step().unwrap(), None);
        soon(replayer.run(1.0)).await.unwrap();
        assert_eq!(list(&server, "/api/v1/pods").await.1, version);
    }
}

#[tokio::test]
async fn part_of_the_recording_goes_on_from_its_state() {
    let script = day();
    let options = ReplayOptions::new().from(at(10)).until(at(30));
    let mut replayer = Replayer::new(script.write(), options).unwrap();
    let server = replayer.server().start().await.unwrap();
    let mut pods = Watched::new(&server, PODS);
    assert_eq!(pods.lines(2).await, ["ADDED a uid-of-a 105", "ADDED b uid-of-b 60"]);
    assert_eq!(replayer.advance_to(at(29)).unwrap(), 1);
    assert_eq!(replayer.time(), at(29));
    assert_eq!(replayer.advance_to(at(99)).unwrap(), 1);
    assert_eq!((replayer.time(), replayer.end()), (at(30), at(30)));
    assert_eq!(pods.lines(2).await, ["ADDED c uid-of-c 107", "DELETED b uid-of-b 110"]);
    assert_eq!(list(&server, "/apis/example.com/v1/gateways").await.1, "98");
}

/// Time is virtual: nobody waits.
#[tokio::test(start_paused = true)]
async fn run_takes_the_recorded_time_divided_by_the_speed() {
    let script = day();
    for (speed, expected) in [(1.0, 49.0), (10.0, 4.9), (0.5, 98.0)] {
        let mut replayer = Replayer::new(script.write(), ReplayOptions::new()).unwrap();
        assert_eq!(replayer.time(), at(1));
        let began = tokio::time::Instant::now();
        replayer.run(speed).await.unwrap();
        // Timers have a resolution of a millisecond.
        let taken = began.elapsed().as_secs_f64();
        assert!((taken - expected).abs() < 0.1, "{taken} at {speed}");
        assert_eq!(replayer.time(), at(50));
    }
}

#[tokio::test(start_paused = true)]
async fn run_that_is_cancelled_goes_on_and_a_looped_one_begins_again() {
    let script = day();
    let options = ReplayOptions::new().looped(true);
    let mut replayer = Replayer::new(script.write(), options).unwrap();
    let half = tokio::time::timeout(Duration::from_secs(24), replayer.run(1.0)).await;
    assert!(half.is_err());
    assert!((at(24)..=at(25)).contains(&replayer.time()), "{}", replayer.time());
    assert_eq!(replayer.step().unwrap().unwrap().version, 110);
    // To the end, a second of pause, and some more.
    let more = tokio::time::timeout(Duration::from_secs(20 + 1 + 5), replayer.run(1.0)).await;
    assert!(more.is_err());
    assert!((at(5)..=at(7)).contains(&replayer.time()), "{}", replayer.time());
}

#[tokio::test]
async fn impossible_requests_are_errors_that_say_what_is_possible() {
    let script = day();
    let late = error(ReplayOptions::new().at(at(51)));
    assert!(late.is_out_of_range());
    assert_eq!(
        late.to_string(),
        "2026-01-02T00:00:51Z is outside of the recording, which is from 2026-01-02T00:00:00Z to \
         2026-01-02T00:00:50Z"
    );
    assert!(error(ReplayOptions::new().until(at(-1))).is_out_of_range());
    // The first state is complete only after that.
    let early = Replayer::new(script.write(), ReplayOptions::new().until(at(0))).unwrap();
    assert_eq!(early.time(), early.end());
    let reversed = error(ReplayOptions::new().from(at(20)).until(at(10)));
    assert_eq!(
        reversed.to_string(),
        "the replay would end at 2026-01-02T00:00:10Z, before it begins at 2026-01-02T00:00:20Z"
    );
    let mut replayer = Replayer::new(script.write(), ReplayOptions::new()).unwrap();
    for speed in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = replayer.run(speed).await.unwrap_err();
        assert!(error.to_string().contains("use a number above 0"), "{error}");
    }
}

#[test]
fn recording_without_complete_lists_and_of_an_unknown_release_is_shown_as_far_as_it_goes() {
    let mut script = Script::new("9.99");
    script.event(1, "ADDED", watch_runtime::Origin::Initial, &crate::support::pod("a", 70));
    let mut replayer = Replayer::new(script.write(), ReplayOptions::new()).unwrap();
    assert_eq!(replayer.step().unwrap().unwrap().name, "a");
    assert_eq!(replayer.step().unwrap(), None);
}
