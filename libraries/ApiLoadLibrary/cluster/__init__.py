"""Shards on other machines, through Dask; nothing here is imported unless a cluster is used."""
