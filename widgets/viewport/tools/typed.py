"""A number that is typed while a tool is in hand."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class TypedNumber:
    text: str = ""

    @property
    def value(self) -> float | None:
        """None while there is no number yet."""
        try:
            return float(self.text)
        except ValueError:
            return None

    def with_key(self, key: str) -> TypedNumber | None:
        """With one more key; None for one that is no part of a number. A minus turns the sign, wherever it comes."""
        if key in "+-" and key:
            bare = self.text.removeprefix("-")
            return replace(self, text=bare if key == "+" or self.text != bare else "-" + bare)
        if key in (".", ",") and "." not in self.text:
            return replace(self, text=self.text + ".")
        if len(key) == 1 and key in "0123456789" and len(self.text) < 12:
            return replace(self, text=self.text + key)
        return None

    def shortened(self) -> TypedNumber:
        return replace(self, text=self.text[:-1])
