setInterval(() => postMessage(0), 5_000);
