"""The side of a recording that runs in a worker process: one event loop for all recordings of the process, a client of
our own protocol for each, one capture per recorded party."""
