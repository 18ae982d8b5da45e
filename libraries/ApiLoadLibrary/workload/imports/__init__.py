"""Endpoints made from what others wrote down of an API: descriptions, recordings, collections.

Pure: a document as data becomes an `Imported`.  Files and URLs are read elsewhere.
"""
