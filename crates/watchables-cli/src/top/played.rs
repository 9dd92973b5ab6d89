//! Shows a recording, as the cluster was and as it went on.

mod player;

use std::path::Path;
use std::time::Duration;

use anyhow::bail;
use watch_recording::Recording;
use watch_terminal::{Action, KindSetup, PlaybackAction, Setup};
use watchables::{ResourceInfo, Scope};

use super::screen::{Screen, Woken};
use crate::args::TopArgs;
use crate::recorded;

use player::Player;

/// How often the recording goes on while it plays.
const PACE: Duration = Duration::from_millis(100);

/// Shows a recording until the user ends it.
///
/// # Errors
///
/// If the recording cannot be read, or does not have a resource.
pub(super) async fn show(args: &TopArgs, file: &Path) -> anyhow::Result<()> {
    let recording = recorded::open(file, false)?;
    let resources = resources(&recording, &args.resources)?;
    let kinds: Vec<_> = resources.iter().map(kind).collect();
    let namespaces = args.watched.namespaces().iter().map(|name| name.trim().to_owned()).collect();
    let mut player = Player::open(recording, resources, namespaces, args.speed);
    let from = args.from.map(|from| from.time(player.start()));
    let from = from.map_or_else(|| player.first_complete_state(), Ok)?;
    let mut screen = Screen::open(Setup {
        source: file.display().to_string(),
        kinds,
        clusters: vec![file.display().to_string()],
        watches: Vec::new(),
        theme: super::theme(args.watched.color),
        history_bytes: super::bytes(args.history),
    })?;
    player.jump(from, &mut screen)?;
    player.act(PlaybackAction::Toggle, &mut screen)?;
    let mut pace = tokio::time::interval(PACE);
    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let now = screen.now_at(player.time());
        tokio::select! {
            biased;
            woken = screen.next(now) => match woken {
                Woken::Gone => return Ok(()),
                Woken::Due => screen.draw(now)?,
                Woken::Input(input) => match screen.take(input, now)? {
                    Some(Action::Quit) => return Ok(()),
                    Some(Action::Playback(action)) => player.act(action, &mut screen)?,
                    _ => {}
                },
            },
            _ = pace.tick() => player.play(&mut screen)?,
        }
    }
}

/// Returns the resources to show, each once: those with these names, or all.
fn resources(recording: &Recording, words: &[String]) -> anyhow::Result<Vec<ResourceInfo>> {
    let mut resources: Vec<ResourceInfo> = Vec::new();
    let mut add = |resource: ResourceInfo| {
        if !resources.contains(&resource) {
            resources.push(resource);
        }
    };
    for word in words.iter().flat_map(|words| words.split(',')).map(str::trim) {
        if word.contains('/') {
            bail!(
                "{word:?} names an object, and of a recording all are shown: name its resource, and filter with /"
            );
        }
        if !word.is_empty() {
            add(recorded::resource(recording, word)?);
        }
    }
    if resources.is_empty() {
        recording.header().resources.iter().for_each(|it| {
            if !resources.contains(&it.resource) {
                resources.push(it.resource.clone());
            }
        });
    }
    if resources.is_empty() {
        bail!("the recording {} has no resources", recording.path().display());
    }
    Ok(resources)
}

fn kind(resource: &ResourceInfo) -> KindSetup {
    KindSetup {
        title: super::title::title(resource),
        singular: resource.kind().to_lowercase(),
        is_namespaced: resource.scope() == Scope::Namespaced,
        columns: watch_terminal::Columns::default(),
    }
}
