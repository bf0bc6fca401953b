import type { ReactNode } from 'react';
import { Dialog as AriaDialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components';

/**
 * A button that opens a dialog. The focus goes into it, stays there, and comes back to the button; Escape closes it, a click beside
 * it does not, since what was typed would be gone.
 */
export function Dialog({ button, heading, children }: { button: ReactNode; heading: string; children: (close: () => void) => ReactNode }) {
  return (
    <DialogTrigger>
      {button}
      <ModalOverlay className="overlay">
        <Modal className="dialog">
          <AriaDialog>
            {({ close }) => (
              <>
                <Heading slot="title" level={2}>
                  {heading}
                </Heading>
                {children(close)}
              </>
            )}
          </AriaDialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}
