/** Rows of the history and of the address book on the screen: call, add, rename, remove, undo. */
import assert from "node:assert/strict";
import { screen } from "./app_scene.tsx";

Deno.test("a call of the history becomes a contact, gets a name, is removed, and all is undone", () =>
  screen(async ({ type, text, phone }) => {
    const names = async () =>
      (await phone.request("contacts.search", { query: "" })).hits.map(({ contact }) =>
        contact.name
      );
    await type("600\r");
    await type("x");
    await type("\u001bOS\u0014");
    assert.match(text(), /Added bob to the contacts; Alt-U removes it again[^]*Name › bob/);
    await type("\u007f\u007f\u007fThe Echo\r");
    assert.deepEqual(await names(), ["The Echo"]);
    assert.match(text(), /› .*The Echo[^]*Renamed bob to The Echo/);
    await type("\u0005 2\r");
    assert.deepEqual(await names(), ["The Echo 2"]);
    await type("\u0004");
    assert.match(text(), /Remove The Echo 2 from the contacts\?/);
    await type("1");
    assert.deepEqual(await names(), []);
    assert.match(text(), /Removed .*; Alt-U brings it back/);
    await type("\u001bu");
    assert.deepEqual(await names(), ["The Echo 2"]);
    await type("\u001bu");
    assert.deepEqual(await names(), ["The Echo"]);
    await type("\u001bu");
    assert.deepEqual(await names(), ["bob"]);
    await type("\u001bu");
    assert.deepEqual(await names(), []);
    await type("\u001bu");
    assert.match(text(), /nothing to undo/);
  }));

Deno.test("who is typed or on the line is kept, too, and Esc leaves the name as it was", () =>
  screen(async ({ type, text, phone }) => {
    await type("4711\u0014");
    assert.match(text(), /Name › 4711/);
    await type(" x\u001b");
    assert.doesNotMatch(text(), /Name ›/);
    await type("\u001bOQ602\r");
    await type("\u0014");
    assert.match(text(), /bob +talking[^]*Name › bob/);
    await type("\u001bOQ");
    assert.doesNotMatch(text(), /Name ›/);
    const { hits } = await phone.request("contacts.search", { query: "" });
    assert.deepEqual(hits.map(({ contact }) => contact.name).sort(), ["4711", "bob"]);
  }));

Deno.test("over a filtered list a row that was chosen is called, letters call the first", () =>
  screen(async ({ type, store, phone }) => {
    for (const name of ["Adam 1", "Adam 2"]) {
      const value = `sip:${name.replace(" ", "")}@example.test`;
      await phone.request("contacts.add", { name, addresses: [{ value }] });
    }
    const dialled: string[] = [];
    await phone.subscribe((event) => {
      if (event.type === "call.dialling") dialled.push(event.call.remote.uri);
    });
    store.dispatch({ type: "view", view: "contacts" });
    await type("adam");
    await type("\u001b[B\r");
    assert.deepEqual(dialled, ["sip:Adam2@example.test"]);
  }));

Deno.test("what was done to a call that is over cannot be undone any more", () =>
  screen(async ({ type, text, store }) => {
    await type("600\r");
    await type("m");
    assert.equal(store.get().screen.undo.length, 1);
    await type("x");
    assert.equal(store.get().screen.undo.length, 0);
    await type("\u001bu");
    assert.match(text(), /not now: there is nothing to undo/);
  }));

Deno.test("a new contact's name is the call's at once, and goes with undo", () =>
  screen(async ({ type, text }) => {
    await type("600\r");
    await type("\u0014");
    await type("\u007f\u007f\u007fEcho\r");
    await type("\u001bOQ");
    assert.match(text(), /TALKING +Echo/);
    await type("\u001bu\u001bu");
    assert.match(text(), /TALKING +bob/);
  }));

Deno.test("Enter on a row means nothing just after the call that it was meant for has gone", () =>
  screen(async ({ rush, type, core }) => {
    await type("600\r");
    await rush("x");
    await rush("\r");
    assert.equal(core.state.calls.size, 0);
    await rush("602\r");
    assert.equal(core.state.calls.size, 1, "a number that was typed is dialled at once");
  }));

Deno.test("each number of a contact can be called", () =>
  screen(async ({ type, phone, text, core }) => {
    const addresses = ["sip:a1@example.test", "sip:a2@example.test"].map((value) => ({ value }));
    await phone.request("contacts.add", { name: "Adam", addresses });
    const dialled: string[] = [];
    await phone.subscribe((event) => {
      if (event.type === "call.dialling") dialled.push(event.call.remote.uri);
    });
    await type("\u001bOR");
    assert.match(text(), /› sip:a1@example.test[^]*Right other number/);
    await type("\u001b[C");
    assert.match(text(), /› sip:a2@example.test/);
    await type("\r");
    await type("x");
    assert.equal(core.state.calls.size, 0);
    await type("adam");
    await type("\u001b[B\r");
    assert.deepEqual(dialled, ["sip:a2@example.test", "sip:a2@example.test"]);
  }));
