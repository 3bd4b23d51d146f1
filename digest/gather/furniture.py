"""What a site puts around an article and people copy with it: share buttons, cookie lines, breadcrumbs, "À lire ensuite".

In French and English. Precision first: a line is furniture only when the whole of it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from digest.language.words import fold, tokens

K = TypeVar("K", bound=str)
"""What a block is: a Kind, or not known yet (`pasted.Piece`)."""
_LINES = re.compile(
    r"""(?x)
    (?:temps\ de\ lecture|duree\ de\ lecture|lecture|reading\ time)\s*:?\s*(?:environ\ )?\d+\s*(?:min|mn|minutes?)\.?
    | (?:environ\ )?\d+\s*(?:min|mn|minutes?)\.?\s*(?:de\ lecture|read|reading)
    | (?:partager|partagez|share|tweeter|tweet|imprimer|print|enregistrer|copier\ le\ lien|copy\ link|epingler)
      (?:\ (?:cet\ article|cette\ page|l'article|this|this\ article|this\ post|this\ page))?
      (?:\ (?:sur|par|on|via|by)\ [\w\ ,/&-]{1,60})?\s*:?
    | (?:suivez|rejoignez)[- ]nous(?:\ sur\ [\w\ ,/&-]{1,60})? | follow\ us(?:\ on\ [\w\ ,/&-]{1,60})?
    | (?:s'(?:inscrire|abonner)|inscrivez-vous|abonnez-vous)\ a\ (?:la|notre|nos)\ (?:newsletters?|lettres?)(?:\ d'information)?
    | (?:subscribe|sign\ up)\ (?:to|for)\ (?:our|the)\ newsletter
    | envoyer\ (?:par\ (?:e-?mail|courriel|mail)|a\ un\ ami) | (?:e-?mail|courriel)\ this
    | (?:facebook|twitter|x|linkedin|whatsapp|mastodon|bluesky|instagram|e-?mail|courriel|pinterest|telegram|messenger)
    | aller\ au\ contenu(?:\ principal)? | skip\ to\ (?:main\ )?content | menu | rechercher | search
    | retour\ (?:a\ la\ liste|en\ haut|aux\ actualites).{0,20} | back\ to\ (?:top|the\ list|news)
    | (?:tout\ )?(?:accepter|refuser)(?:\ (?:tout|et\ fermer|les\ cookies))? | (?:accept|reject)(?:\ all)?(?:\ cookies)?
    | continuer\ sans\ accepter | manage\ (?:cookies|preferences)
    | (?:parametrer|gerer|personnaliser)(?:\ (?:les|mes|vos))?\ (?:cookies|choix|preferences)
    | (?:ce\ site|nous|notre\ site|en\ poursuivant|this\ (?:web)?site|we|by\ continuing)\b
      .{0,60}\b(?:utilis|depos|acceptez|use|agree)\w*\b.{0,60}\bcookies?\b.{0,160}
    | (?:laisser|ajouter|ecrire|publier)\ un\ commentaire | leave\ a\ (?:comment|reply)
    | (?:\d+|aucun)\ commentaires? | (?:\d+|no)\ comments?
    | (?:credits?(?:\ photos?)?|photos?|image|illustration|copyright|(?:photo|image)\ credit)\s*:\s*.{1,80} | ©.{1,80}
    | (?:tags?|mots[- ]cles|etiquettes?|categories?|rubriques?|keywords?|filed\ under|classe\ dans|themes?)\s*:\s*[^.]{1,120}
    | (?:accueil|home|vous\ etes\ ici|you\ are\ here)\s*(?:[>»›/:|→]|::).{1,200}
    | [^>›.]{2,40}(?:\s[>›]\s[^>›.]{2,80}){2,}
    """
)
_SUGGESTION = (
    r"(?:(?:articles? )?a (?:lire|voir|decouvrir|consulter|ecouter)"
    r"(?: (?:aussi|egalement|ensuite|absolument|sur le meme sujet|maintenant|encore))?"
    r"|(?:lire|lisez|voir|voyez|consulter|consultez|decouvrez|decouvrir|retrouvez|relire)(?: (?:aussi|egalement|ensuite))"
    r"|(?:nos )?(?:autres )?articles? (?:similaires?|lies?|connexes?|recents?|associes?)"
    r"|(?:sur le meme (?:sujet|theme)|dans la meme (?:rubrique|categorie)|article (?:precedent|suivant))"
    r"|les plus lus|a ne pas manquer"
    r"|vous (?:aimerez|apprecierez|pourriez aimer)(?: (?:peut-etre|sans doute))?(?: aussi| egalement)?"
    r"|(?:(?:ces articles |ca |cela )?pourrai(?:en)?t (?:aussi |egalement )?vous interesser)"
    r"|(?:read|see|watch|check out) (?:also|next|more|this next)|also read|see also|up next|what to read next|don't miss"
    r"|related(?: (?:articles?|posts?|stories|content|reading))?|recommended(?: (?:for you|reading|articles?))?"
    r"|you (?:may|might) (?:also )?(?:like|enjoy|be interested in)|more (?:like this|from .{1,30}|on this topic)"
    r"|must[- ]reads?|(?:previous|next) (?:article|post))"
)
_SUGGESTION_ALONE = re.compile(rf"\W*{_SUGGESTION}\s*[:!.…>→]*")
_SUGGESTION_LINE = re.compile(rf"\W*{_SUGGESTION}\s*(?:[:>→–—-]\s*\S.{{0,200}})")
_TOP = 12
_BOTTOM = 15
"""Blocks from either end of a text among which furniture is looked for."""


def is_furniture(line: str) -> bool:
    """Whether a whole line is something that a site says around its articles, not a part of one."""
    return len(line) <= 330 and bool(_LINES.fullmatch(fold(line).strip(" \t.")))


def without_furniture(blocks: Sequence[tuple[K, str]]) -> list[tuple[K, str]]:
    """The blocks without the furniture of the top and of the bottom, nor the reading suggestions that dangle at the end."""
    last = len(blocks) - _BOTTOM
    kept = [block for i, block in enumerate(blocks) if not ((i < _TOP or i >= last) and is_furniture(block[1]))]
    return _without_suggestions(kept)


def _without_suggestions(blocks: list[tuple[K, str]]) -> list[tuple[K, str]]:
    for i in range(max(1, len(blocks) - _BOTTOM), len(blocks)):
        words = fold(blocks[i][1])
        alone = _SUGGESTION_ALONE.fullmatch(words)
        if (alone or _SUGGESTION_LINE.fullmatch(words)) and all(_is_a_title(block) for block in blocks[i + 1 :]):
            return blocks[:i]
    return blocks


def _is_a_title(block: tuple[str, str]) -> bool:
    """Whether a block after "À lire aussi" may be the title of another article rather than the end of this one."""
    words = block[1]
    return len(words) <= 160 and (words[-1] not in ".!;…" or bool(_SUGGESTION_LINE.fullmatch(fold(words))))


def without_title(blocks: Sequence[tuple[K, str]], title: str) -> list[tuple[K, str]]:
    """The blocks without the title that sites say again above the text, alone or as its first words."""
    kept: list[tuple[K, str]] = []
    for i, (kind, words) in enumerate(blocks):
        if i >= _TOP or kind == "item" or sum(len(kept_words) > 200 for _, kept_words in kept) > 1:
            kept.append((kind, words))
        elif not says_the_title(words, title):
            kept.append((kind, _after_title(words, title)))
    return kept


def says_the_title(words: str, title: str) -> bool:
    """Whether a line is the title again: the same words, with a section before a colon or a site's name after a bar."""
    said, known = tokens(fold(words)), tokens(fold(title))
    if said == known:
        return bool(known)
    before, colon, after = words.partition(":")
    if colon and len(tokens(before)) <= 6 and len(known) >= 3 and tokens(fold(after)) == known:
        return True
    parts = re.split(r"\s[|–—•·-]\s", words)
    return len(parts) == 2 and len(known) >= 3 and len(tokens(parts[1])) <= 6 and tokens(fold(parts[0])) == known


def _after_title(words: str, title: str) -> str:
    """A paragraph that begins with the title as a sentence of its own, without it."""
    pattern = r"\W+".join(re.escape(word) for word in re.findall(r"\w+", title))
    if len(tokens(title)) < 4 or not (found := re.match(rf"\W*{pattern}\s*»?\s*[.:|–—]\s+(?=\S)", words, re.IGNORECASE)):
        return words
    return words[found.end() :]
