# wrong: looks for DESC anywhere in an item.
# caught-by: test_only_the_suffix_is_a_direction
def index_fit(index, include, eq, rng, order_by, needed):
    def parse(item):
        return item.removesuffix(" DESC"), "DESC" in item

    keys = [parse(item) for item in index]
    seek = 0
    while seek < len(keys) and keys[seek][0] in eq:
        seek += 1
    if seek < len(keys) and keys[seek][0] == rng:
        seek += 1
    have = [key for key in keys if key[0] not in eq]
    want = [item for item in map(parse, order_by) if item[0] not in eq]
    prefix = [name for name, _ in want] == [name for name, _ in have[: len(want)]]
    flips = {h[1] != w[1] for h, w in zip(have, want, strict=False)}
    covering = needed <= include | {name for name, _ in keys}
    return {"seek": seek, "covering": covering, "presorted": prefix and len(flips) <= 1}
