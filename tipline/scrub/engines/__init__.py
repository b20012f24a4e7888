"""One way to make a clean copy for each family of files. Only the child imports them."""
