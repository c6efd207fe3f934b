"""`make bench`: our figures beside their peers, measured in the same run. What is measured: `docs/benchmarks.md`."""
