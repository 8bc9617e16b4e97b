# Wrong: zips key and order, so an order longer than the key passes.
# caught-by: test_the_order_is_a_prefix
def index_fit(index, include, eq, rng, order_by, needed):
    keys = [(i.split()[0], i.endswith(" DESC")) for i in index]
    order = [(i.split()[0], i.endswith(" DESC")) for i in order_by]
    seek = 0
    while seek < len(keys) and keys[seek][0] in eq:
        seek += 1
    if seek < len(keys) and keys[seek][0] == rng:
        seek += 1
    covering = needed <= include | {n for n, _ in keys}
    have = [k for k in keys if k[0] not in eq]
    want = [o for o in order if o[0] not in eq]
    pairs = list(zip(have, want))
    presorted = all(h[0] == w[0] for h, w in pairs) and len({h[1] != w[1] for h, w in pairs}) <= 1
    return {"seek": seek, "covering": covering, "presorted": presorted}
