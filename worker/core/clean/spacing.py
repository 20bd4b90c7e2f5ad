"""White space: one space between words, none at the ends."""


def collapse_spaces(text: str) -> str:
    """Every run of white space becomes one space."""
    return " ".join(text.split())
