"""What agents ask of quick texts and macros."""

from __future__ import annotations

from router.core.words import AgentId
from router.engine.centre import Centre
from router.engine.knowledge import macros, quick_texts, running
from router.protocol import macros as asked


async def carry_out(centre: Centre, me: AgentId, command: asked.MacroCommand) -> asked.MacroResult | None:
    match command:
        case asked.FetchQuickTexts():
            return await quick_texts.fetch(centre, me)
        case asked.FillQuickText():
            return await quick_texts.fill(centre, me, command)
        case asked.PutQuickText():
            return await quick_texts.put(centre, me, command)
        case asked.RemoveQuickText():
            await quick_texts.remove(centre, me, command.quick_text_id)
        case asked.PreviewText():
            return quick_texts.preview(centre, me, command.text)
        case asked.FetchMacros():
            return await macros.fetch(centre, me, command)
        case asked.PutMacro():
            return await macros.put(centre, me, command)
        case asked.RemoveMacro():
            await macros.remove(centre, me, command.macro_id)
        case asked.RunMacro():
            return await running.run(centre, me, command)
    return None
