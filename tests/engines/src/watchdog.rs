//! Servers that end with the process that started them, however it ends.

/// A script of `sh`: runs the program of its arguments and waits for it. A second shell kills it at the end of the pipe that
/// is the script's standard input, whose other end the caller has.
pub const WATCHDOG: &str = r#"
exec 3<&0
"$@" </dev/null 3<&- & child=$!
{ read -r _ <&3; kill -KILL $child 2>/dev/null; } </dev/null >/dev/null 2>&1 & watchdog=$!
exec 3<&-
wait $child
kill $watchdog 2>/dev/null
"#;
