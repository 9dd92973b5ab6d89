//! Storage of objects of any kind, with their revisions and the history of events.

mod continue_token;
mod event;
mod history;
mod metadata;
mod name;
mod object;
mod page;
mod preconditions;
mod resource_version;
mod selection;
mod state;

pub(crate) use continue_token::ContinueToken;
pub(crate) use event::{Event, added_line};
pub(crate) use history::{Limits, TooOld};
pub(crate) use metadata::{prepare_for_create, prepare_for_update};
pub(crate) use object::{Key, Object};
pub(crate) use page::{Page, PageError, PageRequest};
pub(crate) use preconditions::Preconditions;
pub(crate) use resource_version::parse_version;
pub(crate) use selection::Selection;
pub(crate) use state::State;
