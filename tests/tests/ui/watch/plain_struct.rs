use watchables::{Client, Watcher};

struct CronTab;

fn watch(client: Client) {
    let _ = Watcher::<CronTab>::new(client);
}

fn main() {}
