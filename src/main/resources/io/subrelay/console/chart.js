// Numbers over time: bars, and the same numbers as a table, as a picture can be read by eye only.

import {svg} from './lit-html.js';
import {count, html, nothing, number, table, zone} from './parts.js';

const STATES = ['delivered', 'skipped', 'previewed', 'failed', 'dead'];
const WORDS = {failed: 'failed attempts', dead: 'dead letters'};
const HOUR = new Intl.DateTimeFormat(undefined, {weekday: 'short', hour: '2-digit', minute: '2-digit'});
const DAY = new Intl.DateTimeFormat(undefined, {day: 'numeric', month: 'short', timeZone: 'UTC'});
const HOUR_MILLIS = 3600000;
const LINES = 4;
const LABELS = 4;

const sum = (values, of) => values.reduce((all, value) => all + of(value), 0);
const word = state => WORDS[state] ?? state;
const inWords = (states, numberOf) => states.map(state => `${number(numberOf(state))} ${word(state)}`).join(', ');

/** The lines of the scale: a few round numbers, from the smallest bar or 0 on, the last at least as large as the largest. */
function scale(smallest, largest) {
  const step = [1, 2, 5, 10].map(each => each * 10 ** Math.floor(Math.log10((largest - smallest) / LINES)))
    .find(each => each >= (largest - smallest) / LINES && each >= 1) ?? 1;
  const [first, last] = [Math.floor(smallest / step), Math.ceil(largest / step)];
  return Array.from({length: last - first + 1}, (_, index) => (first + index) * step);
}

/**
 * A picture of bars, each of one or several states on top of each other; of a single state they may be negative.
 * @param bars   each with its place ("at"), its words ("title") and the number of each state
 * @param labels of the time, at equal distances
 */
function picture(name, width, states, bars, labels) {
  const heights = bars.map(bar => sum(states, state => bar[state]));
  const lines = scale(Math.min(0, ...heights), Math.max(1, ...heights));
  const [bottom, top] = [lines[0], lines.at(-1)];
  // one shape for all bars of a state, each on those of the states before it
  const shape = (state, index) => bars.map(bar =>
    `M${bar.at + 0.1} ${top - sum(states.slice(0, index), below => bar[below])}h.8v${-bar[state]}h-.8z`).join('');
  return html`<div class="chart">
      <div class="scale" aria-hidden="true">${lines.toReversed().map(line => html`<span>${number(line)}</span>`)}</div>
      <svg role="img" aria-label=${name} viewBox="0 0 ${width} ${top - bottom}" preserveAspectRatio="none">
        <path class="lines" d=${lines.map(line => `M0 ${top - line}H${width}`).join('')}></path>
        ${states.map((state, index) => svg`<path class=${state} d=${shape(state, index)}></path>`)}
        ${bars.map(bar => svg`<rect x=${bar.at} width="1" height=${top - bottom}><title>${bar.title}</title></rect>`)}
      </svg>
      <div class="times" aria-hidden="true">${labels.map(label => html`<span>${label}</span>`)}</div>
      ${STATES.includes(states[0]) ? html`<ul class="inline" aria-hidden="true">${states.map(state =>
        html`<li><b class=${state}>■</b> ${word(state)}</li>`)}</ul>` : nothing}
    </div>`;
}

/** The chart of the last so many hours, of which those without deliveries are missing in the timeline. */
export function chartOf(name, timeline, hours, range) {
  const states = STATES.filter(state => timeline.some(hour => hour[state] > 0));
  if (states.length === 0) return html`<p class="muted">No deliveries in the last ${range}.</p>`;
  const begin = Math.floor(Date.now() / HOUR_MILLIS - hours + 1) * HOUR_MILLIS;
  const bars = timeline.map(hour => ({...hour, at: (Date.parse(hour.hour) - begin) / HOUR_MILLIS,
    title: `${HOUR.format(Date.parse(hour.hour))}: ${inWords(states, state => hour[state])}`})).filter(bar => bar.at >= 0);
  const labels = Array.from({length: LABELS}, (_, index) => HOUR.format(begin + index * hours / LABELS * HOUR_MILLIS));
  return html`${picture(`Deliveries to ${name} in the last ${range}: ${inWords(states, state => sum(timeline, hour => hour[state]))}`,
    hours, states, bars, labels)}
    <details><summary>Numbers of ${count(timeline.length, 'hour', 'hours')}</summary>
      ${table(`Deliveries to ${name} by hour`, [`Hour (${zone()})`, ...STATES.map(word)], timeline.toReversed().map(hour =>
        [HOUR.format(new Date(hour.hour)), ...STATES.map(state => number(hour[state]))]))}</details>`;
}

/** The chart of the revenue of days; each has a number of events and an amount, which the function puts in words. */
export function chartOfDays(days, amount, link) {
  const bars = days.map((day, at) => ({at, revenue: day.usd, title: `${day.day}: ${amount(day.usd)}`}));
  return html`${picture(`Revenue of ${days.length} days: ${amount(sum(days, day => day.usd))}`, days.length, ['revenue'], bars,
    days.filter((_, index) => index % 2 === 0).map(({day}) => DAY.format(new Date(day))))}
    <details><summary>Numbers of ${days.length} days</summary>
      ${table('Revenue by day', ['Day', 'Events', 'Revenue'], days.toReversed().map(day =>
        [html`<a href=${link(day.day)}>${day.day}</a>`, number(day.events), amount(day.usd)]))}</details>`;
}
