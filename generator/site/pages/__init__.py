"""One page or one section of a page per file."""
