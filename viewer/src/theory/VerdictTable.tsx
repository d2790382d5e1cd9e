import type { Verdict } from './types';

const words = { holds: 'holds', fails: 'fails', not_applicable: 'not applicable' };

/** What the theorems claim, and what this trajectory shows of it. */
export function VerdictTable({ verdicts }: { verdicts: Verdict[] }) {
  return (
    <section aria-labelledby="verdicts">
      <h2 id="verdicts">Theorems on this trajectory</h2>
      <div class="wide" tabIndex={0} role="region" aria-labelledby="verdicts">
        <table class="verdicts">
          <thead>
            <tr>
              <th scope="col">theorem</th>
              <th scope="col">claims</th>
              <th scope="col">measured</th>
              <th scope="col">outcome</th>
            </tr>
          </thead>
          <tbody>
            {verdicts.map(({ theorem, claim, outcome, measured, because }) => (
              <tr key={theorem + claim}>
                <th scope="row">{theorem}</th>
                <td>{claim}</td>
                <td class={because ? 'soft' : ''}>{because ?? measured}</td>
                <td class={outcome === 'holds' ? 'good' : outcome === 'fails' ? 'problem' : 'soft'}>{words[outcome]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
