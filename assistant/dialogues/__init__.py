"""Evaluation by whole conversations: scripted dialogues, and customers who look for something."""
