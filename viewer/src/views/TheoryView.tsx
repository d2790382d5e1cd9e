/** The small models under the reader's hand. */
export function TheoryView(_: { parameters: URLSearchParams }) {
  return <h1>Theory</h1>;
}
