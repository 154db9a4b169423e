"""A service of the catalogue in; the same as a process that answers real requests and shows its metrics, out."""
