#include <harness/report/flame_svg.hpp>

namespace harness::report {

const char* const kFlameScript = R"js((() => {
'use strict';
const picture = document.currentScript.ownerSVGElement;
const left = 10, room = 1180, row = 18, character = 7.25;
const width = +picture.dataset.width, whole = +picture.dataset.whole, twoSides = 'two' in picture.dataset;
const frames = [...picture.querySelectorAll('svg.f')].map((element, index) => ({
  element, index, begin: +element.dataset.b, end: +element.dataset.e, before: +element.dataset.o || 0,
  level: +element.getAttribute('y'), label: element.dataset.l, figure: element.dataset.n,
  text: element.querySelector('text'),
  words: element.querySelector('title').textContent.split('\n'), gone: element.classList.contains('gone'),
  context: element.classList.contains('context')
}));
const head = picture.querySelector('.head'), details = picture.querySelector('.details');
const found = picture.querySelector('.found');
const hint = 'click: zoom · Ctrl-F or /: search · arrows: walk, Enter: zoom, Esc: back';
let zoomed = null, current = frames[0], pattern = '';

const make = (name, parent, text) => {
  const element = document.createElementNS('http://www.w3.org/1999/xhtml', name);
  element.textContent = text;
  parent.append(element);
  return element;
};
const controls = document.createElementNS(picture.namespaceURI, 'foreignObject');
for (const [name, value] of [['x', 770], ['y', 8], ['width', 420], ['height', 28]]) controls.setAttribute(name, value);
head.append(controls);
const bar = make('div', controls, '');
const reset = make('button', bar, 'Reset zoom');
const field = make('input', bar, '');
field.type = 'search';
field.placeholder = 'search: a regular expression';
field.setAttribute('aria-label', 'search for frames by a regular expression');

function fitted(frame, most) {
  const letters = [...frame.label], both = frame.figure ? frame.label + '  ' + frame.figure : frame.label;
  if ([...both].length <= most) return both;
  return letters.length <= most ? frame.label : most < 3 ? '' : letters.slice(0, most - 1).join('') + '…';
}

function draw() {
  const begin = zoomed ? zoomed.begin : 0, units = (zoomed ? zoomed.end : width) - begin;
  for (const frame of frames) {
    const from = Math.max(frame.begin, begin), to = Math.min(frame.end, begin + units);
    const outside = to <= from || (zoomed && frame.level > zoomed.level && frame.end - frame.begin < units);
    frame.element.style.display = outside ? 'none' : '';
    if (outside) continue;
    const pixels = Math.max((to - from) / units * room - 1, 0.5);
    frame.element.setAttribute('x', left + (from - begin) / units * room);
    frame.element.setAttribute('width', pixels);
    frame.element.classList.toggle('below', !!zoomed && frame.level > zoomed.level);
    frame.text.textContent = fitted(frame, Math.floor((pixels - 6) / character));
  }
  reset.disabled = !zoomed;
}

function search() {
  let matcher = null, words = '';
  if (pattern) {
    const flags = /[A-Z]/.test(pattern) ? '' : 'i';
    try {
      matcher = new RegExp(pattern, flags);
    } catch {
      matcher = new RegExp(pattern.replace(/[^\w\s]/g, '\\$&'), flags);
      words = 'not a regular expression, taken as text: ';
    }
  }
  const covered = [], of = units => (100 * units / whole).toFixed(1) + '%';
  let matches = 0, now = 0, before = 0;
  for (const frame of frames) {
    const hit = !!matcher && (matcher.test(frame.words[0]) || matcher.test(frame.words[1] || ''));
    frame.element.classList.toggle('hit', hit);
    if (!hit) continue;
    matches += frame.context ? 0 : 1;
    const outer = covered[covered.length - 1];
    if (outer && frame.begin >= outer.begin && frame.end <= outer.end) continue;
    covered.push(frame);
    if (!frame.gone && !frame.context) now += frame.end - frame.begin;
    if (!frame.context) before += frame.before;
  }
  picture.classList.toggle('searched', !!matcher);
  if (matcher) words += matches + (matches === 1 ? ' frame, ' : ' frames, ') +
    (twoSides ? of(before) + ' → ' + of(now) : of(now)) + ' of samples';
  found.textContent = words;
}

function tell(frame) {
  const text = frame ? [frame.label, ...frame.words.slice(2), frame.words[1]].filter(Boolean).join(' · ') : hint;
  const most = pattern ? 115 : 170;
  details.textContent = text.length > most ? text.slice(0, most - 1) + '…' : text;
}

function remember(replacing) {
  const state = new URLSearchParams();
  if (zoomed) state.set('zoom', zoomed.index);
  if (pattern) state.set('search', pattern);
  try {
    history[replacing ? 'replaceState' : 'pushState'](null, '', '#' + state);
  } catch {}  // in a frame that has no address
}

function recall() {
  const state = new URLSearchParams(location.hash.slice(1));
  zoomed = frames[state.get('zoom') ?? -1] || null;
  field.value = pattern = state.get('search') || '';
  if (zoomed) walk(zoomed, false);
  draw();
  search();
}

function zoom(frame) {
  zoomed = frame && frame.end - frame.begin < width ? frame : null;
  draw();
  remember(false);
}

function walk(frame, focus = true) {
  if (!frame) return;
  current.element.setAttribute('tabindex', -1);
  current = frame;
  current.element.setAttribute('tabindex', 0);
  if (focus) current.element.focus();
}

// The widest callee, the caller, or who stands beside it.
function neighbour(frame, key) {
  const level = frame.level + (key === 'ArrowUp' ? -row : key === 'ArrowDown' ? row : 0);
  const there = frames.filter(other => other.level === level && other.element.style.display !== 'none');
  if (key === 'ArrowDown') return there.find(other => other.begin <= frame.begin && other.end >= frame.end);
  if (key !== 'ArrowUp') return there[there.indexOf(frame) + (key === 'ArrowLeft' ? -1 : 1)];
  const above = there.filter(other => other.begin >= frame.begin && other.end <= frame.end);
  return above.sort((a, b) => b.end - b.begin - a.end + a.begin)[0];
}

for (const frame of frames) {
  frame.element.setAttribute('tabindex', -1);
  frame.element.setAttribute('role', 'button');
  frame.element.addEventListener('click', () => { walk(frame); zoom(frame); });
  frame.element.addEventListener('mouseenter', () => tell(frame));
  frame.element.addEventListener('mouseleave', () => tell(null));
  frame.element.addEventListener('focus', () => tell(frame));
}
reset.addEventListener('click', () => zoom(null));
field.addEventListener('input', () => { pattern = field.value; search(); remember(true); });
addEventListener('keydown', event => {
  const inField = event.target === field;
  if ((event.key === 'f' && (event.ctrlKey || event.metaKey) && !inField) || (event.key === '/' && !inField)) {
    field.focus();
    field.select();
  } else if (event.key === 'Escape') {
    if (inField) { field.value = pattern = ''; search(); remember(true); walk(current); } else zoom(null);
  } else if (event.target === current.element && event.key === 'Enter') {
    zoom(current);
  } else if (event.target === current.element && event.key.startsWith('Arrow')) {
    walk(neighbour(current, event.key));
  } else {
    return;
  }
  event.preventDefault();
});
addEventListener('popstate', recall);
addEventListener('scroll', () => head.setAttribute('transform', 'translate(0 ' + Math.max(scrollY, 0) + ')'));
walk(frames[0], false);
tell(null);
recall();
scrollTo(0, picture.height.baseVal.value);  // to the roots
})();
)js";

}  // namespace harness::report
