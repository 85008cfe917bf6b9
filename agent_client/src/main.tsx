import { render } from "preact";

import "./style/tokens.css";
import "./style/base.css";
import "./style/controls.css";
import "./style/settings.css";
import "./style/shell.css";
import "./style/work.css";
import "./style/conversation.css";
import "./style/message.css";
import "./style/phone.css";
import { App } from "./app";
import { followTheme } from "./live/settings";
import { allowSound } from "./live/sound";
import { followLanguage, resume } from "./shell/sign";

followTheme();
followLanguage("");
allowSound();
void resume();

const root = document.getElementById("app");
if (root) render(<App />, root);
