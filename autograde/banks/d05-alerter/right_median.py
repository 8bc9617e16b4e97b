# right: Windowed median: the median of the last 55 s lies 3 dB below the median of 20 min.
from statistics import median


class GatewayAlerter:
    """The median of a short window against the median of a long one."""

    VERSION = "median-55s"
    FRESH_S = 30  # what is older tells the past: transport takes 1-4 s, late messages 60 s or more
    SILENT_S = 30
    REARM_S = 600
    BASELINE_N = 120  # 20 min: longer than any anomaly, shorter than the drift
    WARM_UP_N = 30
    LOG_EVERY_S = 300
    PARAMS = {
        "gateway": {"drop_db": 3.0, "least": 3},
        "region": {"silent_s": 30, "share": 0.75},
    }

    def __init__(self, gateways):
        self.gateways = dict(gateways)
        self.audit = []
        self.seen = set()
        self.history = {g: [] for g in self.gateways}  # fresh SNR, newest last
        self.recent = {g: [] for g in self.gateways}  # (event_ts, event_id, deviation)
        self.heard = {}  # gateway -> arrival of its last fresh message
        self.quiet_until = {}  # target -> re-armed from then on
        self.down = set()  # regions alerted and not yet back
        self.logged = {}  # target -> time of its last unfired record

    @staticmethod
    def decide(kind, features, params):
        if kind == "region":
            silent = sum(age > params["silent_s"] for age in features["silence_s"])
            share = silent / len(features["silence_s"])
            return share >= params["share"], share, "REGION_SILENT"
        values = features["deviations_db"]
        score = -median(values) if len(values) >= params["least"] else 0.0
        return score > params["drop_db"], score, "SNR_DROP_MEDIAN"

    def on_event(self, e, now):
        if e.event_id in self.seen:
            return []
        self.seen.add(e.event_id)
        if now - e.event_ts > self.FRESH_S:
            return []
        gateway = e.gateway_id
        self.heard[gateway] = now
        if e.snr_db != e.snr_db:
            return []
        history = self.history[gateway]
        alerts = []
        if len(history) >= self.WARM_UP_N:
            deviation = round(e.snr_db - median(history), 3)
            alerts = self._judge(gateway, e, deviation, now)
        history.append(e.snr_db)
        del history[: -self.BASELINE_N]
        return alerts

    def _judge(self, gateway, e, deviation, now):
        recent = self.recent[gateway]
        recent.append((e.event_ts, e.event_id, deviation))
        recent[:] = [r for r in recent if e.event_ts - r[0] < 55][-5:]
        features = {"deviations_db": [d for _, _, d in recent]}
        if now < self.quiet_until.get(gateway, now) or self.gateways[gateway] in self.down:
            return []
        ids = [event_id for _, event_id, _ in recent]
        return self._decided("gateway", gateway, features, ids, now)

    def on_tick(self, now):
        alerts = []
        for region in sorted(set(self.gateways.values())):
            members = sorted(g for g, r in self.gateways.items() if r == region)
            ages = [now - self.heard.get(g, now) for g in members]
            features = {"silence_s": ages}
            fired, _, _ = self.decide("region", features, self.PARAMS["region"])
            if region in self.down:
                if not fired and now >= self.quiet_until[region]:
                    self.down.discard(region)
                continue
            alerts += self._decided("region", region, features, [], now)
        return alerts

    def _decided(self, kind, target, features, ids, now):
        params = self.PARAMS[kind]
        fired, score, reason = self.decide(kind, features, params)
        if not fired and now - self.logged.get(target, now - self.LOG_EVERY_S) < self.LOG_EVERY_S:
            return []
        self.audit.append(
            {
                "kind": kind,
                "target": target,
                "features": features,
                "params": dict(params),
                "fired": fired,
                "score": score,
                "reason": reason,
                "event_ids": list(ids),
                "model_version": self.VERSION,
            }
        )
        if not fired:
            self.logged[target] = now
            return []
        self.quiet_until[target] = now + self.REARM_S
        if kind == "region":
            self.down.add(target)
        confidence = min(1.0, max(0.0, score / 6.0))
        return [
            {
                "kind": kind,
                "target": target,
                "reason": reason,
                "score": score,
                "confidence": confidence if kind == "gateway" else score,
            }
        ]
