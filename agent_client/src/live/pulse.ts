/** Calls back once a second, in a hidden tab too; returns the stop. */
export function startPulse(beat: () => void): () => void {
  const worker = new Worker(new URL("./pulse.worker.ts", import.meta.url), { type: "module" });
  worker.onmessage = beat;
  return () => {
    worker.terminate();
  };
}
