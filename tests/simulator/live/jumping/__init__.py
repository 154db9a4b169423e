"""A folder on the path of processes whose wall clock jumps."""
