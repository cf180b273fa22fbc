/**
 * COMPLETE: the callback's code goes to FusionAuth, which redeems it; the answer is a linked account or a pending link.
 * Where the person was only asked to consent, the code is dropped and a mint is tried.
 */
@NullMarked
package io.tokenbroker.complete;

import org.jspecify.annotations.NullMarked;
