"""Who watches cases on this node, and who has which one open anywhere.

Changes are told at most twice a second, each case as it is then; a session that is behind, or for which too many
changed, is told to fetch anew instead. Views are told between nodes and die out with the node that told them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from router.core.words import AgentId, Ms
from router.engine.outbox import Outbox
from router.protocol.case_records import Case, CaseViewer
from router.protocol.cases import CaseChanged, CasesStale, CaseViewersChanged

BEAT_S = 0.5
MOST_TOLD = 50
"""Cases in one beat; more is `cases.stale`."""
BACKLOG = 100
VIEWS_TOLD_EVERY_S = 20.0
VIEWS_LAST_MS = 60_000


def _all(_: Case) -> bool:
    return True


@dataclass(slots=True, kw_only=True)
class Watcher:
    """every: told of all cases that it sees. open_case: the one its person has before them; "" none."""

    outbox: Outbox
    agent_id: str
    every: bool = False
    sees: Callable[[Case], bool] = field(default=_all)
    open_case: str = ""
    since: Ms = 0
    connected: bool = True
    changed: dict[str, Case] = field(default_factory=dict)
    stale: bool = False

    def wants(self, case: Case) -> bool:
        return self.open_case == case.case_id or (self.every and self.sees(case))


@dataclass(slots=True)
class CaseWatching:
    """name_of: what people are called."""

    name_of: Callable[[AgentId], str] = str
    views_changed: bool = False
    """Other nodes have not been told yet."""
    _watchers: dict[int, Watcher] = field(default_factory=dict)
    _views: dict[str, tuple[Ms, Mapping[str, Mapping[str, Ms]]]] = field(default_factory=dict)
    """By node: when it was heard, and case → agent → since."""

    # ------------------------------------------------------------ who watches

    def watch(self, outbox: Outbox, agent_id: str, *, every: bool, sees: Callable[[Case], bool] | None = None) -> None:
        if outbox.lost:
            return
        watcher = self._of(outbox, agent_id)
        watcher.every, watcher.sees = every, sees or _all
        self._tidy(outbox)

    def open(self, outbox: Outbox, agent_id: str, case_id: str, now: Ms) -> str:
        """The case they have before them now ("": none); the one they had before. A session that is over has none."""
        if outbox.lost:
            return ""
        watcher = self._of(outbox, agent_id)
        before, watcher.open_case, watcher.since = watcher.open_case, case_id, now
        self._tidy(outbox)
        return before

    def present(self, outbox: Outbox, *, connected: bool) -> None:
        """Whether the session has a socket: who has none looks at nothing."""
        watcher = self._watchers.get(id(outbox))
        if watcher is not None and watcher.connected != connected:
            watcher.connected = connected
            self.views_changed = self.views_changed or bool(watcher.open_case)

    def remove(self, outbox: Outbox) -> None:
        """The session is over."""
        watcher = self._watchers.pop(id(outbox), None)
        self.views_changed = self.views_changed or bool(watcher is not None and watcher.open_case)

    def _of(self, outbox: Outbox, agent_id: str) -> Watcher:
        return self._watchers.setdefault(id(outbox), Watcher(outbox=outbox, agent_id=agent_id))

    def _tidy(self, outbox: Outbox) -> None:
        watcher = self._watchers[id(outbox)]
        if not watcher.every and not watcher.open_case:
            del self._watchers[id(outbox)]

    # ------------------------------------------------------------ what changed

    def changed(self, case: Case) -> None:
        for watcher in self._watchers.values():
            if watcher.wants(case):
                known = watcher.changed.get(case.case_id)
                if known is None or known.revision <= case.revision:
                    watcher.changed[case.case_id] = case
                if len(watcher.changed) > MOST_TOLD:
                    watcher.changed.clear()
                    watcher.stale = True

    def tell(self, now: Ms) -> None:
        for watcher in tuple(self._watchers.values()):  # a slow one leaves while it is told
            if watcher.outbox.backlog > BACKLOG:
                watcher.stale = watcher.stale or bool(watcher.changed)
                watcher.changed.clear()
                continue
            changed, watcher.changed = watcher.changed, {}
            stale, watcher.stale = watcher.stale, False
            for case in changed.values():
                watcher.outbox.put(CaseChanged(case=case, server_time=now))
            if stale:
                watcher.outbox.put(CasesStale())

    # ------------------------------------------------------------ who looks at what

    def here(self) -> dict[str, dict[str, Ms]]:
        """case → agent → since when, of this node."""
        found: dict[str, dict[str, Ms]] = {}
        for watcher in self._watchers.values():
            if watcher.open_case and watcher.connected:
                since = found.setdefault(watcher.open_case, {})
                since[watcher.agent_id] = min(watcher.since, since.get(watcher.agent_id, watcher.since))
        return found

    def heard(self, node: str, views: Mapping[str, Mapping[str, Ms]], now: Ms) -> None:
        """What a node says its people look at; they hear of one another."""
        before = self._views.get(node, (0, {}))[1]
        if views:
            self._views[node] = now, views
        else:
            self._views.pop(node, None)
        for case_id in {case for case in {*before, *views} if before.get(case) != views.get(case)}:
            self._tell_viewers(case_id, now)

    def viewers(self, case_id: str, now: Ms) -> dict[str, Ms]:
        """Everybody who has the case open, and since when."""
        found: dict[str, Ms] = {}
        for heard_at, views in self._views.values():
            if now - heard_at <= VIEWS_LAST_MS:
                for agent_id, since in views.get(case_id, {}).items():
                    found[agent_id] = min(since, found.get(agent_id, since))
        return found

    def others(self, case_id: str, agent_id: str, now: Ms) -> list[CaseViewer]:
        return [
            CaseViewer(agent_id=other, name=self.name_of(AgentId(other)), since=since)
            for other, since in sorted(self.viewers(case_id, now).items(), key=lambda each: (each[1], each[0]))
            if other != agent_id
        ]

    def _tell_viewers(self, case_id: str, now: Ms) -> None:
        for watcher in tuple(self._watchers.values()):
            if watcher.open_case == case_id:
                viewers = self.others(case_id, watcher.agent_id, now)
                watcher.outbox.put(CaseViewersChanged(case_id=case_id, viewers=viewers))
