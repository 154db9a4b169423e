"""A run in; its processes, kept alive while the drill is there, and ended when it is not, out."""
