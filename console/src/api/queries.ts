import { QueryClient, type InfiniteData, useInfiniteQuery, useMutation, useQuery, useQueryClient, type UseQueryOptions } from '@tanstack/react-query';
import { useEffect } from 'react';
import { ask, Refused, subscribe, type Operation } from './client';

/** Answers are kept for a moment only: other people and jobs change things too. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) => error instanceof Refused && error.code === 'OFFLINE' && failures < 60,
      retryDelay: (failures) => Math.min(1_000 * 2 ** failures, 5_000),
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});

function keyOf<A, V>(operation: Operation<A, V>, variables: V): readonly unknown[] {
  return [operation.toString(), variables];
}

export function useAnswer<A, V>(operation: Operation<A, V>, variables: V, options: Partial<UseQueryOptions<A, Refused>> = {}) {
  return useQuery<A, Refused>({
    queryKey: keyOf(operation, variables),
    queryFn: ({ signal }) => ask(operation, variables, signal),
    ...options,
  });
}

interface Page {
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
}

/** A listing, page by page: `connection` finds it in an answer. Only `after` differs between pages. */
export function usePages<A, V extends { after?: string | null | undefined }>(
  operation: Operation<A, V>,
  variables: NoInfer<V>,
  connection: (answer: A) => Page | null | undefined,
) {
  return useInfiniteQuery<A, Refused, InfiniteData<A, string | null>, readonly unknown[], string | null>({
    queryKey: keyOf(operation, variables),
    queryFn: ({ pageParam, signal }) => ask(operation, { ...variables, after: pageParam } as V, signal),
    initialPageParam: null,
    getNextPageParam: (last: A) => {
      const info = connection(last)?.pageInfo;
      return info?.hasNextPage ? info.endCursor : undefined;
    },
  });
}

/** A mutation. When it has been answered, everything on the page is asked for again. */
export function useChange<A, V>(operation: Operation<A, V>) {
  const client = useQueryClient();
  return useMutation<A, Refused, V>({
    mutationFn: (variables) => ask(operation, variables),
    onSuccess: () => client.invalidateQueries(),
  });
}

/** Subscribes while the component is shown. */
export function useLive<A, V extends Record<string, unknown>>(operation: Operation<A, V>, variables: V | null, next: (answer: A) => void) {
  const wanted = variables && JSON.stringify(variables);
  useEffect(() => {
    if (wanted === null) return undefined;
    return subscribe(operation, JSON.parse(wanted) as V, next);
  }, [operation, wanted]);
}
