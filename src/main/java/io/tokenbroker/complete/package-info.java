/** COMPLETE: the callback's code goes to FusionAuth, which redeems it; the answer is a linked account or a pending link. */
@NullMarked
package io.tokenbroker.complete;

import org.jspecify.annotations.NullMarked;
