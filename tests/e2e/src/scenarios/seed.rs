//! The programs of the seed's documentation.

use std::time::Duration;

use watchables::StreamOptions;

use super::models::{Models, Named as _, next_events, rest, same, stays_idle};
use crate::cluster::Cluster;
use crate::report::{NotPassed, Outcome, failed};

/// Longer than the default watch timeout of one second.
const A_WHILE: Duration = Duration::from_millis(2_500);

async fn two_pods(cluster: &Cluster) -> Result<String, NotPassed> {
    let namespace = cluster.create_namespace().await?;
    for name in ["a", "b"] {
        cluster.api.create_pod(&namespace, name).await.map_err(failed)?;
    }
    Ok(namespace)
}

pub(super) async fn repeats<M: Models>(cluster: &Cluster) -> Outcome {
    let namespace = two_pods(cluster).await?;
    let watcher = M::pods(cluster.client()).namespace(namespace);
    let mut stream = watcher.stream(StreamOptions::default());
    for _ in 0..3 {
        let mut round = next_events(&mut stream, 2).await?;
        round.sort();
        same(&round, &["ADDED a", "ADDED b"])?;
    }
    Ok("three rounds".to_owned())
}

pub(super) async fn once<M: Models>(cluster: &Cluster) -> Outcome {
    let namespace = two_pods(cluster).await?;
    let watcher = M::pods(cluster.client()).namespace(&namespace).timeout(None);
    let mut stream = watcher.stream(StreamOptions::default());
    next_events(&mut stream, 2).await?;
    stays_idle(&mut stream, A_WHILE).await?;
    cluster.api.create_pod(&namespace, "c").await.map_err(failed)?;
    same(&next_events(&mut stream, 1).await?, &["ADDED c"])?;
    Ok(String::new())
}

pub(super) async fn quits<M: Models>(cluster: &Cluster) -> Outcome {
    let namespace = two_pods(cluster).await?;
    for options in [StreamOptions::unmanaged(), StreamOptions::managed()] {
        let watcher =
            M::pods(cluster.client()).namespace(&namespace).timeout(Duration::from_secs(1));
        let mut events = rest(&mut watcher.stream(options.quit_on_timeout(true))).await?;
        events.sort();
        same(&events, &["ADDED a", "ADDED b"])?;
    }
    Ok("unmanaged and managed".to_owned())
}

pub(super) async fn stops<M: Models>(cluster: &Cluster) -> Outcome {
    let namespace = two_pods(cluster).await?;
    let watcher = M::pods(cluster.client()).namespace(&namespace);
    let mut stream = watcher.stream(StreamOptions::managed());
    next_events(&mut stream, 2).await?;
    let stop = watcher.stop_handle();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        stop.stop();
    });
    same(&rest(&mut stream).await?, &[])?;
    if watcher.is_running() {
        return Err("is_running returned true after the stop".into());
    }
    cluster.api.create_pod(&namespace, "c").await.map_err(failed)?;
    // The next stream resumes where the last one stopped.
    same(&next_events(&mut watcher.stream(StreamOptions::managed()), 1).await?, &["ADDED c"])?;
    Ok(String::new())
}

pub(super) async fn namespaces<M: Models>(cluster: &Cluster) -> Outcome {
    let (one, other) = (two_pods(cluster).await?, two_pods(cluster).await?);
    let watcher = M::pods(cluster.client()).namespace(&one);
    let mut stream = watcher.stream(StreamOptions::managed());
    next_events(&mut stream, 2).await?;
    cluster.api.create_pod(&other, "c").await.map_err(failed)?;
    stays_idle(&mut stream, A_WHILE).await?;
    // All namespaces: events of other tests' pods arrive too.
    let watcher = M::pods(cluster.client()).label_selector("app=c");
    let mut stream = watcher.stream(StreamOptions::managed());
    loop {
        match futures::StreamExt::next(&mut stream).await {
            Some(Ok(event)) if event.obj.identity().namespace == other => break,
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(failed(error)),
            None => return Err("the stream ended".into()),
        }
    }
    Ok(String::new())
}

pub(super) async fn lists<M: Models>(cluster: &Cluster) -> Outcome {
    let namespace = two_pods(cluster).await?;
    let objects = M::pods(cluster.client()).namespace(&namespace);
    let list = M::pod_list(cluster.client()).namespace(&namespace);
    let (mut one, mut other) =
        (objects.stream(StreamOptions::managed()), list.stream(StreamOptions::managed()));
    let (one, other) = (next_events(&mut one, 2).await?, next_events(&mut other, 2).await?);
    if one != other {
        return Err(format!("Pod delivered {one:?}, PodList {other:?}").into());
    }
    Ok(String::new())
}

pub(super) async fn named<M: Models>(cluster: &Cluster) -> Outcome {
    let namespace = two_pods(cluster).await?;
    let watcher = M::named_pods(cluster.client()).namespace(&namespace);
    next_events(&mut watcher.stream(StreamOptions::managed()), 2).await?;
    let watcher =
        M::named_namespaces(cluster.client()).field_selector(format!("metadata.name={namespace}"));
    let events = next_events(&mut watcher.stream(StreamOptions::managed()), 1).await?;
    same(&events, &[&format!("ADDED {namespace}")])?;
    Ok(String::new())
}

pub(super) async fn selectors<M: Models>(cluster: &Cluster) -> Outcome {
    let namespace = two_pods(cluster).await?;
    let watcher = M::pods(cluster.client()).namespace(&namespace).label_selector("app in (b, c)");
    let mut stream = watcher.stream(StreamOptions::managed());
    same(&next_events(&mut stream, 1).await?, &["ADDED b"])?;
    let path = format!("/api/v1/namespaces/{namespace}/pods/b");
    let labels = serde_json::json!({"metadata": {"labels": {"app": "other"}}});
    cluster.api.patch(&path, &labels).await.map_err(failed)?;
    same(&next_events(&mut stream, 1).await?, &["DELETED b"])?;
    Ok(String::new())
}
