"""From an edition to its checked HTML and its text, beside node's MJML and juice on the same MJML; and what each step costs.

    .venv/bin/python benchmarks/render.py [--rounds 30]

The editions are those of the tests: 12 and 60 stories with three takeaways each. Ours is the whole way: what the templates may
name, the templates filled in, the MJML checked, made into HTML, its style sheet written into it, its weight looked at, the text.
node is given the MJML and the style sheet that come out of our templates, does what MJML itself does with `mj-style inline`, and
has no template to fill in, no mistake to locate and no text to write. Both are warm, in their own process, on the same core, by
turns; each figure is the median of the rounds, in processor time, which other work on the machine disturbs less than the clock.
mjml and juice are installed from npm, the first time, into ~/.cache/digest-benchmarks.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
CACHE = Path.home() / ".cache" / "digest-benchmarks" / "render"
PEERS = ("mjml@5.4.1", "juice@11.1.1")
SIZES = (12, 60)
WARM = 10
"""Rounds that are not counted."""
NODE = """
import fs from 'node:fs';
import readline from 'node:readline';
import mjml2html from 'mjml';
import juice from 'juice';
const spent = () => {const {user, system} = process.cpuUsage(); return (user + system) / 1000;};
const like_mjml = {applyStyleTags: false, removeStyleTags: false, insertPreservedExtraCss: false};
for await (const name of readline.createInterface({input: process.stdin})) {
  const source = fs.readFileSync(name + '.mjml', 'utf8'), extraCss = fs.readFileSync(name + '.css', 'utf8');
  const start = spent();
  const {html, errors} = await mjml2html(source, {keepComments: true, fonts: {}});
  const made = spent();
  const inlined = juice(html, {...like_mjml, extraCss});
  console.log(JSON.stringify({mjml: made - start, juice: spent() - made, errors: errors.length, bytes: inlined.length}));
}
"""

Milliseconds = dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    install()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one core; node, started from here, shares it
    with tempfile.TemporaryDirectory() as folder:
        node = start_node()
        print(f"{'stories':>8}{'HTML':>10}{'ours':>10}{'mjml':>10}{'juice':>10}{'both':>10}{'times ours':>12}")
        for stories in SIZES:
            compare(stories, rounds, Path(folder), node)
        node.communicate()
    print("\nWhat each step of ours costs, in ms:\n")
    steps = {stories: measured(stories, rounds) for stories in SIZES}
    print(f"{'':44}" + "".join(f"{stories:>8}" for stories in SIZES))
    for name in steps[SIZES[0]]:
        print(f"{name:44}" + "".join(f"{statistics.median(steps[stories][name]):8.2f}" for stories in SIZES))


# ------------------------------------------------------------------------------------------------ side by side


def install() -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    if not (CACHE / "node_modules" / "juice").is_dir():
        print("installing", ", ".join(PEERS), file=sys.stderr)
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(CACHE), *PEERS]
        subprocess.run(command, check=True)
    (CACHE / "contender.mjs").write_text(NODE, encoding="utf-8")


def start_node() -> subprocess.Popen[str]:
    return subprocess.Popen(["node", str(CACHE / "contender.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def compare(stories: int, rounds: int, folder: Path, node: subprocess.Popen[str]) -> None:
    """Prints the line of one size."""
    whole = ours(stories)
    source, css = materials(stories)
    (folder / f"{stories}.mjml").write_text(source, encoding="utf-8")
    (folder / f"{stories}.css").write_text(css, encoding="utf-8")
    took: Milliseconds = defaultdict(list)
    for _ in range(WARM + rounds):
        took["ours"].append(timed(whole))
        answer = ask(node, str(folder / str(stories)))
        assert not answer["errors"], "node's MJML finds mistakes in ours"
        for name in ("mjml", "juice"):
            took[name].append(answer[name])
        took["both"].append(answer["mjml"] + answer["juice"])
    middle = {name: statistics.median(values[WARM:]) for name, values in took.items()}
    figures = "".join(f"{middle[name]:7.2f} ms" for name in ("ours", "mjml", "juice", "both"))
    print(f"{stories:8}{len(whole().html.encode()):8} B{figures}{middle['both'] / middle['ours']:12.2f}")


def ask(node: subprocess.Popen[str], name: str) -> dict[str, Any]:
    assert node.stdin is not None
    assert node.stdout is not None
    node.stdin.write(name + "\n")
    node.stdin.flush()
    answer: dict[str, Any] = json.loads(node.stdout.readline())
    return answer


def timed(action: Callable[[], Any]) -> float:
    """Milliseconds of processor time."""
    start = time.process_time()
    action()
    return (time.process_time() - start) * 1000


# ------------------------------------------------------------------------------------------------ ours


def ours(stories: int) -> Callable[[], Any]:
    from digest.compose.render import render
    from digest.language.translations import translator
    from digest.resources import folder
    from tests.editions import many, newsletter

    edition, settings = many(stories), newsletter()
    return lambda: render(edition, settings, templates=folder("templates"), translator=translator("fr"))


def materials(stories: int) -> tuple[str, str]:
    """The MJML and the style sheet of an edition."""
    from digest.compose.render import LETTER, STYLE

    values = names(stories)()
    return fill(LETTER, values), fill(STYLE, values)


def names(stories: int) -> Callable[[], dict[str, Any]]:
    from digest.compose.letter import addresses_of, letter
    from digest.language.translations import translator
    from tests.editions import many, newsletter

    edition, settings = many(stories), newsletter()
    addresses, whole = addresses_of(settings, edition.edition), {"folded": frozenset(), "hidden": frozenset()}
    return lambda: letter(edition, settings, translator("fr"), addresses) | whole


def fill(template: str, values: dict[str, Any]) -> str:
    from digest.compose.render import _filled
    from digest.resources import folder

    return _filled(folder("templates"), template, values)


def measured(stories: int, rounds: int) -> Milliseconds:
    """Milliseconds of each step, one after the other as `render` goes."""
    from digest.compose import inlining, mjml
    from digest.compose.mjml_rules import check_tags
    from digest.compose.render import LETTER, STYLE, TEXT

    took: Milliseconds = defaultdict(list)

    def step(name: str, action: Callable[[], Any]) -> Any:
        start = time.process_time()
        result = action()
        took[name].append((time.process_time() - start) * 1000)
        return result

    known = names(stories)
    for _ in range(WARM + rounds):
        values = step("what templates may name (dates, safe links)", known)
        css = step("style sheet filled in", lambda v=values: fill(STYLE, v))
        source = step("MJML filled in (jinja2)", lambda v=values: fill(LETTER, v))
        step("MJML checked (libxml2 and our rules)", lambda s=source: check_tags(mjml._parsed(s), plain_texts=True))
        frame, contents = mjml._apart(source)
        made = step("frame made into HTML (mrml) and tidied", lambda f=frame: mjml._tidied(mjml._rendered(mjml.mrml_safe(f))))
        whole = mjml._PLACE.sub(lambda place, c=contents: c[int(place[1])], made)
        step("style sheet written in (premailer's rules)", lambda w=whole, c=css: inlining.inlined(w, c))
        step("text filled in (jinja2)", lambda v=values: fill(TEXT, v))
    return {name: values[WARM:] for name, values in took.items()}


if __name__ == "__main__":
    main()
