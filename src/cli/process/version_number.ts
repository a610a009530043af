/** The version, apart: it must cost nothing to print. A test keeps it equal to deno.json's. */
export const VERSION = "0.1.0";
