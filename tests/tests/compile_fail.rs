//! Compile-fail tests: types that cannot be watched do not compile, and the compiler's message says why.
//!
//! After changing a message, run `TRYBUILD=overwrite cargo test -p watchables-tests --test compile_fail` and
//! review the diff.

#[test]
fn unwatchable_types_and_malformed_attributes_fail_to_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/watch/*.rs");
    cases.compile_fail("tests/ui/attribute/*.rs");
    cases.compile_fail("tests/ui/multiplexed/*.rs");
}
