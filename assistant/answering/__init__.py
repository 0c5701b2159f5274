"""Answers to questions on a product or on the shop, from what is on record."""
