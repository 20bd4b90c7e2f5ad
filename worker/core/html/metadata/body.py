"""Bodies that the visible text lacks: in JSON-LD, in a state blob, in `<noscript>`."""

import re
from typing import Final

import orjson
from selectolax.lexbor import LexborHTMLParser

from worker.core.html.markup import states
from worker.core.html.metadata.scene import Scene
from worker.core.html.metadata.structured import text_of

LEAST_GAIN: Final = 2.0
"""How many times longer than the visible body a hidden one must be to be taken."""
_LEAST: Final = 250
_MOST_SCRIPT: Final = 3_000_000
_STRING: Final = re.compile(r'"((?:[^"\\\n]|\\.){300,200000})"')
_SENTENCES: Final = re.compile(r"[.!?。।؟]\s")
_CODE: Final = re.compile(r"function\s*\(|=>|\{\s*\w+\s*:|;\s*var |\bvar \w+\s*=|@media|display:\s*\w+;")


def hidden_body(scene: Scene, visible: int) -> str | None:
    """The story as metadata has it, when `visible` characters of body are less than half of it."""
    best = ""
    for node in scene.structured.stories[:1]:
        best = max(best, _plain(text_of(node.get("articleBody"))), key=len)
    if len(best) < _LEAST and visible < _LEAST:
        best = max([best, *(_plain(text) for text in scene.page.noscript)], key=len)
    if len(best) < _LEAST and visible < _LEAST:
        best = max([best, *(_from_state(script) for script in states(scene.page))], key=len)
    return best if len(best) >= max(_LEAST, LEAST_GAIN * visible) else None


def _from_state(script: str) -> str:
    """The longest string of a script that reads like a story."""
    best = ""
    for found in _STRING.finditer(script[:_MOST_SCRIPT]):
        raw = found[1]
        if len(raw) <= len(best):
            continue
        text = _plain(_unescape(raw))
        if len(text) > len(best) and len(_SENTENCES.findall(text)) >= 3 and not _CODE.search(text):
            best = text
    return best


def _unescape(raw: str) -> str:
    for _ in range(2):
        try:
            raw = orjson.loads(f'"{raw}"')
        except orjson.JSONDecodeError:
            break
        if '\\"' not in raw and "\\u" not in raw:
            break
    return raw


def _plain(text: str) -> str:
    """Text without markup, one paragraph a line."""
    if "<" in text or "&" in text:
        if "&lt;" in text and "<" not in text:
            text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("&quot;", '"')
        tree = LexborHTMLParser(text)
        for node in tree.css("script,style,iframe"):
            node.decompose()
        text = tree.body.text(separator="\n" if "<p" in text else " ") if tree.body else ""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)
