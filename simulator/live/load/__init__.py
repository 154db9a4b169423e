"""A moment of the week in; requests at that rate, whether or not earlier ones were answered, and their fate out."""
