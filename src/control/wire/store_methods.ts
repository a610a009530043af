/** The methods that need a store and nothing else of a phone; true: it is written. */
export const STORE_METHODS = {
  history: false,
  "contacts.list": false,
  "contacts.export": false,
  "contacts.search": false,
  "contacts.lookUp": false,
  "contacts.add": true,
  "contacts.update": true,
  "contacts.remove": true,
  "contacts.import": true,
} as const;

export type StoreMethod = keyof typeof STORE_METHODS;
