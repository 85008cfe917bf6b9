/** The customer portal, first version: the chat and the customer's conversations as a page of their own. */
// The app is an entry of its own, the one that sites load: imported so that it stays one file.
const { mount } = await import("../app/app");
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
