"""Customers' privacy: what names a person is masked before anything is stored.

`masking.py` finds and replaces; the other modules each know one kind of what is to be found.
No model and no network: patterns with check digits, words that announce what follows, and
phone numbers by the rules of their countries (`phonenumbers`).
"""
