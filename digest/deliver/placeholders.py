"""An edition written in a sender's template language, so that the sender prints what was approved. Pure.

Every sender runs a template language over what it receives, and article titles are data: what would start a tag of that
language is escaped. Where the edition's own links stand (read online, unsubscribe), the sender's placeholders are put.

How each language is read: listmonk's `models/campaigns.go` and `models/common.go` (Go's html/template); Keila's
`mailings/renderer/` (Liquid, by Solid); Brevo's help pages on its template language (Django's syntax);
Mailchimp's help pages on merge tags.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from digest.model import RenderedEmail

READ_ONLINE: Final = "https://read-online.invalid/"
"""Where the link to the edition on the web leads in an edition rendered for a sender."""
UNSUBSCRIBE: Final = "https://unsubscribe.invalid/"
"""Where the link to unsubscribe leads in an edition rendered for a sender. RFC 2606: nobody ever owns `.invalid`."""

_OURS: Final = f"(?:{re.escape(READ_ONLINE)}|{re.escape(UNSUBSCRIBE)})"
_WORD_JOINER: Final = "\u2060"
"""Shows nothing, and keeps apart two characters that would start a tag."""
_PREHEADER = re.compile(r'<div class="preheader"[^>]*>[^<]*</div>')
_STYLE = re.compile(r"(<style\b.*?</style>)", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Written:
    """An edition in the template language of one sender."""

    subject: str
    preheader: str
    html: str
    text: str


# ------------------------------------------------------------------------------------------------ listmonk

_GO_TEXT = re.compile(r"\{+|@(?=TrackLink)")
_GO_PLAIN = re.compile(r"[<{]+|@(?=TrackLink)")
_GO_PIECES = re.compile(
    r"""(?P<opaque> <!--.*?--> | <style\b.*?</style> ) | (?P<tag> <[a-zA-Z/!](?: "[^"]*" | '[^']*' | [^'">] )*> )""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
_GO_OPAQUE_TAG = re.compile(r"""\{|@TrackLink|\bstyle\s*=\s*(?:"[^"]*(?:/[/*]|\\)|'[^']*(?:/[/*]|\\))""", re.IGNORECASE)
_GO_OPAQUE_STYLE = re.compile(r"""^<!--|>[^<]*(?:[\\'"/]|\{\{|@TrackLink|<(?!/style))""", re.IGNORECASE)
"""Go drops comments from style sheets too, takes every `//` for the start of one, and refuses a string that does not end."""
_GO_ESCAPES = {"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t", "{": r"\x7b"}


def for_listmonk(rendered: RenderedEmail, preheader: str) -> Written:
    """For Go's html/template, which removes comments (Outlook's conditions are comments) unless they are values marked safe.

    The plain text goes through html/template too, where a bare `<` would become `&lt;`. listmonk also rewrites every address
    that ends in `@TrackLink`, wherever it stands.
    """
    return Written(
        subject=_GO_TEXT.sub(_go_string, rendered.subject),
        preheader=_GO_TEXT.sub(_go_string, preheader),
        html=_with_placeholders(_go_html(rendered.html), "{{ MessageURL }}", "{{ UnsubscribeURL }}"),
        text=_with_placeholders(
            _GO_PLAIN.sub(lambda found: _go_safe(found[0]), rendered.text), "{{ MessageURL }}", "{{ UnsubscribeURL }}"
        ),
    )


def _go_html(html: str) -> str:
    written, end = [], 0
    for piece in _GO_PIECES.finditer(html):
        written.append(_GO_TEXT.sub(_go_string, html[end : piece.start()]))
        written.append(_go_safe(piece[0]) if _is_opaque(piece) else piece[0])
        end = piece.end()
    return "".join((*written, _GO_TEXT.sub(_go_string, html[end:])))


def _is_opaque(piece: re.Match[str]) -> bool:
    """Whether Go might change or refuse this piece of HTML; a plain style sheet is full of single braces, which are harmless."""
    return bool((_GO_OPAQUE_TAG if piece["tag"] else _GO_OPAQUE_STYLE).search(piece[0]))


def _go_string(found: re.Match[str]) -> str:
    return f'{{{{ "{found[0]}" }}}}'


