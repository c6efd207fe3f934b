"""From segments to one file per party: time stamps (`timing`), what goes where (`plan`), the file (`remux`), and the
proof that it is whole (`verify`). No Django models: `recordings.services.finalising` brings rows and storage."""
