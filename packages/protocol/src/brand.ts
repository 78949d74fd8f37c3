declare const brand: unique symbol;

/** A value of `Base` that only one checking constructor can make; on the wire it is plain `Base`. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
