//! What a list turns out to be once its body has ended.

use crate::api_status::ApiStatus;
use crate::error::Source;

/// What is not a whole list.
#[derive(Debug)]
pub(crate) enum NoList {
    /// An error that an API server or a proxy describes.
    Status(Box<ApiStatus>),
    /// Anything else, or a part of a list.
    Malformed(Source),
}

/// The metadata of a page.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct PageMetadata {
    pub(crate) version: Option<String>,
    /// The token for the next page, if there is one.
    pub(crate) continue_token: Option<String>,
    pub(crate) remaining: Option<u64>,
    /// The shard selector that the server has applied, if it has.
    pub(crate) shard_selector: Option<String>,
}
