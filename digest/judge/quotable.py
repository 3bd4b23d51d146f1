"""Which sentences stand alone: understood, and worth reading, by someone who sees nothing else of the article.

The rules are lists of how such sentences begin, end and read in six languages; no score here, only what is wrong.
"""

from __future__ import annotations

import re

FEWEST_WORDS, MOST_WORDS = 6, 45

_DANGLING = """
    fr cela|ceci|ça|ce (?:n['’]est|sont|sera|serait|dernier|fut|qui|que|faisant)|c['’](?:est|était|en)|ces derni[eè]r(?:e)?s|cette derni[eè]re
    fr il (?!faut |faudra |est (?:recommandé|conseillé|essentiel|important|indispensable|possible|nécessaire|préférable|temps|urgent) |existe |y a |convient |suffit )
    fr ils|elles?|eux|lui|celui|celle|ceux|celles|l['’]un|les uns|leurs?|on |y |en effet|en revanche|en outre|en plus|en fait|en conséquence|en clair
    fr mais|et|ou|or|car|donc|puis|ainsi|aussi|alors|ensuite|enfin|toutefois|cependant|pourtant|néanmoins|par ailleurs|par conséquent|par contre
    fr par exemple|de plus|de même|de fait|du coup|au contraire|à l['’]inverse|à ce titre|à cet effet|à cette fin|autrement dit|bref|d['’]ailleurs|d['’]une part
    fr d['’]autre part|d['’]autant|d['’]où|dès lors|d['’]autres|dans ce cas|dans cette|dans ce |pour cela|pour ce faire|pour autant|malgré cela|à l['’]issue|résultat|idem
    fr parce que|c['’]est-à-dire|notamment|voici|voilà|tel(?:le)?s? |là|ci-dessous|ci-dessus|premièrement|deuxièmement|tout d['’]abord|surtout|sinon|comme (?:vu|dit|indiqué)
    en this (?:is|was|will|would|means|can|may|has|had|in|also|led|makes|made|allows|gives)|that (?:is|was|will|would|means|said|should|can)|these (?:are|were|can|will)|those|it|its|they|he|she|his|their|them
    en but|and|or|so|yet|also|then|thus|hence|however|therefore|moreover|furthermore|besides|instead|nevertheless|nonetheless|meanwhile|otherwise
    en for example|for instance|in addition|in other words|in fact|in contrast|in this|in that|in these|as a result|as such|as (?:noted|mentioned|shown)|on the other hand
    en similarly|likewise|finally|secondly|thirdly|additionally|consequently|still|because of this|such|both of|here|there(?:by|after)?,|which|again|next|another|other|note that
    de das (?:ist|war|wird|zeigt|heißt|heisst|bedeutet|gilt|liegt)|dies|diese[rs]? |dieses|es (?!gibt )|er|sie|ihr|ihre|aber|und|oder|denn|also|doch|jedoch|dann|danach|dabei|dadurch|dafür|dagegen
    de daher|damit|darauf|darin|darum|davon|dazu|deshalb|deswegen|trotzdem|außerdem|ausserdem|zudem|allerdings|schließlich|so |zum beispiel|beispielsweise|hier|dort|solche|auch|weiter|stattdessen
    es es|eso|esto|ello|estos?|estas?|ese|esa|esos|esas|él|ella|ellos|ellas|pero|y|e|o|así|entonces|además|sin embargo|no obstante|por eso|por ello|por lo tanto|por tanto|por ejemplo
    es en cambio|en efecto|de hecho|también|aunque|después|luego|finalmente|con esas?|de esta|de este|otr[oa]s?|aquí|dicho|es decir|su|sus
    it questo|questa|questi|queste|ciò|esso|essa|essi|lui|lei|loro|ma|e|o|ed|quindi|però|tuttavia|inoltre|infatti|dunque|allora|così|poi|infine|per esempio|ad esempio|invece|anche|pertanto|perciò
    it in effetti|di conseguenza|in questo|in questa|per questo|qui|tale|tali
    pt isto|isso|este|esta|estes|estas|esse|essa|esses|essas|ele|ela|eles|elas|mas|e|ou|assim|então|além disso|no entanto|porém|contudo|portanto|por isso|por exemplo|também|aliás|de facto
    pt com isso|neste|nesta|nesse|nessa|aqui|seu|sua|depois|finalmente|ou seja
"""
_CHATTER = r"""
    cookies?\b.{0,60}(?:accept|refus|consent|utilis|use|verwend|aceptar|experience|expérience)|(?:accept|refus|consent|utilis|use).{0,60}\bcookies?\b
    abonnez|inscrivez-vous|désabonn|je m['’]abonne|suivez-nous|rejoignez-nous|partage[rz] (?:cet|sur|l['’])|contactez|écrivez(?:-nous)?\b|n['’]hésitez|cliquez|téléchargez
    subscribe|sign up|unsubscribe|follow us|join us|share this|contact us|click (?:here|on)|read (?:more|also|the full)|see also|log ?in\b|get in touch|stay tuned
    newsletter (?:abonnieren|anmelden)|abonnier|jetzt (?:anmelden|kaufen)|mehr dazu|lesen sie|folgen sie|suscríb|síguenos|haz clic|lee también|iscriviti|seguici|clicca|leggi anche|subscreva|siga-nos|clique
    tous droits réservés|all rights reserved|mentions légales|politique de confidentialité|privacy policy|affiliate|publi-?rédactionnel|sponsored|©
    (?:^|\s)(?:ci-dessous|ci-dessus|ci-contre|see below|as follows|as shown|siehe unten)\b|(?:à|a) lire (?:aussi|ensuite|également)|lire (?:aussi|également|la suite|plus)|en savoir plus|pour aller plus loin|voir (?:aussi|également)
    temps de lecture|min(?:utes)? (?:de lecture|read)|lesezeit
"""
_LABEL = re.compile(
    r"(?:photos?|crédits?|credits?|images?|illustrations?|visuel|source|sources|légende|figure|fig|tableau|table|foto|bild|quelle|abbildung|imagen"
    r"|fuente|immagine|fonte|auteur|author|autor|par|by|von|publié|published|mis à jour|updated|propos recueillis|propos|traduction|tags?|note|nota|nb"
    r"|mots[- ]clés|keywords|contact|lieu|date|horaires?|tarifs?|rendez-vous|bonjour|merci|thanks|hello|hi|dear|chers?|chères?|vielen dank|welcome|bienvenue)"
    r"(?:\s*[:(|©-]|\s+(?:le|on|par|by|am|à|to|you|et|and|d['’]|\d))",
    re.IGNORECASE,
)
_CHAT = re.compile("|".join(line.strip() for line in _CHATTER.splitlines() if line.strip()), re.IGNORECASE)
_CODE = re.compile(r"[{}=<>\\|$#`~^]|\w\(|\w_\w|://|@\w|\.\.\s|\w\[")
_DATELINE = re.compile(r"^\W*(?:\w+\.?,? ){0,2}\d{1,2}(?:er)?\.? \w+\.? \d{4}\W*(?:\w+\W*){0,3}$")
_OPENING = "«“„\"'‘(—–- "


