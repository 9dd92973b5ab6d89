//! The macro that declares a release's module: its crate's items, but none named `watchables`.

/// Declares the module of a release, with a module for each of its versions.
///
/// The release's crate has a module `watchables` in each version. A glob import of it would compete with
/// the name of this crate in every later `use watchables::…` (rustc's E0659). A private module of that
/// name shadows it, and other crates' glob imports skip what is private.
#[allow(unused_macros, reason = "unused if no release is enabled")]
macro_rules! release_module {
    ($release:ident, $number:literal, [$($version:ident),*]) => {
        #[doc = concat!("The types of Kubernetes ", $number, ", by version and by API group.")]
        ///
        /// What can be watched is listed in the `watchables` module of each version of the release's
        /// crate, which [`releases`](crate::releases) has.
        #[allow(hidden_glob_reexports, reason = "that is what it is for")]
        pub mod $release {
            pub use ::$release::*;

            mod watchables {} // listed in watchables::releases::rel_1_NN::v1::watchables

            $(
                #[doc = concat!("The types of version `", stringify!($version), "` of every API group.")]
                #[allow(hidden_glob_reexports, reason = "that is what it is for")]
                pub mod $version {
                    pub use ::$release::$version::*;

                    mod watchables {} // listed in watchables::releases::rel_1_NN::v1::watchables
                }
            )*
        }
    };
}

#[allow(unused_imports, reason = "unused if no release is enabled")]
pub(crate) use release_module;
