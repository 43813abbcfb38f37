import { Component, type ReactNode } from 'react';
import { t } from '../words/words';

interface Properties {
  /** What has failed, to begin the sentence: 'The globe'. */
  what: string;
  children: ReactNode;
}

/** Keeps a defect, or a part that could not be fetched, from taking the rest of the page with it. */
export class ErrorBoundary extends Component<Properties, { error: unknown }> {
  override state = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error: error ?? new Error('unknown') };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className="failed-part" role="alert">
        <p>
          {t(
            '{what} could not be shown: {error}. What was computed is still here; save it, then load the page again.',
            { what: this.props.what, error: String(error) },
          )}
        </p>
        <button type="button" className="button" onClick={() => location.reload()}>
          {t('Load the page again')}
        </button>
      </div>
    );
  }
}
