import type { PortfolioFilter } from '../api/gql/graphql';

/** What the address of the titles page may say. */
export const titleSearch = ['q', 'collection', 'type', 'available', 'listed', 'poline', 'review', 'waiting', 'retained', 'local', 'profile', 'license', 'letter'] as const;

const isTrue = (value: string | undefined) => (value === undefined ? null : value === 'true');

/** The filter that an address means. */
export function filterOf(search: { [Name in (typeof titleSearch)[number]]?: string }): PortfolioFilter {
  const all: PortfolioFilter = {
    search: search.q,
    titlePrefix: search.letter,
    collectionId: search.collection,
    publicationType: search.type === 'SERIAL' || search.type === 'MONOGRAPH' ? search.type : null,
    profileId: search.profile,
    licenseId: search.license,
    available: isTrue(search.available),
    listedByProvider: isTrue(search.listed),
    hasPoLine: isTrue(search.poline),
    needsReview: isTrue(search.review),
    waiting: isTrue(search.waiting),
    retained: isTrue(search.retained),
    hasLocalValues: isTrue(search.local),
  } as PortfolioFilter;
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null && value !== undefined && value !== ''));
}
