//! Parses paths, and the filters in them.

use super::literal::literal;
use super::scanner::{Fault, Scanner};
use super::template::{End, Filter, MAX_DEPTH, Operand, Operator, Path, Slice, Step, StepKind};

/// The longer ones first.
const OPERATORS: [(&str, Operator); 6] = [
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("<", Operator::Less),
    (">", Operator::Greater),
];

/// Parses a path as it stands in braces. It begins with `.`, `[`, `@` or `$`, or is empty.
pub(super) fn steps(scanner: &mut Scanner<'_>, depth: usize) -> Result<Path, Fault> {
    parse(scanner, Names { depth, is_bare: false, ends: "" })
}

/// Parses a path whose first name may be without its `.`.
pub(super) fn relaxed(scanner: &mut Scanner<'_>) -> Result<Path, Fault> {
    parse(scanner, Names { depth: 0, is_bare: true, ends: "" })
}

/// Parses a path in a filter, which an operator or a parenthesis ends as well.
fn operand(scanner: &mut Scanner<'_>, depth: usize) -> Result<Path, Fault> {
    parse(scanner, Names { depth, is_bare: false, ends: "!<>=~&|)" })
}

#[derive(Clone, Copy)]
struct Names {
    /// How many filters the path is within.
    depth: usize,
    /// Whether the first name may be without its `.`.
    is_bare: bool,
    /// What ends a name, besides what always does.
    ends: &'static str,
}

fn parse(scanner: &mut Scanner<'_>, names: Names) -> Result<Path, Fault> {
    let mut steps: Vec<Step> = Vec::new();
    let starts_bare = |c: char| c.is_alphanumeric() || c == '_' || c == '\\';
    if scanner.peek().is_some_and(|c| c == '@' || c == '$') {
        // Both are the current object, within ranges too.
        scanner.next();
    } else if names.is_bare && scanner.peek().is_some_and(starts_bare) {
        steps.push(member(scanner, names)?);
    }
    loop {
        let place = scanner.place();
        if scanner.eat("..") {
            if steps.last().is_some_and(|step| step.kind == StepKind::Descend) {
                return Err(scanner.fault("a .. cannot follow another"));
            }
            steps.push(Step { place, kind: StepKind::Descend });
            if scanner.peek().is_some_and(|c| starts_bare(c) || c == '*') {
                steps.push(member(scanner, names)?);
            }
        } else if scanner.eat(".") {
            steps.push(member(scanner, names)?);
        } else if scanner.eat("[") {
            let kind = bracket(scanner, names.depth)?;
            steps.push(Step { place, kind });
        } else {
            return Ok(Path(steps));
        }
    }
}

/// Parses the name after a `.`.
fn member(scanner: &mut Scanner<'_>, names: Names) -> Result<Step, Fault> {
    let place = scanner.place();
    let mut name = String::new();
    while let Some(c) = scanner.peek() {
        if c.is_whitespace() || ".,[]$@{}".contains(c) || names.ends.contains(c) {
            break;
        }
        scanner.next();
        match c {
            '\\' => name.extend(scanner.next()),
            c => name.push(c),
        }
    }
    match name.as_str() {
        "" => Err(scanner.fault("a name is missing after the . (the current object is @)")),
        "*" => Ok(Step { place, kind: StepKind::EachValue }),
        _ => Ok(Step { place, kind: StepKind::Member(name) }),
    }
}

/// Parses what is in brackets, with the closing one.
fn bracket(scanner: &mut Scanner<'_>, depth: usize) -> Result<StepKind, Fault> {
    scanner.skip_whitespace();
    if scanner.eat("?(") {
        if depth == MAX_DEPTH {
            return Err(scanner.fault("filters are too deep within each other"));
        }
        return filter(scanner, depth + 1).map(StepKind::Filter);
    }
    let mut steps = Vec::new();
    loop {
        scanner.skip_whitespace();
        let place = scanner.place();
        let kind = match scanner.peek() {
            Some(quote @ ('\'' | '"')) => quoted(scanner, quote)?,
            _ => StepKind::Slice(slice(scanner)?),
        };
        steps.push(Step { place, kind });
        scanner.skip_whitespace();
        if scanner.eat("]") {
            break;
        }
        if !scanner.eat(",") {
            return Err(scanner.fault("expected , or ]"));
        }
    }
    match steps.pop() {
        Some(step) if steps.is_empty() => Ok(step.kind),
        last => {
            steps.extend(last);
            Ok(StepKind::Union(steps))
        }
    }
}

