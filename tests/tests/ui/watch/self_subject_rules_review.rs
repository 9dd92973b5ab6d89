use watchables::rel_1_37::v1::SelfSubjectRulesReview;
use watchables::{Client, Watcher};

fn watch(client: Client) {
    let _ = Watcher::<SelfSubjectRulesReview>::new(client);
}

fn main() {}
