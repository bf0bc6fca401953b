import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queries } from './api/queries';
import { router } from './router';
import './ui/look.css';
import { Spoken } from './words/locale';

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Spoken>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </Spoken>
    </StrictMode>,
  );
}
