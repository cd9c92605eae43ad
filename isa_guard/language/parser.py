"""From text to a syntax tree: the whole grammar of CEL, macros recognised, every node with its characters.

What the language does not take of CEL (unsigned numbers, null, maps, messages) is parsed here and refused by
the checker, so that the refusal can name what it is.
"""

from __future__ import annotations

from typing import Final

from isa_guard.language.faults import ExpressionError, Fault
from isa_guard.language.lexer import INT_MAX, Token, TokenKind, tokens
from isa_guard.language.syntax import (
    Binary,
    BinaryOp,
    Call,
    Conditional,
    Expr,
    Has,
    Index,
    ListLiteral,
    Literal,
    LiteralKind,
    Macro,
    MacroKind,
    MapLiteral,
    MessageLiteral,
    Name,
    OptionalIndex,
    OptionalSelect,
    Select,
    Unary,
    UnaryOp,
    children,
)

# cel-spec asks for 32 brackets, 32 operands in a row and 12 nested calls. Every reading walks the tree by
# recursion, so these keep it well inside Python's own limit.
MAX_NESTING: Final = 64
MAX_DEPTH: Final = 100

PRECEDENCE: Final = {
    BinaryOp.OR: 1,
    BinaryOp.AND: 2,
    **dict.fromkeys(
        (BinaryOp.EQ, BinaryOp.NE, BinaryOp.LT, BinaryOp.LE, BinaryOp.GT, BinaryOp.GE, BinaryOp.IN), 3
    ),
    **dict.fromkeys((BinaryOp.ADD, BinaryOp.SUBTRACT), 4),
    **dict.fromkeys((BinaryOp.MULTIPLY, BinaryOp.DIVIDE, BinaryOp.REMAINDER), 5),
}
_OPERATORS: Final = {op.value: (op, rank) for op, rank in PRECEDENCE.items()}
_MACROS: Final = {kind.value: kind for kind in MacroKind}
_KEYWORDS: Final = frozenset({"false", "in", "null", "true"})
RESERVED: Final = frozenset(
    [
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    ]
)
_LITERALS: Final = {
    TokenKind.INT: LiteralKind.INT,
    TokenKind.UINT: LiteralKind.UINT,
    TokenKind.DOUBLE: LiteralKind.DOUBLE,
    TokenKind.STRING: LiteralKind.STRING,
    TokenKind.BYTES: LiteralKind.BYTES,
}
_WORDS: Final[dict[str, tuple[bool | None, LiteralKind]]] = {
    "true": (True, LiteralKind.BOOL),
    "false": (False, LiteralKind.BOOL),
    "null": (None, LiteralKind.NULL),
}


def parse(text: str) -> Expr:
    """The syntax tree of one expression. Raises ExpressionError with the first fault of the grammar.

    Limits: MAX_LENGTH characters, MAX_NESTING brackets within brackets, MAX_DEPTH levels of the tree.
    """
    reader = _Parser(tokens(text))
    expr = reader.expression()
    reader.expect_end()
    _refuse_deep(expr)
    return expr


