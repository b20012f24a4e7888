"""Files that came with tips, below all pages: opened, scrubbed by the worker, erased in their time."""
