"""A shop that has used every name of ours before: labels, templates, tags, commands, URLs, reverse names."""
