"""The click model: examples, features, training, evaluation, export, registry, reranking.

Takes examples and candidates; knows nothing of conversations or channels.
"""
