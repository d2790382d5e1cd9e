import { Observable, useObservable } from './observable';

/** Where the page is: a view and its parameters, kept in the part of the address after `#`, so that it can be shared. */
export interface Address {
  view: string;
  parameters: URLSearchParams;
}

export type Values = Record<string, string | number | null | undefined | readonly (string | number)[]>;

export function parseAddress(hash: string, home = 'runs'): Address {
  const text = hash.replace(/^#?\/?/, '');
  const mark = text.indexOf('?');
  const view = mark < 0 ? text : text.slice(0, mark);
  return { view: view || home, parameters: new URLSearchParams(mark < 0 ? '' : text.slice(mark + 1)) };
}

/** The hash of a view; parameters that are null, undefined, empty text or an empty list are left out. */
export function formatAddress(view: string, values: Values | URLSearchParams = {}): string {
  const parameters = values instanceof URLSearchParams ? values : new URLSearchParams();
  if (!(values instanceof URLSearchParams)) {
    for (const [name, value] of Object.entries(values)) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== null && one !== undefined && one !== '') parameters.append(name, String(one));
      }
    }
  }

  // Slashes and colons of run ids are legal in a fragment and are easier to read as they are.
  const text = parameters.toString().replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%2C', ',');
  return `#/${view}${text ? `?${text}` : ''}`;
}

/** The address with some parameters changed; a null, empty or absent value removes one. */
export function changed(address: Address, values: Values): string {
  const parameters = new URLSearchParams(address.parameters);
  for (const [name, value] of Object.entries(values)) {
    parameters.delete(name);
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined && one !== '') parameters.append(name, String(one));
    }
  }
  return formatAddress(address.view, parameters);
}

const current = new Observable<Address>(parseAddress(typeof location === 'undefined' ? '' : location.hash));

if (typeof window !== 'undefined') {
  window.addEventListener('hashchange', () => {
    current.value = parseAddress(location.hash);
  });
}

export function useAddress(): Address {
  return useObservable(current);
}

/** Goes to an address; `replace` leaves no entry in the history, for changes as small as a zoom. */
export function go(hash: string, replace = false) {
  if (hash === location.hash) return;
  if (replace) {
    history.replaceState(null, '', hash);
    current.value = parseAddress(hash);
  } else {
    location.hash = hash;
  }
}

/** Changes parameters of the present address. */
export function change(values: Values, replace = true) {
  go(changed(current.value, values), replace);
}
