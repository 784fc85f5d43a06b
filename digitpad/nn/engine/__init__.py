"""The fast path: fused layers and data-parallel threads, equal to the plain layers up to rounding."""
