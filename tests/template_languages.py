"""What the senders make of what they receive: small models of three template languages, strict where the real ones would fail.

Liquid needs no model: python-liquid renders it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping

PERSON = "https://sender.example/unsubscribe/7"
ONLINE = "https://sender.example/view/7"


class RefusedError(Exception):
    """The sender would refuse the template, or print something that nobody wrote."""


# ------------------------------------------------------------------------------------------------ listmonk

_GO_VALUES = {"UnsubscribeURL .": PERSON, "MessageURL .": ONLINE}
_SHORTHANDS = (
    (re.compile(r'{{\s*TrackLink\s+"([^"]+)"\s*}}'), r'{{ TrackLink "\1" . }}'),
    (re.compile(r"(https?://.+?)@TrackLink"), r'{{ TrackLink "\1" . }}'),
    (re.compile(r"{{(\s+)?(TrackView|UnsubscribeURL|ManageURL|OptinURL|MessageURL)(\s+)?}}"), r"{{ \2 . }}"),
)
_GO_UNQUOTED = re.compile(r'\\x([0-9a-f]{2})|\\([\\"nrt])')


def listmonk_line(template: str) -> str:
    """A subject, as Go's text/template prints it; without an action it is not a template."""
    return "".join(text if action is None else action[0] for text, action in _go(template))


def listmonk_page(template: str) -> str:
    """A body or a plain text, as Go's html/template prints it: comments fall out, values are escaped unless they are safe.

    Held against Go 1.19 itself: thousands of pages of the tests' traps, and the editions of the tests, come out byte for byte.
    """
    printed, inside = [], ""
    for text, action in _go(template):
        if action is None:
            inside, shown = _go_static(inside, text)
            printed.append(shown)
        elif inside == "":
            printed.append(action[0] if action[1] else html.escape(action[0]).replace("&#x27;", "&#39;"))
        elif inside in ("tag'", 'tag"') and action[0] in (PERSON, ONLINE):
            printed.append(action[0])
        else:
            raise RefusedError(f"an action inside a {inside}")
    return "".join(printed)


def _go(template: str) -> Iterator[tuple[str, tuple[str, bool] | None]]:
    """Text and actions, in turn: what an action prints, and whether it is marked safe."""
    if "}}" not in template.partition("{{")[2]:
        yield template, None
        return
    for shorthand, whole in _SHORTHANDS:
        template = shorthand.sub(whole, template)
    while template:
        text, opened, rest = template.partition("{{")
        yield text, None
        if not opened:
            return
        action = re.match(r'((?:[^"}]|"(?:[^"\\\n]|\\.)*")*?)}}', rest)
        if not action:
            raise RefusedError("an action that does not end")
        yield "", _go_value(action[1].strip())
        template = rest[action.end() :]


def _go_value(action: str) -> tuple[str, bool]:
    literal = re.fullmatch(r'(Safe )?"((?:[^"\\\n]|\\.)*)"', action)
    if literal:
        return _GO_UNQUOTED.sub(_go_character, literal[2]), bool(literal[1])
    if action in _GO_VALUES:
        return _GO_VALUES[action], False
    raise RefusedError(f"{action} is not ours")


def _go_character(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else {"n": "\n", "r": "\r", "t": "\t"}.get(escape[2], escape[2])


def _go_static(inside: str, text: str) -> tuple[str, str]:
    """Where static text leads (in a tag, in a quoted value of one, in a style sheet), and what is printed of it."""
    printed = ""
    while text:
        if inside == "style":
            closing = re.search(r"</style", text)
            cut = closing.start() if closing else len(text)
            printed += re.sub(r"/\*.*?\*/|//[^\n]*", "", text[:cut], flags=re.DOTALL)
            inside, text = "" if closing else "style", text[cut:]
        elif inside in ("tag'", 'tag"'):
            value, closed, text = text.partition(inside[-1])
            inside, printed = "tag" if closed else inside, printed + value + closed
        elif inside == "tag":
            end = re.match(r"""[^'">]*['">]?""", text)
            assert end
            ended = end[0][-1] if end[0][-1] in "'\">" else ""
            inside = "tag" + ended if ended != ">" else "style" if printed.rpartition("<")[2].startswith("style") else ""
            printed, text = printed + end[0], text[end.end() :]
        elif comment := re.match(r"<!--.*?-->", text, re.DOTALL):
            text = text[comment.end() :]
        elif re.match(r"<[a-zA-Z/!]", text):
            name = re.match(r"<[/!]?[a-zA-Z]*", text)
            assert name
            inside, printed, text = "tag", printed + name[0], text[name.end() :]
        else:
            printed, text = printed + ("&lt;" if text[0] == "<" else text[0]), text[1:]
    return inside, printed


# ------------------------------------------------------------------------------------------------ Brevo


def brevo(template: str, values: Mapping[str, str] | None = None) -> str:
    """As Django reads a template: tags, variables and comments, each on one line; an unknown variable prints nothing.

    Held against Django 5.2 itself, on thousands of pages.
    """
    known = {"mirror": ONLINE, "unsubscribe": PERSON} | dict(values or {})
    printed, verbatim = [], False
    for token in re.split(r"({%.*?%}|{{.*?}}|{#.*?#})", template):
        word = token[2:-2].strip() if token.startswith(("{%", "{{", "{#")) else None
        if verbatim or word is None:
            if word == "endverbatim" and token.startswith("{%"):
                verbatim = False
            elif not verbatim and re.search(r"{[{%#]", token):
                raise RefusedError(f"{token} does not end")
            else:
                printed.append(token)
        elif token.startswith("{{"):
            printed.append(known.get(word, ""))
        elif token.startswith("{%"):
            if word != "verbatim":
                raise RefusedError(f"unknown tag {word}")
            verbatim = True
    return "".join(printed)


# ------------------------------------------------------------------------------------------------ Mailchimp


def mailchimp(template: str) -> str:
    """Every merge tag is replaced; one that Mailchimp does not know prints nothing."""
    return re.sub(r"\*\|(.*?)\|\*", lambda tag: {"ARCHIVE": ONLINE, "UNSUB": PERSON}.get(tag[1], ""), template)
