/** rrweb's numbers for kinds of events, changes and nodes; its enums as values would weigh more. */
import type { EventType, IncrementalSource, NodeType } from "@rrweb/types";

export const SNAPSHOT = 2 as EventType.FullSnapshot;
export const INCREMENT = 3 as EventType.IncrementalSnapshot;
export const META = 4 as EventType.Meta;
export const CUSTOM = 5 as EventType.Custom;
export const PLUGIN = 6 as EventType.Plugin;

export const MUTATION = 0 as IncrementalSource.Mutation;
export const INPUT = 5 as IncrementalSource.Input;
export const RULE = 8 as IncrementalSource.StyleSheetRule;
export const CANVAS = 9 as IncrementalSource.CanvasMutation;
export const FONT = 10 as IncrementalSource.Font;
export const DECLARATION = 13 as IncrementalSource.StyleDeclaration;
export const ADOPTED = 15 as IncrementalSource.AdoptedStyleSheet;

/** Numbers and ids alone: moves, interactions, scrolling, sizes, media, selections, definitions. */
export const HARMLESS: readonly IncrementalSource[] = [1, 2, 3, 4, 6, 7, 12, 14, 16];

export const DOCUMENT = 0 as NodeType.Document;
export const DOCTYPE = 1 as NodeType.DocumentType;
export const ELEMENT = 2 as NodeType.Element;
export const TEXT = 3 as NodeType.Text;
