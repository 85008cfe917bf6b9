"""What only supervisors ask, carried out."""

from __future__ import annotations

from router.core.words import AgentId, WorkItemId
from router.engine import staffing, supervision
from router.engine.centre import Centre
from router.gateway.session import Session
from router.protocol import staff
from router.protocol import supervision as asked
from router.protocol.frames import AnyResult


async def supervise(
    centre: Centre, session: Session, me: AgentId, command: asked.Supervision | staff.SetAgentStatus
) -> AnyResult | None:
    """Whoever asks is a supervisor."""
    match command:
        case staff.SetAgentStatus():
            await supervision.set_status(centre, me, AgentId(command.agent_id), command.status)
        case asked.MoveItem():
            await supervision.move(centre, me, WorkItemId(command.work_item_id), command.queue)
        case asked.PrioritiseItem():
            await supervision.prioritise(centre, me, WorkItemId(command.work_item_id), command.priority)
        case asked.ChangeAgent():
            await staffing.change(centre, me, command)
        case asked.SwitchQueue():
            await supervision.switch(centre, me, command.queue, command.to)
        case asked.Broadcast():
            return await supervision.broadcast(centre, me, command)
        case asked.MonitorItem():
            return await supervision.monitor(centre, me, WorkItemId(command.work_item_id), session)
        case asked.StopMonitoring():
            centre.live.monitors.leave(session)
    return None