def _refuse_deep(expr: Expr) -> None:
    waiting = [(expr, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise ExpressionError(_too_deep(node.start, node.end))
        waiting.extend((child, depth + 1) for child in children(node))


def _too_deep(start: int, end: int) -> Fault:
    return Fault(start, end, "the expression is nested too deeply", "split it with `let`, or use `in [...]`")


class _Parser:
    """Precedence climbing over the tokens; one method for each rung of the grammar."""

    def __init__(self, stream: tuple[Token, ...]) -> None:
        self._stream = stream
        self._at = 0
        self._nesting = 0

    @property
    def _token(self) -> Token:
        return self._stream[self._at]

    def _next(self) -> Token:
        token = self._stream[self._at]
        self._at += 1
        return token

    def _sees(self, mark: str) -> bool:
        token = self._token
        return token.text == mark and token.kind is TokenKind.MARK

    def _take(self, mark: str) -> bool:
        if not self._sees(mark):
            return False
        self._at += 1
        return True

    def _expect(self, mark: str, why: str) -> Token:
        if self._sees(mark):
            return self._next()
        raise self._unexpected(f"expected {mark!r} {why}")

    def _unexpected(self, expected: str) -> ExpressionError:
        token = self._token
        found = "the expression ends" if token.kind is TokenKind.END else f"found {token.text[:40]!r}"
        return ExpressionError(
            Fault(token.start, max(token.end, token.start + 1), f"{expected}, but {found}")
        )

    def expect_end(self) -> None:
        if self._token.kind is not TokenKind.END:
            hint = {"and": "write &&", "or": "write ||", "not": "write !", "=": "write =="}
            token = self._token
            what = f"expected an operator or the end, but found {token.text[:40]!r}"
            raise ExpressionError(Fault(token.start, token.end, what, hint.get(token.text.lower(), "")))

    def expression(self) -> Expr:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise ExpressionError(_too_deep(self._token.start, self._token.end))
        test = self._binary(1)
        if self._take("?"):
            then = self._binary(1)
            self._expect(":", "between the two sides of `? :`")
            otherwise = self.expression()
            test = Conditional(test, then, otherwise, start=test.start, end=otherwise.end)
        self._nesting -= 1
        return test

    def _binary(self, least: int) -> Expr:
        left = self._unary()
        while True:
            token = self._token
            op, rank = _OPERATORS.get(token.text, (None, 0))
            if op is None or rank < least or token.kind not in {TokenKind.MARK, TokenKind.NAME}:
                return left
            self._at += 1
            right = self._binary(rank + 1)
            left = Binary(op, left, right, start=left.start, end=right.end)

    def _unary(self) -> Expr:
        signs: list[Token] = []
        while self._sees("!") or self._sees("-"):
            signs.append(self._next())
        # One minus is part of the number after it; of several, none is (so `--5` negates twice).
        single = bool(signs) and signs[-1].text == "-" and (len(signs) == 1 or signs[-2].text != "-")
        negative = single and self._token.kind in _NUMBERS
        expr = self._member(self._number(signs.pop()) if negative else self._primary())
        for sign in reversed(signs):
            expr = Unary(UnaryOp(sign.text), expr, start=sign.start, end=expr.end)
        return expr

    def _number(self, sign: Token | None) -> Expr:
        """A number; only a minus sign straight before it makes room for the least of the integers."""
        token = self._next()
        value = token.value
        assert isinstance(value, int | float)
        start = sign.start if sign else token.start
        if token.kind is TokenKind.INT and sign is None and value > INT_MAX:
            raise ExpressionError(Fault(start, token.end, "the whole number does not fit in 64 bits"))
        return Literal(-value if sign else value, _LITERALS[token.kind], start=start, end=token.end)

    def _member(self, expr: Expr) -> Expr:
        while True:
            if self._take("."):
                expr = self._selection(expr)
            elif self._take(".?"):
                name = self._selector()
                expr = OptionalSelect(expr, name.text, start=expr.start, end=name.end)
            elif self._take("["):
                expr = self._index(expr)
            else:
                return expr

    def _index(self, expr: Expr) -> Expr:
        optional = self._take("?")
        index = self.expression()
        end = self._expect("]", "after the index").end
        if optional:
            return OptionalIndex(expr, index, start=expr.start, end=end)
        return Index(expr, index, start=expr.start, end=end)

    def _selector(self) -> Token:
        token = self._token
        if token.kind is not TokenKind.NAME:
            raise self._unexpected("expected the name of a field")
        if token.text in _KEYWORDS:
            raise ExpressionError(
                Fault(token.start, token.end, f"{token.text!r} cannot be the name of a field")
            )
        return self._next()

    def _selection(self, expr: Expr) -> Expr:
        name = self._selector()
        if self._take("("):
            args, end = self._arguments()
            return _receiver_call(expr, name, args, end)
        return Select(expr, name.text, start=expr.start, end=name.end)

    def _arguments(self) -> tuple[tuple[Expr, ...], int]:
        args: list[Expr] = []
        if not self._sees(")"):
            args.append(self.expression())
            while self._take(","):
                args.append(self.expression())
        return tuple(args), self._expect(")", "after the arguments").end

    def _primary(self) -> Expr:
        token = self._token
        if token.kind in _NUMBERS:
            return self._number(None)
        if token.kind in _LITERALS:
            return Literal(self._next().value, _LITERALS[token.kind], start=token.start, end=token.end)
        if token.kind is TokenKind.NAME and token.text in _WORDS:
            value, kind = _WORDS[self._next().text]
            return Literal(value, kind, start=token.start, end=token.end)
        if token.kind is TokenKind.NAME or self._sees("."):
            return self._name()
        if self._take("("):
            expr = self.expression()
            self._expect(")", "to close the bracket")
            return expr
        if self._take("["):
            return self._list(token.start)
        if self._take("{"):
            return self._map(token.start)
        raise self._unexpected("expected a value")

    def _name(self) -> Expr:
        start = self._token.start
        rooted = self._take(".")
        token = self._token
        if token.kind is not TokenKind.NAME or token.text in _KEYWORDS:
            raise self._unexpected("expected a name")
        self._at += 1
        if message := self._message_ahead():
            return self._message(start, token.text, message)
        _refuse_reserved(token)
        if self._take("("):
            args, end = self._arguments()
            return _call(token, args, start, end)
        return Name(token.text, rooted, start=start, end=token.end)

    def _message_ahead(self) -> int:
        """How many tokens until the `{` of `a.b.C{`, or 0 when this is no message."""
        at = self._at
        while self._stream[at].text == "." and self._stream[at + 1].kind is TokenKind.NAME:
            at += 2
        brace = self._stream[at]
        return at - self._at + 1 if brace.text == "{" and brace.kind is TokenKind.MARK else 0

    def _message(self, start: int, first: str, ahead: int) -> Expr:
        name = first + "".join(self._next().text for _ in range(ahead - 1))
        self._at += 1
        entries: list[tuple[str, Expr]] = []
        while not self._sees("}"):
            selector = self._selector()
            self._expect(":", "after the name of the field")
            entries.append((selector.text, self.expression()))
            if not self._take(","):
                break
        end = self._expect("}", "to close the message").end
        return MessageLiteral(name, tuple(entries), start=start, end=end)

    def _list(self, start: int) -> Expr:
        items: list[Expr] = []
        while not self._sees("]"):
            items.append(self.expression())
            if not self._take(","):
                break
        return ListLiteral(tuple(items), start=start, end=self._expect("]", "to close the list").end)

    def _map(self, start: int) -> Expr:
        entries: list[tuple[Expr, Expr]] = []
        while not self._sees("}"):
            key = self.expression()
            self._expect(":", "after the key")
            entries.append((key, self.expression()))
            if not self._take(","):
                break
        return MapLiteral(tuple(entries), start=start, end=self._expect("}", "to close the map").end)


_NUMBERS: Final = frozenset({TokenKind.INT, TokenKind.UINT, TokenKind.DOUBLE})


def _refuse_reserved(token: Token) -> None:
    if token.text in RESERVED:
        raise ExpressionError(
            Fault(token.start, token.end, f"{token.text!r} is reserved in CEL and cannot be a name")
        )


def _call(name: Token, args: tuple[Expr, ...], start: int, end: int) -> Expr:
    if name.text != "has" or len(args) != 1:
        return Call(name.text, args, start=start, end=end)
    tested = args[0]
    if not isinstance(tested, Select):
        raise ExpressionError(
            Fault(tested.start, tested.end, "has() asks whether a field is there", "write has(record.field)")
        )
    return Has(tested.operand, tested.field, start=start, end=end)


def _receiver_call(target: Expr, name: Token, args: tuple[Expr, ...], end: int) -> Expr:
    kind = _MACROS.get(name.text)
    if kind is None or not (len(args) == 2 or (kind is MacroKind.MAP and len(args) == 3)):
        return Call(name.text, args, target, start=target.start, end=end)
    variable = args[0]
    if not isinstance(variable, Name) or variable.rooted:
        raise ExpressionError(
            Fault(variable.start, variable.end, f"{kind}() needs a plain name for the element first")
        )
    guard = args[1] if len(args) == 3 else None
    return Macro(kind, target, variable.name, args[-1], guard, start=target.start, end=end)
