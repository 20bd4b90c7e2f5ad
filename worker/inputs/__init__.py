"""The user's own pages, from files: JSON lines, WARC archives, html, text, compressed or not, folders of them."""

from worker.inputs.files import Inputs
from worker.inputs.model import NoInput, PageRecord, Problem

__all__ = ["Inputs", "NoInput", "PageRecord", "Problem"]
