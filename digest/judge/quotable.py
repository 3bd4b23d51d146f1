"""Which sentences stand alone: understood, and worth reading, by someone who sees nothing else of the article.

The rules are lists of how sentences begin, end and read in six languages. They say what is wrong with a sentence, not how good
it is.
"""

from __future__ import annotations

import re
from enum import IntEnum

FEWEST_WORDS, MOST_WORDS = 8, 45


class Fault(IntEnum):
    """What is wrong with quoting a sentence by itself, the lightest first."""

    NONE = 0
    UNFINISHED = 1
    """No full stop, or a quotation or bracket that does not close: a heading, an item of a list, half a sentence."""
    LEANING = 2
    """It leans on what stands before it ("Cela…", "However…"), or is shorter or longer than one takes in at a glance."""
    UNREADABLE = 3
    """No statement: a question, a lead-in to a list, a credit, a date, a call to subscribe, code."""


def fault(sentence: str, lang: str) -> Fault:
    """The gravest thing that keeps a sentence from being quoted by itself."""
    last = sentence.rstrip("»”“\"')’\u00a0\u202f ")[-1:]
    words = sentence.count(" ") + 1
    if words < 3 or last in ":?" or _CODE.search(sentence) or _LABEL.match(sentence) or _calls(sentence):
        return Fault.UNREADABLE
    opening = sentence.lstrip(_BEFORE_WORDS)
    if not FEWEST_WORDS <= words <= MOST_WORDS or _leans(opening, lang):
        return Fault.LEANING
    if last not in ".!…" or opening[:1].islower() or _GLUED.search(sentence) or _unclosed(sentence):
        return Fault.UNFINISHED
    return Fault.NONE


_IL = (  # but not "Il faut que…", "Il est recommandé de…": nothing stands before them
    r"il(?!_(?:faut|faudra|existe|convient|suffit|vaut_mieux|y_a|n['’]y_a|n['’]existe|peut_(?:être|arriver)"
    r"|(?:est|sera|serait|n['’]est)_(?:\w+_){1,3}(?:de|que|d['’]\w+|qu['’]\w+))\b)"
)
_OPENINGS = {
    "fr": _IL
    + """
        cela ceci ça ce(?!_(?:jour|mois|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|guide|rapport)\\b)
        cet(?!_(?:été|automne|hiver|après-midi)\\b) cette(?!_(?:année|semaine|étude|nuit)\\b) ces c['’] ils elles? eux
        lui celui celle ceux celles l['’]une? les_uns leurs? y on_y l['’]autre les_autres (?:un|une|d)['’ ]autres? mais et ou
        or car donc puis ainsi aussi alors ensuite enfin toutefois cependant pourtant néanmoins sinon surtout notamment
        par_(?:ailleurs|conséquent|contre|exemple|suite) pour_(?:cela|ce_faire|autant) en_(?:effet|revanche|outre|plus|fait)
        en_(?:conséquence|clair|somme|d['’]autres_termes|parallèle|retour|ce_sens) de_(?:plus|même|fait|là|ce_fait|leur_côté)
        du_coup au_contraire à_(?:l['’]inverse|ce_titre|cet?(?:te)?_\\w+|l['’]issue) autrement bref d['’]ailleurs
        d['’]une_part d['’]autre_part d['’]où d['’]autant dès_lors dans_ce(?:s|t|tte)? sur_ce malgré_(?:cela|tout) résultat
        idem parce_que tels? telles? là ci-dessous ci-dessus premièrement deuxièmement troisièmement tout_d['’]abord quant_à
        voilà voici également
    """,
    "en": """
        (?:this|these|that|those)(?!_(?:year|month|week|summer|autumn|winter|spring|report|article|study|lesson)\\b) its?
        it['’]s they their theirs them he his him she her hers but and or so yet also then thus hence however therefore
        moreover furthermore besides instead nevertheless nonetheless meanwhile otherwise similarly likewise finally secondly
        thirdly second third additionally consequently still such there['’]s here next again another others
        for_(?:example|instance|this|that) because_of_this
        in_this(?!_(?:article|guide|lesson|report|post|workshop|episode|study|year|month|week)\\b)
        in_(?:addition|other_words|fact|contrast|that|these|those|such|short|turn|particular|both) as_(?:a_result|such|noted)
        as_(?:mentioned|shown|you) on_(?:the_other_hand|the_contrary|this) to_do_(?:this|so|that) with_this at_this by_this
        the_(?:former|latter|above|following|second|third|other) both which note_that (?:first|last)ly one_of_them
        after_(?:this|that)
    """,
    "de": """
        das_(?:will|hat|hätte|führt|geht|ermöglicht|betrifft|ist|war|wird)
        das_(?:zeigt|hei(?:ß|ss)t|bedeutet|gilt|liegt|soll|kann|macht|sei) dies diese[mnrs]?(?!_(?:Jahr|Woche|Monat))
        es(?!_gibt\\b) er sie ihre?n? aber und oder denn also doch jedoch dann danach dabei dadurch dafür dagegen daher damit
        darauf darin darum davon dazu deshalb deswegen trotzdem au(?:ß|ss)erdem zudem allerdings schlie(?:ß|ss)lich so
        zum_beispiel beispielsweise hier dort solche[rs]? auch weiter(?:hin)? stattdessen hingegen dennoch somit folglich etwa
        letztere[rs]? jene[rs]? sein(?:e[mnrs]?)?
    """,
    "es": """
        es eso est[aeo]s? es[aeo]s? ello ell[ao]s? él aquell[ao]s? pero y e o u así entonces además sin_embargo no_obstante
        por_(?:eso|ello|lo_tanto|tanto|ejemplo|otra?|consiguiente|su_parte) en_(?:cambio|efecto|este|esta|ese|esa|otras)
        de_(?:hecho|esta|este) también por_el_contrario para_ello aunque_es después luego finalmente
        con_(?:es[ao]s?|est[aeo]s?) otr[ao]s? aquí allí dich[ao]s? es_decir sus?
    """,
    "it": """
        quest[aeio] quest['’] quell[aeio] ciò ess[aeio] lui lei loro ma e ed o quindi però tuttavia inoltre infatti dunque
        allora così poi infine (?:per|ad)_esempio invece anche pertanto perciò in_(?:effetti|quest[aoei]|altre) di_conseguenza
        per_quest[oa] qui tal[ei] il_suo la_sua
    """,
    "pt": """
        ist[oa] isso aquilo est[ae]s? ess[ae]s? el[ea]s? aquel[ea]s? mas e ou assim então além_disso no_entanto porém contudo
        portanto por_(?:isso|exemplo|sua_vez) também aliás de_facto com_(?:isso|isto|ess[ae]) n?est[ae] n?ess[ae] aqui seus?
        suas? depois ou_seja
    """,
}
"""How sentences begin that lean on the one before, one expression a word ("_" is a space), as regular expressions."""
_CALLS = """
    abonnez-vous | inscrivez-vous | désabonn | suivez-nous | rejoignez-nous | partagez | n'hésitez | cliquez | téléchargez
    contactez | écrivez-nous | consultez | lire aussi | lire également | lire la suite | lire ensuite | savoir plus
    aller plus loin | voir aussi | temps de lecture | droits réservés | mentions légales | ci-dessous | ci-dessus | ci-contre
    rendez-vous sur | propos recueillis | faites un don | réservez | subscribe | sign up | follow us | join us | share this
    contact us | click here | click on | read more | read also | see also | stay tuned | get in touch | rights reserved
    privacy policy | minute read | min read | see below | log in to | register now | donate now | abonnieren | jetzt anmelden
    mehr dazu | lesen sie | folgen sie | siehe unten | lesezeit | rechte vorbehalten | affiliate | suscríb | síguenos
    haz clic | haga clic | lee también | leer más | regístrate | iscriviti | seguici | clicca | leggi anche | leggi tutto
    subscreva | inscreva-se | siga-nos | clique aqui | leia também | leia mais
"""
"""What only a call to the reader, a credit or a pointer to something else on the page holds, in lower case."""
_COOKIES = "accept|refus|consent|utilis|use|verwend|akzept|acept|accett|aceit|navig|expérience|experience"
_LABELS = """
    photos? crédits? credits? images? illustrations? visuel sources? légende fig(?:ure|\\.)? tableau table foto bild quelle
    abbildung imagen fuente immagine fonte auteure? author autor autore par by von publié published mis_à_jour updated
    traduction tags? note nota nb mots[ -]clés keywords contact lieu dates? horaires? tarifs? inscriptions? bonjour merci
    thanks hello hi dear chers? chères? bienvenue welcome vielen_dank hallo liebe gracias hola grazie obrigad[oa]
"""
_BEFORE_WORDS = "«“„\"'‘(—–-\u00a0\u202f "
_CODE = re.compile(r"[{}=<>\\|`^_@]|://|\.\. ")
_GLUED = re.compile(r"[a-zà-ÿ][.!?][A-ZÀ-Þ][a-zà-ÿ]")
_PAIRS = (("«", "»"), ("(", ")"), ("[", "]"))


