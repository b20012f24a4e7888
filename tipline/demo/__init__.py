"""The Marquee, a newsroom that does not exist: what `tipline demo` shows to a newcomer.

Everybody in it is invented. `content/` holds what was written, `content.py` reads and checks it.
"""
