"""What authors call the section that holds their key points, in six languages and a few neighbours.

`strength` reads a heading and answers "strong" for names that mean nothing else ("À retenir", "Key takeaways", "Das Wichtigste
in Kürze") and "weak" for names that people also give to other things ("En bref", "Summary", "Highlights").
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from digest.language.words import fold, tokens

Strength = Literal["strong", "weak"]

# One name a line, as regular expressions over folded words parted by single spaces ("ce qu il faut retenir").
_STRONG = """
    (pour|a) retenir
    (voici |tout )?ce qu(e)?( \\w+){1,6} ret(enir|ient|iens|enons)( \\w+){0,2}
    (que|quoi|qu)( faut il| peut on| doit on| devez vous)?( en)? retenir
    (nous|on|j)( en)? ret(ient|enons|iens)
    ((?!dates?|jours?)\\w+ ){1,4}a retenir( absolument)?
    (les |nos |mes |quelques )?(N )?(grands |grandes |principaux |principales )POINTS_FR( a retenir)?
    (les? |la |nos |mes |l )?(N )?POINTS_FR (cles?|essentiel(le)?s?|principa(ux|les)|importante?s?|majeur(e)?s)( a retenir)?
    l essentiel( a retenir| a savoir| en .+)?
    (le )?plus important
    (WRITING_FR|l info|le sujet) en (bref|resume|N (mots|points|lignes|minutes))

    (the )?tl ?dr
    (the |our |my |some )?(N )?(ADJ_EN )?take ?aways?( points?| messages?)?
    (the |our |my |some )?(N )?ADJ_EN ?(N )?POINTS_EN( box| to (remember|know|keep in mind|take away))?
    what (you |we |to )?(need to |should |must )?(know|remember|retain)
    (the |our |key )?learnings
    (N )?(points|things) to (remember|know|take away|retain|keep in mind)
    (the )?(gist|essentials|bottom line|short version)

    (das|die|alle)? ?wichtigsten? POINTS_DE( .+)?
    das wichtigste( (in|vorab|auf|im|kurz|zusammengefasst|zuerst|kompakt|vorweg|zu[mr]?)\\b.*)?
    (darum|worum) ge(hts|ht s|ht es)( .{0,20})?
    (die )?(kern|haupt|schlussel|eck)(punkte|aussagen|botschaften|erkenntnisse|fakten|thesen)
    zum mitnehmen
    was (sie|man|du) (jetzt )?wissen (mussen|muss|musst|sollten|sollte)

    lo (esencial|mas importante|mas destacado|fundamental|principal|clave)
    (lo )?que (hay que|debes|debe|tienes que|necesitas) (saber|recordar)
    (los |las |nuestras )?(N )?POINTS_ES (claves?|principales|esenciales|importantes|fundamentales|destacad[oa]s)
    (los |las )?principales POINTS_ES
    (las )?(N )?claves
    (puntos |ideas |cosas |datos )?(a|para) (recordar|retener)

    (l )?essenziale
    (i |le |gli )?(N )?POINTS_IT (chiave|principali|salienti|essenziali|fondamentali|importanti|da ricordare|da sapere)
    (i |le )?principali POINTS_IT
    (cosa |cose )?(da )(ricordare|sapere)
    cosa (ricordare|sapere|c e da sapere)

    (o )?essencial
    (os |as )?(N )?POINTS_PT (chaves?|principais|essenciais|importantes|fundamentais|centrais)
    (os |as )?principais POINTS_PT
    (o que |pontos |ideias )?(a |para |deve |devemos )(reter|lembrar|recordar)
    o que (e preciso |precisa (de )?|deve )?(saber|reter|lembrar)
    o mais importante
"""
_WEAK = """
    en (bref|resume|synthese|somme|un (coup|clin) d oeil|quelques (mots|lignes|points)|N (mots|points|lignes|secondes|minutes))
    (le |la |notre |petit )?(resume|synthese|recap|recapitulatif)( (de |du |d )?WRITING_FR)?
    pour (resumer|les (plus )?presses|faire court)
    ce qu il faut savoir
    a savoir
    (les )?(faits marquants|temps forts)

    in (a nutshell|short|brief|summary)
    to (sum up|summari[sz]e)
    (the |a |in )?(quick |executive |short |brief |article )?(summary|recap|synopsis)( box)?
    (at|in) a glance
    (the )?highlights?( box)?
    quick (takes?|read|look)

    kurz (und )?(knapp|bundig|gefasst|zusammengefasst|gesagt)
    (die )?(kurzfassung|zusammenfassung|zusammengefasst|kurzuberblick)
    in (aller )?kurze
    (alles |fakten )?(auf einen blick|im uberblick)

    en (resumen|breve|sintesis|pocas palabras)
    (el )?resumen( ejecutivo)?
    de un vistazo
    (lo )?destacad[oa]s?

    in (sintesi|breve|pillole|poche parole|due parole)
    (la |il )?(sintesi|riassunto|riepilogo)
    per riassumere

    em (resumo|sintese|poucas palavras|suma)
    (o )?resumo( executivo)?
    (os )?destaques
    num relance

    kort (fortalt|sagt|oppsummert)
    oppsummert|oppsummering|hovedpunkter
    sammanfattning|i korthet
    samenvatting|in het kort|het belangrijkste
