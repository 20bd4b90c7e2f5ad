"""RawPage -> its content as decoded text, with the charset that was used."""

import codecs
import re
from typing import Final

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

from schemas.messages import RawPage, WarningCode
from schemas.reasons import Reason, Reject
from worker.core.limits import Limits
from worker.core.model import Content

_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_MARKUP: Final = re.compile(r"<(?:!doctype html|html|head|body|title|meta|div|p|article|table|h1)\b", re.IGNORECASE)
_TEXTUAL: Final = re.compile(r"(?:text/(?!css|javascript|calendar|csv)|application/(?:xhtml|xml|octet-stream)|$)")
_NO_TEXT: Final = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f\N{REPLACEMENT CHARACTER}]")
_SNIFFED_CHARS: Final = 20_000
_FEW_BAD: Final = 20
"""Replacement characters up to which a UTF-8 page with broken bytes stays UTF-8: three in four pages that declare
UTF-8 and are not valid have fewer (measured on 687 pages)."""
_CONTROL_SHARE: Final = 0.02
"""Share of control characters above which bytes are no text."""


def decode(page: RawPage, limits: Limits) -> Content:
    """The page's content as text. Raises Reject when it is too large, no text, or of an unknown charset."""
    if page.status is not None and page.status >= 400:
        raise Reject(Reason.BAD_STATUS, f"http status {page.status}")
    if page.body is not None:
        return _decode_bytes(page, page.body, limits)
    text = page.html if page.html is not None else page.text or ""
    if len(text) > limits.page_bytes:
        raise Reject(Reason.TOO_LARGE, f"{len(text)} characters, limit {limits.page_bytes}")
    text = _without_surrogates(text)
    warnings = (WarningCode.REPLACEMENT_CHARACTERS,) if "\N{REPLACEMENT CHARACTER}" in text else ()
    return Content(text, "text" if page.html is None else "html", None, warnings)


def _without_surrogates(text: str) -> str:
    """Lone surrogates, which no encoding takes, replaced one for one."""
    try:
        text.encode("utf-16-le")  # the quickest way to ask whether there are any
    except UnicodeEncodeError:
        return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)
    return text


def _decode_bytes(page: RawPage, body: bytes, limits: Limits) -> Content:
    if len(body) > limits.page_bytes:
        raise Reject(Reason.TOO_LARGE, f"{len(body)} bytes, limit {limits.page_bytes}")
    content_type = _content_type(page)
    if not _TEXTUAL.match(content_type):
        raise Reject(Reason.NOT_A_PAGE, f"content type {content_type.partition(';')[0][:60]!r}")
    text, charset, guessed = _to_text(body, content_type, page.charset)
    if _is_rubbish(text):
        raise Reject(Reason.UNDECODABLE, f"{len(body)} bytes are no text in {charset}")
    warnings = []
    if guessed:
        warnings.append(WarningCode.CHARSET_GUESSED)
    if "\N{REPLACEMENT CHARACTER}" in text:
        warnings.append(WarningCode.REPLACEMENT_CHARACTERS)
    plain = content_type.startswith("text/plain") or not (
        content_type.startswith(("text/html", "application/xhtml")) or _MARKUP.search(text, 0, _SNIFFED_CHARS)
    )
    return Content(text, "text" if plain else "html", charset, tuple(warnings))


def _content_type(page: RawPage) -> str:
    headers = {name.lower(): value for name, value in (page.http_headers or {}).items()}
    return (page.content_type or headers.get("content-type") or "").strip().lower()


def _to_text(body: bytes, content_type: str, charset: str | None) -> tuple[str, str, bool]:
    """Text, charset, whether guessed. In order: mark, valid UTF-8, http, the crawler, the markup, a guess."""
    mark, mark_bytes = read_bom(body)
    if mark is not None and mark_bytes is not None:
        return body[len(mark_bytes) :].decode(mark, "replace"), mark, False
    declared = [http_content_type_encoding(content_type), charset, html_body_declared_encoding(body[:_SNIFFED_CHARS])]
    known = [name for name in (_known(word) for word in declared if word) if name]
    stateful = next((name for name in known if name.startswith(("iso2022", "utf-7", "hz"))), None)
    if stateful is None:
        try:
            return body.decode("utf-8"), "utf-8", False
        except UnicodeDecodeError as error:
            if not known and charset:
                raise Reject(Reason.UNKNOWN_CHARSET, f"no such charset: {charset[:40]!r}") from error
    for name in known:
        text = body.decode(name, "replace")
        if text.count("\N{REPLACEMENT CHARACTER}") <= max(_FEW_BAD, len(text) // 2000):
            return text, name, False
    text = body.decode("utf-8", "replace")
    if text.count("\N{REPLACEMENT CHARACTER}") <= _FEW_BAD:
        return text, "utf-8", True
    from charset_normalizer import from_bytes  # noqa: PLC0415 - slow to load, and needed for a page in a thousand

    found = from_bytes(body[:_SNIFFED_CHARS]).best()
    guess = found.encoding if found is not None else "cp1252"
    return body.decode(guess, "replace"), guess, True


def _known(name: str) -> str | None:
    """Python's name of a charset label, by the html standard's aliases (latin-1 is cp1252); None if there is none."""
    resolved = resolve_encoding(name)
    if resolved is None:
        return None
    try:
        return codecs.lookup(resolved).name
    except LookupError:
        return None


def _is_rubbish(text: str) -> bool:
    sample = text[:_SNIFFED_CHARS]
    bad = sum(
        1
        for c in sample
        if (c < " " and c not in "\t\n\r\f\v\x1b") or c == "\N{REPLACEMENT CHARACTER}" or "\x7f" <= c < "\xa0"
    )
    return bad > len(sample) * _CONTROL_SHARE + 8