def _openings() -> dict[str, re.Pattern[str]]:
    lists: dict[str, list[str]] = {}
    for line in _DANGLING.splitlines():
        if line.strip():
            lang, words = line.strip().split(" ", 1)
            lists.setdefault(lang, []).append(words)
    return {lang: re.compile(rf"(?:{'|'.join(lines)})(?:\b|(?<=[ '’,]))", re.IGNORECASE) for lang, lines in lists.items()}


_DANGLING_OPENINGS = _openings()


def faults(sentence: str, lang: str) -> int:
    """What keeps a sentence from standing alone: 0 nothing, 1 it leans on what is around it, 2 it is no sentence for a reader."""
    last = sentence.rstrip("»”\"')\u00a0\u202f ")[-1:]
    words = sentence.count(" ") + 1
    if words < 3 or last in ":?" or _CODE.search(sentence) or _LABEL.match(sentence) or _CHAT.search(sentence):
        return 2
    if _DATELINE.match(sentence):
        return 2
    opening = sentence.lstrip(_OPENING)
    if opening[:1].islower() or not FEWEST_WORDS <= words <= MOST_WORDS or last not in ".!…" or _unbalanced(sentence):
        return 1
    dangling = _DANGLING_OPENINGS.get(lang)
    return 1 if dangling and dangling.match(opening) else 0


def _unbalanced(sentence: str) -> bool:
    return any(sentence.count(a) != sentence.count(b) for a, b in ("«»", "“”", "()")) or sentence.count('"') % 2 == 1
