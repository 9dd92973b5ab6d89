//! The values of Secrets, wherever they stand in an object: to hide them from those who may see everything else.
//!
//! Used by whatever shows or stores objects, so that all of it covers the same places. Confidential are, of objects whose kind is
//! `Secret` or `SecretList`, of any group:
//!
//! - the values of `data` and `stringData`;
//! - annotations that are JSON, as kubectl's `last-applied-configuration` is, or have one of the names under which tools keep
//!   a copy of the object that may not be JSON.
//!
//! Such objects are also found within others, in lists and in custom resources; of a list of Secrets, the items have no
//! kind. In all other objects, annotations are confidential that are JSON and name a Secret, and copies that are not JSON.
//!
//! ```
//! use serde_json::json;
//! use watchable_core::secrets::{self, HashKey, Owner};
//!
//! let key = HashKey::random();
//! let mut object = json!({"kind": "Secret", "metadata": {"name": "db"}, "data": {"password": "aHVudGVyMg=="}});
//! secrets::visit(&mut object, Owner::Unknown, &mut |field, name, value| {
//!     *value = secrets::redacted(key.hash(name, &value.to_string()), field);
//! });
//! assert!(!object.to_string().contains("aHVudGVyMg=="));
//! ```

mod field;
mod find;
mod hash_key;
mod owner;
#[cfg(test)]
mod tests;
mod visit;

pub use field::{Field, redacted};
pub use find::{contains, may_contain};
pub use hash_key::{HashKey, InvalidHashKey};
pub use owner::Owner;
pub use visit::visit;
