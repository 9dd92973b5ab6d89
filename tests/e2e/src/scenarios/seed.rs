//! The seed's programs, one by one.

use std::time::Duration;

use watchables::StreamOptions;

use super::models::{Models, Named as _, rest, same, silent, told};
use crate::cluster::Cluster;
use crate::report::{Not, Outcome, failed};

/// Longer than the timeout of a second that watches have by default.
const A_WHILE: Duration = Duration::from_millis(2_500);

async fn two_pods(cluster: &Cluster) -> Result<String, Not> {
    let namespace = cluster.namespace().await?;
    for name in ["a", "b"] {
        cluster.api.pod(&namespace, name).await.map_err(failed)?;
    }
    Ok(namespace)
}

pub(super) async fn repeats<M: Models>(cluster: &Cluster) -> Outcome {
    let namespace = two_pods(cluster).await?;
    let watcher = M::pods(cluster.client()).namespace(namespace);
    let mut stream = watcher.stream(StreamOptions::default());
    for _ in 0..3 {
        let mut round = told(&mut stream, 2).await?;
        round.sort();
        same(&round, &["ADDED a", "ADDED b"])?;
    }
    Ok("three rounds".to_owned())
}

pub(super) async fn once<M: Models>(cluster: &Cluster) -> Outcome {
    let namespace = two_pods(cluster).await?;
    let watcher = M::pods(cluster.client()).namespace(&namespace).timeout(None);
    let mut stream = watcher.stream(StreamOptions::default());
    told(&mut stream, 2).await?;
    silent(&mut stream, A_WHILE).await?;
    cluster.api.pod(&namespace, "c").await.map_err(failed)?;
    same(&told(&mut stream, 1).await?, &["ADDED c"])?;
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
    told(&mut stream, 2).await?;
    let stop = watcher.stop_handle();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        stop.stop();
    });
    same(&rest(&mut stream).await?, &[])?;
    if watcher.is_running() {
        return Err("it is stopped, and says that it is running".into());
    }
    cluster.api.pod(&namespace, "c").await.map_err(failed)?;
    // It goes on where it stopped.
    same(&told(&mut watcher.stream(StreamOptions::managed()), 1).await?, &["ADDED c"])?;
    Ok(String::new())
}

pub(super) async fn namespaces<M: Models>(cluster: &Cluster) -> Outcome {
    let (one, other) = (two_pods(cluster).await?, two_pods(cluster).await?);
    let watcher = M::pods(cluster.client()).namespace(&one);
    let mut stream = watcher.stream(StreamOptions::managed());
    told(&mut stream, 2).await?;
    cluster.api.pod(&other, "c").await.map_err(failed)?;
    silent(&mut stream, A_WHILE).await?;
    // All of them: what other tests do is told too.
    let watcher = M::pods(cluster.client()).label_selector("app=c");
    let mut stream = watcher.stream(StreamOptions::managed());
    loop {
        match futures::StreamExt::next(&mut stream).await {
            Some(Ok(event)) if event.obj.identity().namespace == other => break,
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(failed(error)),
            None => return Err("the stream ends".into()),
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
    let (one, other) = (told(&mut one, 2).await?, told(&mut other, 2).await?);
    if one != other {
        return Err(format!("Pod tells {one:?}, PodList {other:?}").into());
    }
    Ok(String::new())
}

pub(super) async fn named<M: Models>(cluster: &Cluster) -> Outcome {
    let namespace = two_pods(cluster).await?;
    let watcher = M::named_pods(cluster.client()).namespace(&namespace);
    told(&mut watcher.stream(StreamOptions::managed()), 2).await?;
    let watcher =
        M::named_namespaces(cluster.client()).field_selector(format!("metadata.name={namespace}"));
    let events = told(&mut watcher.stream(StreamOptions::managed()), 1).await?;
    same(&events, &[&format!("ADDED {namespace}")])?;
    Ok(String::new())
}

pub(super) async fn selectors<M: Models>(cluster: &Cluster) -> Outcome {
    let namespace = two_pods(cluster).await?;
    let watcher = M::pods(cluster.client()).namespace(&namespace).label_selector("app in (b, c)");
    let mut stream = watcher.stream(StreamOptions::managed());
    same(&told(&mut stream, 1).await?, &["ADDED b"])?;
    let path = format!("/api/v1/namespaces/{namespace}/pods/b");
    let labels = serde_json::json!({"metadata": {"labels": {"app": "other"}}});
    cluster.api.patch(&path, &labels).await.map_err(failed)?;
    same(&told(&mut stream, 1).await?, &["DELETED b"])?;
    Ok(String::new())
}
