// Filled by whoever needs it; the page reads the same without it.
