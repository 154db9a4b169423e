"""The whole of what the tests do in small: many kills of people's drills, many spoiled sources."""
