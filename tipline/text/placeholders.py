"""Variables in a text that somebody keeps: `{story}`, or `{story|our story}` with words instead of none.

A variable that has no value never leaves a hole: what stands after the bar takes its place, and where nothing
does, the sentence that holds it is left out.
"""

import re
from collections.abc import Collection, Mapping

_VARIABLE = re.compile(r"\{([^{}|\n]*)(?:\|([^{}\n]*))?\}")
_MARK = re.compile("\0(\\d+)\0")
# A sentence with the spaces behind it; Chinese and Japanese put none.
_SENTENCE = re.compile('[^\n]+?(?:[.!?…؟]+[”"»)]*(?=\\s|$)[^\\S\n]*|[。！？]+[」』”]*|(?=\n)|$)')
_BLANK_LINES = re.compile(r"\n{3,}")


def unknown(text: str, names: Collection[str]) -> list[str]:
    """Return the variables in `text` that are none of `names`, as they are written, each once."""
    found = (match for match in _VARIABLE.finditer(text) if match[1].strip() not in names)
    return list(dict.fromkeys(match[0] for match in found))


def filled(text: str, values: Mapping[str, str]) -> str:
    """Put `values` in place of the variables; what a value holds is not looked at for more of them."""
    variables = list(_VARIABLE.finditer(text))
    said = [values.get(each[1].strip()) or (each[2] or "").strip() for each in variables]
    numbers = iter(range(len(variables)))
    # Numbers stand for the values meanwhile: a value may hold what ends a sentence.
    marked = _VARIABLE.sub(lambda _match: f"\0{next(numbers)}\0", text.replace("\0", ""))
    whole = _SENTENCE.sub(lambda sentence: sentence[0] if _is_whole(sentence[0], said) else "", marked)
    lines = "\n".join(line.rstrip() for line in whole.split("\n"))
    return _MARK.sub(lambda match: said[int(match[1])], _BLANK_LINES.sub("\n\n", lines)).strip()


def _is_whole(sentence: str, said: list[str]) -> bool:
    return all(said[int(number)] for number in _MARK.findall(sentence))
