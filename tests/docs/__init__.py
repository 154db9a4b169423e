"""What the documentation says, held to what the product does."""
