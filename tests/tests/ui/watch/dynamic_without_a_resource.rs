use watchables::{Client, DynamicObject, Watcher};

fn watch(client: Client) {
    let _ = Watcher::<DynamicObject>::new(client);
}

fn main() {}
