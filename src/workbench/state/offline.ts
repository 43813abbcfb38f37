/**
 * Lets the browser keep the page, so that it opens without a network from the second visit on. Everything is fetched once
 * more for that: there should be something to see before.
 */
export function keepForOffline(): void {
  // The development server's files change all the time; and without a secure origin there are no service workers.
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register('./service_worker.js', { updateViaCache: 'none' }).catch(() => {
    // A browser that keeps nothing for this page (a private window): it works as long as there is a network.
  });
}
