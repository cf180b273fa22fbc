/** What a client may do: the rules of its policy, asked in one place whichever door it comes through, and its budgets. */
@NullMarked
package io.tokenbroker.policy;

import org.jspecify.annotations.NullMarked;
