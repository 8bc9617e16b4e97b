# Wrong: lets all gateways share one chance of 0.001 a day.
# caught-by: test_gateways_do_not_share
import math


def alert_budget(n_gateways, decisions_per_day, k, reading):
    if n_gateways < 1 or decisions_per_day < 1 or k < 1:
        raise ValueError("counts start at 1")
    if reading not in ("per_decision", "per_gateway_day"):
        raise ValueError("unknown reading")
    if reading == "per_decision":
        q = 0.001
    else:
        q = -math.expm1(math.log1p(-0.001) / (decisions_per_day * n_gateways))
    p = q ** (1 / k)
    pages = n_gateways * decisions_per_day * q
    return {"q": q, "p_sample": p, "false_alerts_per_day": pages}
