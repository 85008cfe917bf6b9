/** The customer portal: what helps without a person, and the conversation, as a page of their own. */
import type { mount as Mount } from "../app/app";

const base = new URL(".", location.href).href;
const { mount } = (await import(/* @vite-ignore */ `${base}${__APP__}`)) as { mount: typeof Mount };

const query = new URLSearchParams(location.search);
const language = query.get("language");

const host = document.querySelector<HTMLElement>("#portal");
if (host)
  await mount({
    base,
    account: query.get("account") ?? "demo",
    languages: [...(language ? [language] : []), ...navigator.languages],
    page: true,
    side: "right",
    host,
    onOpen: () => undefined,
    onUnread: () => undefined,
    onMessage: () => undefined,
  });
