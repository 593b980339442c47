"""Work in the background, as far as there is any: see concurrent.futures."""
