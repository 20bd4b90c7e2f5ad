"""What a stretch of a page must look like to be a tag, a list of tags, or a run of names."""

import re
from typing import Final

from worker.core.text import tag_cues as cues
from worker.core.text.tag_lines import Lines
from worker.core.text.tag_signs import ends_sentence, has_numbers

_SEPARATOR: Final = re.compile(r"\s*[,،、;；|•·#＃]\s*|\s+[/:›»>]\s+")
_ADDRESS: Final = re.compile(r"https?:|www\.|@\w|\w\.(?:com|net|org|de|at|ru)\b")
_INNER: Final = re.compile(r"[.!?。！？।۔؟][\"'”»)\]]*\s+(?=\S)")
_CLIPPED: Final = ("...", "…")
_ITEM: Final = 60
ITEM_WORDS: Final = 7
_PIECE: Final = 70
_LIST: Final = 4000
_RUN_WORDS: Final = 30
"""Code points and words of one tag, of one in a line of several, of a line of them, and of a run without signs."""
HELD: Final = 0.6
"""How much of a list or run the story holds at least."""
_CERTAIN: Final = 0.9
"""The tagger's probability that makes tags of what does not look like them."""


class Shapes:
    """The stretches of a page, told by their wording."""

    def __init__(self, lines: Lines) -> None:
        """Of the page's lines."""
        self.lines = lines
        self.text = lines.text

    def words(self, start: int, end: int) -> int:
        """Words of a stretch; of scripts without spaces, four letters count as one."""
        text = self.lines.folded[start:end]
        return len(cues.words_of(text)) + len(cues.UNSPACED.findall(text)) // 4

    def is_item(self, start: int, end: int) -> bool:
        """Whether a stretch can be one tag."""
        text = self.text[start:end]
        if end - start > _ITEM or not cues.WORD.search(text) or self.words(start, end) > ITEM_WORDS:
            return False
        if text.endswith(":") or (ends_sentence(text) and not text.endswith(_CLIPPED)):
            return False
        if _INNER.search(text) or _ADDRESS.search(text) or has_numbers(text):
            return False
        return not cues.is_other(self.lines.folded, start, end)

    def is_list(self, start: int, end: int) -> bool:
        """Whether a stretch is several tags with signs between them."""
        text = self.text[start:end]
        if end - start > _LIST or _ADDRESS.search(text):
            return False
        pieces = [piece for piece in _SEPARATOR.split(text) if piece.strip()]
        if len(pieces) < 2 or any(len(p) > _PIECE or len(p.split()) > ITEM_WORDS + 1 for p in pieces):
            return False
        if _INNER.search(text) and max(len(piece.split()) for piece in pieces) > ITEM_WORDS // 2 + 1:
            return False
        return not ends_sentence(text) or text.endswith(_CLIPPED)

    def is_run(self, start: int, end: int) -> bool:
        """Whether a stretch is a run of names that the story holds, without signs between them."""
        text = self.text[start:end]
        if ":" in text or self.words(start, end) > _RUN_WORDS or ends_sentence(text):
            return False
        return (
            not (_INNER.search(text) or _ADDRESS.search(text) or has_numbers(text))
            and self.lines.known(start, end) >= HELD
        )

    def is_listed(self, start: int, end: int) -> bool:
        """Whether a stretch can be one tag or several."""
        return self.is_item(start, end) or self.is_list(start, end) or self.is_run(start, end)

    def is_bare_run(self, start: int, end: int) -> bool:
        """Whether a line right below a heading is a run of words without any sign of a sentence."""
        text = self.text[start:end]
        return self.words(start, end) <= _RUN_WORDS and not (
            ends_sentence(text) or _INNER.search(text) or _ADDRESS.search(text) or ":" in text
        )

    def is_furniture(self, start: int, end: int) -> bool:
        """Whether a stretch can be no tag and no heading of tags."""
        text = self.text[start:end]
        if not cues.WORD.search(text) or self.is_listed(start, end) or self.lines.belief(start, end) >= _CERTAIN:
            return False
        if ends_sentence(text) and self.words(start, end) > ITEM_WORDS // 2 + 1:
            return True
        if self.lines.heading(start, end):
            return False
        if cues.is_other(self.lines.folded, start, end) or _ADDRESS.search(text) or has_numbers(text):
            return True
        return text.endswith(":") or end - start > _LIST
