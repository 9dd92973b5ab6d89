//! The handle to the listener, for faults and for the owner of the server.

use std::time::Duration;

use tokio::sync::mpsc;

use crate::store::Store;

/// A command to the listener.
#[derive(Debug)]
pub(crate) enum ListenerCommand {
    /// Close every open connection.
    DisconnectAll,
    /// Refuse new connections for some time; open ones stay.
    RefuseConnections(Duration),
}

/// A handle to the listener.
#[derive(Clone, Debug)]
pub(crate) struct ListenerHandle {
    commands: mpsc::UnboundedSender<ListenerCommand>,
}

impl ListenerHandle {
    /// Returns a handle, and the receiver of its commands for the listener.
    pub(crate) fn new() -> (Self, mpsc::UnboundedReceiver<ListenerCommand>) {
        let (commands, receiver) = mpsc::unbounded_channel();
        (Self { commands }, receiver)
    }

    pub(crate) fn disconnect_all(&self) {
        self.send(ListenerCommand::DisconnectAll);
    }

    pub(crate) fn refuse_connections(&self, time: Duration) {
        self.send(ListenerCommand::RefuseConnections(time));
    }

    /// Restarts the server as far as clients see it: only the store's objects remain.
    pub(crate) fn restart(&self, store: &Store, down: Duration) {
        store.compact();
        if !down.is_zero() {
            self.refuse_connections(down);
        }
        self.disconnect_all();
    }

    fn send(&self, command: ListenerCommand) {
        // Without a listener the server has stopped, and every connection with it.
        let _ = self.commands.send(command);
    }
}
