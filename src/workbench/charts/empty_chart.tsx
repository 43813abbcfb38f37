import './charts.css';
import type { ReactNode } from 'react';

/** Stands where a chart will be, without the chart's code. */
export function EmptyChart(props: { title: string; height: number; children: ReactNode }) {
  return (
    <figure className="chart">
      <div className="heading">
        <h2>{props.title}</h2>
      </div>
      <p className="empty-note" style={{ height: props.height }}>
        {props.children}
      </p>
    </figure>
  );
}
