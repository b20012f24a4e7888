"""What one text says that another does not, word by word: for a moderator who reads twelve that say the same.

A word is new when the other text lacks it, or has it only between other neighbors: so "two coats and three
hats" against "three coats and two hats" shows its numbers, and a paragraph that merely stands elsewhere shows
nothing. One pass over each text: difflib looks for the longest common run again and again, and a tip may be
written to make that slow.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from tipline.text.tokens import fold, word_spans

MAX_CHARACTERS = 4000
MAX_SHOWN_CHARACTERS = 600
WORDS_AROUND = 3
ELLIPSIS = "…"

Piece = tuple[str, bool]  # some text, and whether it is new


def differences(known: str, text: str) -> list[Piece]:
    """Cut what is new in `text`, against `known`, out of it, each time with a few words around it.

    Return pieces in order, each with whether it is new; none when nothing is. An ellipsis tells where text
    was left out. Of long texts the beginning is compared.
    """
    text = " ".join(text[:MAX_CHARACTERS].split())
    spans, said = _words(text)
    news = _news(_words(known[:MAX_CHARACTERS])[1], said)
    shown = _shown(news)
    pieces: list[Piece] = []
    done = 0
    for first, last in _runs(shown):
        start = spans[first][0] if first else 0
        end = spans[last][1] if last + 1 < len(spans) else len(text)
        if start > done:
            pieces.append((f"{ELLIPSIS} " if not pieces else f" {ELLIPSIS} ", False))
        pieces += _marked(text, start, end, spans[first : last + 1], news[first : last + 1])
        done = end
    if pieces and done < len(text):
        pieces.append((f" {ELLIPSIS}", False))
    return list(_beginning(pieces))


def _words(text: str) -> tuple[list[tuple[int, int]], list[str]]:
    """Return where the words of a text stand, and the folded words; a line of underscores is none."""
    folded = {span: fold(text[slice(*span)]) for span in word_spans(text)}
    return [span for span, word in folded.items() if word], [word for word in folded.values() if word]


def _news(known: Sequence[str], words: Sequence[str]) -> list[bool]:
    """Say of each word whether it is new."""
    said = set(known)
    pairs = set(pairwise(["", *known, ""]))
    befores, afters = ["", *words][:-1], [*words, ""][1:]
    return [
        word not in said or ((before, word) not in pairs and (word, after) not in pairs)
        for before, word, after in zip(befores, words, afters, strict=True)
    ]


def _shown(news: Sequence[bool]) -> list[bool]:
    """Say of each word whether it is new or stands beside one that is."""
    near = [False] * len(news)
    for places in (range(len(news)), reversed(range(len(news)))):
        left = 0
        for place in places:
            left = WORDS_AROUND + 1 if news[place] else left - 1
            near[place] = near[place] or left > 0
    return near


def _runs(shown: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last word of each stretch that is shown."""
    first = None
    for place, here in enumerate([*shown, False]):
        if here and first is None:
            first = place
        elif not here and first is not None:
            yield first, place - 1
            first = None


def _marked(
    text: str, start: int, end: int, spans: Sequence[tuple[int, int]], news: Sequence[bool]
) -> Iterator[Piece]:
    """Yield a stretch of text in pieces; new words that follow each other are one piece."""
    for first, last in _runs(news):
        left, right = spans[first][0], spans[last][1]
        if left > start:
            yield text[start:left], False
        yield text[left:right], True
        start = right
    if end > start:
        yield text[start:end], False


def _beginning(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Yield the pieces up to `MAX_SHOWN_CHARACTERS`."""
    left = MAX_SHOWN_CHARACTERS
    for piece, new in pieces:
        yield piece[:left], new
        left -= len(piece)
        if left <= 0:
            yield f" {ELLIPSIS}", False
            return
