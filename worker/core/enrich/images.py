"""The article's images."""

from urllib.parse import urljoin

from schemas.messages import Image
from worker.core.clean import clean
from worker.core.enrich.context import Choice, Context


def images(context: Context) -> Choice[tuple[Image, ...]]:
    """The images that the markup gives, with absolute urls, each once."""
    found: dict[str, Image] = {}
    for picture in context.metadata.images:
        url = _absolute(context.page.url, picture.src)
        caption = clean(picture.caption) if picture.caption else None
        if url and (url not in found or (caption and not found[url].caption)):
            found[url] = Image(url=url, caption=caption or None)
    return Choice(tuple(found.values()), "markup" if found else "")


def _absolute(base: str, src: str) -> str | None:
    try:
        url = urljoin(base, src.strip())
    except ValueError:
        return None
    return url if url.startswith(("http://", "https://")) else None
