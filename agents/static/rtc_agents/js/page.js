/** Entry of every staff page: the theme switch and forms that submit when a choice is made. */
import { startTheme } from "./ui/theme.js";

startTheme();
for (const form of document.querySelectorAll("form[data-rtc-submit-on-change]")) {
  form.addEventListener("change", () => form.requestSubmit());
}
