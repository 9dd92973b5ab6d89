//! The arguments of `top`.

use std::path::PathBuf;

use clap::Parser;

use super::recordings::parse_size;
use super::replay::parse_speed;
use super::{ClusterArgs, WatchedArgs};
use crate::moment::Moment;

/// The arguments of `top`.
#[derive(Debug, Parser)]
#[command(after_help = "\
Shows kinds with their numbers of objects and events, and the objects of one of them, as they change. Enter shows
what has happened to an object since the start, diff by diff. Press ? for all keys.

    watchables top
    watchables top pods,deployments -n shop
    watchables top -f day.jsonl.zst --speed 10

Without a kubeconfig, and outside a cluster, starts an embedded demo cluster and watches that.")]
pub(crate) struct TopArgs {
    /// Resources, named as in kubectl (pods, po, deployments.apps, all), and names of objects, as for `watchables watch`
    /// [default: pods, the workloads that make them, services and nodes; all that is in the recording]
    #[arg(value_name = "RESOURCE[/NAME]")]
    pub(crate) resources: Vec<String>,

    #[command(flatten)]
    pub(crate) watched: WatchedArgs,

    /// Show this recording, which `watchables record` has written
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["kubeconfig", "context", "server", "demo", "selector", "field_selector"])]
    pub(crate) file: Option<PathBuf>,

    /// With -f: play this many times as fast as it happened
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = parse_speed, requires = "file")]
    pub(crate) speed: f64,

    /// With -f: begin at this time, such as 2026-01-02T03:04:05Z, or +5m for five minutes after the recording's start
    /// [default: when the first lists are complete]
    #[arg(long, value_name = "TIME", requires = "file")]
    pub(crate) from: Option<Moment>,

    /// Keep this much of earlier states, of all objects together, such as 1GiB; the oldest are dropped first. Of each
    /// object, at most 50 states are kept
    #[arg(long, value_name = "SIZE", default_value = "256MiB", value_parser = parse_size)]
    pub(crate) history: u64,

    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}
