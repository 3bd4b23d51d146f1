"""An edition becomes an email: its templates filled in, as HTML and as plain text. The one home of jinja2.

Adds looks and never words. Reads the templates and nothing else; the same edition gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from traceback import extract_tb
from typing import Any, Final

import jinja2
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from digest.compose.inlining import check_style
from digest.compose.left_out import told
from digest.compose.letter import Addresses, addresses_of, host, letter, safe_link
from digest.compose.mjml import to_html
from digest.compose.mjml_rules import Mistake
from digest.compose.reasons import as_line, said
from digest.compose.weight import Lightening, lightest_needed
from digest.errors import N_, TemplateError
from digest.language.names import show_number
from digest.language.translations import Translator
from digest.model import Edition, Finding, RenderedEmail
from digest.settings import Newsletter

LETTER: Final = "email.mjml.j2"
STYLE: Final = "email.css"
TEXT: Final = "email.txt.j2"
REPORT: Final = "report.html.j2"
TEXT_COLUMNS: Final = 72
"""Width of the plain-text part: room for a quotation mark or two in an answer within the 78 of RFC 5322."""
CLIP_BYTES: Final = 102 * 1024
"""Gmail hides the end of a longer HTML part behind a link."""

SENDERS_SHARE: Final = 10
"""Percent of `email_bytes` left to what sending adds: rewritten links, a sender's own footer."""

_CONTROLS: Final = bytes({*range(32), 127} - set(b"\t\n\r"))
"""With lone surrogates, U+FFFE and U+FFFF: what XML 1.0 cannot hold."""
_SOURCE_MARK = re.compile("\ue000([^\ue001\n]*):(\\d+)\ue001")


def render(
    edition: Edition, newsletter: Newsletter, *, templates: Path, translator: Translator, addresses: Addresses | None = None
) -> RenderedEmail:
    """The email of an edition; its HTML stays under `email_bytes`, its plain text is whole.

    `addresses` are the newsletter's own unless the place it goes to has others.
    Raises TemplateError, which names the template, the line and what is wrong there.
    """
    values = letter(edition, newsletter, translator, addresses or addresses_of(newsletter, edition.edition))

    @cache
    def html(lightening: Lightening) -> str:
        return _html(templates, values | {"folded": lightening.folded, "hidden": lightening.hidden})

    lightening = lightest_needed(
        edition, lambda one: len(html(one).encode()), newsletter.limits.email_bytes * (100 - SENDERS_SHARE) // 100
    )
    return RenderedEmail(
        subject=" ".join(_printable(edition.subject).splitlines()),
        html=html(lightening),
        text=_filled(templates, TEXT, values),
        folded=tuple(story.id for story in edition.stories if story.id in lightening.folded),
    )


def render_report(
    edition: Edition,
    newsletter: Newsletter,
    rendered: RenderedEmail,
    findings: Sequence[Finding] = (),
    *,
    templates: Path,
    translator: Translator,
) -> str:
    """The page a communications officer reads beside the draft: what was checked, what it holds and why, how the sources fare."""
    short = replace(edition, left_out=())
    values = letter(short, newsletter, translator, addresses_of(newsletter, edition.edition)) | {
        "left_out": told(edition, translator),
        "left_out_count": len(edition.left_out),
        "number": lambda number: show_number(number, translator.language, 0),
        "safe_link": safe_link,
        "weight": len(rendered.html.encode()),
        "clip": CLIP_BYTES,
        "folded": rendered.folded,
        "findings": findings,
        "said": lambda finding: as_line(said(finding, translator)),
    }
    return _filled(templates, REPORT, values)


def render_page(page: str, values: Mapping[str, Any], *, templates: Path) -> str:
    """A page for the web, from its template and what it may name."""
    return _filled(templates, page, values)


def _html(templates: Path, values: Mapping[str, Any]) -> str:
    style = _filled(templates, STYLE, values)
    source = _filled(templates, LETTER, values)
    with _telling_where(templates, STYLE, values):
        check_style(style)
    with _telling_where(templates, LETTER, values):
        return to_html(source, style)


@contextmanager
def _telling_where(templates: Path, name: str, values: Mapping[str, Any]) -> Iterator[None]:
    """Turns a mistake found in what a template gave into an error that says where it was written."""
    try:
        yield
    except Mistake as mistake:
        raise _located(mistake, templates, name, values) from mistake


