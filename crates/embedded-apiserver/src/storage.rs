//! Storage of objects of any kind, with their revisions and the history of events.

mod continue_token;
mod event;
mod format;
mod history;
mod metadata;
mod metadata_form;
mod metadata_rules;
mod metadata_validation;
mod name;
mod object;
mod page;
mod preconditions;
mod qualified_name;
mod recorded;
mod resource_version;
mod selection;
mod state;
mod timeline;
mod verbatim;

pub(crate) use continue_token::ContinueToken;
pub(crate) use event::{Event, added_frame};
pub(crate) use format::Format;
pub(crate) use history::{Limits, TooOld};
pub(crate) use metadata::{mark_as_deleted, prepare_for_create, prepare_for_update};
pub(crate) use metadata_rules::MetadataRules;
pub(crate) use object::{Key, Object};
pub(crate) use page::{Page, PageError, PageRequest};
pub(crate) use preconditions::Preconditions;
pub(crate) use recorded::Outcome;
pub(crate) use resource_version::parse_version;
pub(crate) use selection::Selection;
pub(crate) use state::State;
pub(crate) use timeline::Point;
pub(crate) use verbatim::VerbatimError;
