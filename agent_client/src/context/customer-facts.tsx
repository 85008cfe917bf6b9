import type { JSX } from "preact";

import { t } from "../i18n/language";
import { languageName } from "../i18n/times";
import type { About } from "./about";
import { Fact, None } from "./fact";

export function CustomerFacts({ about: { assignment } }: { about: About }): JSX.Element | null {
  if (assignment === null) return null;
  const { customer, language } = assignment.work_item;
  return (
    <dl class="facts">
      <Fact name="context.name">{customer.name || t("customer.unnamed")}</Fact>
      <Fact name="context.email">
        {customer.email ? <a href={`mailto:${encodeURIComponent(customer.email).replace("%40", "@")}`}>{customer.email}</a> : <None />}
      </Fact>
      <Fact name="context.language">{languageName(language || customer.language) || <None />}</Fact>
    </dl>
  );
}
