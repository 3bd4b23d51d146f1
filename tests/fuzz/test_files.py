"""A file of a folder is read, or refused with its name and the cure, in bounded time: whatever people paste or save."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st

from digest.gather.folder import read_file
from tests.fuzz.hostile import broken, encoded
from tests.fuzz.promise import explored, taken
from tests.fuzz.sound import MARKDOWN, NOW, PAGE, PARIS, PASTED, TOML, check_article

NAMES = ("atelier.md", "notes/Été 2026.markdown", "page.html", "copie.htm", "collé.txt", "-_-.txt", "a" * 200 + ".md")


def read(name: str, body: bytes) -> None:
    article = taken(
        lambda: read_file(
            name, body, source="Dossier", modified=datetime(2026, 11, 20, tzinfo=UTC), collected=NOW, tz=PARIS, language="fr"
        ),
        len(body),
    )
    if article is not None:
        check_article(article)
        assert len(article.text) <= 2 * len(body)
        assert article.dated_by


@explored(100)
@given(st.sampled_from(NAMES), encoded(broken((MARKDOWN, TOML, PASTED, PAGE))))
@example("a.txt", b"Un titre\n\n" + b"a\n" * 50_000)  # each line was taken for the title said again: RecursionError
def test_bytes_of_a_file(name: str, body: bytes) -> None:
    """Any bytes give an article that can be stored and quoted, dated, or a GatherError."""
    read(name, body)
