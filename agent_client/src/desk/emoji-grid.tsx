import type { JSX } from "preact";
import { useSignal } from "@preact/signals";

import { t } from "../i18n/language";
import { Icon } from "../ui/icon";
import { Menu, MenuItem } from "../ui/menu";

const EMOJI = "🙂 😀 😄 😅 😂 😉 😊 😍 🤔 😐 😕 🙁 😢 😮 😎 🙏 👍 👎 👋 👏 🙌 💪 👌 🤝 ❤️ 💚 💙 ✨ 🎉 🎁 🌱 🌷 ☀️ ☕ 📦 🚚 ✅ ❌ ⚠️ ⏳ 📎 📞 ✉️ 💶".split(" ");

/** A small grid of the usual ones; the system's own picker has the rest. */
export function EmojiGrid({ onChoose }: { onChoose: (emoji: string) => void }): JSX.Element {
  const open = useSignal(false);
  return (
    <div class="emoji">
      <Menu class="button quiet small square" label={t("composer.emoji")} place="above" open={open} button={<Icon name="emoji" size={17} />}>
        {EMOJI.map((emoji) => (
          // After the menu has given the focus back to its button, so that it ends in the text.
          <MenuItem key={emoji} onChoose={() => setTimeout(() => onChoose(emoji))}>
            {emoji}
          </MenuItem>
        ))}
      </Menu>
    </div>
  );
}
