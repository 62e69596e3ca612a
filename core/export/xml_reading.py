"""Reads XML so that whoever wrote it is told where it is wrong."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from core.errors import UserError

_PARAMETER = re.compile(r"\$(\w+)")
_OPERATORS: dict[type[ast.operator | ast.unaryop], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}


@dataclass(frozen=True)
class Node:
    """An element, the file it is in, and the parameters that its attributes may name."""

    element: ElementTree.Element
    path: Path
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        return self.element.tag

    def child(self, route: str) -> Node | None:
        """The first element on a route such as `Shape/Polyline`; None without one."""
        found = self.element.find(route)
        return None if found is None else Node(found, self.path, self.parameters)

    def need(self, route: str) -> Node:
        """As `child`.

        Raises:
            UserError: there is none.
        """
        found = self.child(route)
        if found is None:
            raise UserError(f"An element {route} is missing", path=self.path, field=self.label)
        return found

    def children(self, route: str) -> list[Node]:
        return [Node(found, self.path, self.parameters) for found in self.element.findall(route)]

    def first(self) -> Node | None:
        """The first element inside."""
        return next((Node(found, self.path, self.parameters) for found in self.element), None)

    def with_parameters(self, parameters: Mapping[str, str]) -> Node:
        return Node(self.element, self.path, {**self.parameters, **parameters})

    @property
    def label(self) -> str:
        """How the user finds it."""
        names = (self.element.get(key) for key in ("name", "entityRef", "entryName", "id", "roadId"))
        name = next((value for value in names if value), None)
        return self.tag if name is None else f"{self.tag} {name}"

    def has(self, name: str) -> bool:
        return self.element.get(name) is not None

    def text(self, name: str, default: str | None = None) -> str:
        """An attribute, parameters put in.

        Raises:
            UserError: it is missing and has no default, or names a parameter that is not declared.
        """
        value = self.element.get(name)
        if value is None:
            if default is None:
                raise UserError(f"The attribute {name} is missing", path=self.path, field=self.label)
            return default
        if value.startswith("$") and not value.startswith("${"):
            return self._parameter(value[1:], name)
        return value

    def number(self, name: str, default: float | None = None) -> float:
        """An attribute that is a number, a parameter or an expression such as `${$Speed / 3.6}`.

        Raises:
            UserError: it is missing and has no default, or is none of these.
        """
        text = self.text(name, None if default is None else str(default)).strip()
        try:
            return self._value(text, name)
        except (ValueError, SyntaxError, ZeroDivisionError, OverflowError) as error:
            raise UserError(f"{text!r} is not a number", path=self.path, field=f"{self.label} {name}") from error

    def _value(self, text: str, name: str) -> float:
        if text.startswith("${") and text.endswith("}"):
            inside = _PARAMETER.sub(lambda found: f"({self._value(self._parameter(found[1], name), name)})", text[2:-1])
            return float(_evaluated(ast.parse(inside.strip(), mode="eval").body))
        value = float(text)
        if value != value or value in (float("inf"), float("-inf")):
            raise ValueError("not finite")
        return value

    def _parameter(self, parameter: str, name: str) -> str:
        if parameter not in self.parameters:
            raise UserError(f"The parameter {parameter} is not declared", path=self.path, field=f"{self.label} {name}")
        value = self.parameters[parameter]
        return self._parameter(value[1:], name) if value.startswith("$") and value[1:] in self.parameters else value


def read_xml(path: Path, root: str) -> Node:
    """The root element of a file.

    Raises:
        UserError: the file is missing, is no XML, or has another root element.
    """
    try:
        element = ElementTree.parse(path).getroot()
    except OSError as error:
        raise UserError(f"The file cannot be read: {error.strerror}", path=path) from error
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise UserError(f"The file is no XML: {error}", path=path) from error
    if element.tag != root:
        raise UserError(f"The file does not hold {root}: its first element is {element.tag}", path=path)
    return Node(element, path)


def _evaluated(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=bool()):
            raise ValueError("not a number")
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
            return float(_OPERATORS[type(sign)](_evaluated(left), _evaluated(right)))
        case ast.UnaryOp(op=unary, operand=operand) if type(unary) in _OPERATORS:
            return float(_OPERATORS[type(unary)](_evaluated(operand)))
    raise ValueError("not an expression of numbers")
