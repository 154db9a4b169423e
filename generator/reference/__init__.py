"""Everything that describes itself in; ``docs/reference/`` out."""
