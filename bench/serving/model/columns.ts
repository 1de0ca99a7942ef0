/** The features of the model that every target serves: twenty numbers. */
export const columns: readonly string[] = Array.from({ length: 20 }, (_, i) => `x${String(i + 1).padStart(2, '0')}`);
