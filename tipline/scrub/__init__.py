"""Copies of readers' files without what would tell who sent them.

What a file is, is decided by its content. The copy is made by a child process that is held to limits
and sees nothing but the bytes; the clear bytes live in memory only, never on a disk.
"""
