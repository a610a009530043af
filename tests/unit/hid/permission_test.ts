/** The udev rules, and the hint for who may not open a headset. */
import assert from "node:assert/strict";
import { permissionHint, udevRule } from "../../../src/hid/permission.ts";
import { KNOWN_QUIRKS } from "../../../src/hid/quirks.ts";

const FILE = new URL("../../../config/udev/70-offhook.rules", import.meta.url);
const RULES = Deno.readTextFileSync(FILE).split("\n").filter((line) =>
  line !== "" && !line.startsWith("#")
);
const IMPORT = 'KERNEL=="hidraw*", SUBSYSTEMS=="usb", IMPORT{builtin}="usb_id"';

Deno.test("there is one rule for each vendor, each for the person at the seat", () => {
  assert.ok(RULES.length > 15);
  const vendors = RULES.filter((rule) => rule !== IMPORT).map((rule) => {
    assert.match(
      rule,
      /^KERNEL=="hidraw\*", ATTRS\{idVendor\}=="[0-9a-f]{4}", .*MODE="0660", TAG\+="uaccess"$/,
    );
    return /idVendor\}=="(....)"/.exec(rule)![1];
  });
  assert.equal(new Set(vendors).size, vendors.length, "no vendor stands there twice");
  for (const { match } of KNOWN_QUIRKS) {
    if (match.vendorId !== undefined) assert.ok(RULES.includes(udevRule(match.vendorId)));
  }
});

Deno.test("the file comes before 73-seat-late.rules, which gives the access", () => {
  assert.ok(Number(/(\d+)-offhook\.rules$/.exec(FILE.pathname)![1]) < 73);
});

Deno.test("makers of keyboards have their headsets opened, not their keyboards", () => {
  const keyboards = ["046d", "1532", "413c", "03f0", "045e", "17ef"];
  for (const vendor of keyboards) {
    const at = RULES.findIndex((each) => each.includes(`=="${vendor}"`));
    assert.match(RULES[at]!, /ENV\{ID_USB_INTERFACES\}=="\*:01\*"/);
    assert.ok(RULES.indexOf(IMPORT) < at && RULES.includes(IMPORT), "what it matches is known");
  }
});

Deno.test("the hint is a line to type with the rule of the vendor", () => {
  const hint = permissionHint(0x47f);
  assert.ok(hint.includes(udevRule(0x47f)));
  assert.match(hint, /ATTRS\{idVendor\}=="047f"/);
  assert.match(hint, /udevadm control --reload/);
});
