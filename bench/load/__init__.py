"""The load client: a process of its own that opens sockets, drives them, and answers with what it saw."""
