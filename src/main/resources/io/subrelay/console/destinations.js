// How each destination stands, and what can be delivered to it again.

import {destinations, get, path, post} from './api.js';
import {backfill, backfillsOf, bar, isRunning} from './backfills.js';
import {waitsInAll} from './banner.js';
import {chartOf} from './chart.js';
import * as first from './begin.js';
import {answerInWords, count, duration, eventLink, failure, html, nothing, number, retried, when, zone} from './parts.js';
import {maskedText} from './personal.js';

export const title = 'Destinations';

const CIRCUIT = {
  closed: 'Requests go out.',
  open: 'Paused, as most requests fail; it is tried again in a few seconds.',
  half_open: 'Being tried again.',
  held: 'Held: it does not let us in. Check its key; nothing is lost meanwhile.',
};
/** How old an answer may be that the page begins with: it was asked for while the page was loaded. */
const EARLY_MS = 1000;
const COUNTED = ['pending', 'retrying', 'delivered', 'skipped', 'previewed', 'dead'];
const RANGES = {24: '24 hours', 168: '7 days'};

export async function show(screen) {
  let list = null;
  let timelines = {};
  let hours = 24;
  let off = [];
  let error = null;
  let ask = null;
  let chartsDue = 0;
  let empty = false;
  let test = {};
  // The most that was to be delivered since it began, by name: what a progress bar is full at.
  const most = {};

  async function load() {
    try {
      const all = await destinations(list === null ? EARLY_MS : 0);
      list = all.filter(each => each.mode !== 'off' && each.mode !== 'gone');
      off = all.filter(each => each.mode === 'off').map(each => each.name);
      if (empty || !all.some(each => COUNTED.some(state => each[state] > 0))) empty = Boolean(test.sent) || await first.isEmpty(screen.signal);
      if (Date.now() >= chartsDue || list.some(each => !timelines[each.name])) {
        const charts = loadTimelines();
        // the numbers are drawn meanwhile
        screen.draw(page);
        await charts;
      }
      error = null;
    } catch (e) {
      error = e;
      list ??= [];
    }
    for (const each of list) {
      if (isBackfilled(each)) continue;
      if (each.requested === 0 && most[each.name]) screen.say(`Nothing that was asked for is left to deliver to ${each.name}`);
      most[each.name] = each.requested === 0 ? 0 : Math.max(most[each.name] ?? 0, each.requested);
    }
    screen.draw(page);
    return list.some(each => each.requested > 0 || isBackfilled(each)) ? 1000 : 3000;
  }

  async function loadTimelines() {
    const asked = hours;
    const loaded = await Promise.all(list.map(each =>
      get(path`/api/destinations/${each.name}/timeline?hours=${hours}`, screen.signal)));
    // another range was chosen meanwhile
    if (hours !== asked) return;
    timelines = Object.fromEntries(list.map((each, index) => [each.name, loaded[index]]));
    chartsDue = Date.now() + 15000;
  }

  function chooseRange(change) {
    hours = Number(change.target.value);
    timelines = {};
    chartsDue = 0;
    load();
  }

  const isBackfilled = each => backfillsOf(each).some(isRunning);

  const isTold = each => each.backfill?.state === 'running';

  const act = screen.acting(load, e => { error = e; });

  // Asks before anything is delivered, with the number of events or customers that it would be.
  async function open(destination, what, of = 'history') {
    ask = {destination, what, of, since: '', events: null, error: null};
    screen.redraw();
    document.getElementById('ask').showModal();
    await countEvents();
  }

  const call = dryRun => post(path`/api/destinations/${ask.destination}/${ask.what}`
    + `?since=${encodeURIComponent(ask.since)}${ask.of === 'state' ? '&of=state' : ''}${dryRun ? '&dry-run=true' : ''}`,
    '', screen.signal);

  const what = (n, asked = ask) => (asked.of === 'state' ? count(n, 'customer', 'customers') : count(n, 'event', 'events'));

  async function countEvents() {
    const asked = ask;
    const since = ask.since;
    asked.events = null;
    asked.error = null;
    screen.redraw();
    try {
      const events = (await call(true)).would_schedule;
      if (ask === asked && ask.since === since) asked.events = events;
    } catch (e) {
      asked.error = e;
    }
    screen.redraw();
  }

  async function deliver() {
    // the dialog may be closed meanwhile
    const asked = ask;
    try {
      const {scheduled, reason} = await call(false);
      if (scheduled === 0) throw new Error(`Nothing to do: ${reason}.`);
      if (asked.of === 'state') {
        screen.say(`${asked.destination} is told of ${what(scheduled, asked)}`);
      } else {
        most[asked.destination] = asked.what === 'backfill' ? 0 : scheduled;
        screen.say(`${count(scheduled, 'event is', 'events are')} on the way to ${asked.destination}`);
      }
      document.getElementById('ask').close();
      load();
    } catch (e) {
      if (ask) ask.error = e;
      else error = e;
      screen.redraw();
    }
  }

  const dialog = () => html`<dialog id="ask" aria-labelledby="ask-title" @close=${() => { ask = null; screen.redraw(); }}>
    ${ask === null ? nothing : html`
      <h2 id="ask-title">${ask.of === 'state' ? 'State backfill of'
        : ask.what === 'backfill' ? 'Backfill' : 'Redeliver dead letters to'} ${ask.destination}</h2>
      ${ask.of === 'state' ? html`
        <p>It is told how every customer stands, and of no event: behind what happens meanwhile, a few customers at a time.</p>`
        : ask.what === 'backfill' ? html`
        <p>Stored events that it did not have are delivered, oldest first.</p>
        <label>Events accepted since (empty: all)
          <input type="date" .value=${ask.since} @change=${e => { ask.since = e.target.value; countEvents(); }}></label>`
        : nothing}
      <p class="big" role="status">${ask.error ? failure(ask.error) : ask.events === null ? 'Counting…'
        : ask.events === 0 ? 'There is nothing to deliver.'
        : ask.of === 'state' ? `${ask.destination} will be told of ${what(ask.events)}.`
        : `${what(ask.events)} will be delivered to ${ask.destination}.`}</p>
      <div class="buttons">
        <button type="button" class="primary" ?disabled=${!ask.events} @click=${deliver}>
          ${ask.of === 'state' ? 'Tell of' : 'Deliver'} ${ask.events ? what(ask.events) : ''}</button>
        <button type="button" @click=${() => document.getElementById('ask').close()}>Cancel</button>
      </div>`}</dialog>`;

  const state = (destination, name, link) => html`<div class=${`tile ${destination[name] > 0 ? name : 'none'}`}><dt>${name}</dt>
    <dd>${link && destination[name] > 0
      ? html`<a href=${path`#/events?state=${name}&destination=${destination.name}`}
          aria-label=${`${number(destination[name])} ${name}: show them`}>${number(destination[name])}</a>`
      : number(destination[name])}</dd></div>`;

  const progress = ({name, requested}) => bar(`${count(requested, 'asked-for delivery', 'asked-for deliveries')} to go`,
    most[name] - requested, most[name]);

  const answered = error => html`${answerInWords(error.response_code)}
    ${error.answer ? html`<q>${maskedText(error.answer)}</q>` : nothing}
    ${error.response_code ? `Status ${error.response_code}` : nothing}`;

  const eventOf = error => (error.event_id ? eventLink(error.event_id, 'its event') : nothing);

  const failing = each => html`<dt>${each.circuit === 'held' ? 'Held' : 'Failing'}</dt><dd class="dead">
    Since ${when(each.failing.since)}: ${count(each.failing.attempts, 'attempt', 'attempts')} failed, and
    ${count(waitsInAll(each), 'delivery waits', 'deliveries wait')}.
    ${answered(each.failing)}, ${eventOf(each.failing)}</dd>`;

  // of a destination that works, an error is history
  const lastError = error => html`<dt>Last error</dt><dd class="muted">${error === null ? 'none' : html`
    ${when(error.at)}: ${answered(error)}, ${eventOf(error)}. Nothing has failed since.`}</dd>`;

  const circuit = each => (each.paused_since ? html`Paused since ${when(each.paused_since)}: nothing is sent, and events wait in
      order until it is resumed.`
    : each.mode === 'preview' ? 'In preview: nothing is sent.'
    : each.failing && each.circuit === 'closed' ? 'Requests go out, and fail; each is retried in its time.'
    : CIRCUIT[each.circuit] ?? each.circuit);

  const badge = each => (each.paused_since ? 'paused' : each.circuit === 'held' ? 'held' : each.failing ? 'failing' : each.mode);

  async function sendTest() {
    try {
      test = {sent: await first.test(screen.signal)};
      screen.say('The test event has arrived');
    } catch (e) {
      test = {error: e};
    }
    screen.redraw();
  }

  const pause = each => act(async () => {
    await post(path`/api/destinations/${each.name}/${each.paused_since ? 'resume' : 'pause'}`, '', screen.signal);
    screen.say(`${each.name} is ${each.paused_since ? 'resumed' : 'paused'}`);
  });

  const retry = destination => act(async () =>
    screen.say(retried(await post(path`/api/destinations/${destination}/retry`, '', screen.signal))));

  const oldest = each => (each.oldest_pending_seconds > 0 ? `waits for ${duration(each.oldest_pending_seconds)}`
    : each.requested > 0 ? 'only what was asked for waits'
    : each.pending + each.retrying > 0 ? 'waits for less than 1 s' : 'nothing waits');

  const card = each => html`<section class="card" aria-label=${each.name}>
    <h2>${each.name} <span class="badge ${badge(each)}">${badge(each)}</span></h2>
    <dl class="tiles">
      ${state(each, 'pending')}${state(each, 'retrying', true)}${state(each, 'delivered')}${state(each, 'skipped')}
      ${state(each, 'previewed')}${state(each, 'dead', true)}
    </dl>
    ${each.requested > 0 && !isBackfilled(each) ? progress(each) : nothing}
    ${backfillsOf(each).filter(isRunning).map(one => backfill(one, screen, act))}
    <dl class="facts">
      <dt>Circuit</dt><dd class=${`circuit ${each.circuit}`}>${circuit(each)}</dd>
      <dt>Oldest pending</dt>
      <dd>${oldest(each)}</dd>
      ${each.failing ? failing(each) : lastError(each.last_error)}
    </dl>
    ${timelines[each.name] ? chartOf(each.name, timelines[each.name], hours, RANGES[hours]) : html`<div class="chart"></div>`}
    <div class="buttons">
      <button type="button" ?disabled=${each.paused_since || each.retrying === 0 && !each.failing} @click=${() => retry(each.name)}>
        Retry now<span class="unseen"> what waits for ${each.name}</span></button>
      <button type="button" class=${each.paused_since ? 'primary' : ''} @click=${() => pause(each)}>
        ${each.paused_since ? 'Resume' : 'Pause'}<span class="unseen"> ${each.name}</span></button>
      <button type="button" ?disabled=${each.dead === 0} @click=${() => open(each.name, 'redeliver')}>
        Redeliver dead letters<span class="unseen"> to ${each.name}</span></button>
      <button type="button" ?disabled=${each.history_backfill?.state === 'running'} @click=${() => open(each.name, 'backfill')}>
        Backfill<span class="unseen"> ${each.name}</span>…</button>
      ${each.customer_updates ? html`<button type="button" ?disabled=${isTold(each)}
        @click=${() => open(each.name, 'backfill', 'state')}>
        State backfill<span class="unseen"> of ${each.name}</span>…</button>` : nothing}
    </div></section>`;

  const page = () => html`<div class="head"><h1>Destinations</h1>
      <label>Charts of the last <select @change=${chooseRange}>${Object.entries(RANGES).map(([value, name]) =>
        html`<option value=${value}>${name}</option>`)}</select> (${zone()})</label></div>
    ${error ? failure(error) : nothing}
    ${empty ? first.begin(list, off, sendTest, test.sent, test.error) : nothing}
    <div class="cards wide">${list.map(card)}</div>
    ${off.length > 0 ? html`<p>Switched off: ${off.join(', ')}.</p>` : nothing}${dialog()}`;

  await screen.repeat(load);
}
