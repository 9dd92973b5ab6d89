//! Parses filters.

use super::parse::literal;
use super::path;
use super::scanner::{Fault, Scanner};
use super::template::{Filter, Operand, Operator};

/// The longer ones first.
const OPERATORS: [(&str, Operator); 6] = [
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("<", Operator::Less),
    (">", Operator::Greater),
];

/// Parses a filter after its `?(`, with `)]`.
pub(super) fn parse(scanner: &mut Scanner<'_>, depth: usize) -> Result<Filter, Fault> {
    let left = operand(scanner, depth)?;
    scanner.skip_whitespace();
    let operator =
        OPERATORS.iter().find(|(text, _)| scanner.eat(text)).map(|(_, operator)| *operator);
    let comparison = match operator {
        Some(operator) => Some((operator, operand(scanner, depth)?)),
        None => None,
    };
    scanner.skip_whitespace();
    if !scanner.eat(")") {
        return Err(match scanner.peek() {
            Some('=' | '~') => scanner.fault("the operators are ==, !=, <, <=, > and >="),
            Some('&' | '|') => scanner.fault("a filter has one comparison only"),
            _ => scanner.fault("expected an operator or )"),
        });
    }
    scanner.skip_whitespace();
    if !scanner.eat("]") {
        return Err(scanner.fault("expected ] after a filter"));
    }
    Ok(Filter { left, comparison })
}

fn operand(scanner: &mut Scanner<'_>, depth: usize) -> Result<Operand, Fault> {
    scanner.skip_whitespace();
    if let Some(value) = literal(scanner)? {
        return Ok(Operand::Literal(value));
    }
    if !scanner.peek().is_some_and(|c| "@$.[".contains(c)) {
        return Err(scanner.fault("expected a path such as @.type, a text in quotes, or a number"));
    }
    path::operand(scanner, depth).map(Operand::Path)
}
