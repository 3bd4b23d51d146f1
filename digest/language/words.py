"""Words of the six languages we know: which language a text is in, its words, their lemmas, and the words that say nothing.

The one home of simplemma and py3langid. Both load their data (0.1 s and up) when first needed, never at import.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

KNOWN = ("fr", "en", "de", "es", "it", "pt")
"""Languages that are told apart and lemmatised; an article may still be in another."""

_SCRIPTS = {
    "ar": "\u0600-\u06ff\u0750-\u077f",
    "he": "\u0590-\u05ff",
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "ru": "\u0400-\u04ff",
    "zh": "\u3400-\u4dbf\u4e00-\u9fff",
    "ja": "\u3040-\u30ff",
    "ko": "\uac00-\ud7af\u1100-\u11ff",
}
"""The letters that are a language's own, among those we tell by nothing else; Ukrainian and Japanese share theirs."""
_FOREIGN = {lang: re.compile(f"[{letters}]") for lang, letters in _SCRIPTS.items()}
_ANY_FOREIGN = re.compile(f"[{''.join(_SCRIPTS.values())}]")
_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")

_WORD = re.compile(r"[^\W_]+")
_COMBINING = re.compile("[\u0300-\u036f]+")
_TYPEWRITTEN = tuple(zip("’‘ʼ′“”„«»‐‑œæ", ["'"] * 4 + ['"'] * 5 + ["-"] * 2 + ["oe", "ae"], strict=True))
_MOST_LEMMAS = 200_000
_VOTERS = 150
"""Words read to vote on a language: about a paragraph."""
_FEW = 5
"""Fewer words than this are a name ("Mobilic", "Open Terms Archive"): they must speak against the default to leave it."""
_SURE = 8
"""Stop words that one language must have in the vote, and twice as many as any other, to spare the model."""


def detect(text: str, default: str = "fr") -> str:
    """The two-letter code of the language of a text: one of KNOWN, or one that its script tells where most of its letters are of
    that script; `default` where it holds no word, or only a name."""
    start = text[:3000]
    if foreign := _by_script(start):
        return foreign
    words = tokens(start)[:_VOTERS]
    if not any(word.isalpha() for word in words):
        return default
    votes = {lang: sum(word in STOP_WORDS[lang] for word in words) for lang in KNOWN}
    second, first = sorted(votes.values())[-2:]
    winner = max(votes, key=votes.__getitem__)
    if first >= _SURE and first >= 2 * second:
        return winner
    if len(words) < _FEW and votes.get(default) == first:
        return default
    return str(_identifier().classify(start)[0])


def _by_script(text: str) -> str | None:
    """The language of a text most of whose letters are not Latin; None of any other."""
    if not _ANY_FOREIGN.search(text):
        return None
    counts = {lang: len(letters.findall(text)) for lang, letters in _FOREIGN.items()}
    if 2 * sum(counts.values()) <= sum(map(str.isalpha, text)):
        return None
    found = max(counts, key=counts.__getitem__)
    if found == "zh" and counts["ja"]:
        return "ja"
    return "uk" if found == "ru" and _UKRAINIAN.search(text) else found


def tokens(text: str) -> list[str]:
    """The words and numbers of a text in lower case, accents kept."""
    return _WORD.findall(text.lower())


def lemma(word: str, lang: str) -> str:
    """The dictionary form of a word in lower case ("européennes": "européen"); the word itself in a language not in KNOWN.

    Never give it an acronym: simplemma makes "avoir" of "AI".
    """
    return _lemmas(lang if lang in KNOWN else "")[word]


def fold(text: str) -> str:
    """A text as one compares it: case and accents removed, quotes and hyphens straight, no-break spaces plain. Lengths change."""
    text = text.casefold()
    if text.isascii():
        return text
    for sign, plain in _TYPEWRITTEN:  # a third of the time of str.translate
        text = text.replace(sign, plain)
    return _COMBINING.sub("", unicodedata.normalize("NFKD", text))


class _Lemmas(dict[str, str]):
    """What is known of one language's lemmas; looks up what is not."""

    def __init__(self, lang: str) -> None:
        super().__init__()
        self.lang = lang

    def __missing__(self, word: str) -> str:
        if len(self) >= _MOST_LEMMAS:
            self.clear()
        found = word.lower()
        if self.lang:
            import simplemma

            found = str(simplemma.lemmatize(found, lang=self.lang)).lower()
        self[word] = found
        return found


@cache
def _lemmas(lang: str) -> _Lemmas:
    return _Lemmas(lang)


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(KNOWN))
    return identifier


