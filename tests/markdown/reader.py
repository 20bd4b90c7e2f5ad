"""Markdown as a well-kept parser reads it: the texts of its blocks, and what stands on each of their characters."""

from markdown_it import MarkdownIt

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
STYLES = {"strong": "strong", "em": "emphasis", "s": "struck"}


def body_of(document):
    """The document behind its front matter."""
    lines = document.splitlines()
    assert lines[0] == "---"
    return "\n".join(lines[lines.index("---", 1) + 1 :])


def texts(markdown):
    """The texts of its blocks, images left out."""
    return [text for text, _ in read(markdown) if text]


def read(markdown):
    """Each block's text, and its styles: a set a character, of names and of the addresses of links."""
    for token in PARSER.parse(markdown):
        if token.type in {"fence", "code_block", "html_block"}:
            text = token.content.removesuffix("\n")
            yield text, [{token.type}] * len(text)
        elif token.type == "inline":
            yield inside(token.children)


def inside(tokens):
    text, styles, now = "", [], []
    for token in tokens:
        name = token.tag if token.type.startswith(("strong", "em", "s_")) else ""
        if token.nesting == 1:
            now.append(STYLES[name] if name else token.attrGet("href"))
        elif token.nesting == -1:
            now.pop()
        elif token.type != "image":
            here = {"softbreak": "\n", "hardbreak": "\n"}.get(token.type, token.content)
            style = {"code_inline": {"code"}, "html_inline": {"html"}}.get(token.type, set())
            text += here
            styles += [style | set(now)] * len(here)
    return text, styles


def outline(markdown):
    """The kinds of its blocks with what stands in them, as nested lists: to see how they lie in each other."""
    stack = [[]]
    for token in PARSER.parse(markdown):
        if token.nesting == 1:
            inner = [token.tag + (f" {token.attrGet('start')}" if token.attrGet("start") else "")]
            stack[-1].append(inner)
            stack.append(inner)
        elif token.nesting == -1:
            stack.pop()
        else:
            stack[-1].append(token.content if token.type == "inline" else token.tag)
    return stack[0]
