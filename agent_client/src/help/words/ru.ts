import type { Words } from "./en";

export const ru: Words = {
  "shortcuts.offers": "Предложения и статус",
  "shortcuts.conversation": "Разговор",
  "shortcuts.page": "Страница",
  "shortcuts.numbers": "Перейти к разговору",
  "shortcuts.send": "Отправить",
  "shortcuts.new_line": "Новая строка",
  "shortcuts.close": "Закрыть то, что сверху",
  "shortcuts.off": "Сочетания клавиш выключены в настройках.",
  "shortcuts.call": "Звонки",
};
