# Wrong: takes the equalities out of the given lists themselves.
# caught-by: test_result_and_inputs
def index_fit(index, include, eq, rng, order_by, needed):
    names = [i.split()[0] for i in index]
    seek = 0
    while seek < len(names) and names[seek] in eq:
        seek += 1
    seek += names[seek : seek + 1] == [rng]
    for items in (index, order_by):
        for item in [i for i in items if i.split()[0] in eq]:
            items.remove(item)
    flips = {h.endswith(" DESC") != w.endswith(" DESC") for h, w in zip(index, order_by)}
    head = [i.split()[0] for i in index[: len(order_by)]]
    presorted = head == [i.split()[0] for i in order_by] and len(flips) <= 1
    return {"seek": seek, "covering": needed <= include | set(names), "presorted": presorted}
