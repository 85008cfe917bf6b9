/** Beats once a second. Timers of a hidden tab are slowed down to one a minute; those of a worker are not. */
setInterval(() => {
  postMessage(0);
}, 1_000);
