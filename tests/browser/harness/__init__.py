"""What the browser tests and the benches stand on: Chromium, a fake camera and microphone, coturn, the demo, people.

Everything here starts its own processes on free loopback ports in its own temporary directory and ends them by pid.
"""
