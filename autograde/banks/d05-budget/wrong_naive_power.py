# Wrong: subtracts 0.999^(1/D) from 1 directly, which loses the digits for large D.
# caught-by: test_digits_survive
import math


def alert_budget(n_gateways, decisions_per_day, k, reading):
    if n_gateways < 1 or decisions_per_day < 1 or k < 1:
        raise ValueError("counts start at 1")
    if reading not in ("per_decision", "per_gateway_day"):
        raise ValueError("unknown reading")
    if reading == "per_decision":
        q = 0.001
    else:
        q = 1 - 0.999 ** (1 / decisions_per_day)
    p = q ** (1 / k)
    pages = n_gateways * decisions_per_day * q
    return {"q": q, "p_sample": p, "false_alerts_per_day": pages}
