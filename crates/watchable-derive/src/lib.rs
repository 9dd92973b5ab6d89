//! The derive macros [`Watchable`](macro@Watchable), for custom resources, and
//! [`Multiplexed`](macro@Multiplexed), for the items of a stream of several kinds.
//!
//! Use them through `watchables` or `watchable-core`, which re-export them. They are not for generated types,
//! and generate no CRD. `#[derive(Watchable)]` needs the attribute `#[watchable(…)]`:
//!
//! ```
//! use serde::Deserialize;
//! use watchable_core::metadata::ObjectMeta;
//! use watchable_core::{Multiplexed, Watchable};
//!
//! #[derive(Clone, Debug, Deserialize, Watchable)]
//! #[watchable(group = "stable.example.com", version = "v1", plural = "crontabs", namespaced)]
//! struct CronTab {
//!     metadata: ObjectMeta,
//!     spec: CronTabSpec,
//! }
//!
//! #[derive(Clone, Debug, Deserialize)]
//! struct CronTabSpec {
//!     schedule: String,
//! }
//!
//! #[derive(Multiplexed)]
//! enum Seen {
//!     CronTab(Box<CronTab>),
//! }
//! ```
//!
//! | key | meaning |
//! |---|---|
//! | `group = "…"` | the API group; `""` for the core group |
//! | `version = "…"` | the version within the group |
//! | `plural = "…"` | the resource's name in URLs, all lower case |
//! | `kind = "…"` | the kind; defaults to the struct's name |
//! | `namespaced` | the resource is namespaced; without it, it is cluster-scoped |
//! | `list = Type` | the list type, a struct with a field `items`, for `Watcher::<Type>`. Without the key, the derive defines `CronTabList` as an alias of `ObjectList<CronTab>` |
//! | `crate = path` | the path of the library, if it is renamed or re-exported |
//!
//! The struct must implement `Deserialize`; no other trait is required. Fields named `api_version` and `kind`
//! must be `String` or `Text`, or an `Option` of one; they are set if a list's item omits them. A struct with type
//! parameters (`CronTab<Spec>`) is watchable if it implements `Deserialize`.
//!
//! Whether a server has the resource is known only at run time: a 404 ends the stream with an error, unless the
//! watcher has `wait_for_resource(true)`.

mod expand;
mod fallback;
mod multiplexed;
mod parse;
mod validate;

use proc_macro::TokenStream;
use quote::quote;
use syn::DeriveInput;

/// Makes a struct watchable. The [crate's documentation](crate) lists the keys of `#[watchable(…)]`.
#[proc_macro_derive(Watchable, attributes(watchable))]
pub fn derive_watchable(input: TokenStream) -> TokenStream {
    derive(input, &quote!(::watchables::__private))
}

/// `Watchable` for crates that depend on `watchable-core` instead of the facade. `watchable-core` re-exports it
/// as `Watchable`.
#[proc_macro_derive(CoreWatchable, attributes(watchable))]
pub fn derive_core_watchable(input: TokenStream) -> TokenStream {
    derive(input, &quote!(::watchable_core))
}

/// Makes an enum the item type of a `MultiplexingWatcher`. Each variant holds one kind.
///
/// ```text
/// #[derive(Multiplexed)]
/// enum Seen {
///     Pod(Pod),
///     Namespace(Namespace),
/// }
/// ```
///
/// A variant may hold its object in a `Box`, as in `Pod(Box<Pod>)`, which makes the enum cheaper to move. No two
/// variants may hold the same type. `#[multiplexed(crate = path)]` sets the path of the library, if it is
/// renamed or re-exported.
#[proc_macro_derive(Multiplexed, attributes(multiplexed))]
pub fn derive_multiplexed(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    multiplexed::expand(&input, &quote!(::watchables::__private)).into()
}

/// `Multiplexed` for crates that depend on `watchable-core` instead of the facade. `watchable-core` re-exports
/// it as `Multiplexed`.
#[proc_macro_derive(CoreMultiplexed, attributes(multiplexed))]
pub fn derive_core_multiplexed(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    multiplexed::expand(&input, &quote!(::watchable_core)).into()
}

fn derive(input: TokenStream, default_crate: &proc_macro2::TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    let parsed = parse::parse(&input).and_then(|parsed| validate::validate(&input, parsed));
    match parsed {
        Ok(watchable) => expand::expand(&watchable, default_crate).into(),
        Err(error) => fallback::expand(&input, default_crate, &error).into(),
    }
}
