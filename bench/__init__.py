"""`make bench`: our figures beside their peers, measured in the same run. How: `bench/README.md`."""
