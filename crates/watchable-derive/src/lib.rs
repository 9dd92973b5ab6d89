//! `#[derive(Watchable)]` with `#[watchable(…)]`: what can be watched, told to the compiler; and
//! `#[derive(Multiplexed)]`: what a stream of several kinds holds.
//!
//! ```text
//! #[derive(Clone, Debug, Deserialize, Watchable)]
//! #[watchable(group = "stable.example.com", version = "v1", plural = "crontabs", namespaced)]
//! struct CronTab {
//!     metadata: ObjectMeta,
//!     spec: CronTabSpec,
//! }
//! ```
//!
//! | key | meaning |
//! |---|---|
//! | `group = "…"` | the API group; `""` for the core group |
//! | `version = "…"` | the version within the group |
//! | `plural = "…"` | the resource's name in URLs, all lower case |
//! | `kind = "…"` | the kind; by default the struct's name |
//! | `namespaced` | objects lie in namespaces; without it the resource is cluster-scoped |
//! | `list = Type` | the list type, a struct with a field `items`; `Watcher::<Type>` then works too. Without it there is one: `CronTabList`, an alias of `ObjectList<CronTab>` |
//! | `crate = path` | where to find this library, for those who renamed or re-export it |
//!
//! The struct must implement `Deserialize`. Fields named `api_version` and `kind`, if there are
//! any, are `String` or `Option<String>`; they are filled in where a list leaves them out. Neither `Default`
//! nor anything else is needed. The struct may have type parameters (`CronTab<Spec>`), and can be watched
//! wherever it can be decoded.
//!
//! Whether a server has the resource shows when it is watched: a 404 ends the stream with an error that
//! says so, or is waited out with `wait_for_resource(true)`.

mod expand;
mod fallback;
mod multiplexed;
mod parse;
mod validate;

use proc_macro::TokenStream;
use quote::quote;
use syn::DeriveInput;

/// Makes a struct watchable: see the [crate's documentation](crate) for the keys.
#[proc_macro_derive(Watchable, attributes(watchable))]
pub fn derive_watchable(input: TokenStream) -> TokenStream {
    derive(input, &quote!(::watchables::__private))
}

/// The same, for crates that depend on `watchable-core` and not on the facade.
///
/// `watchable-core` re-exports it as `Watchable`.
#[proc_macro_derive(CoreWatchable, attributes(watchable))]
pub fn derive_core_watchable(input: TokenStream) -> TokenStream {
    derive(input, &quote!(::watchable_core))
}

/// Makes an enum the items of a `MultiplexingWatcher`: each variant holds one kind.
///
/// ```text
/// #[derive(Multiplexed)]
/// enum Seen {
///     Pod(Pod),
///     Namespace(Namespace),
/// }
/// ```
///
/// A variant may also hold its object in a `Box`, as in `Pod(Box<Pod>)`: moving such an enum is cheaper.
/// Each type may stand in one variant only. `#[multiplexed(crate = path)]` says where to find this
/// library, for those who renamed or re-export it.
#[proc_macro_derive(Multiplexed, attributes(multiplexed))]
pub fn derive_multiplexed(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    multiplexed::expand(&input, &quote!(::watchables::__private)).into()
}

/// The same, for crates that depend on `watchable-core` and not on the facade.
///
/// `watchable-core` re-exports it as `Multiplexed`.
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
