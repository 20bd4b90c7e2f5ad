"""Canonical composition: an accent and its letter become one character."""

import unicodedata


def compose(text: str) -> str:
    """The text in Unicode's form NFC."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)
