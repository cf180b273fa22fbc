/**
 * Secrets, and how they are sealed.
 *
 * <pre>
 *  Secret        prints as ***; ArchitectureTest lists who may reveal one
 *  Sealer        JWE that callers carry: states and pending links, each bound to its purpose
 *  ColumnSealer  AES-GCM for values in the store, each bound to its place
 *  SealingKeys   the first key seals, all keys open
 * </pre>
 */
@NullMarked
package io.tokenbroker.seal;

import org.jspecify.annotations.NullMarked;
