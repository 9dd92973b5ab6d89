//! What is wrong with the instances, a line each.

use std::time::Duration;

use crate::status::InstanceSummary;

/// Returns which streams have given no sign for too long, so that starting the relay again may help, and why.
///
/// Not among them: what the server rejects, because of a missing permission or an unknown resource, a sink that fails,
/// and an instance that begins again and again. All of these would be the same in a new process.
pub(super) fn unhealthy(instances: &[InstanceSummary], limit: Duration) -> Vec<String> {
    let mut faults = Vec::new();
    for instance in instances.iter().filter(|instance| instance.stuck >= limit) {
        let name = &instance.name;
        let streams = instance.streams.iter().filter(|stream| stream.stuck >= limit);
        let mut reasons: Vec<_> = streams
            .map(|stream| {
                let seconds = stream.unconfirmed.as_secs();
                format!("{} was not confirmed for {seconds} s: {}", stream.name, stream.state)
            })
            .collect();
        if reasons.is_empty() {
            let seconds = instance.unconfirmed.as_secs();
            reasons.push(format!("its resources were not found for {seconds} s"));
        }
        reasons.extend(instance.failure.clone());
        faults.push(format!("{name}: {}", reasons.join("; ")));
    }
    faults
}

/// Returns which instances do not deliver yet, or not now, and why.
pub(super) fn unready(instances: &[InstanceSummary]) -> Vec<String> {
    let mut faults = Vec::new();
    for instance in instances {
        let mut reasons = Vec::from_iter(instance.failure.clone());
        if !instance.is_open {
            reasons.push("its sink is not open yet".to_owned());
        }
        let waiting = instance.streams.iter().filter(|stream| !stream.is_live);
        reasons.extend(waiting.map(|stream| format!("{} is {}", stream.name, stream.state)));
        if !reasons.is_empty() {
            faults.push(format!("{}: {}", instance.name, reasons.join("; ")));
        }
    }
    faults
}
