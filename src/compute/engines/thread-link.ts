/** One end of a channel to a thread; what passes is structured-cloned. Whoever owns threads hands it in. */
export interface ThreadLink {
  send(message: unknown): void;
  onMessage(handler: (message: unknown) => void): void;
}
