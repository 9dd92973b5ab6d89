//! What cannot be watched does not compile, and the compiler's message says why.
//!
//! After a change of a message: `TRYBUILD=overwrite cargo test -p watchables-tests --test compile_fail`,
//! and read the difference.

#[test]
fn messages() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/watch/*.rs");
    cases.compile_fail("tests/ui/attribute/*.rs");
    cases.compile_fail("tests/ui/multiplexed/*.rs");
}
