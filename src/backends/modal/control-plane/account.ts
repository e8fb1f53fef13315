import { bounded } from '../bounded.ts';
import { troubleOf } from '../trouble.ts';
import { type Client, QUICK_MS } from './calls.ts';

export interface Budget {
  readonly spendLimitReached: boolean;
  /** US dollars of this cycle; null where there is no limit. */
  readonly limit: number | null;
  readonly used: number;
}

/** US dollars that can still be spent; null where nobody knows. */
export function budgetLeft(budget: Budget | null): number | null {
  return budget === null || budget.limit === null ? null : Math.max(0, budget.limit - budget.used);
}

/** `$1.00 of $100.00 of this cycle are spent`. */
export function spentText({ used, limit }: Budget): string {
  const of = limit === null ? '' : ` of $${limit.toFixed(2)}`;
  return `$${used.toFixed(2)}${of} of this cycle are spent`;
}

/** US dollars an hour, by the names that Modal gives. */
export type Rates = Readonly<Record<string, number>>;

/** Who pays, and how much is left. */
export class Account {
  readonly #client: Client;
  readonly #environment: string;

  constructor(client: Client, environment: string) {
    this.#client = client;
    this.#environment = environment;
  }

  /** Whose token it is; names are empty where Modal does not tell them. */
  async tokenInfo(signal: AbortSignal): Promise<{ workspace: string; token: string }> {
    const { workspaceName, tokenId } = await bounded(
      'Modal does not say whose token this is',
      QUICK_MS,
      signal,
      (limited) => this.#client.tokenInfoGet({}, { signal: limited }),
    );
    return { workspace: workspaceName, token: tokenId };
  }

  /** Null where this token may not know. */
  async budget(signal: AbortSignal): Promise<Budget | null> {
    try {
      return await bounded('Modal did not tell the budget', QUICK_MS, signal, async (limited) => {
        const { environmentId } = await this.#client.environmentGetOrCreate(
          { deploymentName: this.#environment, objectCreationType: 0 },
          { signal: limited },
        );
        const { spendLimitReached, effectiveCycleSpendLimit, currentCycleUsage } =
          await this.#client.environmentGetBudget({ environmentId }, { signal: limited });
        const limit = effectiveCycleSpendLimit > 0 ? effectiveCycleSpendLimit : null;
        return { spendLimitReached, limit, used: currentCycleUsage };
      });
    } catch (error) {
      if (signal.aborted) throw error;
      const { errorType } = troubleOf(error, '');
      if (errorType === 'billing' || errorType === 'auth') throw error;
      return null;
    }
  }

  /** What Modal asks for an hour; null where this token may not know. */
  async rates(signal: AbortSignal): Promise<Rates | null> {
    try {
      const { rates } = await bounded('Modal did not tell prices', QUICK_MS, signal, (limited) =>
        this.#client.workspaceBillingRates({}, { signal: limited, retries: 0 } as object),
      );
      return Object.fromEntries(
        Object.entries(rates).flatMap(([name, text]) => {
          const price = Number(text);
          return Number.isFinite(price) ? [[name, price]] : [];
        }),
      );
    } catch (error) {
      if (signal.aborted) throw error;
      return null;
    }
  }
}
