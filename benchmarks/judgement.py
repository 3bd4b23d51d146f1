"""How many articles a second are judged on one core: themes, takeaways, both, beside sumy's LexRank and TextRank.

    .venv/bin/python benchmarks/judgement.py [--articles 400] [--rounds 5]

The load is invented: the paragraphs of the sample newsletter's articles, dealt again at random (always the same) into articles
of 3 to 5 KB without a key-points section, so that their sentences have to be chosen. sumy is installed, by this script, into a
virtual environment that is thrown away, which needs the package index. It is used as its documentation tells, with its French
stemmer and stop words, but for its tokenizer, which wants a download: simple expressions find its sentences and words. Each
figure is the best of the rounds, which the contenders run by turns.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digest.model import Article

ROOT = Path(__file__).parent.parent
SUMY = "sumy==0.11.0"
SMALLEST, LARGEST = 3000, 5000
"""Bytes of an article's text."""
SUMY_SHARE = 20
"""sumy is timed on one article in so many: it is that slow."""


def main() -> None:
    """Prints a line for each contender: articles a second, and how many times LexRank and TextRank that is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sumy", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.sumy:
        serve_sumy(asked.sumy)
        return
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one core; whatever is started from here shares it
    articles = load(asked.articles)
    size = sum(len(article.text.encode()) for article in articles) / len(articles)
    print(f"{len(articles)} articles of {size / 1000:.1f} KB on average, one core, best of {asked.rounds} rounds")
    with tempfile.TemporaryDirectory() as folder:
        sumy = start_sumy(Path(folder), [(article.title, article.text) for article in articles[::SUMY_SHARE]])
        report(rates(articles, asked.rounds, sumy))
        sumy.communicate("\n")


# ------------------------------------------------------------------------------------------------ the load


def load(count: int) -> list[Article]:
    """Articles of SMALLEST to LARGEST bytes, made of the sample's paragraphs; the same at each run."""
    from dataclasses import replace
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    from digest.gather.folder import read_file
    from digest.judge.section_names import strength

    now = datetime(2026, 11, 24, 9, tzinfo=UTC)
    sample = [
        read_file(file.name, file.read_bytes(), source="Essai", modified=now, collected=now, tz=ZoneInfo("UTC"), language="fr")
        for file in sorted((ROOT / "articles").iterdir())
        if file.suffix in (".md", ".txt", ".html")
    ]
    chance = random.Random(1)
    articles = []
    for number in range(count):
        first = chance.choice(sample)
        blocks = [
            block
            for article in sample
            if article.lang == first.lang
            for block in article.text.split("\n\n")
            if not strength(block.removeprefix("## "), article.title)
        ]
        text, wanted = "", chance.randint(SMALLEST, LARGEST)
        while len(text.encode()) < wanted:
            text += "\n\n" + chance.choice(blocks)
        articles.append(replace(first, id=f"{number:016x}", text=text.strip()))
    return articles


# ------------------------------------------------------------------------------------------------ the contenders


def rates(articles: Sequence[Article], rounds: int, sumy: subprocess.Popen[str]) -> dict[str, float]:
    """Articles a second of each contender."""
    from digest.config import load as load_config
    from digest.judge.takeaways import takeaways
    from digest.judge.themes import Themes

    themes = Themes(load_config(ROOT / "sources.yaml").settings.themes)
    ours: dict[str, Callable[[Article], Any]] = {
        "themes": lambda article: themes.judge(article, None),
        "takeaways": lambda article: takeaways(article, limit=3, quoted_words=80),
        "themes and takeaways": lambda article: (themes.judge(article, None), takeaways(article, limit=3, quoted_words=80)),
    }
    best: dict[str, float] = {}
    for judge in ours.values():  # lemmas and the like are learnt once in a run
        for article in articles:
            judge(article)
    for _ in range(rounds):
        found = {name: rate(judge, articles) for name, judge in ours.items()} | ask_sumy(sumy)
        best = {name: max(value, best.get(name, 0.0)) for name, value in found.items()}
    return best


def rate(judge: Callable[[Any], Any], articles: Sequence[Any]) -> float:
    """Articles a second."""
    start = time.process_time()
    for article in articles:
        judge(article)
    return len(articles) / (time.process_time() - start)


def report(best: dict[str, float]) -> None:
    print(f"{'':24}{'articles/s':>12}{'x LexRank':>12}{'x TextRank':>12}")
    for name, value in best.items():
        print(f"{name:24}{value:12.0f}{value / best['sumy LexRank']:12.1f}{value / best['sumy TextRank']:12.1f}")


# ------------------------------------------------------------------------------------------------ sumy


def start_sumy(folder: Path, articles: Sequence[tuple[str, str]]) -> subprocess.Popen[str]:
    """A process of sumy in an environment of its own, which times itself each time it is asked."""
    venv.create(folder / "venv", with_pip=True)
    python = str(folder / "venv" / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--quiet", SUMY, "numpy", "setuptools<81"], check=True)
    (folder / "articles.json").write_text(json.dumps(articles), encoding="utf-8")
    command = [python, "-W", "ignore", __file__, "--sumy", str(folder / "articles.json")]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ask_sumy(sumy: subprocess.Popen[str]) -> dict[str, float]:
    assert sumy.stdin is not None
    assert sumy.stdout is not None
    sumy.stdin.write("again\n")
    sumy.stdin.flush()
    answer: dict[str, float] = json.loads(sumy.stdout.readline())
    return answer


def serve_sumy(file: Path) -> None:
    """Runs inside sumy's environment: for each line on standard input, the articles a second of both summarizers."""
    import re

    from sumy.parsers.plaintext import PlaintextParser
    from sumy.summarizers.lex_rank import LexRankSummarizer
    from sumy.summarizers.text_rank import TextRankSummarizer

    class Tokenizer:
        def to_sentences(self, text: str) -> tuple[str, ...]:
            return tuple(part for part in re.split(r"(?<=[.!?…])\s+", text.strip()) if part)

        def to_words(self, sentence: str) -> tuple[str, ...]:
            return tuple(re.findall(r"[^\W_]+", sentence.lower()))

    from sumy.nlp.stemmers import Stemmer
    from sumy.utils import get_stop_words

    texts = [text.replace("## ", "").replace("\n- ", "\n\n") for _, text in json.loads(file.read_text(encoding="utf-8"))]
    stemmer = Stemmer("french")
    summarizers = {"sumy LexRank": LexRankSummarizer(stemmer), "sumy TextRank": TextRankSummarizer(stemmer)}
    for summarizer in summarizers.values():
        summarizer.stop_words = get_stop_words("french")
    while sys.stdin.readline().strip():
        found = {
            name: rate(lambda text, s=summarizer: s(PlaintextParser.from_string(text, Tokenizer()).document, 3), texts)
            for name, summarizer in summarizers.items()
        }
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
