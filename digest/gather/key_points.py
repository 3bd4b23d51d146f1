"""The names that writers give to the part of an article that holds its key points, where nothing else marks it as a part."""

from __future__ import annotations

import re

from digest.language.words import fold

_COUNT = r"(?:(?:les|nos|the|our|\d{1,2}|deux|trois|quatre|cinq|six|sept|dix|two|three|four|five|six|seven|ten)\s)*"
_NAMES = re.compile(
    rf"""(?x)
    a\sretenir | (?:ce\s)?qu'il\sfaut\s(?:en\s)?retenir | (?:que|ce\squ'on)\s(?:faut-il\s)?(?:en\s)?(?:peut\s)?retenir
    | l'essentiel(?:\sa\s(?:retenir|savoir)|\sen\sbref|\sen\s\w+\s(?:points?|mots))? | en\s(?:bref|resume|synthese|un\smot)
    | {_COUNT}(?:points?|messages?|idees?|choses?|enseignements?|elements?|infos?)
      \s(?:cles?|clefs?|essentiels?|principaux|importants?|forts?|a\sretenir)(?:\sa\sretenir)?
    | {_COUNT}(?:key|main|top)\s(?:takeaways?|take-aways?|points?|messages?|findings?|facts?|lessons?)
    | {_COUNT}(?:takeaways?|take-aways?) | in\s(?:brief|short|summary|a\snutshell) | at\sa\sglance | tl;?\s?dr
    | what\sto\sremember | the\sessentials
    """
)


def key_points_name(line: str) -> str | None:
    """The name of a part of key points that a whole line is, without the marks around it; None for any other line."""
    if not 4 <= len(line) <= 60:
        return None
    words = re.sub(r"^[\W_]+|[\W_]+$", "", line)
    return words if _NAMES.fullmatch(re.sub(r"\s+", " ", fold(words))) else None
