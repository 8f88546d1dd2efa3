/** What a registry or an archive did not give: nothing that a check of a platform could find wrong. */
export class NotFetched extends Error {}

/** Result of `fetch`; throws NotFetched, with `what`, where that throws. */
export async function fetched(what, fetch) {
  try {
    return await fetch();
  } catch (error) {
    throw new NotFetched(`${what} could not be fetched: ${error.message.slice(0, 300)}`);
  }
}