/// Parses a quoted name. A dot in it that no backslash precedes is, as in kubectl, between two names.
fn quoted(scanner: &mut Scanner<'_>, quote: char) -> Result<StepKind, Fault> {
    scanner.next();
    let mut nested = vec![String::new()];
    let mut whole = String::new();
    loop {
        let Some(c) = scanner.next() else {
            return Err(scanner.fault(format!("a name has no closing {quote}")));
        };
        let is_escaped = c == '\\';
        let c = if is_escaped { scanner.next().unwrap_or(c) } else { c };
        match c {
            c if c == quote && !is_escaped => break,
            '.' if !is_escaped => nested.push(String::new()),
            c => nested.iter_mut().rev().take(1).for_each(|name| name.push(c)),
        }
        whole.push(c);
    }
    if whole.is_empty() {
        return Err(scanner.fault("a name is missing between the quotes"));
    }
    match nested.len() {
        1 => Ok(StepKind::Member(whole)),
        _ => Ok(StepKind::Quoted { nested, whole }),
    }
}

/// Parses `1`, `1:3`, `::2` or `*`.
fn slice(scanner: &mut Scanner<'_>) -> Result<Slice, Fault> {
    if scanner.eat("*") {
        return Ok(Slice { start: 0, end: End::Last, step: 1 });
    }
    let start = integer(scanner)?;
    scanner.skip_whitespace();
    if !scanner.eat(":") {
        return match start {
            Some(start) => Ok(Slice { start, end: End::One, step: 1 }),
            None => Err(scanner.fault("expected a number, *, a name in quotes, or ?(")),
        };
    }
    scanner.skip_whitespace();
    let end = integer(scanner)?.map_or(End::Last, End::Before);
    scanner.skip_whitespace();
    let mut step = 1;
    if scanner.eat(":") {
        scanner.skip_whitespace();
        let place = scanner.place();
        if let Some(number) = integer(scanner)? {
            let positive = usize::try_from(number).ok().filter(|step| *step > 0);
            let what = "the step must be greater than 0".to_owned();
            step = positive.ok_or(Fault { what, place })?;
        }
    }
    Ok(Slice { start: start.unwrap_or(0), end, step })
}

fn integer(scanner: &mut Scanner<'_>) -> Result<Option<i64>, Fault> {
    let place = scanner.place();
    let text = scanner.take_while(|c| c.is_ascii_digit() || c == '-');
    if text.is_empty() {
        return Ok(None);
    }
    let number = text.parse().map_err(|_| Fault { what: format!("{text:?} is no index"), place });
    number.map(Some)
}

/// Parses a filter after its `?(`, with `)]`.
fn filter(scanner: &mut Scanner<'_>, depth: usize) -> Result<Filter, Fault> {
    let left = side(scanner, depth)?;
    scanner.skip_whitespace();
    let operator =
        OPERATORS.iter().find(|(text, _)| scanner.eat(text)).map(|(_, operator)| *operator);
    let comparison = match operator {
        Some(operator) => Some((operator, side(scanner, depth)?)),
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

fn side(scanner: &mut Scanner<'_>, depth: usize) -> Result<Operand, Fault> {
    scanner.skip_whitespace();
    if let Some(value) = literal(scanner)? {
        return Ok(Operand::Literal(value));
    }
    if !scanner.peek().is_some_and(|c| "@$.[".contains(c)) {
        return Err(scanner.fault("expected a path such as @.type, a text in quotes, or a number"));
    }
    operand(scanner, depth).map(Operand::Path)
}
