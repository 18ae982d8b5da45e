"""The load engine: schedules, connections, the load loop, shards and their host."""
