"""The pictures of the documentation, made by the product itself: ``python -m tests.pictures``."""
