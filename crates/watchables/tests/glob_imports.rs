//! A glob import of a release's types leaves the crate's own name usable, for every release and version.

#[path = "../src/release_modules.rs"]
mod release_modules;

/// The list of releases calls this macro here, and in the crate the one that declares the modules.
mod release_module {
    macro_rules! release_module {
        ($release:ident, $number:literal, [$($version:ident),*]) => {
            #[allow(dead_code, unused_imports)]
            mod $release {
                use std::any::TypeId;

                mod root {
                    use watchables::$release::*;
                    use watchables::{Client, Watcher};

                    fn pods(client: Client) -> Watcher<Pod> {
                        Watcher::new(client)
                    }
                }

                $(
                    mod $version {
                        use watchables::$release::$version::*;
                        use watchables::{Client, StreamOptions, Watcher};

                        fn options(_: Client) -> StreamOptions {
                            StreamOptions::managed()
                        }
                    }
                )*

                #[test]
                fn watchables_of_the_release_are_the_types_of_its_module() {
                    use watchables::releases::$release::v1::watchables::{cluster_wide, namespaced};

                    let listed = [
                        TypeId::of::<cluster_wide::Namespace>(),
                        TypeId::of::<namespaced::Pod>(),
                    ];
                    let imported = [
                        TypeId::of::<watchables::$release::v1::Namespace>(),
                        TypeId::of::<watchables::$release::Pod>(),
                    ];
                    assert_eq!(listed, imported, "Kubernetes {}", $number);
                }
            }
        };
    }

    pub(crate) use release_module;
}
