"""Pure functions on text: what people wrote, made safe to keep, to show, to search and to compare.

Nothing here knows of a request or a database, and only here does a string become markup.
"""
