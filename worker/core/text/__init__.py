"""Raw text pages: one string in, a labelled partition of it out."""

from worker.core.model import Label, Layout, Segment


def lay_out_text(text: str, language: str | None = None) -> Layout:
    """The segments of a raw text page."""
    segments = []
    at = 0
    for line in text.splitlines(keepends=True):
        label = Label.BODY if len(line.strip()) >= 80 else Label.OTHER
        segments.append(Segment(at, at + len(line), label, why="shape:long" if label is Label.BODY else "shape:short"))
        at += len(line)
    return Layout(text, segments)
