"""What a code point is, as bits: one code point may be several things."""

from typing import Final

SPACE: Final = 1
BREAK: Final = 2
DIGIT: Final = 4
UPPER: Final = 8
LOWER: Final = 16
UNCASED: Final = 32
MARK: Final = 64
"""Invisible, combining and control characters: part of what stands around them, never matched."""
STOP: Final = 128
CLOSE: Final = 256
OPEN: Final = 512
SEPARATOR: Final = 1024
COMMA: Final = 2048
COLON: Final = 4096
UNSPACED: Final = 8192
"""Letters of scripts written without spaces between words: each counts as a word of its own."""
WIDE_STOP: Final = 16384
LETTER: Final = UPPER | LOWER | UNCASED
WORDLIKE: Final = LETTER | DIGIT
