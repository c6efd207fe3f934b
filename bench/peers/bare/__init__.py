"""The bare connection: two pages and a WebSocket that hands every message to the other one."""
