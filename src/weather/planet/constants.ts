/** The planet is Earth-like: the constants of Held and Suarez (1994). */

/** m */
export const RADIUS = 6.371e6;
/** s⁻¹ */
export const ROTATION = 7.292e-5;
/** Specific heat of dry air at constant pressure, J kg⁻¹ K⁻¹. */
export const HEAT_CAPACITY = 1004;
/** R / c_p of dry air. */
export const KAPPA = 2 / 7;
/** Gas constant of dry air, J kg⁻¹ K⁻¹. */
export const GAS_CONSTANT = KAPPA * HEAT_CAPACITY;
/** m s⁻² */
export const GRAVITY = 9.8;
/** Pressure that ln p_s is taken against, and mean surface pressure of a planet without mountains, Pa. */
export const REFERENCE_PRESSURE = 1e5;
export const SECONDS_PER_DAY = 86_400;
