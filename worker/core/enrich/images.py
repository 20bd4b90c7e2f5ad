"""The article's images."""

from schemas.messages import Image
from worker.core.address import absolute
from worker.core.clean import clean
from worker.core.enrich.context import Choice, Context


def images(context: Context) -> Choice[tuple[Image, ...]]:
    """The images that the markup gives, with absolute urls, each once."""
    found: dict[str, Image] = {}
    for picture in context.metadata.images:
        url = absolute(context.page.url, picture.src)
        caption = clean(picture.caption) if picture.caption else None
        if url and (url not in found or (caption and not found[url].caption)):
            at = picture.at if picture.at and context.layout.marked is not None else None
            found[url] = Image(url=url, caption=caption or None, at=at)
    return Choice(tuple(found.values()), "markup" if found else "")
