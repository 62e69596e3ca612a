"""Fuzzy matching of what was typed against a title."""

from __future__ import annotations


def fuzzy_score(query: str, text: str) -> float | None:
    """How well the letters of `query` occur in order in `text`; more is better, None is no match.

    A text or a word that begins with the query counts most, then starts of words and letters in a row; of two
    equal matches the shorter text wins.
    """
    query, text = query.casefold().strip(), text.casefold()
    if not query:
        return 0.0
    best = max((_from(query, text, start) for start in _starts(query[0], text)), default=-1.0)
    if best < 0:
        return None
    if text.startswith(query):
        best += 6.0 * len(query)
    elif f" {query}" in text:
        best += 4.0 * len(query)
    return best - 0.01 * len(text)


def _starts(letter: str, text: str) -> list[int]:
    return [index for index, other in enumerate(text) if other == letter]


def _from(query: str, text: str, start: int) -> float:
    score, place, last = 0.0, start, start - 2
    for letter in query:
        if letter == " ":
            continue
        place = text.find(letter, place)
        if place < 0:
            return -1.0
        at_word = place == 0 or not text[place - 1].isalnum()
        score += 1.0 + (2.0 if at_word else 0.0) + (1.5 if place == last + 1 else 0.0)
        last, place = place, place + 1
    return score
