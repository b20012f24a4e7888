"""Tipline, the tip desk of a newsroom.

A reader clicks "Got A Tip?", writes what they know and leaves with a receipt. A moderator finds the
tip in a queue, with what the machine could add to it, and decides with one key. An editor turns tips
into a draft. The rooms of this package and what they may know of each other stand in the README.
"""

__version__ = "0.1.0"
