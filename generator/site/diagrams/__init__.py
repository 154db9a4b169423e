"""Graphs in, inline SVG out; drawn for a phone, coloured by the page."""