def _any_of(expressions: str) -> str:
    return "|".join(expressions.split()).replace("_", " ")


_LEANING = {lang: re.compile(rf"(?:{_any_of(words)})(?:\b|(?<=['’]))", re.IGNORECASE) for lang, words in _OPENINGS.items()}
_LABEL = re.compile(
    rf"(?:{_any_of(_LABELS)})\b(?:\s*[|(©!,–—-]|(?:\s\w+)?\s*:|\s+(?:le|on|par|by|am|à|to|you|et|and|für|\d)\b)", re.IGNORECASE
)
_CALL = tuple(call.strip() for line in _CALLS.strip().splitlines() for call in line.split("|"))
_CALL_STARTS = frozenset(call.split()[0][:5] for call in _CALL)
"""A cheap first look, at the start of each word."""
_DATE = re.compile(r"\W*(?:\w+,? ){0,4}\d{1,2}(?:er|st|nd|rd|th|\.)? \w+\.?,? \d{4}\W*(?:\w+\W*){0,3}")


def _calls(sentence: str) -> bool:
    lowered = sentence.lower().replace("’", "'").replace("(", " ")
    if "©" in lowered:
        return True
    if not _CALL_STARTS.isdisjoint([word[:5] for word in lowered.split()]) and any(map(lowered.__contains__, _CALL)):
        return True
    if "cookie" in lowered and re.search(_COOKIES, lowered):
        return True
    return len(lowered) < 60 and _DATE.fullmatch(lowered) is not None


def _leans(opening: str, lang: str) -> bool:
    leaning = _LEANING.get(lang)
    return leaning is not None and leaning.match(opening) is not None


def _unclosed(sentence: str) -> bool:
    opened, closed = ("„", "“") if "„" in sentence else ("“", "”")  # German closes with what English opens with
    if sentence.count('"') % 2 or sentence.count(opened) != sentence.count(closed):
        return True
    return any(sentence.count(opened) != sentence.count(closed) for opened, closed in _PAIRS)
