"""What is published set beside what is simulated, row by row, hits and misses alike."""
