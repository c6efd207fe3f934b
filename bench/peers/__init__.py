"""What our figures stand beside: the same work done with the parts that everybody has."""
