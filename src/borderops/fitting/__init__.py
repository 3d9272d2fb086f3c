"""Fitting in general: designs of runs, emulators, matching, posterior samples. Knows nothing of borders."""
