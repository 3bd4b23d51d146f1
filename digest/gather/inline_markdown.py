"""The marks of Markdown or HTML in a text that people pasted without saying that it is one."""

from __future__ import annotations

import re

from digest.gather.blocks import one_line
from digest.model import Link

_NOTE = re.compile(r"^[ \t]{0,3}\[\^[^\]\s]{1,30}\]:.*(?:\n[ \t]+\S.*)*\n?", re.MULTILINE)
_NOTE_MARK = re.compile(r"[ \t]?\[\^[^\]\s]{1,30}\]")
_ATTRIBUTES = re.compile(r"[ \t]?\{:[^{}\n]{1,200}\}|[ \t]+\{[#.][^{}\n]{1,100}\}(?=[ \t]*$)", re.MULTILINE)
_TARGET = r"\(\s*<?(?P<url>https?://(?:[^\s()<>]|\([^\s()<>]*\))+)>?(?:\s+(?:\"[^\"\n]*\"|'[^'\n]*'))?\s*\)"
_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^)\s]+(?:\s+\"[^\"\n]*\")?\)")
_LINK = re.compile(rf"\[(?P<words>[^\[\]]{{1,300}})\]{_TARGET}")
_STRONG = re.compile(
    r"(?<![\w*])\*\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*\*(?![\w*])|(?<![\w_])__(?=[^\s_])([^_\n]+?)(?<=[^\s_])__(?![\w_])"
)
_EMPHASIS = re.compile(
    r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*(?![\w*])|(?<![\w_/])_(?=[^\s_])([^_\n]+?)(?<=[^\s_])_(?![\w_])"
)
_BLOCK_TAG = re.compile(
    r"<(?:p|h[1-6]|ul|ol|li|div|br|article|section|main|html|body|blockquote|table|tr)(?:\s[^<>]*)?/?>", re.IGNORECASE
)


def without_footnotes(text: str) -> str:
    """A text without the marks of its footnotes (`[^1]`), nor the notes that they call."""
    return _NOTE_MARK.sub("", _NOTE.sub("", text)) if "[^" in text else text


def without_attributes(text: str) -> str:
    """A text without the classes and names that Kramdown and Pandoc give to blocks (`{: .note}`, `{#name}`)."""
    return _ATTRIBUTES.sub("", text) if "{" in text else text


def html_start(text: str) -> int | None:
    """Where the HTML of a pasted text begins: two tags of blocks or more, one of them first on its line; None without."""
    tags = list(_BLOCK_TAG.finditer(text))
    if len(tags) < 2 or not any(not text[text.rfind("\n", 0, tag.start()) + 1 : tag.start()].strip() for tag in tags):
        return None
    return tags[0].start()


def plain_markdown(text: str) -> tuple[str, tuple[Link, ...]]:
    """A text without Markdown's links, images, bold and italic, and the links; one that has no link nor bold stays as it is."""
    if not (_LINK.search(text) or _STRONG.search(text)):
        return text, ()
    text = _IMAGE.sub("", text)
    links = {
        found["url"]: Link(text=words, url=found["url"]) for found in _LINK.finditer(text) if (words := _bare(found["words"]))
    }
    return _bare(_LINK.sub(r"\g<words>", text), lines=True), tuple(links.values())


def _bare(text: str, *, lines: bool = False) -> str:
    for mark in (_STRONG, _EMPHASIS):
        text = mark.sub(lambda found: found[1] or found[2], text)
    return text if lines else one_line(text)
