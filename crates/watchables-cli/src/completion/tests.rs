//! Tests of completion: words, candidates, and what the shells are given.

use clap::CommandFactory as _;

use super::line::Line;
use crate::args::Args;

fn line(words: &str) -> Line {
    let mut command = Args::command();
    command.build();
    let words: Vec<_> = words.split_whitespace().map(str::to_owned).collect();
    Line::parse(&command, &words)
}

#[test]
fn options_that_select_a_cluster_are_read_in_all_their_forms() {
    for words in [
        "watchables watch --kubeconfig k --context c -n a,b pod web",
        "watchables watch pod --kubeconfig=k --context=c --namespace=a web -o json --timestamps",
        "watchables watch -na pod --diff web --kubeconfig k --context c",
    ] {
        let line = line(words);
        assert_eq!(line.kubeconfig.as_deref(), Some("k".as_ref()), "{words}");
        assert_eq!(line.context.as_deref(), Some("c"), "{words}");
        assert_eq!(line.namespace.as_deref(), Some("a"), "{words}");
        assert_eq!(line.words, ["pod", "web"], "{words}");
        assert!(!line.is_demo);
    }
    assert!(line("watchables watch --demo").is_demo);
    assert_eq!(line("watchables"), Line::default());
}
