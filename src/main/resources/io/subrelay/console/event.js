// One event: what came, and what each destination got for it.

import {getAll, path, post} from './api.js';
import {asks} from './first.js';
import {answerInWords, count, eventLink, failure, html, json, kindInWords, mark, nothing, retriable, retried, table, when} from './parts.js';
import {masked, maskedText, maskedUrl} from './personal.js';

export const title = 'Event';

/** The requests to one destination. */
export function requests(preview, label, hidden, known) {
  if (preview.decision !== 'send') return html`<p>Nothing is sent: ${maskedText(preview.reason, hidden)}</p>`;
  return preview.requests.map(request => html`
    <p class="address"><b>${request.method}</b> ${maskedUrl(request.url, hidden)}</p>
    ${json(request.body, label, hidden, known)}`);
}

export async function show(screen, id) {
  let event = null;
  let previews = {};
  let error = null;
  let told = '';

  async function load() {
    try {
      [event, previews] = await getAll(asks.event(id), screen.signal);
      error = null;
    } catch (e) {
      error = e;
    }
    screen.draw(page);
  }

  // what becomes of it, now and once it has had the time
  async function follow() {
    await load();
    setTimeout(() => { if (!screen.signal.aborted) load(); }, 1500);
  }

  const act = screen.acting(follow, e => { told = e.message; });

  const redeliver = destination => act(async () => {
    const {scheduled} = await post(path`/api/events/${id}/redeliver?destination=${destination}`, '', screen.signal);
    told = scheduled > 0 ? `The event is on the way to ${destination}.`
      : `Nothing to do: the event is on its way to ${destination} already.`;
  });

  const retry = destination => act(async () => {
    told = retried(await post(path`/api/events/${id}/retry?destination=${destination}`, '', screen.signal));
  });

  const attempts = (delivery, hidden) => delivery.attempts.length === 0
    ? delivery.waits_for ? nothing : html`<p class="muted">Nothing was sent.</p>`
    : table(`Attempts at ${delivery.destination}`, ['Attempt', 'Took', 'Answer'], delivery.attempts.map(attempt => [
      when(attempt.at), `${attempt.millis ?? 0}\u00a0ms`,
      html`${attempt.response_code ?? 'none'}: ${answerInWords(attempt.response_code)}
        ${attempt.answer ? html`<q>${maskedText(attempt.answer, hidden)}</q>` : nothing}`]));

  // What was previewed was stored as it was then; anything else is made again from the stored event.
  const built = delivery => (delivery.requests ? {decision: 'send', requests: delivery.requests} : previews[delivery.destination]);

  const card = (delivery, hidden) => html`<section class="card" aria-label=${delivery.destination}>
    <h2>${delivery.destination}</h2>
    <ul class="marks">${mark({...delivery, attempts: delivery.attempts.length}, hidden)}</ul>
    ${attempts(delivery, hidden)}
    ${built(delivery) ? html`<h3>${delivery.state === 'delivered' || delivery.attempts.length > 0
        ? 'The request that it got' : 'The request that it would get'}</h3>
      ${requests(built(delivery), `Request to ${delivery.destination}`, hidden, [event.event_id])}` : nothing}
    <div class="buttons">${retriable(delivery) ? html`<button type="button" @click=${() => retry(delivery.destination)}>
        Retry now<span class="unseen"> at ${delivery.destination}</span></button>` : nothing}
      <button type="button" ?disabled=${!['delivered', 'dead', 'skipped', 'previewed'].includes(delivery.state)}
      @click=${() => redeliver(delivery.destination)}>Redeliver to ${delivery.destination}</button></div></section>`;

  function page() {
    const hidden = new Set();
    if (event) masked([event.webhook, event.customer], hidden, [event.event_id]);
    const owner = event?.webhook?.event?.app_user_id ?? event?.customer?.app_user_id;
    return html`<h1>Event</h1>
      ${error?.status === 404 ? html`<p role="status">No event is stored under this id.</p>` : error ? failure(error) : nothing}
      ${id ? nothing : html`<p class="muted">Find one above by its id, as the webhook has it. <a href="#/events">The newest
        events</a> and each customer's history lead to events, too.</p>`}
      <p role="status">${told}</p>
      ${event === null ? nothing : html`
        <section class="card" aria-labelledby="what"><h2 id="what">${kindInWords(event.kind)} <span class="badge">${event.type}</span></h2>
          <dl class="facts"><dt>Id</dt><dd>${event.event_id}</dd>
            <dt>Happened</dt><dd>${when(event.happened_at)}</dd><dt>Received</dt><dd>${when(event.received_at)}</dd>
            ${event.reason ? html`<dt>Because of</dt><dd>${kindInWords(event.reason)}, ${event.reason === 'state_backfill' ? event.cause
              : eventLink(event.cause)}</dd>` : nothing}
            ${owner ? html`<dt>Customer</dt><dd><a href=${path`#/customer/${owner}`}>open its history</a></dd>` : nothing}
            <dt>Meant for</dt><dd>${count(event.deliveries.length, 'destination', 'destinations')}</dd></dl>
          <details><summary>The webhook</summary>${json(event.webhook, 'Webhook', hidden, [event.event_id])}</details></section>
        <p class="muted">Requests are made again from the stored event; one may have gone in a list with those of other events.</p>
        <div class="cards wide">${event.deliveries.map(delivery => card(delivery, hidden))}</div>`}`;
  }

  if (id) await load();
  else screen.draw(page);
}
