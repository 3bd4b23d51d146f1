# ruff: noqa: E501 - told mistakes are kept whole
"""A designer's mistakes in a copy of the templates, told with file, line and cause."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from digest.compose.render import render
from digest.errors import TemplateError
from digest.language.translations import translator
from digest.model import RenderedEmail
from digest.resources import folder
from tests.editions import newsletter, sample

TEMPLATES = folder("templates")


def rendered(templates: Path) -> RenderedEmail:
    return render(sample(), newsletter(), templates=templates, translator=translator("fr"))


@pytest.mark.parametrize(
    ("file", "before", "after", "told"),
    [
        ("partials/footer.mjml.j2", "<mj-text", "<mj-txt /><mj-text", "partials/footer.mjml.j2, line LINE: there is no tag <mj-txt> here; you may write mj-text"),
        ("partials/footer.mjml.j2", 'css-class="edge"', 'colour="red"', "partials/footer.mjml.j2, line LINE: <mj-text> has no attribute 'colour'; it may have color"),
        ("partials/head.mjml.j2", 'font-size="14px"', 'font-size="14"', "partials/head.mjml.j2, line LINE: font-size of <mj-text> cannot be '14'; write for example '12px'"),
        ("partials/footer.mjml.j2", "</mj-column>", "</mj-colum>", "partials/footer.mjml.j2, line LINE: Opening and ending tag mismatch"),
        ("partials/footer.mjml.j2", "<mj-column>", "<mj-column>bonjour", "partials/footer.mjml.j2, line LINE: the text 'bonjour' stands in <mj-column>"),
        ("email.mjml.j2", "<mj-body", "<mj-text>a</mj-text><mj-body", "email.mjml.j2, line LINE: <mj-text> cannot stand in <mjml>, which may hold mj-body, mj-head"),
        ("partials/footer.mjml.j2", "<strong>", "<mj-divider /><strong>", "partials/footer.mjml.j2, line LINE: <mj-divider> cannot stand inside <mj-text>, which holds HTML"),
        ("partials/head.mjml.j2", "<mj-attributes>", "<mj-attributes><mj-txt />", "partials/head.mjml.j2, line LINE: there is no tag <mj-txt> here; you may write mj-text"),
        ("partials/story.mjml.j2", "story.summary }}", "story.sumary }}", "partials/story.mjml.j2, line LINE: 'digest.model.EditionStory object' has no attribute 'sumary'"),
        ("partials/story.mjml.j2", "{% if story.also %}", "{% iff story.also %}", "partials/story.mjml.j2, line LINE: Encountered unknown tag 'iff'"),
        ("partials/story.mjml.j2", "{% if story.also %}", "{% if 1 // 0 %}", "partials/story.mjml.j2, line LINE: integer division or modulo by zero"),
        ("email.mjml.j2", "partials/footer", "partials/foter", "partials/foter.mjml.j2: there is no such template in "),
        ("email.css", "ul {", "ul { background: url(https://x.example/a.png);", "email.css, line LINE: an email may not load anything, got url("),
        ("email.css", "ul {", "@import 'x.css'; ul {", "email.css, line LINE: an email may not load anything, got @import"),
        ("email.css", "ul {", "ul { { ", "email.css, line LINE: "),
        ("email.txt.j2", "{{ issue }}", "{{ issu }}", "email.txt.j2, line LINE: 'issu' is undefined"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_file_line_and_cause(tmp_path: Path, file: str, before: str, after: str, told: str) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(TEMPLATES, templates)
    source = (templates / file).read_text(encoding="utf-8")
    line = source[: source.index(before)].count("\n") + 1
    (templates / file).write_text(source.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(TemplateError) as raised:
        rendered(templates)
    assert str(raised.value).startswith(told.replace("LINE", str(line)))


def test_html_entities_may_be_written_in_templates(tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(TEMPLATES, templates)
    theme = templates / "partials" / "theme.mjml.j2"
    theme.write_text(
        theme.read_text(encoding="utf-8").replace("{{ theme.name }}", "{{ theme.name }}&nbsp;&eacute;&lt;", 1), encoding="utf-8"
    )
    assert ">IA\u00a0é&lt;</h2>" in rendered(templates).html


def test_a_template_that_is_no_utf_8_text_is_named(tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(TEMPLATES, templates)
    partial = templates / "partials" / "footer.mjml.j2"
    partial.write_bytes(partial.read_bytes() + "<!-- été -->".encode("latin-1"))
    with pytest.raises(TemplateError, match=r"partials/footer\.mjml\.j2: is not UTF-8 text"):
        rendered(templates)
