export const maskInput = (text: string): string => (text ? "********" : "");
