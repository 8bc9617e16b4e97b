# Wrong: gives all leftover hours to the area with the largest need.
# caught-by: test_leftover_goes_one_each_by_remainder
def allocate_hours(total, weights, confidence):
    if total < 0 or any(w < 0 for w in weights.values()):
        raise ValueError("negative")
    for name in weights:
        if confidence.get(name, 3) not in (1, 2, 3, 4, 5):
            raise ValueError("confidence runs from 1 to 5")
    need = {name: w * (6 - confidence.get(name, 3)) for name, w in weights.items()}
    needs = sum(need.values())
    if needs == 0:
        raise ValueError("no need")
    hours = {name: total * n // needs for name, n in need.items()}
    rest = {name: total * n % needs for name, n in need.items()}
    left = total - sum(hours.values())
    hours[min(need, key=lambda name: (-need[name], name))] += left
    return hours
