//! The cases: an object and the decoders for it.

use std::error::Error;
use std::hint::black_box;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::lossless;

/// An object that both sides decode.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) ours: Turn,
    pub(crate) peer: Turn,
}

/// Decodes the object once and drops the value.
pub(crate) type Turn = Box<dyn Fn()>;

type Decode<T> = fn(&[u8]) -> Result<T, Box<dyn Error>>;

/// Returns the cases of an object, one for each of our decoders.
///
/// # Errors
///
/// Fails if a side cannot decode the object, or if our value encodes to a different object.
pub(crate) fn cases<Ours, Peer>(object: &str, bytes: &[u8]) -> Result<Vec<Case>, Box<dyn Error>>
where
    Ours: DeserializeOwned + Serialize + 'static,
    Peer: DeserializeOwned + 'static,
{
    // The suffix of the case's name, and the decoder; the runtime uses the first.
    let decoders: [(&str, Decode<Ours>); 2] =
        [("", with_our_reader), (" (serde_json)", with_serde_json)];
    let cases = decoders.into_iter().map(|(suffix, decode)| {
        let name = format!("{object}{suffix}");
        let within = |error| format!("{name}: {error}");
        lossless::check(bytes, &decode(bytes)?).map_err(within)?;
        let peer: Decode<Peer> = with_serde_json;
        peer(bytes)?;
        Ok(Case { name, ours: turn(decode, bytes), peer: turn(peer, bytes) })
    });
    cases.collect()
}

fn with_our_reader<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Box<dyn Error>> {
    Ok(watchable_core::json::from_slice(bytes)?)
}

fn with_serde_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Box<dyn Error>> {
    Ok(serde_json::from_slice(bytes)?)
}

fn turn<T: 'static>(decode: Decode<T>, bytes: &[u8]) -> Turn {
    let bytes = bytes.to_vec();
    Box::new(move || {
        let decoded = decode(black_box(&bytes));
        assert!(black_box(&decoded).is_ok(), "the object was decoded before");
    })
}
