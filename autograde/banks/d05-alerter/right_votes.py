# right: k-of-n votes: three of the last five fresh samples lie 3 dB below a running median.
from statistics import median


class GatewayAlerter:
    """Three votes of five against a running baseline."""

    VERSION = "votes-3-of-5"
    FRESH_S = 30  # what is older tells the past: transport takes 1-4 s, late messages 60 s or more
    SILENT_S = 30
    REARM_S = 600
    BASELINE_N = 120  # 20 min: longer than any anomaly, shorter than the drift
    WARM_UP_N = 30
    LOG_EVERY_S = 300
    PARAMS = {
        "gateway": {"drop_db": 3.0, "k": 3, "n": 5},
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
        low = [d for d in features["deviations_db"] if d < -params["drop_db"]]
        return len(low) >= params["k"], len(low) / params["n"], "SNR_DROP_VOTES"

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
        del recent[:-5]
        fresh = [r for r in recent if e.event_ts - r[0] <= 120]
        features = {"deviations_db": [d for _, _, d in fresh]}
        if now < self.quiet_until.get(gateway, now) or self.gateways[gateway] in self.down:
            return []
        ids = [event_id for _, event_id, _ in fresh]
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
        confidence = min(1.0, max(0.0, score / 1.0))
        return [
            {
                "kind": kind,
                "target": target,
                "reason": reason,
                "score": score,
                "confidence": confidence if kind == "gateway" else score,
            }
        ]
