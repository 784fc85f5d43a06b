"""The order in which frames are computed: coarse to fine, so that the first picture comes quickly."""


def coarse_to_fine(count: int) -> list[int]:
    """Return the indices below `count`: the first, the last, then the middles of the gaps, largest gaps first."""
    order = [0, count - 1] if count > 1 else list(range(count))
    gaps = [(0, count - 1)]
    while gaps:
        halves = []
        for low, high in gaps:
            if high - low > 1:
                middle = (low + high) // 2
                order.append(middle)
                halves += [(low, middle), (middle, high)]
        gaps = halves
    return order
