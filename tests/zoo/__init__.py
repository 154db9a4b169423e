"""A zoo of cheats that play in the simulated world, and the honest baseline that each must stay below."""
