"""JSON-LD of a page as flat nodes: graphs, arrays, references, and JSON that is nearly JSON."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

Node = dict[str, Any]

MAX_NODES: Final = 3_000
"""Nodes looked at on one page."""
MAX_CHARS: Final = 2_000_000
"""Larger JSON-LD is not parsed."""
_WRAPPED: Final = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>)\s*$"
)
_TRAILING: Final = re.compile(r",(\s*[}\]])")
_NO_COMMA: Final = re.compile(r'(["\]}\d])(\s*\n\s*)(")')
_NOT_STORIES: Final = frozenset(
    ("BreadcrumbList", "ImageObject", "Organization", "NewsMediaOrganization", "WebSite", "Person")
)


@dataclass(frozen=True, slots=True)
class Structured:
    """The nodes of a page's JSON-LD, by what they are."""

    stories: Sequence[Node] = ()
    """Articles and their like, the page's own story first."""
    pages: Sequence[Node] = ()
    by_id: dict[str, Node] = field(default_factory=dict)


def structure(scripts: Sequence[str], title: str) -> Structured:
    """All nodes of the scripts; of several stories the one whose headline is in the page's `<title>` comes first."""
    nodes = [node for script in scripts for node in _nodes(_parse(script))]
    by_id: dict[str, Node] = {}
    for node in nodes:
        identity = node.get("@id")
        if isinstance(identity, str) and len(node) > len(by_id.get(identity, ())):
            by_id[identity] = node
    stories = [node for node in nodes if _is_story(node)]
    folded = title.casefold()
    stories.sort(key=lambda node: -_likeness(node, folded))
    return Structured(stories, [node for node in nodes if _has_type(node, "WebPage")], by_id)


def _parse(script: str) -> object:
    if len(script) > MAX_CHARS:
        return None
    try:
        return orjson.loads(script)
    except orjson.JSONDecodeError:
        pass
    mended = _WRAPPED.sub("", script).strip().rstrip(";")
    for text in (mended, _NO_COMMA.sub(r"\1,\2\3", _TRAILING.sub(r"\1", mended))):
        try:
            return json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _nodes(root: object) -> Iterator[Node]:
    stack, seen = [root], 0
    while stack and seen < MAX_NODES:
        value = stack.pop()
        seen += 1
        if isinstance(value, dict):
            yield value
            stack.extend(v for v in reversed(list(value.values())) if isinstance(v, dict | list))
        elif isinstance(value, list):
            stack.extend(v for v in reversed(value) if isinstance(v, dict | list))


def types_of(node: Node) -> list[str]:
    """The node's types without prefixes."""
    kind = node.get("@type", ())
    kinds = kind if isinstance(kind, list) else [kind]
    return [k.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for k in kinds if isinstance(k, str)]


def _has_type(node: Node, ending: str) -> bool:
    return any(kind.endswith(ending) for kind in types_of(node))


def _is_story(node: Node) -> bool:
    kinds = types_of(node)
    if any(kind.endswith(("Article", "Posting", "Report", "NewsItem")) for kind in kinds):
        return True
    told = "headline" in node or "articleBody" in node or ("datePublished" in node and "author" in node)
    return told and _NOT_STORIES.isdisjoint(kinds)


def _likeness(node: Node, title: str) -> float:
    headline = text_of(node.get("headline") or node.get("name")).casefold()
    told = sum(name in node for name in ("datePublished", "author", "articleBody", "headline"))
    return 10.0 * (len(headline) > 8 and (headline in title or title in headline)) + told


def text_of(value: object) -> str:
    """The first text of a value: itself, its name, or that of its first entry."""
    for _ in range(4):
        if isinstance(value, str):
            return " ".join(value.split())
        if isinstance(value, list) and value:
            value = value[0]
        elif isinstance(value, dict):
            value = value.get("name") or value.get("@value") or value.get("headline") or value.get("url")
        else:
            return ""
    return ""


def people_of(value: object, by_id: dict[str, Node]) -> list[str]:
    """Names of the persons or organisations of an `author` value; the address of one without a name."""
    names: list[str] = []
    stack = [value]
    while stack and len(names) < 20:
        entry = stack.pop(0)
        if isinstance(entry, list):
            stack = entry[:20] + stack
        elif isinstance(entry, str):
            names.append(by_id[entry].get("name", "") if entry in by_id else entry)
        elif isinstance(entry, dict):
            name = entry.get("name")
            if not name and isinstance(entry.get("@id"), str):
                name = by_id.get(entry["@id"], {}).get("name")
            name = name or entry.get("url")
            if isinstance(name, str | list):
                stack = (name if isinstance(name, list) else [name]) + stack
    return [" ".join(name.split()) for name in names if name.strip()]