def _filled(templates: Path, name: str, values: Mapping[str, Any], *, marked: bool = False) -> str:
    """A template filled in, without the characters that XML refuses; `marked` writes where each line comes from at its start."""
    try:
        return _printable(_environment(templates, marked).get_template(name).render(values))
    except jinja2.TemplateSyntaxError as error:
        raise _mistake(error.name or name, error.lineno, error.message) from error
    except jinja2.TemplateNotFound as error:
        raise TemplateError(N_("{file}: there is no such template in {folder}"), file=error.name, folder=templates) from error
    except UnicodeDecodeError as error:
        raise TemplateError(N_("{file}: is not UTF-8 text; save it again as UTF-8"), file=_unreadable(templates)) from error
    except Exception as error:
        # jinja2 rewrites tracebacks so that they name templates and their lines
        frames = [frame for frame in extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(templates)]
        if not frames:
            raise
        raise _mistake(str(Path(frames[-1].filename).relative_to(templates)), frames[-1].lineno, error) from error


def _unreadable(templates: Path) -> str:
    """The first template that is no UTF-8 text."""
    for file in sorted(file for file in templates.rglob("*") if file.suffix in (".j2", ".css")):
        try:
            file.read_bytes().decode()
        except UnicodeDecodeError:
            return file.relative_to(templates).as_posix()
    return templates.name


def _printable(text: str) -> str:
    return text.encode(errors="ignore").translate(None, _CONTROLS).decode().replace("\ufffe", "").replace("\uffff", "")


def _mistake(file: str, line: int | None, cause: object) -> TemplateError:
    return TemplateError(N_("{file}, line {line}: {cause}"), file=file, line=line or 1, cause=cause)


def _located(mistake: Mistake, templates: Path, name: str, values: Mapping[str, Any]) -> TemplateError:
    file, line = name, "1"
    for text in _filled(templates, name, values, marked=True).split("\n")[: mistake.line or 1]:
        opening = re.match(f"(?:{_SOURCE_MARK.pattern})+", text)
        if marks := _SOURCE_MARK.findall(opening[0] if opening else text):
            file, line = marks[-1 if opening else 0]
    return TemplateError(mistake.message, file=file, line=line, **mistake.values)


@lru_cache(maxsize=8)
def _environment(templates: Path, marked: bool) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        autoescape=lambda name: name is None or not name.endswith((".txt.j2", ".css")),  # noqa: S701 - plain text has no tags
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: "" if value is None else value,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n", *([_SourceMarks] if marked else [])],
    )
    environment.filters |= {"host": host, "paragraphs": _paragraphs, "wrap": _wrap}
    environment.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    return environment


class _SourceMarks(Extension):
    """Writes `file:line` between two private characters wherever a template begins to speak, and at each of its lines."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        for token in stream:
            if token.type != "data":
                yield token
                continue
            lines = enumerate(token.value.split("\n"), token.lineno)
            yield Token(token.lineno, "data", "\n".join(f"\ue000{stream.name}:{number}\ue001{line}" for number, line in lines))


def _paragraphs(text: str) -> list[str]:
    return [block for block in re.split(r"\s*\n\s*\n\s*", text.strip()) if block]


def _wrap(text: object, mark: str = "") -> str:
    """Text in lines of 72 columns, longer only for what has no space; `mark` opens the first one, the others stand under it."""
    rest = str(text).strip(" ")
    if "  " in rest or "\n" in rest or "\t" in rest or "\r" in rest:
        rest = re.sub("[ \t\r\n]+", " ", rest).strip(" ")
    lines, start = [], mark
    while len(rest) > TEXT_COLUMNS - len(start):
        end = rest.rfind(" ", 0, TEXT_COLUMNS - len(start) + 1)
        if end < 0 and (end := rest.find(" ")) < 0:
            break
        lines.append(start + rest[:end])
        start, rest = " " * len(mark), rest[end + 1 :]
    return "\n".join((*lines, (start + rest).rstrip(" ")))


@jinja2.pass_context
def _gettext(context: jinja2.runtime.Context, message: str) -> str:
    translator: Translator = context["translator"]
    return translator.gettext(message)


@jinja2.pass_context
def _ngettext(context: jinja2.runtime.Context, one: str, many: str, number: int) -> str:
    translator: Translator = context["translator"]
    return translator.ngettext(one, many, number)
