import type { JSX } from "preact";

import { t } from "../i18n/language";
import { Dialog } from "../ui/dialog";
import { lazy, type Lazy } from "../ui/lazy";
import { dialog } from "./view";

type Load<Props> = Parameters<typeof lazy<Props & object>>[0];

function lazyDialog<Props extends object>(load: Load<Props>): Lazy<Props> {
  return lazy(load, ({ children }) => (
    <Dialog title={t("line.loading")} bare onClose={() => (dialog.value = null)}>
      {children}
    </Dialog>
  ));
}

const Palette = lazyDialog(async () => (await import("./palette")).Palette);
const ShortcutHelp = lazyDialog(async () => (await import("../help/shortcut-help")).ShortcutHelp);
const Transfer = lazyDialog(async () => (await import("../desk/transfer-dialog")).TransferDialog);
const Template = lazyDialog(async () => (await import("../desk/template-dialog")).TemplateDialog);
const AskDepartment = lazyDialog(async () => (await import("../departments/ask-department-dialog")).AskDepartmentDialog);
const Macros = lazyDialog(async () => (await import("../knowledge/macro-dialog")).MacroDialog);
const NewCase = lazyDialog(async () => (await import("../cases/new-case-dialog")).NewCaseDialog);
const Pick = lazyDialog(async () => (await import("../waiting/pick-dialog")).PickDialog);
const WhyMe = lazyDialog(async () => (await import("../waiting/why-me-dialog")).WhyMeDialog);
const Dial = lazyDialog(async () => (await import("../phone/dial-dialog")).DialDialog);
const CallTransfer = lazyDialog(async () => (await import("../phone/call-transfer-dialog")).CallTransferDialog);
const Agent = lazyDialog(async () => (await import("../board/agent-dialog")).AgentDialog);
const Queue = lazyDialog(async () => (await import("../board/queue-dialog")).QueueDialog);
const Broadcast = lazyDialog(async () => (await import("../board/broadcast-dialog")).BroadcastDialog);
const Monitor = lazyDialog(async () => (await import("../board/monitor-dialog")).MonitorDialog);

/** Those everybody opens by a key: they are fetched before, so that they open at once, also without a line. */
export const OFTEN = [Palette, Transfer, Pick, Template, AskDepartment, NewCase, Macros, WhyMe, ShortcutHelp];
export const ON_CALLS = [Dial, CallTransfer];
export const OVERSEEING = [Agent, Queue, Broadcast, Monitor];

/** The dialog in front of the page. */
export function FrontDialog(): JSX.Element | null {
  const open = dialog.value;
  switch (open?.kind) {
    case "palette":
      return <Palette />;
    case "shortcuts":
      return <ShortcutHelp />;
    case "transfer":
      return <Transfer workItemId={open.work_item_id} />;
    case "template":
      return <Template conversationId={open.conversation_id} />;
    case "ask_department":
      return <AskDepartment conversationId={open.conversation_id} />;
    case "macros":
      return <Macros of={open.of} />;
    case "new_case":
      return <NewCase conversationId={open.conversation_id} />;
    case "agent":
      return <Agent agentId={open.agent_id} />;
    case "queue":
      return <Queue queue={open.queue} />;
    case "dial":
      return <Dial />;
    case "call_transfer":
      return <CallTransfer callId={open.call_id} />;
    case "pick":
      return <Pick />;
    case "broadcast":
      return <Broadcast />;
    case "monitor":
      return <Monitor workItemId={open.work_item_id} />;
    case "why_me":
      return <WhyMe />;
    case undefined:
      return null;
    default:
      return open satisfies never;
  }
}
