"""Catalogue sources, products, embeddings, lexical index, vector store and hybrid search.

Knows nothing of conversations: a query and filters come in, products come out.
"""
