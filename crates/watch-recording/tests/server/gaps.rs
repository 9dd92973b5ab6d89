//! What happened while no recorder ran.

use super::support::{Running, create, delete, lines, server, update};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn continued_recording_has_what_happened_meanwhile() {
    let server = server().await;
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.jsonl", "a.jsonl.zst"] {
        let path = folder.path().join(name);
        create(&server, "a", "1");
        create(&server, "b", "1");
        let recorder = Running::start(&server, &path);
        recorder.recorded("1").await;
        update(&server, "a", "2");
        recorder.recorded("2").await;
        let summary = recorder.stop().await;
        assert_eq!((summary.gaps, summary.objects), (0, 2));

        update(&server, "a", "3");
        update(&server, "a", "4");
        delete(&server, "b");
        let recorder = Running::start(&server, &path);
        recorder.recorded("4").await;
        update(&server, "a", "5");
        recorder.recorded("5").await;
        assert_eq!(recorder.stop().await.objects, 1);
        let expected = [
            "ADDED Initial a=1",
            "ADDED Initial b=1",
            "MODIFIED Live a=2",
            "MODIFIED Live a=3",
            "MODIFIED Live a=4",
            "DELETED Live b=1",
            "MODIFIED Live a=5",
        ];
        assert_eq!(lines(&path), expected, "{name}");
        delete(&server, "a");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_server_has_forgotten_is_found_and_the_gap_marked() {
    let server = server().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl.zst");
    for name in ["a", "b", "c"] {
        create(&server, name, "1");
    }
    let recorder = Running::start(&server, &path);
    recorder.recorded("1").await;
    create(&server, "d", "2");
    recorder.recorded("2").await;
    recorder.stop().await;

    update(&server, "a", "3");
    update(&server, "a", "4");
    delete(&server, "b");
    create(&server, "e", "5");
    server.store().compact();
    let recorder = Running::start(&server, &path);
    recorder.recorded("5").await;
    update(&server, "c", "6");
    recorder.recorded("6").await;
    assert_eq!(recorder.stop().await.gaps, 1);
    let mut lines = lines(&path);
    let last = lines.split_off(5);
    assert_eq!(
        last,
        ["MODIFIED Repair a=4", "ADDED Repair e=5", "DELETED Repair b=", "MODIFIED Live c=6"]
    );
    assert_eq!(lines[3..], ["ADDED Live d=2", "GAP"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deletion_of_all_while_no_recorder_ran_is_found() {
    let server = server().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    create(&server, "a", "1");
    let recorder = Running::start(&server, &path);
    recorder.recorded("1").await;
    recorder.stop().await;
    delete(&server, "a");
    create(&server, "b", "2");
    delete(&server, "b");
    server.store().compact();
    let recorder = Running::start(&server, &path);
    recorder.recorded("").await;
    create(&server, "c", "3");
    recorder.recorded("3").await;
    assert_eq!(recorder.stop().await.objects, 1);
    let lines = lines(&path);
    assert_eq!(lines[..3], ["ADDED Initial a=1", "GAP", "DELETED Repair a="], "{lines:?}");
}