"""
_PARTS = {
    "N": "\\d+|deux|trois|quatre|cinq|six|sept|huit|dix|two|three|four|five|seven|ten|drei|funf|tres|cinco|tre|cinque",
    "POINTS_FR": "points?|choses|idees?|elements|messages?|enseignements?|informations?|infos?|notions|lecons?|constats?"
    "|conclusions",
    "WRITING_FR": "(l |la |le |les |cet |cette |ce |notre )?"
    "(article|texte|billet|entretien|rapport|etude|dossier|tribune|note|video)",
    "ADJ_EN": "key|main|top|core|biggest|big|quick|essential|major|important|central|chief",
    "POINTS_EN": "(point|finding|message|fact|idea|insight|lesson|learning|conclusion|highlight|thing|result)s?",
    "POINTS_DE": "punkte|fakten|erkenntnisse|aussagen|infos|informationen|ergebnisse|themen|thesen",
    "POINTS_ES": "puntos?|ideas?|aspectos|conclusiones|mensajes|datos|hechos|conceptos|lecciones|aprendizajes|hallazgos|claves",
    "POINTS_IT": "punt[io]|concetti|messaggi|idee|fatti|informazioni|dati|cose|conclusioni|risultati",
    "POINTS_PT": "pontos?|ideias?|mensagens|conceitos|factos|fatos|conclusoes|licoes|destaques",
}
_COMPLEMENT = (
    "( (de|du|des|d|sur|pour|dans|from|of|on|for|about|von|vom|zu|zum|zur|aus|uber|der|del|dela|della|dello|dell|di|do|da|dos|das"
    "|sobre|su|sul|sulla|para) .+)?"
)
_STEMS = """
    blick überblick uberblick bottom bref brev brief chave chiav clave clin conclusion constat coup darum destac destaq
    due eckp esencial essen essencial fact fatti finding fundament gist glance haupt highl hovedp idea idee idée import
    informa infos insight kern key know kort korth kurz kürz learn lembr lesson leçon lignes main marquant message
    minutes mitnehm mots notion nutshell oppsum palabras palavras parole pillol plus poche point pont pressés principa
    punkt punt quick recap record relance remember resum retener retenir retenons reter retien riass ricord riep récap
    résum résumer saber samen sammanf sapere savoir schlüssel secondes short sintes sum synop synth síntes take temps
    thing tl tl;dr tldr vistazo wichtig wissen worum zusammen
"""
"""How some word of any name above begins: a cheap first look."""


def strength(heading: str, title: str) -> Strength | None:
    """How surely a heading names the author's key points; None where it names something else.

    The name may stand alone, take a complement ("Key takeaways from the report"), or stand beside other words ("TL;DR: the
    new rules"); a weak one only beside the article's own title.
    """
    if not _HINT.search(heading.lower()):
        return None
    parts = [words for part in _SEPARATOR.split(heading) if (words := _words(part))]
    if not 0 < len(parts) < 4:
        return None
    for name, others in ((parts[0], parts[1:]), (parts[-1], parts[:-1])):
        found = _named(name)
        if found == "strong" or (found and (not others or _speaks_of(others, title))):
            return found
    return None


def _words(part: str) -> str:
    return _ORDINAL.sub("", " ".join(tokens(fold(part))))


@lru_cache(maxsize=4096)
def _named(words: str) -> Strength | None:
    if _STRONG_NAMES.fullmatch(words):
        return "strong"
    return "weak" if _WEAK_NAMES.fullmatch(words) else None


def _speaks_of(others: list[str], title: str) -> bool:
    """Whether at least half of these words are the title's."""
    known = set(tokens(fold(title)))
    words = " ".join(others).split()
    return sum(word in known for word in words) * 2 >= len(words)


def _names(lines: str) -> re.Pattern[str]:
    names = "|".join(line.strip() for line in lines.splitlines() if line.strip())
    names = re.sub(r"\b(N|[A-Z]+_[A-Z]{2})\b", lambda part: f"({_PARTS[part[1]]})", names)
    return re.compile(f"({names}){_COMPLEMENT}")


def _by_first_letter(stems: list[str]) -> str:
    """The expression of any of the stems, in which a word meets only those that begin like it."""
    letters = sorted({stem[0] for stem in stems})
    return "|".join(f"{letter}(?:{'|'.join(stem[1:] for stem in stems if stem[0] == letter)})" for letter in letters)


_HINT = re.compile(rf"\b(?:{_by_first_letter(_STEMS.split())})")
_STRONG_NAMES, _WEAK_NAMES = _names(_STRONG), _names(_WEAK)
_SEPARATOR = re.compile(r"\s*[:|–—!]+\s*|\s+-\s+")
_ORDINAL = re.compile(r"^(\d{1,2}|[ivx]{1,4}) (?=\D)")
