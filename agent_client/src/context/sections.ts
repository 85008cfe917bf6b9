import type { JSX } from "preact";

import type { Key } from "../i18n/language";
import { departments, steps, voice } from "../live/store";
import { isOver } from "../state/steps";
import { type Lazy, lazyPart } from "../ui/lazy";
import type { About } from "./about";
import { CustomerFacts } from "./customer-facts";
import { ItemFacts } from "./item-facts";

/** A part of the context column, which folds and remembers that it does. */
export interface Section {
  /** Also the class of its element. */
  name: string;
  title: Key;
  /** Whether there is anything to show; reads signals. */
  applies: (about: About) => boolean;
  /** Drawn, and fetched where it is lazy, when it is unfolded. */
  Body: ((props: { about: About }) => JSX.Element | null) | Lazy<{ about: About }>;
  /** A number that is seen though it is folded; 0 is not. */
  count?: { of: (about: About) => number; text: Key };
}

const stepsOf = ({ conversation_id }: About) => steps.value.get(conversation_id ?? "") ?? [];

/** From top to bottom. */
export const SECTIONS: readonly Section[] = [
  { name: "customer", title: "context.customer", applies: ({ assignment }) => assignment !== null, Body: CustomerFacts },
  {
    name: "case",
    title: "context.case",
    applies: () => true,
    Body: lazyPart(async () => (await import("../cases/case-section")).CaseSection),
  },
  {
    name: "related-cases",
    title: "context.related_cases",
    applies: (about) => about.case_id !== null,
    Body: lazyPart(async () => (await import("../cases/related")).RelatedCases),
  },
  {
    name: "case-things",
    title: "context.case_things",
    applies: (about) => about.case_id !== null,
    Body: lazyPart(async () => (await import("../cases/related")).CaseThings),
  },
  { name: "item", title: "context.item", applies: ({ assignment }) => assignment !== null, Body: ItemFacts },
  {
    name: "knowledge",
    title: "context.knowledge",
    applies: ({ assignment }) => assignment !== null,
    Body: lazyPart(async () => (await import("../knowledge/suggestions")).Suggestions),
  },
  {
    name: "known",
    title: "context.known",
    applies: () => true,
    Body: lazyPart(async () => (await import("../customers/customer-sources")).CustomerBeside),
  },
  {
    name: "calls-with",
    title: "call_log.title",
    applies: () => voice.value,
    Body: lazyPart(async () => (await import("../phone/calls-with")).CallsWith),
  },
  {
    name: "departments",
    title: "step.title",
    applies: (about) => about.conversation_id !== null && (departments.value.length > 0 || stepsOf(about).length > 0),
    Body: lazyPart(async () => (await import("../departments/departments")).Departments),
    count: { of: (about) => stepsOf(about).filter((step) => !isOver(step)).length, text: "step.open_count" },
  },
  {
    name: "past-conversations",
    title: "context.past",
    applies: () => true,
    Body: lazyPart(async () => (await import("./past-conversations")).PastConversations),
  },
];
