# Right: peels one column at a time, sets only read through iteration.
def index_fit(index, include, eq, rng, order_by, needed):
    def name(item):
        return item[:-5] if item[-5:] == " DESC" else item

    def reach(items):
        if not items:
            return 0
        if name(items[0]) in eq:
            return 1 + reach(items[1:])
        return int(name(items[0]) == rng)

    def ordered(items, wanted, flip=None):
        if wanted and name(wanted[0]) in eq:
            return ordered(items, wanted[1:], flip)
        if not wanted:
            return True
        if items and name(items[0]) in eq:
            return ordered(items[1:], wanted, flip)
        if not items or name(items[0]) != name(wanted[0]):
            return False
        turned = items[0] != wanted[0]
        return flip in (None, turned) and ordered(items[1:], wanted[1:], turned)

    stored = [name(item) for item in index] + list(include)
    return {
        "seek": reach(index),
        "covering": all(column in stored for column in needed),
        "presorted": ordered(index, order_by),
    }
