"""Tasks in, their results out, whoever works: this process, the cores of this machine, or a cluster."""
