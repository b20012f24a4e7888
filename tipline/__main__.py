"""`python -m tipline` is `tipline`."""

from tipline.cli import main

main()