_LISTS = {
    "fr": """
        a à afin ai aie ainsi alors après as au aucun aucune aujourd auquel aussi autre autres aux auxquelles auxquels avaient
        avait avant avec avoir avons ayant beaucoup bien c car ce ceci cela celle celles celui cependant certains certaines
        ces cet cette ceux chacun chaque chez ci comme comment d dans de déjà depuis des desquels deux doit doivent donc dont
        du durant elle elles en encore enfin entre es est et étaient était étant été être eu eux fait faire font faut furent
        fut grâce hors il ils j jamais je jusqu jusque l la là laquelle le lequel les lesquelles lesquels leur leurs lors
        lorsque lui m ma mais malgré même mêmes me mes moi moins mon n ne ni non nos notre nôtre nous on ont or ou où par
        parce parfois parmi pas pendant peu peut peuvent plus plusieurs plutôt pour pourquoi pourra pourrait près puis puisque
        qu quand quant que quel quelle quelles quelque quelques quels qui quoi quoique s sa sans sauf se selon sera seraient
        serait seront ses seulement si sinon soi soient soit son sont sous souvent suis sur t ta tant te tel telle telles tels
        tes toi ton toujours tous tout toute toutefois toutes très trop tu un une va vers via voici voilà vont vos votre vous
        vu y
    """,
    "en": """
        a about above across after again against all almost along already also although always am among an and another any
        anyone are around as at away be became because become been before behind being below between both but by can cannot
        could d did didn do does doesn doing don done down during each either else enough even ever every few for from further
        get gets got had hadn has hasn have haven having he her here hers herself him himself his how however i if in indeed
        instead into is isn it its itself just least less let like ll made make makes many may me might mine more most much
        must my myself near neither never no nor not now of off often on once one only onto or other others our ours ourselves
        out over own per perhaps rather re s same she should shouldn since so some such t than that the their theirs them
        themselves then there therefore these they this those through throughout thus to together too toward towards under
        until up upon us use used using ve very via was wasn we well were weren what whatever when where whether which while
        who whole whom whose why will with within without won would yet you your yours yourself
    """,
    "de": """
        ab aber alle allem allen aller alles als also am an andere anderem anderen anderer anderes anders auch auf aus bei
        beim bereits bevor bin bis bist bzw da dabei dadurch dafür dagegen daher damit danach dann daran darauf darin darüber
        das dass davon dazu dein dem den denen denn dennoch der deren des dessen deshalb die dies diese diesem diesen dieser
        dieses doch dort du durch ebenfalls ein eine einem einen einer eines einige einigen er es etwa etwas euch euer für
        gegen gibt habe haben hat hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in indem
        ins ist ja je jede jedem jeden jeder jedes jedoch kann kein keine keinem keinen keiner konnte können könnte man mehr
        mein meine mich mir mit muss müssen nach nachdem neben nicht nichts noch nun nur ob oder ohne schon sehr sei sein
        seine seinem seinen seiner seit sich sie sind so sobald sogar solche soll sollen sollte sollten sondern sowie soweit
        sowohl statt über um und uns unser unsere unserer unter viel viele vom von vor wann war waren warum was weil weiter
        welche welchem welchen welcher welches wenn wer werde werden wie wieder will wir wird wo wobei wurde wurden während
        würde würden zu zum zur zwar zwischen
    """,
    "es": """
        a acá además ahí ahora al algo algún alguna algunas algunos allí ante antes aquel aquella aquellas aquello aquellos
        aquí así aún aunque bajo bien cada casi como cómo con contra cual cuál cuales cualquier cuando cuándo cuanto de debe
        deben del desde donde dónde dos durante e el él ella ellas ello ellos en entonces entre era eran eres es esa esas ese
        eso esos está estaba están estar estas este esta esto estos fue fueron gran ha haber había han has hasta hay he hemos
        la las le les lo los luego mas más me mediante menos mi mí mientras mis misma mismas mismo mismos mucha muchas mucho
        muchos muy nada ni no nos nosotros nuestra nuestras nuestro nuestros nunca o os otra otras otro otros para pero poco
        por porque pues puede pueden que qué quien quién quienes se sea sean según ser será serán si sí sido siempre sin sino
        sobre son soy su sus suya suyo también tampoco tan tanto te tenemos tener tengo ti tiene tienen toda todas todavía
        todo todos tras tu tus un una unas uno unos usted ustedes va van varias varios vosotros y ya yo
    """,
    "it": """
        a ad agli ai al alcune alcuni alla alle allo allora altra altre altri altro anche ancora avere aveva avevano c che chi
        ci cioè ciò come con contro cosa così cui d da dagli dai dal dall dalla dalle dallo degli dei del dell della delle
        dello dentro di dopo dove dovrebbe due durante e è ed era erano essere fa fino fra fu già gli grazie ha hanno ho i il
        in infatti inoltre io l la le lei li lo loro lui ma mai me mediante meno mentre mi mia mie miei mio molta molte molti
        molto ne né negli nei nel nell nella nelle nello nessun nessuna no noi non nostra nostre nostri nostro o ogni oggi
        oltre per perché però più poi poiché presso prima proprio può possono qual quale quali qualche quando quanto quasi
        quella quelle quelli quello questa queste questi questo qui quindi s sarà saranno se sé secondo sembra sempre senza si
        sia siamo siano solo sono sopra sotto sta stata state stati stato su sua sue sugli sui sul sull sulla sulle sullo suo
        suoi tale tali tanto te ti tra tramite tu tua tuo tutta tutte tutti tutto un una uno verso vi via viene vengono voi
        vostra vostro
    """,
    "pt": """
        a à às ainda além algo alguém algum alguma algumas alguns ante antes ao aos apenas após aquela aquelas aquele aqueles
        aquilo as assim até através bem cada coisa com como contra da das de dela delas dele deles depois desde dessa desse
        desta deste deve devem do dois dos durante e é ela elas ele eles em enquanto então entre era eram essa essas esse
        esses esta está estão estas estava este estes eu foi foram há isso isto já la lhe lhes logo mais mas me mediante menos
        mesma mesmo meu meus minha muita muitas muito muitos na nas não nem nenhum nenhuma nessa nesse nesta neste no nos nós
        nossa nossas nosso nossos num numa nunca o onde os ou outra outras outro outros para pela pelas pelo pelos per pode
        podem pois por porém porque pouco qual quais qualquer quando quanto que quê quem se seja sejam sem sempre ser será
        serão seu seus si sido sob sobre são sua suas também tal tanto tão te tem têm ter teve toda todas todo todos tu tua
        tudo um uma umas uns vai vão você vocês vos
    """,
}
STOP_WORDS: Mapping[str, frozenset[str]] = {lang: frozenset(words.split()) for lang, words in _LISTS.items()}
"""For each of KNOWN, the lower-case words that carry no subject; elided forms ("l", "qu") and word parts ("aujourd") included."""
