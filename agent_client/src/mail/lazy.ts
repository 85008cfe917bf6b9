import { lazyPart } from "../ui/lazy";

export const MailLine = lazyPart(async () => (await import("./mail-line")).MailLine);
export const Addressees = lazyPart(async () => (await import("./addressees")).Addressees);