def _go_safe(markup: str) -> str:
    """Markup as values that html/template prints untouched; our links stand between them."""
    return "".join(
        part if re.fullmatch(_OURS, part) else f'{{{{ Safe "{_go_escaped(part)}" }}}}'
        for part in re.split(f"({_OURS})", markup)
        if part
    )


def _go_escaped(text: str) -> str:
    escaped = "".join(_GO_ESCAPES.get(character, character) for character in text)
    return escaped.replace("@TrackLink", r"\x40TrackLink")


# ------------------------------------------------------------------------------------------------ Keila

_URL_CHARACTERS = "!#$%&()*+,-./:;=?@[]_~"
"""What stands in an address as it is: everything but quotation marks and braces."""
_LIQUID = re.compile(rf"\{{(?=[{{%]|{_OURS})")


def for_keila(rendered: RenderedEmail, preheader: str, *, archived_at: str | None) -> Written:
    """For Liquid. Some versions of Keila read the HTML before Liquid does, so that braces cannot hide in character references.

    A campaign of Keila has a public page only where a person turns it on: `archived_at` is where the link leads otherwise.
    """
    online = "{{ campaign.public_link }}"
    if archived_at:
        online = f"{{{{ campaign.public_link | default: '{quote(archived_at, safe=_URL_CHARACTERS)}' }}}}"

    def written(text: str) -> str:
        return _with_placeholders(_LIQUID.sub("{{ '{' }}", text), online, "{{ unsubscribe_link }}")

    return Written(written(rendered.subject), written(preheader), written(rendered.html), written(rendered.text))


# ------------------------------------------------------------------------------------------------ Brevo

_BREVO = re.compile(rf"\{{(?=[{{%#]|{_OURS})")


def for_brevo(rendered: RenderedEmail, preheader: str) -> Written:
    """For Brevo's language, whose syntax is Django's. Brevo takes no plain text: it makes its own from the HTML.

    Its `verbatim` tag is closed by content that opens a tag and does not end it; subjects get an invisible character instead.
    """
    html = _in_html(_BREVO, "&#123;", _without_preheader(rendered.html))
    return Written(
        subject=_in_line(_BREVO, rendered.subject),
        preheader=_in_line(_BREVO, preheader),
        html=_with_placeholders(html, "{{ mirror }}", "{{ unsubscribe }}"),
        text="",
    )


# ------------------------------------------------------------------------------------------------ Mailchimp

_MERGE_TAG = re.compile(r"\*(?=\|)")


def for_mailchimp(rendered: RenderedEmail, preheader: str) -> Written:
    """For merge tags, which have no escape outside HTML: an invisible character stands between the star and the bar."""
    html = _in_html(_MERGE_TAG, "&#42;", _without_preheader(rendered.html))
    return Written(
        subject=_in_line(_MERGE_TAG, rendered.subject),
        preheader=_in_line(_MERGE_TAG, preheader),
        html=_with_placeholders(html, "*|ARCHIVE|*", "*|UNSUB|*"),
        text=_with_placeholders(_in_line(_MERGE_TAG, rendered.text), "*|ARCHIVE|*", "*|UNSUB|*"),
    )


# ------------------------------------------------------------------------------------------------ several of them


def _in_html(start: re.Pattern[str], reference: str, html: str) -> str:
    """HTML in which nothing starts a tag: a character reference says the same, and in a style sheet an empty comment."""
    parts = _STYLE.split(html)
    return "".join(start.sub(r"\g<0>/**/" if i % 2 else reference, part) for i, part in enumerate(parts))


def _in_line(start: re.Pattern[str], text: str) -> str:
    """Words in which nothing starts a tag, for a language without an escape there."""
    return start.sub(r"\g<0>" + _WORD_JOINER, text)


def _without_preheader(html: str) -> str:
    """HTML without its hidden first line, for a sender that puts its own there: readers would see it twice in their list."""
    return _PREHEADER.sub("", html, count=1)


def _with_placeholders(text: str, read_online: str, unsubscribe: str) -> str:
    return text.replace(READ_ONLINE, read_online).replace(UNSUBSCRIBE, unsubscribe)
