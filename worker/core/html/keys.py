"""What class names, ids and semantic attributes say about a text: learned log odds per token."""

import re
from collections.abc import Mapping
from typing import Final

_PART: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_MOST: Final = 24


def tokens_of(key: str) -> list[str]:
    """The words of a key: split at camel case and at everything that is no ascii letter, lower case, each once."""
    return list(dict.fromkeys(part.lower() for part in _PART.findall(key) if len(part) > 1))[:_MOST]


class Odds:
    """Scores keys by learned log odds of their tokens being on body text; remembers keys it has seen."""

    _REMEMBERED: Final = 50_000

    def __init__(self, table: Mapping[str, float]) -> None:
        self._table = table
        self._seen: dict[str, tuple[float, float, float]] = {"": (0.0, 0.0, 0.0)}

    def of(self, key: str) -> tuple[float, float, float]:
        """Mean, lowest and highest log odds of the key's tokens; zeros when no token is known."""
        score = self._seen.get(key)
        if score is None:
            if len(self._seen) > self._REMEMBERED:
                self._seen = {"": (0.0, 0.0, 0.0)}
            table = self._table
            known = [table[token] for token in tokens_of(key) if token in table]
            score = (sum(known) / len(known), min(0.0, *known), max(0.0, *known)) if known else (0.0, 0.0, 0.0)
            self._seen[key] = score
        return score
