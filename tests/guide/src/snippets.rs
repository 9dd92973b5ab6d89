//! The pages of the guide as documentation, so that rustdoc compiles their snippets, and runs those that need no cluster.

macro_rules! pages {
    ($($module:ident $page:literal)*) => {
        $(
            #[doc = include_str!(concat!("../../../docs/guide/src/", $page))]
            pub mod $module {}
        )*
    };
}

pages! {
    first_watcher "first-watcher.md"
    managed_streams "managed-streams.md"
    many_kinds "many-kinds.md"
    custom_resources "custom-resources.md"
    stores "stores.md"
    durable_streams "durable-streams.md"
    testing "testing.md"
    from_kube_rs "from-kube-rs.md"
    from_hikaru "from-hikaru.md"
    from_client_go "from-client-go.md"
    recordings "recordings.md"
    performance "performance.md"
}
