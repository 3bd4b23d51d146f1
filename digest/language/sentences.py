"""Where the sentences of an article's text stand: spans, for the six languages of `words` and, less surely, any other.

A sentence never runs from one line of the text to the next. A stop does not end it after an abbreviation or an initial, before
a small letter, nor inside a quotation that closes soon after.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from digest.language.words import STOP_WORDS

_LINE = re.compile(r"^(?!## )(?:- )?[ \t]*(\S[^\n]*)", re.MULTILINE)
_STOP = re.compile(r"([.!?…؟۔](?<![.!?…؟۔]{2})[.!?…؟۔]*+)(?:\s?[»”]|[\"’')\]“]|\[\d+\]|[¹²³⁴-⁹])*+(\s++)")
_WIDE_STOP = re.compile(r"([。！？!?…]++[」』”）]*+)(\s*+)")
"""Chinese and Japanese leave no space after a stop."""
_WIDE = ("zh", "ja")
_QUOTATION = re.compile(r"«[^«»\n]{1,300}»|“[^“”\n]{1,300}”|„[^„“”\n]{1,300}[“”]|\"[^\"\n]{1,300}\"")
_NAME = r"[A-ZÀ-Þ][\w.’'-]*(?:\s(?:de\s|van\s|von\s|d[’'])?[A-ZÀ-Þ][\w.’'-]*){0,3}"
_SPEAKER = re.compile(
    rf"(?:[—–-]\s+)?(?:(?:[A-Z]\d{{0,2}}|Question|Réponse|Answer|Frage|Antwort)|(?P<name>{_NAME}))\s?:\s+(?=[«“\"]?\s?[A-ZÀ-Þ¿¡])"
)
"""Who speaks, at the start of a line of an interview: "R : ", "— Marie Dupont : "."""
_LONGEST_SPEAKER = 60
"""Characters of the name of who speaks."""
_SPEAKERS = re.compile(rf"^({_NAME})\s?:", re.MULTILINE)
_TOKEN = re.compile(r"[^\s’'«“„\"(\[]*$")
_NEXT_WORD = re.compile(r"[^\W\d_]+")
_INITIALS = re.compile(r"[^\W\d_]|(?:[^\W\d_]\.-?)+[^\W\d_]")

_ANNOUNCERS = """
    m mm mme mmes mlle mgr dr drs pr prof st ste mr mrs ms messrs hon rev gen col sgt capt gov sen rep sr sra srta sres dña
    ud uds sig sigg dott avv ing geom rag hr frl dipl exmo exma ilmo art arts cf vgl ex ee env approx ca circa vs av apr éd
    ed eds dir coord trad bd blvd bzw ggf sog inkl zzgl evtl bspw resp eg ie
"""
_NUMBERED = """
    p pp pag págs pág fig figs vol vols chap cap no nos nr n núm num nᵒ abs s bd hs al par sec ch min max réf ref tél tel
    janv févr fév mars avr juil sept oct nov déc jan feb mar apr jun jul aug sep dec okt dez mai ene abr ago dic gen mag giu
    lug set ott
"""
_ABBREVIATIONS = frozenset(_ANNOUNCERS.split())
"""What they announce follows, with a capital or not: they never end a sentence."""
_BEFORE_NUMBERS = frozenset(_NUMBERED.split())
"""Abbreviations that end no sentence where a number follows."""


_LONGER_THAN_ABBREVIATIONS = 7
"""Letters."""


def sentences(text: str, lang: str) -> list[tuple[int, int]]:
    """Spans (start, end) of the sentences of an article's text, in order: headings left out, without the mark of list items."""
    common = STOP_WORDS.get(lang, frozenset())
    stops = _WIDE_STOP if lang in _WIDE else _STOP
    found: list[tuple[int, int]] = []
    for line in _LINE.finditer(text):
        start = line.start(1)
        end = start + len(line[1].rstrip())
        if text.find(":", start, start + _LONGEST_SPEAKER) > 0:
            start = _after_speaker(text, start)
        quotations = _QUOTATION.finditer(text, start, end)
        quotation = next(quotations, None)
        for stop in stops.finditer(text, start, end):
            if quotation:
                while quotation and quotation.end() <= stop.start():
                    quotation = next(quotations, None)
                if quotation and quotation.start() < stop.start() and stop.end() < quotation.end():
                    continue
            if _ends(text, start, stop, lang, common):
                found.append((start, stop.start(2)))
                start = stop.end()
        if start < end:
            found.append((start, end))
    return found


def _after_speaker(text: str, start: int) -> int:
    """Where a line begins after the name of who speaks: a letter, a name after a dash, or one that begins two lines or more."""
    speaker = _SPEAKER.match(text, start, start + 2 * _LONGEST_SPEAKER)
    if not speaker:
        return start
    is_known = not speaker["name"] or speaker[0][0] in "—–-" or speaker["name"] in _speakers(text)
    return speaker.end() if is_known else start


@lru_cache(maxsize=1)
def _speakers(text: str) -> frozenset[str]:
    """The names that begin two lines of a text or more."""
    return frozenset(name for name, lines in Counter(_SPEAKERS.findall(text)).items() if lines > 1)


def _ends(text: str, start: int, stop: re.Match[str], lang: str, common: frozenset[str]) -> bool:
    """Whether the sentence that began at `start` ends at this stop."""
    at, end = stop.span()
    following = text[end : end + 1]
    if not following or following.islower() or following in ",;:)]»”%":
        return False
    if stop[1] != "." or text[at - _LONGER_THAN_ABBREVIATIONS : at].isalpha():
        return True
    before = _TOKEN.search(text, max(start, at - 20), at)
    token = before[0] if before else ""
    if token.isdigit():  # "1. First point"; German writes "am 3. Oktober"
        return at - len(token) > start and not (lang == "de" and len(token) < 3)
    word = token.lower()
    if word in _ABBREVIATIONS or (word in _BEFORE_NUMBERS and following.isdigit()):
        return False
    if _INITIALS.fullmatch(token):
        return _starts_plainly(text, end, common)
    return True


def _starts_plainly(text: str, position: int, common: frozenset[str]) -> bool:
    """Whether what stands there is a word that starts sentences ("Le", "The") rather than a name."""
    word = _NEXT_WORD.match(text, position)
    return word is not None and len(word[0]) > 1 and word[0].lower() in common
