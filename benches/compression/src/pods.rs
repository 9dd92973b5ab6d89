//! Pods that differ as those of a cluster do: each has its own name, uids, hashes and times.

use serde_json::Value;

const RECORDED: &str = include_str!("../../data/pod.json");
/// Texts with as many hexadecimal digits in a row differ between Pods.
const HASH: usize = 8;

/// Returns a Pod; the same for the same number.
pub(crate) fn pod(number: u32) -> Value {
    let mut random = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1;
    let mut pod = Vec::with_capacity(RECORDED.len());
    let mut rest = RECORDED.as_bytes();
    while !rest.is_empty() {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let (run, after) = rest.split_at(digits.max(1));
        if run.len() < HASH {
            pod.extend_from_slice(run);
        } else {
            pod.extend(run.iter().map(|_| digit(&mut random)));
        }
        rest = after;
    }
    let mut pod: Value = serde_json::from_slice(&pod).expect("digits stay digits, in texts");
    let metadata = &mut pod["metadata"];
    metadata["name"] = format!("checkout-7d9c6b8f5d-{number:05}").into();
    metadata["namespace"] = "default".into();
    // The server sets it.
    metadata.as_object_mut().expect("a Pod has metadata").remove("resourceVersion");
    pod
}

/// Returns the next digit: xorshift.
fn digit(random: &mut u64) -> u8 {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    b"0123456789abcdef"[usize::try_from(*random >> 60).unwrap_or_default()]
}
