//! Servers that end with the process that started them, however it ends.

/// Runs the program and waits for it. A second shell kills it at the end of a pipe whose other end this process has.
pub(crate) const WATCHDOG: &str = r#"
exec 3<&0
"$@" </dev/null 3<&- & child=$!
{ read -r _ <&3; kill -KILL $child 2>/dev/null; } </dev/null >/dev/null 2>&1 & watchdog=$!
exec 3<&-
wait $child
kill $watchdog 2>/dev/null
"#;
