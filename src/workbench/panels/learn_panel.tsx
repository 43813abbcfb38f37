import './panels.css';
import './learn.css';
import { LESSONS, leaveLesson, lessonAt, openLesson, walkLesson } from '../state/lessons';
import type { Lesson, LessonStep } from '../state/lessons_script';
import { useView } from '../state/view';
import { t } from '../words/words';
import { BackIcon, CloseIcon, ForwardIcon } from './icons';
import { LESSON_CONTROLS } from './learn_controls';

/** The Learn room's text and controls: the list of lessons, or one step of a lesson. */
export function LearnPanel() {
  const place = useView(({ lesson }) => lesson);
  const found = lessonAt(place);
  return found ? (
    <StepPanel {...found} number={place!.lesson} at={place!.step} />
  ) : (
    <div className="panel">
      <LessonList />
    </div>
  );
}

function LessonList() {
  return (
    <section className="section learn">
      <h2>{t('Six lessons on the page itself')}</h2>
      <p>{t('Each sets up the globe, gives you one thing to change, and shows what it does.')}</p>
      <ol className="lesson-list">
        {LESSONS.map(({ title, summary, steps }, i) => (
          <li key={title}>
            <button type="button" onClick={() => openLesson({ lesson: i + 1, step: 1 })}>
              <strong>{t(title)}</strong>
              <small>{t('{count} steps', { count: steps.length })}</small>
              <span>{t(summary)}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

interface StepProperties {
  lesson: Lesson;
  step: LessonStep;
  /** Of the lesson, from 1. */
  number: number;
  /** Of the step, from 1. */
  at: number;
}

function StepPanel({ lesson, step, number, at }: StepProperties) {
  const isLast = number === LESSONS.length && at === lesson.steps.length;
  return (
    <>
      <div className="panel">
        <section className="section learn" aria-labelledby="lesson-step">
          <div className="lesson-title">
            <h2>{t('Lesson {number}: {title}', { number, title: t(lesson.title) })}</h2>
            <button
              type="button"
              className="button bare icon"
              aria-label={t('Leave the lesson')}
              title={t('Leave the lesson')}
              onClick={leaveLesson}
            >
              <CloseIcon />
            </button>
          </div>
          <Progress lesson={lesson} number={number} at={at} />
          <div aria-live="polite">
            <h3 id="lesson-step">{t(step.heading)}</h3>
            {step.text.map((paragraph) => (
              <p key={paragraph}>{t(paragraph)}</p>
            ))}
            {step.formula && <p className="lesson-formula">{step.formula}</p>}
          </div>
        </section>
        <section className="section lesson-try" aria-label={t('Try it')}>
          {step.controls.map((name) => {
            const Control = LESSON_CONTROLS[name];
            return <Control key={name} />;
          })}
          <p className="lesson-see">{t(step.see)}</p>
        </section>
      </div>
      <div className="actions-bar">
        <div className="main">
          <button
            type="button"
            className="button primary"
            title={t('Next step: Page Down')}
            onClick={() => walkLesson(1)}
          >
            {isLast ? t('All lessons') : at === lesson.steps.length ? t('Next lesson') : t('Next')}
            <ForwardIcon />
          </button>
          <button
            type="button"
            className="button"
            disabled={number === 1 && at === 1}
            title={t('Step back: Page Up')}
            onClick={() => walkLesson(-1)}
          >
            <BackIcon />
            {t('Back')}
          </button>
        </div>
      </div>
    </>
  );
}

/** A mark per step, each leading there. */
function Progress({ lesson, number, at }: Omit<StepProperties, 'step'>) {
  return (
    <ol className="lesson-progress" aria-label={t('Steps')}>
      {lesson.steps.map(({ heading }, i) => (
        <li key={heading}>
          <button
            type="button"
            aria-label={t('Step {step} of {count}: {heading}', {
              step: i + 1,
              count: lesson.steps.length,
              heading: t(heading),
            })}
            aria-current={i + 1 === at ? 'step' : undefined}
            className={i < at ? 'reached' : ''}
            onClick={() => openLesson({ lesson: number, step: i + 1 })}
          />
        </li>
      ))}
    </ol>
  );
}
